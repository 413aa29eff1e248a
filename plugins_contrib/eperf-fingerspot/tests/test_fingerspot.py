"""Fingerspot's webhooks of both generations: what a scan means, whom to believe, and what is never kept."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.punch import PunchKind, RawPunch, Verify, digest
from eperf.domain.attendance.source import (
    AttendanceSource,
    DeviceReply,
    DeviceRequest,
    DeviceState,
    KeptUser,
    refusal_reply,
)
from eperf.domain.errors import BadInput, BadSerial, Refused, TooMany
from eperf.plugins.builtin.clock_fields import STATUS as ADMS_STATUS
from eperf.plugins.builtin.clock_fields import VERIFY as ADMS_VERIFY
from eperf_fingerspot.cloud import Fingerspot, read_reply
from eperf_fingerspot.hub import FingerspotHub
from eperf_fingerspot.signature import AGE_WINDOWS, Believed, judged, signature_of, window_on
from eperf_fingerspot.words import CODES, MAX_BODY_BYTES, MAX_RECORDS

STATUS, VERIFY = CODES.status, CODES.verify
OLD, HUB = Fingerspot(), FingerspotHub()
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
UNIX = int(NOW.timestamp())
TOKEN = "rahasia-uji"
SCAN = {"pin": "57", "scan": "2026-03-02 07:20:31", "verify": "1", "status_scan": "0"}
EVENT = {
    "event": "attendance", "cloudId": "C1", "employeeNo": "57", "name": "Siti", "cardNo": "0009123456",
    "verifyMode": "fingerprint", "attendanceStatus": "check_in", "eventTime": "2026-03-02T07:20:31+07:00",
    "picture": "TVRJek5EVTJOemc1TUE", "workCode": "",
}  # fmt: skip
SECRETS = ("hunter2", "0009123456", "TVRJek5EVTJOemc1TUE", TOKEN)


def ask(source: AttendanceSource, body: bytes, device: DeviceState | None, **headers: str) -> DeviceReply:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = DeviceRequest("POST", source.routes[0].path, {}, body, headers=sent)
    source.serial_of(request)
    return source.handle(request, device, NOW)


def old(data: object, kind: object = "attlog", zone_min: int = 420) -> DeviceReply:
    body = json.dumps({"type": kind, "cloud_id": "C1", "data": data}).encode()
    return ask(OLD, body, DeviceState("C1", "active", zone_min))


def hub(
    event: object, token: str = TOKEN, at: str = str(UNIX), key: str | None = TOKEN, sign: str | None = None
) -> DeviceReply:
    body = json.dumps(event).encode()
    device = DeviceState("C1", "active", 480, options={} if key is None else {"token": key})
    headers = {"x_hub_api_timestamp": at, "x_hub_api_signature_256": sign or signature_of(token, body)}
    return ask(HUB, body, device, **headers)


def one(reply: DeviceReply) -> RawPunch:
    (punch,) = reply.punches
    assert reply.skipped == ()
    return punch


def test_a_scan_becomes_a_punch_in_the_device_s_zone_and_keeps_its_words() -> None:
    punch = one(old(SCAN, zone_min=480))
    assert punch.occurred_at == datetime(2026, 3, 1, 23, 20, 31, tzinfo=UTC)
    assert (punch.pin, punch.kind, punch.verify) == ("57", PunchKind.IN, Verify.FINGER)
    assert (punch.device_local, punch.status_text, punch.verify_text) == ("2026-03-02 07:20:31", "0", "1")
    assert json.loads(punch.raw) == SCAN


def test_seconds_that_are_left_out_are_00_and_numbers_may_come_as_numbers() -> None:
    punch = one(old({"pin": 57, "scan": "2026-03-02 07:20", "verify": 4, "status_scan": 7}))
    assert punch.occurred_at == datetime(2026, 3, 2, 0, 20, tzinfo=UTC)
    assert (punch.pin, punch.kind, punch.verify) == ("57", PunchKind.MEETING_OUT, Verify.FACE)


@pytest.mark.parametrize(
    "absent", [{}, {"verify": None, "status_scan": None}, {"verify": "", "status_scan": " "}]
)
def test_a_scan_without_state_and_verify_is_kept_without_a_meaning(absent: dict[str, Any]) -> None:
    punch = one(old({"pin": "57", "scan": "2026-03-02 07:20:31", **absent}))
    assert (punch.kind, punch.status, punch.verify, punch.verify_code) == ("unknown", None, "unknown", None)


def test_a_code_without_a_meaning_keeps_its_text() -> None:
    punch = one(old(SCAN | {"verify": "face?", "status_scan": "77"}))
    assert (punch.kind, punch.status, punch.status_text) == ("unknown", 77, "77")
    assert (punch.verify, punch.verify_code, punch.verify_text) == ("unknown", None, "face?")


def test_the_breaks_of_the_two_families_are_numbered_the_other_way_round() -> None:
    assert (STATUS[2], STATUS[3]) == (ADMS_STATUS[3], ADMS_STATUS[2]) == ("break_in", "break_out")
    assert [STATUS[n] for n in (0, 1, 4, 5)] == [ADMS_STATUS[n] for n in (0, 1, 4, 5)]
    assert [STATUS[n] for n in (6, 7, 8, 9)] == ["meeting_in", "meeting_out", "custom", "custom"]
    assert set(STATUS) == set(range(10))
    assert [VERIFY[n] for n in range(1, 7)] == ["finger", "password", "card", "face", "gps", "vein"]
    assert 0 not in VERIFY
    assert {n for n in VERIFY.keys() & ADMS_VERIFY.keys() if VERIFY[n] is ADMS_VERIFY[n]} == {1, 3}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pin": None}, "pin_missing"),
        ({"pin": "  "}, "pin_missing"),
        ({"pin": "5 7"}, "pin_unreadable"),
        ({"pin": True}, "pin_unreadable"),
        ({"pin": [57]}, "pin_unreadable"),
        ({"pin": 57.5}, "pin_unreadable"),
        ({"pin": "5\u0000"}, "pin_unreadable"),
        ({"pin": "\ud800"}, "pin_unreadable"),
        ({"pin": "1" * 25}, "pin_too_long"),
        ({"scan": None}, "time_missing"),
        ({"scan": "kemarin"}, "time_unreadable"),
        ({"scan": "2026-02-30 07:20"}, "time_unreadable"),
        ({"scan": "2026-03-02 07"}, "time_unreadable"),
        ({"scan": "2026-03-02T07:20:31Z"}, "time_unreadable"),
        ({"scan": 1772410800}, "time_unreadable"),
        ({"scan": "1772410800"}, "time_unreadable"),
        ({"scan": "2100-01-01 00:00"}, "time_out_of_range"),
    ],
)
def test_a_scan_that_cannot_be_read_is_acknowledged_and_kept_with_its_reason(
    change: dict[str, Any], reason: str
) -> None:
    reply = old(SCAN | change)
    assert (reply.status, reply.punches) == (200, ())
    assert [(skip.line_no, skip.reason) for skip in reply.skipped] == [(1, reason)]


@pytest.mark.parametrize("data", [None, "x", 1, True, [None], ["x"], [[SCAN]]])
def test_data_that_is_no_record_is_kept_as_unreadable(data: object) -> None:
    reply = old(data)
    assert (reply.punches, [skip.reason for skip in reply.skipped]) == ((), ["record_unreadable"])


def test_several_scans_are_each_a_record_up_to_a_bound() -> None:
    reply = old([SCAN, {}, SCAN | {"pin": "58"}])
    assert [punch.line_no for punch in reply.punches] == [1, 3]
    assert [skip.line_no for skip in reply.skipped] == [2]
    with pytest.raises(TooMany):
        old([SCAN] * (MAX_RECORDS + 1))


def test_the_answer_to_a_request_for_scans_is_read_alike() -> None:
    record = {"pin": "57", "scan_date": "2026-03-02 07:20:31", "verify": 1, "status_scan": 3}
    body = json.dumps({"success": True, "trans_id": "1", "data": [record, {"pin": "5"}]}).encode()
    (punch,), (skip,) = read_reply(body, 420)
    assert (punch.kind, punch.occurred_at.hour, skip.reason) == ("break_out", 0, "time_missing")
    with pytest.raises(BadInput, match="success"):
        read_reply(b'{"success":false,"data":[]}', 420)


def test_of_a_user_the_pin_and_the_name_are_kept_and_no_secret_leaves_the_reader() -> None:
    user = {
        "pin": "57",
        "name": "Siti\u0007",
        "password": "hunter2",
        "rfid": "0009123456",
        "template": SECRETS[2],
    }
    reply = old(user, "get_userinfo")
    assert reply.kept_users == (KeptUser("57", "Siti"),)
    assert not [secret for secret in SECRETS if secret in repr(reply)]
    assert old({"pin": ""}, "get_userinfo").kept_users == old([], "get_userinfo").kept_users == ()


def test_a_photo_in_a_scan_is_thrown_away() -> None:
    reply = old(SCAN | {"photo_url": SECRETS[2], "password": "hunter2"})
    assert not [secret for secret in SECRETS if secret in repr(reply)]
    unread = old({"pin": {"a": "hunter2"}, "photo": SECRETS[2]})
    assert unread.skipped
    assert not [secret for secret in SECRETS if secret in repr(unread)]


@pytest.mark.parametrize("kind", ["set_time", "restart", None, 7, "x" * 1000, {"a": 1}])
def test_other_webhooks_are_acknowledged_and_dropped(kind: object) -> None:
    reply = old(SCAN, kind)
    assert (reply.status, reply.punches, reply.skipped) == (200, (), ())
    assert reply.dropped
    assert len(reply.dropped) <= 100


HOSTILE = [
    b"", b"\x00", b"\xff\xfe", b"null", b"[]", b'"x"', b"1", b"NaN", b"{", b"[" * 100_000, b'{"a":' * 50_000,
    b'{"cloud_id":"C1","cloudId":"C1","n":NaN}', b'{"cloud_id":"C1","cloudId":"C1","n":-Infinity}',
    b'{"cloud_id":"C1","cloud_id":"C2","cloudId":"C1","cloudId":"C2"}', b"\xef\xbb\xbf{}", b"9" * 5000,
    b'{"cloud_id":"C1","cloudId":"C1","n":' + b"9" * 5000 + b"}", '{"cloud_id":"C1"}'.encode("utf-16"),
]  # fmt: skip


@pytest.mark.parametrize("source", [OLD, HUB])
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_body_that_is_no_strict_json_object_is_refused(source: AttendanceSource, body: bytes) -> None:
    with pytest.raises((BadInput, BadSerial)) as refused:
        source.serial_of(DeviceRequest("POST", source.routes[0].path, {}, body))
    assert refusal_reply(refused.value).status == 400


@pytest.mark.parametrize("source", [OLD, HUB])
def test_a_body_of_more_than_a_mebibyte_is_refused(source: AttendanceSource) -> None:
    with pytest.raises(TooMany) as refused:
        source.serial_of(DeviceRequest("POST", source.routes[0].path, {}, b" " * (MAX_BODY_BYTES + 1)))
    assert refusal_reply(refused.value).status == 413


@pytest.mark.parametrize("cloud_id", [None, "", "A B", "A" * 65, "../x", "Ａ", 7, ["C1"], "C1\n"])
def test_a_cloud_id_of_another_shape_is_refused(cloud_id: object) -> None:
    body = json.dumps({"cloud_id": cloud_id, "cloudId": cloud_id}).encode()
    for source in (OLD, HUB):
        request = DeviceRequest("POST", source.routes[0].path, {}, body)
        with pytest.raises(BadSerial):
            source.serial_of(request)
        with pytest.raises(BadSerial):
            source.handle(request, None, NOW)


@pytest.mark.parametrize("device", [None, DeviceState("C1", "inactive", 420, options={"token": TOKEN})])
def test_a_device_that_is_not_active_gets_403_and_nothing_of_it_is_kept(device: DeviceState | None) -> None:
    body = json.dumps(EVENT).encode()
    signed = {"x_hub_api_timestamp": str(UNIX), "x_hub_api_signature_256": signature_of(TOKEN, body)}
    for reply in (
        ask(OLD, json.dumps({"type": "attlog", "cloud_id": "C1", "data": SCAN}).encode(), device),
        ask(HUB, body, device, **signed),
    ):
        assert (reply.status, reply.punches, reply.skipped, reply.dropped) == (403, (), (), None)


def test_a_signed_event_becomes_a_punch_by_its_own_zone() -> None:
    punch = one(hub(EVENT))
    assert punch.occurred_at == datetime(2026, 3, 2, 0, 20, 31, tzinfo=UTC)
    assert (punch.pin, punch.kind, punch.verify) == ("57", PunchKind.IN, Verify.FINGER)
    assert (punch.status_text, punch.verify_text, punch.workcode) == ("check_in", "fingerprint", None)
    assert not [secret for secret in SECRETS if secret in repr(punch)]
    assert "Siti" not in repr(punch)


@pytest.mark.parametrize(
    ("mode", "meaning"),
    [("password", "password"), ("card", "card"), ("face", "face"), ("vein", "vein"), ("Face", "unknown"), (None, "unknown")],
)  # fmt: skip
def test_the_ways_of_the_hub_are_words(mode: str | None, meaning: str) -> None:
    assert one(hub(EVENT | {"verifyMode": mode})).verify == meaning


def test_coming_and_going_in_one_second_are_two_records() -> None:
    first, second = one(hub(EVENT)), one(hub(EVENT | {"attendanceStatus": "check_out"}))
    assert second.kind == "out"
    keys = {digest("s", "C1", p.pin, p.occurred_at, p.status) for p in (first, second)}
    assert len(keys) == 2
    assert one(hub(EVENT | {"attendanceStatus": "break"})).kind == "unknown"


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-02T07:20:31+07:00", 0),
        ("2026-03-02T00:20:31Z", 0),
        ("2026-03-02t00:20:31.999999z", 0),
        ("2026-03-01T20:20:31-04:00", 0),
        ("2026-03-02T09:20:31+09:00", 0),
    ],
)
def test_a_time_of_rfc_3339_says_its_zone(text: str, hour: int) -> None:
    at = one(hub(EVENT | {"eventTime": text})).occurred_at
    assert at == datetime(2026, 3, 2, hour, 20, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"eventTime": "2026-03-02T07:20:31"}, "time_unreadable"),
        ({"eventTime": "2026-03-02 07:20"}, "time_unreadable"),
        ({"eventTime": "2026-02-30T07:20:31Z"}, "time_unreadable"),
        ({"eventTime": "2026-03-02T07:20:60Z"}, "time_unreadable"),
        ({"eventTime": "2026-03-02T07:20:31+24:00"}, "time_unreadable"),
        ({"eventTime": "2026-03-02T07:20:31+07:60"}, "time_unreadable"),
        ({"eventTime": "2000-01-01T00:00:00+07:00"}, "time_out_of_range"),
        ({"eventTime": "2099-12-31T23:00:00-07:00"}, "time_out_of_range"),
        ({"eventTime": 1772410800}, "time_unreadable"),
        ({"eventTime": ""}, "time_missing"),
        ({"employeeNo": None}, "pin_missing"),
    ],
)
def test_an_event_that_cannot_be_read_is_acknowledged_and_kept_with_its_reason(
    change: dict[str, Any], reason: str
) -> None:
    reply = hub(EVENT | change)
    assert (reply.status, [skip.reason for skip in reply.skipped]) == (200, [reason])
    assert not [secret for secret in SECRETS if secret in repr(reply)]


@pytest.mark.parametrize(
    "event", ["verificationFailed", "doorEvent", "tamper", "alarm", "operation", "userChange", "deviceActivity", None, 7]
)  # fmt: skip
def test_events_that_are_no_attendance_are_acknowledged_and_dropped(event: object) -> None:
    reply = hub(EVENT | {"event": event})
    assert (reply.status, reply.punches, reply.skipped) == (200, (), ())
    assert reply.dropped


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"at": str(UNIX - 300)}, 200),
        ({"at": str(UNIX - 301)}, 401),
        ({"at": str(UNIX + 3600)}, 200),
        ({"at": ""}, 401),
        ({"at": "soon"}, 401),
        ({"at": f"-{UNIX}"}, 401),
        ({"at": "9" * 13}, 401),
        ({"token": "another"}, 401),
        ({"key": None}, 401),
        ({"key": "", "token": ""}, 401),
        ({"sign": "sha256=" + "0" * 64}, 401),
        ({"sign": "sha1=00"}, 401),
        ({"sign": "é\udc80"}, 401),
    ],
)
def test_only_what_is_fresh_and_rightly_signed_is_believed(asked: dict[str, Any], answer: int) -> None:
    reply = hub(EVENT, **asked)
    assert reply.status == answer
    assert bool(reply.punches) == (answer == 200)
    assert TOKEN not in repr(reply)


def test_a_webhook_without_the_headers_is_not_believed() -> None:
    reply = ask(HUB, json.dumps(EVENT).encode(), DeviceState("C1", "active", 420, options={"token": TOKEN}))
    assert (reply.status, reply.punches) == (401, ())


def test_the_age_is_judged_before_the_signature_and_a_duplicate_is_acknowledged() -> None:
    window = window_on(NOW.date())
    sign = signature_of(TOKEN, b"x")
    assert judged(TOKEN, b"x", "wrong", UNIX - 301, UNIX, window) is Believed.TOO_OLD
    assert judged(TOKEN, b"x", "wrong", UNIX, UNIX, window, True) is Believed.BAD_SIGNATURE
    duplicate = judged(TOKEN, b"x", sign, UNIX, UNIX, window, True)
    assert (duplicate, duplicate.accepted, duplicate.new_record) == (Believed.DUPLICATE, True, False)


def test_on_every_day_one_window_holds() -> None:
    for day in (date(1970, 1, 1), NOW.date(), date(2099, 12, 31)):
        holding = [w for w in AGE_WINDOWS if w.valid_from <= day and (w.valid_to is None or day < w.valid_to)]
        assert holding == [window_on(day)]
        assert window_on(day).legal_basis


@given(st.binary(max_size=200), st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_a_signature_fits_its_own_body_and_token_and_no_other(
    body: bytes, other: bytes, token: str, other_token: str
) -> None:
    def believed(key: str, content: bytes) -> Believed:
        return judged(key, content, signature_of(token, body), UNIX, UNIX, window_on(NOW.date()))

    assert believed(token, body) is Believed.OK
    assert (believed(token, other) is Believed.OK) == (other == body)
    # A key is filled up with zero bytes by HMAC itself.
    same = token.encode().rstrip(b"\0") == other_token.encode().rstrip(b"\0")
    assert (believed(other_token, body) is Believed.OK) == same


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8
)  # fmt: skip
records = st.fixed_dictionaries(
    {},
    optional={name: values | st.just(value) for name, value in {**SCAN, **EVENT, "data": SCAN, "type": "attlog"}.items()},
)  # fmt: skip


@given(st.lists(values | records, max_size=6))
def test_every_record_of_a_webhook_is_a_punch_or_skipped_with_a_reason(data: list[Any]) -> None:
    reply = old(data)
    assert len(reply.punches) + len(reply.skipped) == len(data)
    places = sorted([p.line_no for p in reply.punches] + [s.line_no for s in reply.skipped])
    assert places == list(range(1, len(data) + 1))
    for raw in [p.raw for p in reply.punches] + [s.raw for s in reply.skipped]:
        assert len(raw) <= 1024
        assert raw.isprintable()


@given(st.binary(max_size=300) | records.map(lambda record: json.dumps(record).encode()))
def test_no_body_crashes_a_source(body: bytes) -> None:
    headers = {"x_hub_api_timestamp": str(UNIX), "x_hub_api_signature_256": signature_of(TOKEN, body)}
    for source in (OLD, HUB):
        with suppress(Refused):
            reply = ask(source, body, DeviceState("C1", "active", 420, options={"token": TOKEN}), **headers)
            assert len(reply.punches) + len(reply.skipped) <= 1


@given(st.datetimes(datetime(2000, 1, 3), datetime(2099, 12, 29)), st.integers(-840, 840))
def test_one_instant_is_one_record_however_its_zone_is_written(wall: datetime, minutes: int) -> None:
    instant = wall.replace(microsecond=0, tzinfo=UTC)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    local = instant + timedelta(minutes=minutes)
    text = f"{local:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}"
    assert one(hub(EVENT | {"eventTime": text})).occurred_at == instant
