"""The kit for sources: the built-in ones hold, and each planted fault is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eperf.domain.attendance.carried import CarriedFile, FileProfile, FileRead
from eperf.domain.attendance.pull import HttpAsk, Outside, PullRead
from eperf.domain.attendance.source import DeviceReply, DeviceRequest, DeviceState
from eperf.plugins.builtin.adms import AdmsPush
from eperf.plugins.builtin.carried_files import UsbFile
from eperf.plugins.builtin.soap import SoapFile, read_answer
from eperf.testing import Upload, assert_file_whole, assert_pull_whole, assert_source_whole
from eperf_fingerspot.cloud import Fingerspot
from eperf_fingerspot.hub import FingerspotHub
from eperf_fingerspot.signature import signature_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DEVICE = DeviceState("D1", "active", 420, options={"token": "rahasia-uji"})
LOG = (
    b"57\t2026-03-02 07:20:00\t0\t1\t0\n57\t2026-03-02 07:20:00\t0\t1\t0\njunk\n"
    b"58\t2026-03-01 16:00:00\t255\t99\t0\n57\t2015-01-01 00:00:20\t1\t1"
)


def adms(body: bytes = LOG, table: str = "ATTLOG", records: int = 5) -> Upload:
    query = {"SN": "D1", "table": table, "Stamp": "1"}
    return Upload(DeviceRequest("POST", "/iclock/cdata", query, body), records)


def webhook(data: object, records: int) -> Upload:
    body = json.dumps({"type": "attlog", "cloud_id": "D1", "data": data}).encode()
    return Upload(DeviceRequest("POST", "/fingerspot/webhook", {}, body), records)


def event(**said: object) -> Upload:
    body = json.dumps({"event": "attendance", "cloudId": "D1", **said}).encode()
    headers = {
        "x-hub-api-timestamp": str(int(NOW.timestamp())),
        "x-hub-api-signature-256": signature_of("rahasia-uji", body),
    }
    return Upload(DeviceRequest("POST", "/fingerspot/hub", {}, body, headers=headers), 1)


def test_the_built_in_sources_hold() -> None:
    users = b"USER PIN=57\tName=Siti\tPasswd=hunter2\nFP PIN=57\tFID=6\tTMP=abc"
    assert_source_whole(AdmsPush(), DEVICE, [adms(), adms(users, "OPERLOG", 0), adms(b"x", "FP", 0)], NOW)
    scan = {"pin": "57", "scan": "2026-03-02 07:20", "verify": "1", "status_scan": "9"}
    assert_source_whole(Fingerspot(), DEVICE, [webhook(scan, 1), webhook([scan, {}, None, scan], 4)], NOW)
    good = event(employeeNo="57", eventTime="2026-03-02T07:20:31+07:00", attendanceStatus="check_in")
    assert_source_whole(FingerspotHub(), DEVICE, [good, event(employeeNo="57"), event()], NOW)


def test_the_built_in_readers_of_files_hold() -> None:
    assert_file_whole(UsbFile(), LOG, 5, FileProfile(420))
    scan = {"pin": "57", "scan_date": "2026-03-02 07:20:00", "verify": 1, "status_scan": 0}
    assert_file_whole(
        Fingerspot(), json.dumps({"success": True, "data": [scan, {}]}).encode(), 2, FileProfile(420)
    )
    assert_file_whole(FingerspotHub(), b'{"records":[{"employeeNo":"57"},7]}', 2, FileProfile(420))
    rows = b"<a><Row><PIN>57</PIN><DateTime>2026-03-02 07:20:00</DateTime></Row><Row/></a>"
    assert_file_whole(SoapFile(), rows, 2, FileProfile(420))


def test_the_sources_that_ask_over_http_hold() -> None:
    scan = {"pin": "57", "scan_date": "2026-03-02 07:20:00", "verify": 1, "status_scan": 0}
    body = json.dumps({"success": True, "data": [scan, {}, None, scan]}).encode()
    assert_pull_whole(Fingerspot(), DEVICE, body, 4, NOW)
    hub = replace(DEVICE, options={"token": "rahasia-uji", "api_url": "https://hub.example"})
    assert_pull_whole(FingerspotHub(), hub, b'{"records":[{"employeeNo":"57"},7]}', 2, NOW)
    rows = b"<a><Row><PIN>57</PIN><DateTime>2026-03-02 07:20:00</DateTime></Row><Row/></a>"
    assert_pull_whole(SoapFile(), replace(DEVICE, options={"host": "10.0.0.7"}), rows, 2, NOW)


class Forgets(Fingerspot):
    def pull(self, device: DeviceState, now: datetime, outside: Outside) -> PullRead:
        """Loses what cannot be read."""
        return replace(super().pull(device, now, outside), skipped=())


class Believes(SoapFile):
    def pull(self, device: DeviceState, now: datetime, outside: Outside) -> PullRead:
        """Looks at no status."""
        answer = outside.http(HttpAsk("POST", "http://10.0.0.7"))
        return PullRead(*read_answer(answer.body, 420))


def test_a_source_that_asks_with_a_planted_fault_is_named() -> None:
    body = json.dumps({"success": True, "data": [{}]}).encode()
    with pytest.raises(AssertionError, match="1 records came in, 0 came out"):
        assert_pull_whole(Forgets(), DEVICE, body, 1, NOW)
    rows = b"<a><Row><PIN>57</PIN><DateTime>2026-03-02 07:20:00</DateTime></Row></a>"
    with pytest.raises(AssertionError, match="an answer with 204"):
        assert_pull_whole(Believes(), replace(DEVICE, options={"host": "10.0.0.7"}), rows, 1, NOW)


Handle = Callable[[AdmsPush, DeviceRequest, DeviceState | None, datetime], DeviceReply]


def wrong(handle: Handle) -> AdmsPush:
    made = type("Wrong", (AdmsPush,), {"handle": lambda self, *given: handle(AdmsPush(), *given)})
    return made()  # type: ignore[no-any-return]


def loses(right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
    return replace(right.handle(request, device, now), skipped=())


def remembers() -> Handle:
    seen: list[bytes] = []

    def handle(
        right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime
    ) -> DeviceReply:
        reply = right.handle(request, device, now)
        again = request.body in seen
        seen.append(request.body)
        return replace(reply, punches=reply.punches[1:]) if again else reply

    return handle


def dates(right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
    reply = right.handle(request, device, now)
    moved = tuple(replace(punch, occurred_at=now + timedelta(seconds=1)) for punch in reply.punches)
    return replace(reply, punches=moved)


def trusts(right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
    return right.handle(request, device and replace(device, state="active"), now)


def greets(right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
    return right.handle(request, device, now) if device else DeviceReply(200, b"OK")


def decodes(
    right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime
) -> DeviceReply:
    request.body.decode("ascii")
    return right.handle(request, device, now)


def keeps(right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
    reply = right.handle(request, device, now)
    return replace(
        reply, punches=tuple(replace(p, raw=request.body.decode("latin-1")) for p in reply.punches)
    )


def one_place(
    right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime
) -> DeviceReply:
    reply = right.handle(request, device, now)
    return replace(reply, punches=tuple(replace(punch, line_no=1) for punch in reply.punches))


def no_reason(
    right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime
) -> DeviceReply:
    reply = right.handle(request, device, now)
    return replace(reply, skipped=tuple(replace(skip, reason="") for skip in reply.skipped))


def nothing(right: AdmsPush, request: DeviceRequest, device: DeviceState | None, now: datetime) -> Any:
    return right.handle(request, device, now) if request.query and request.body == LOG else None


@pytest.mark.parametrize(
    ("handle", "said"),
    [
        (loses, "5 records came in, 4 came out"),
        (remembers(), "a resend is read otherwise"),
        (dates, "depend on our clock"),
        (trusts, "answered 200"),
        (greets, "answered 200"),
        (decodes, "made the source raise UnicodeDecodeError"),
        (keeps, "does not print"),
        (one_place, "two records have one place"),
        (no_reason, "has the reason ''"),
        (nothing, "answered NoneType"),
    ],
)
def test_a_source_with_a_planted_fault_is_named(handle: Handle, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        assert_source_whole(wrong(handle), DEVICE, [adms()], NOW)


def test_a_source_that_reads_another_serial_number_is_named() -> None:
    with pytest.raises(AssertionError, match="not the device's"):
        assert_source_whole(AdmsPush(), replace(DEVICE, serial="D2"), [adms()], NOW)
    with pytest.raises(AssertionError, match="no upload"):
        assert_source_whole(AdmsPush(), DEVICE, [], NOW)


class Splits(UsbFile):
    def read_file(self, file: CarriedFile, profile: FileProfile) -> FileRead:
        """Fails on a line without a tab."""
        for line in file.content.split(b"\n"):
            _, _ = line.split(b"\t", 1)
        return super().read_file(file, profile)


class Drops(UsbFile):
    def read_file(self, file: CarriedFile, profile: FileProfile) -> FileRead:
        """Forgets what cannot be read."""
        return super().read_file(file, profile)[0], ()


def test_a_reader_of_files_with_a_planted_fault_is_named() -> None:
    with pytest.raises(AssertionError, match="made the reader raise ValueError"):
        assert_file_whole(Splits(), LOG.replace(b"junk\n", b""), 4, FileProfile(420))
    with pytest.raises(AssertionError, match="5 records came in, 4 came out"):
        assert_file_whole(Drops(), LOG, 5, FileProfile(420))
