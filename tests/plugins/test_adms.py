"""ADMS push as real machines speak it, and as nobody should."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.punch import PunchKind, Verify
from eperf.domain.attendance.source import (
    UNAVAILABLE,
    DeviceCommand,
    DeviceReply,
    DeviceRequest,
    DeviceState,
    KeptUser,
    refusal_reply,
)
from eperf.domain.errors import BadInput, BadSerial, Refused, TooMany, Unavailable
from eperf.plugins.builtin import adms_commands
from eperf.plugins.builtin.adms import AdmsPush
from eperf.plugins.builtin.adms_attlog import read_attlog
from eperf.plugins.builtin.adms_lines import MAX_LINES
from eperf.plugins.builtin.adms_options import configuration, zone_key, zone_minutes, zone_offset
from eperf.plugins.builtin.adms_tables import read_user
from eperf.plugins.builtin.clock_fields import STATUS, VERIFY

SOURCE = AdmsPush()
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SN = "CKUH203560012"
DEVICE = DeviceState(SN, "active", 420)
IN_0720 = b"57\t2026-03-02 07:20:00\t0\t1\t0"


def ask(
    method: str, path: str, body: bytes = b"", device: DeviceState | None = DEVICE, **query: str
) -> DeviceReply:
    return SOURCE.handle(DeviceRequest(method, path, {"SN": SN, **query}, body), device, NOW)


def upload(table: str, body: bytes, **query: str) -> DeviceReply:
    return ask("POST", "/iclock/cdata", body, table=table, **query)


def one(line: bytes) -> tuple[str, str, PunchKind, Verify]:
    (punch,), skipped = read_attlog(line, 420)
    assert skipped == ()
    return punch.pin, f"{punch.occurred_at:%H:%M:%S}", punch.kind, punch.verify


@pytest.mark.parametrize(
    "line",
    [
        b"57\t2026-03-02 07:20:00\t0\t1\t0",
        b"      57 \t 2026-03-02 07:20:00 \t 0 \t 1 \t0\t0\t0\t0\t0\t0\r",
        b"ATTLOG\t57\t2026-03-02 07:20:00\t0\t1",
        b"ATTLOG 57\t2026-03-02 07:20:00\t0\t1",
        b"PIN=57\tDateTime=2026-03-02 07:20:00\tStatus=0\tVerify=1",
        b"ATTLOG PIN=57\tDateTime=2026-03-02 07:20:00\tStatus=0\tVerified=1\tWorkCode=",
        b"DateTime = 2026-03-02 07:20:00\tverify=1\tstatus=0\tpin = 57",
        b"57\t1772410800\t0\t1",
        b"\xef\xbb\xbf57\t2026-03-02 07:20:00\t0\t1\0\0",
    ],
)
def test_every_dialect_says_the_same(line: bytes) -> None:
    assert one(line) == ("57", "00:20:00", PunchKind.IN, Verify.FINGER)


def test_what_a_field_says_is_kept_beside_what_it_means() -> None:
    (punch,), _ = read_attlog(b" 57\t2026-03-02 07:20:00\t255\tface?\tP,1\r\n", 480)
    assert (punch.status, punch.status_text, punch.kind) == (255, "255", PunchKind.UNKNOWN)
    assert (punch.verify_code, punch.verify_text, punch.verify) == (None, "face?", Verify.UNKNOWN)
    assert (punch.workcode, punch.device_local, punch.raw) == (
        "P,1",
        "2026-03-02 07:20:00",
        " 57\t2026-03-02 07:20:00\t255\tface?\tP,1",
    )
    assert punch.occurred_at == datetime(2026, 3, 1, 23, 20, tzinfo=UTC)


def test_a_line_is_never_split_on_commas() -> None:
    assert read_attlog(b"57,2026-03-02 07:20:00,0,1\n58,2026-03-02 07:20:00,0,1", 420)[0] == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"junk", "time_missing"),
        (b"\t2026-03-02 07:20:00\t0", "pin_missing"),
        (b"   \t2026-03-02 07:20:00\t0", "pin_missing"),
        (b"57\t\t0\t1", "time_missing"),
        (b"57\tyesterday\t0", "time_unreadable"),
        (b"57\t2026-02-30 07:20:00\t0", "time_unreadable"),
        (b"57\t2026-03-02 24:00:00\t0", "time_unreadable"),
        (b"57\t2026-03-02 07:20:60\t0", "time_unreadable"),
        (b"57\t2026-03-02 07:20\t0", "time_unreadable"),
        ("57\t٢٠٢٦-03-02 07:20:00\t0".encode(), "time_unreadable"),
        (b"57\t0000-03-02 07:20:00\t0", "time_unreadable"),
        (b"57\t1999-12-31 23:59:59\t0", "time_out_of_range"),
        (b"57\t2100-01-01 00:00:00\t0", "time_out_of_range"),
        (b"57\t946684799\t0", "time_out_of_range"),
        (b"57\t4102444800\t0", "time_out_of_range"),
        (b"57\t99999999999999999999\t0", "time_out_of_range"),
        (b"57\t-1772410800\t0", "time_unreadable"),
        (b"5 7\t2026-03-02 07:20:00\t0", "pin_unreadable"),
        ("５７\t2026-03-02 07:20:00\t0".encode(), "pin_unreadable"),
        (b"\xff57\t2026-03-02 07:20:00\t0", "pin_unreadable"),
        (b"\\xff57\t2026-03-02 07:20:00\t0", "pin_unreadable"),
        (b"1" * 25 + b"\t2026-03-02 07:20:00\t0", "pin_too_long"),
        (b"57\x00\t2026-03-02 07:20:00\t0", "control_characters"),
        (b"57\t2026-03-02 07:20:00\t0\x1b[2J", "control_characters"),
        (b"57\t2026-03-02 07:20:00\t0\r58\t2026-03-02 07:20:00", "control_characters"),
        (b"57\t2026-03-02 07:20:00\t0\t" + b"9" * 1024, "line_too_long"),
    ],
)
def test_a_bad_line_is_skipped_with_its_reason_and_the_good_ones_are_kept(line: bytes, reason: str) -> None:
    reply = upload("ATTLOG", IN_0720 + b"\n" + line + b"\n" + b"58" + IN_0720[2:])
    assert [punch.pin for punch in reply.punches] == ["57", "58"]
    assert [(skip.line_no, skip.reason) for skip in reply.skipped] == [(2, reason)]
    assert reply.body == b"OK: 2"


def test_the_edges_of_what_is_read_are_read() -> None:
    lines = [
        b"1" * 24 + b"\t2000-01-01 00:00:00",
        b"1\t2099-12-31 23:59:59",
        b"1\t946684800",
        b"1\t4102444799",
        b"0\t2026-03-02 07:20:00",
    ]
    assert len(upload("ATTLOG", b"\n".join(lines)).punches) == len(lines)


def test_an_upload_of_too_many_lines_is_refused_as_a_whole() -> None:
    with pytest.raises(TooMany) as refused:
        upload("ATTLOG", b"\n" * MAX_LINES)
    assert refusal_reply(refused.value).status == 413
    assert upload("ATTLOG", b"\n" * (MAX_LINES - 1)).body == b"OK: 0"


def test_status_and_verify_mean_what_the_protocol_says() -> None:
    kinds = [one(b"1\t2026-03-02 07:20:00\t%d\t1" % code)[2] for code in range(7)]
    assert kinds == ["in", "out", "break_out", "break_in", "overtime_in", "overtime_out", "unknown"]
    ways = [one(b"1\t2026-03-02 07:20:00\t0\t%d" % code)[3] for code in (0, 1, 2, 3, 4, 15, 25, 26)]
    assert ways == ["password", "finger", "password_or_card", "card", "card", "face", "palm", "unknown"]


def test_the_log_of_access_control_models_is_read_by_its_own_states() -> None:
    lines = [
        b"time=2026-03-02 07:20:00\tpin=57\tcardno=0\teventaddr=1\tevent=3\tinoutstatus=0\tverifytype=1\tindex=21",
        b"time=2026-03-02 16:20:00\tpin=57\tcardno=0\teventaddr=1\tevent=3\tinoutstatus=1\tverifytype=1\tindex=22",
        b"time=2026-03-02 16:30:00\tpin=57\tcardno=0\teventaddr=1\tevent=3\tinoutstatus=2\tverifytype=1\tindex=23",
        b"time=2026-03-02 16:40:00\tpin=0\tcardno=0\teventaddr=1\tevent=202\tinoutstatus=2\tverifytype=200",
    ]
    reply = upload("rtlog", b"\r\n".join(lines))
    assert [punch.kind for punch in reply.punches] == ["in", "out", "unknown"]
    assert {punch.verify for punch in reply.punches} == {Verify.UNKNOWN}
    assert [skip.reason for skip in reply.skipped] == ["pin_missing"]


def test_a_machine_resumes_where_it_stopped() -> None:
    stamps = upload("ATTLOG", IN_0720, Stamp="98765").stamps | upload("OPERLOG", b"", Stamp="12").stamps
    answer = configuration(DeviceState(SN, "active", 420, stamps), "2.4.1")
    assert {"ATTLOGStamp=98765", "OPERLOGStamp=12", "ATTPHOTOStamp=None"} <= set(answer.split("\n"))


@pytest.mark.parametrize("stamp", ["", "-1", "1\nTransFlag=x", "٣", "9" * 21, "None"])
def test_a_stamp_that_is_no_number_is_not_remembered(stamp: str) -> None:
    assert upload("ATTLOG", IN_0720, Stamp=stamp).stamps == {}


def test_the_handshake_configures_the_machine() -> None:
    reply = ask("GET", "/iclock/cdata", options="all", pushver="2.4.1", language="69")
    lines = reply.body.decode().split("\n")
    assert lines[0] == f"GET OPTION FROM: {SN}"
    assert {"TimeZone=7", "Realtime=1", "TransFlag=TransData AttLog\tOpLog\tEnrollUser\tChgUser"} <= set(
        lines
    )
    assert reply.body.endswith(b"\n")
    assert b"\r" not in reply.body
    assert reply.device_facts == {"push_version": "2.4.1"}


def test_a_machine_of_push_1_is_told_in_its_own_words() -> None:
    lines = ask("GET", "/iclock/cdata.aspx", options="all").body.decode().split("\n")
    assert {"Stamp=None", "OpStamp=None", "TransFlag=1101100000"} <= set(lines)


def test_a_device_s_own_options_replace_the_defaults_by_name_but_cannot_add_lines() -> None:
    device = DeviceState(
        SN, "active", 540, options={"Delay": "30", "ErrorDelay": "1\nRealtime=0", "Evil": "1"}
    )
    lines = configuration(device, "2.4.1").split("\n")
    assert {"Delay=30", "ErrorDelay=30", "Realtime=1", "TimeZone=9"} <= set(lines)
    assert not any(line.startswith("Evil") for line in lines)


@pytest.mark.parametrize("value", ["", "x", "15", "60", "-841", "1000", "٧", "7.5", "+-7"])
def test_a_zone_that_is_nowhere_is_refused(value: str) -> None:
    with pytest.raises(BadInput, match="TimeZone"):
        zone_offset(value)


@pytest.mark.parametrize(
    ("value", "minutes"), [("60", 3600), ("-60", -3600), ("61", 61), ("-61", -61), ("0", 0)]
)
def test_what_a_zone_key_says_turns_from_hours_to_minutes_beyond_sixty(value: str, minutes: int) -> None:
    assert zone_minutes(value) == minutes


@given(st.integers(-840, 840).filter(lambda minutes: minutes % 60 == 0 or abs(minutes) > 60))
def test_a_zone_is_read_back_as_it_was_written(minutes: int) -> None:
    assert zone_offset(zone_key(minutes)) == minutes


def test_the_service_s_failures_tell_a_machine_to_come_again_or_not() -> None:
    assert UNAVAILABLE.status == refusal_reply(Unavailable()).status == 503
    assert refusal_reply(BadSerial("SN", "x y")).status == 400
    assert refusal_reply(BadInput("table", "?", "no")) == DeviceReply(400, b"BAD_INPUT")


@pytest.mark.parametrize("serial", ["", "A B", "A" * 65, "A;1", "A\n", "Ａ", "A\x00", "../x"])
def test_a_serial_number_of_another_shape_is_refused(serial: str) -> None:
    request = DeviceRequest("GET", "/iclock/cdata", {"SN": serial})
    with pytest.raises(BadSerial):
        SOURCE.serial_of(request)
    with pytest.raises(BadSerial):
        SOURCE.handle(request, None, NOW)


def test_the_serial_number_is_found_whatever_the_case_of_its_key() -> None:
    assert SOURCE.serial_of(DeviceRequest("GET", "/iclock/cdata", {"sn": SN})) == SN


@pytest.mark.parametrize("device", [None, DeviceState(SN, "inactive", 420)])
@pytest.mark.parametrize("route", SOURCE.routes)
def test_a_device_that_is_not_active_gets_403_and_nothing_of_it_is_kept(
    route: object, device: DeviceState
) -> None:
    reply = ask(route.method, route.path, IN_0720, device, table="ATTLOG", Stamp="9")  # type: ignore[attr-defined]
    assert reply.status == 403
    assert (reply.punches, reply.skipped, reply.stamps, reply.kept_users) == ((), (), {}, ())


@pytest.mark.parametrize("route", SOURCE.routes)
def test_every_path_of_the_source_is_answered_also_with_aspx(route: object) -> None:
    reply = ask(route.method, route.path, table="ATTLOG")  # type: ignore[attr-defined]
    assert reply.status == 200
    paths = {(r.method, r.path) for r in SOURCE.routes}
    assert (route.method, f"{route.path.removesuffix('.aspx')}.aspx") in paths  # type: ignore[attr-defined]


def test_an_upload_without_a_table_is_refused_so_that_nothing_is_lost_in_silence() -> None:
    with pytest.raises(BadInput, match="table"):
        ask("POST", "/iclock/cdata", IN_0720)


SECRETS = ("hunter2", "0009123456", "TVRJek5EVTJOemc1TUE", "Grp9")
USERS = (
    "USER PIN=57\tName=Siti Nurhaliza\tPri=14\tPasswd=hunter2\tCard=0009123456\tGrp=Grp9\n"
    "FP PIN=57\tFID=6\tSize=1\tValid=1\tTMP=TVRJek5EVTJOemc1TUE\n"
    "OPLOG 4\t14\t2026-03-02 08:00:00\t0\t0\t0\t0\r\n"
    "USER PIN=\tName=Nobody\tPasswd=hunter2\n"
    "USER PIN=58\tName=Budi\x07\tPasswd=hunter2"
)


@pytest.mark.parametrize("table", ["OPERLOG", "operlog", "USERINFO", "user"])
def test_of_users_the_pin_and_the_name_are_kept_and_no_secret_leaves_the_parser(table: str) -> None:
    reply = upload(table, USERS.encode(), Stamp="77")
    assert reply.kept_users == (KeptUser("57", "Siti Nurhaliza"), KeptUser("58", "Budi"))
    assert not [secret for secret in SECRETS if secret in repr(reply)]
    assert reply.body == (b"OK: 5" if table.upper() == "OPERLOG" else b"OK")


def test_the_fields_of_a_user_stand_in_any_order() -> None:
    line = b"USER Name=Siti\tPasswd=hunter2\tPIN=57"
    assert read_user(line) == (KeptUser("57", "Siti"), ("Passwd",))


@pytest.mark.parametrize("line", [b"USERPIC PIN=57\tName=Siti", b"USER 57\tName=Siti", b"USER =57\tPIN=57"])
def test_what_only_looks_like_a_user_is_none(line: bytes) -> None:
    assert read_user(line) == (None, ())


def test_user_rows_that_were_asked_for_are_read_without_the_leading_word() -> None:
    body = b"PIN=57\tName=Siti\tPrivilege=0\tCard=1\tPassword=hunter2\r\n"
    assert upload("USERINFO", body).kept_users == (KeptUser("57", "Siti"),)
    assert ask("POST", "/iclock/querydata", body, tablename="user").kept_users == (KeptUser("57", "Siti"),)


def test_records_that_were_asked_for_again_are_read_like_an_upload() -> None:
    reply = ask("POST", "/iclock/querydata", IN_0720, tablename="ATTLOG", type="tabledata")
    assert (len(reply.punches), reply.body) == (1, b"OK")


@pytest.mark.parametrize("table", ["ATTPHOTO", "BIODATA", "BIOPHOTO", "FP", "fdata", "rtstate", "WHATEVER"])
def test_photos_templates_and_unknown_tables_are_acknowledged_and_dropped(table: str) -> None:
    reply = upload(table, USERS.encode() + b"\xff\xd8\xff")
    assert (reply.status, reply.body, reply.dropped) == (200, b"OK", table.upper())
    assert not [secret for secret in SECRETS if secret in repr(reply)]
    assert ask("POST", "/iclock/fdata", b"\xff\xd8").dropped == "FDATA"


def test_of_a_device_s_options_only_the_listed_facts_are_kept() -> None:
    body = b"~DeviceName=K40,FWVersion=Ver 6.60,~SerialNumber=A1,IPAddress=10.0.0.5,CommKey=4711,MAC=00:17:61"
    reply = upload("options", body)
    assert reply.device_facts == {
        "device_name": "K40",
        "firmware": "Ver 6.60",
        "serial_number": "A1",
        "ip": "10.0.0.5",
    }
    assert "4711" not in repr(reply)


def test_the_facts_of_a_poll_are_bounded_and_printable() -> None:
    facts = ask("GET", "/iclock/getrequest", INFO="Ver\x00 1\n,many,-3,7094," + "9" * 5000).device_facts
    assert set(facts) == {"firmware", "logs", "ip"}
    assert all(len(value) <= 100 and value.isprintable() for value in facts.values())
    assert ask("GET", "/iclock/getrequest").device_facts == {}


def _with(*commands: DeviceCommand) -> DeviceState:
    return DeviceState(SN, "active", 420, commands=commands)


def test_a_poll_hands_out_the_orders_that_wait_oldest_first() -> None:
    enrol = adms_commands.update_user("57", "Siti\tNurhaliza")
    device = _with(DeviceCommand(1, adms_commands.info()), DeviceCommand(2, enrol))
    reply = ask("GET", "/iclock/getrequest", device=device)
    assert reply.body == b"C:1:INFO\nC:2:DATA UPDATE USERINFO PIN=57\tName=SitiNurhaliza\tPri=0\n"
    assert reply.commands_sent == (1, 2)
    assert ask("GET", "/iclock/getrequest").body == b"OK"


def test_an_order_cannot_smuggle_another_one() -> None:
    reply = ask("GET", "/iclock/getrequest", device=_with(DeviceCommand(1, "INFO\nC:2:CLEAR LOG")))
    assert (reply.body, reply.commands_sent) == (b"OK", ())
    with pytest.raises(BadInput):
        adms_commands.delete_user("57\tPri=14")
    assert adms_commands.delete_user("57") == "DATA DELETE USERINFO PIN=57"


def test_a_long_queue_is_handed_out_in_portions() -> None:
    waiting = [DeviceCommand(n, "CHECK") for n in range(1, 50)]
    sent = ask("GET", "/iclock/getrequest", device=_with(*waiting)).commands_sent
    assert sent == tuple(range(1, adms_commands.MAX_ORDERS + 1))


def results(body: bytes) -> list[tuple[int, int | None, str, bool]]:
    found = ask("POST", "/iclock/devicecmd", body).command_results
    return [(one.id, one.return_code, one.command, one.ok) for one in found]


def test_results_come_many_to_a_post_and_in_odd_shapes() -> None:
    assert results(b"ID=5&Return=0&CMD=INFO\nID=6&Return=-1&CMD=CHECK\n") == [
        (5, 0, "INFO", True),
        (6, -1, "CHECK", False),
    ]
    assert results(b"id = 7\r\nreturn = 0\r\nCmd = Shell\r\nContent=x\r\n") == [(7, 0, "Shell", True)]
    assert results(b"Return=0&CMD=DATA") == []
    assert results(b"ID=x&Return=0&CMD=DATA") == []
    assert results(b"ID=8&Return=maybe") == [(8, None, "", False)]
    assert results(b"Return=0\nID=9&Return=0&CMD=LOG&ID=10&Return=-1002") == [
        (9, 0, "LOG", True),
        (10, -1002, "", False),
    ]


@pytest.mark.parametrize(
    "stray",
    [
        b"Return=-1&CMD=CHECK",
        b"Return=-1\nCMD=CHECK",
        b"ID=&Return=-1&CMD=CHECK",
        b"ID=x\nReturn=-1\nCMD=CHECK",
    ],
)
def test_a_result_without_an_id_changes_no_other(stray: bytes) -> None:
    found = results(b"ID=5&Return=0&CMD=INFO\n" + stray + b"\nID=6&Return=-2&CMD=LOG")
    assert found == [(5, 0, "INFO", True), (6, -2, "LOG", False)]


def test_a_line_of_pairs_without_an_id_does_not_complete_the_result_before_it() -> None:
    assert results(b"ID=5&CMD=INFO\nReturn=0&CMD=CHECK") == [(5, None, "INFO", False)]


pins = st.from_regex(r"[0-9A-Za-z_.-]{1,24}", fullmatch=True).filter(lambda pin: pin != "ATTLOG")
walls = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)).map(
    lambda wall: wall.replace(microsecond=0)
)
records = st.tuples(
    pins, walls, st.sampled_from(sorted(STATUS)), st.sampled_from(sorted(VERIFY)), st.integers(0, 3)
)


def line_of(record: tuple[str, datetime, int, int, int], offset: int) -> str:
    pin, wall, status, verify, dialect = record
    if dialect == 0:
        return f"{pin:>9}\t{wall:%Y-%m-%d %H:%M:%S}\t{status}\t{verify}\t0\t0"
    if dialect == 1:
        return f"PIN={pin}\tDateTime={wall:%Y-%m-%d %H:%M:%S}\tStatus={status}\tVerify={verify}"
    if dialect == 2:
        return f"ATTLOG {pin}\t{wall:%Y-%m-%d %H:%M:%S}\t{status}\t{verify}"
    epoch = int((wall.replace(tzinfo=UTC) - timedelta(minutes=offset)).timestamp())
    return f"{pin}\t{epoch}\t{status}\t{verify}"


@given(st.lists(records, max_size=20), st.sampled_from([420, 480, 540]), st.sampled_from(["\n", "\r\n"]))
def test_every_valid_line_of_every_dialect_is_kept_as_it_was_meant(
    meant: list[tuple[str, datetime, int, int, int]], offset: int, ending: str
) -> None:
    body = ending.join(line_of(record, offset) for record in meant).encode()
    punches, skipped = read_attlog(body, offset)
    assert skipped == ()
    assert [(p.pin, p.occurred_at, p.kind, p.verify) for p in punches] == [
        (pin, wall.replace(tzinfo=UTC) - timedelta(minutes=offset), STATUS[status], VERIFY[verify])
        for pin, wall, status, verify, _ in meant
    ]


pieces = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"\n", b"\r\n", b"\t", b"\0", b"PIN=", b"USER PIN=", b"ATTLOG ", b"ID=1&", b"2026-03-02 07:20:00"]
    ),
    records.map(lambda record: line_of(record, 420).encode()),
)
bodies = st.lists(pieces, max_size=30).map(b"".join)


@given(bodies, st.booleans())
def test_what_comes_in_is_kept_or_skipped_and_nothing_vanishes(body: bytes, door: bool) -> None:
    punches, skipped = read_attlog(body, 420, door)
    given_lines = [
        line for line in body.removeprefix(b"\xef\xbb\xbf").rstrip(b"\0").split(b"\n") if line.strip()
    ]
    assert len(punches) + len(skipped) == len(given_lines)
    places = [one.line_no for one in (*punches, *skipped)]
    assert len(set(places)) == len(places)
    for kept in (*punches, *skipped):
        assert "\x00" not in kept.raw
        assert kept.raw.encode().decode() == kept.raw


queries = st.dictionaries(
    st.sampled_from(["SN", "table", "Stamp", "INFO", "pushver", "tablename", "options"]),
    st.one_of(
        st.text(max_size=30), st.sampled_from([SN, "ATTLOG", "OPERLOG", "options", "USERINFO", "rtlog", "7"])
    ),
)


@given(st.sampled_from(SOURCE.routes), queries, bodies, st.booleans())
def test_nothing_a_stranger_sends_raises_anything_but_a_refusal(
    route: object, query: Mapping[str, str], body: bytes, known: bool
) -> None:
    request = DeviceRequest(route.method, route.path, query, body)  # type: ignore[attr-defined]
    try:
        reply = SOURCE.handle(request, DEVICE if known else None, NOW)
    except Refused as refusal:
        reply = refusal_reply(refusal)
    assert reply.status in (200, 400, 403)
    assert all(value.isprintable() and len(value) <= 100 for value in reply.device_facts.values())


def test_the_pairs_of_a_line_belong_to_its_id_wherever_that_stands() -> None:
    assert results(b"ID=7&Return=-2&CMD=INFO\nReturn=0&CMD=CHECK&ID=8\n") == [
        (7, -2, "INFO", False),
        (8, 0, "CHECK", True),
    ]


def test_results_without_end_are_refused_before_they_are_read() -> None:
    assert len(adms_commands.read_results(b"ID=1&Return=0\n" * 5000)) == 5000
    with pytest.raises(TooMany, match="10000"):
        adms_commands.read_results(b"ID=1&Return=0\n" * 5001)
