"""Fingerspot's Hub API: a signed webhook for every event, times with their zone.

The token with which a device's webhooks are signed is the device's option `token`; without one nothing of it
is believed. A webhook that is refused comes again a few times and is lost then, so a wrong token shows soon:
the machine stays silent. What is sent again, by the cloud or by whoever recorded it, is the same record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from eperf.plugins import (
    BadInput,
    CarriedFile,
    DeviceReply,
    DeviceRequest,
    DeviceState,
    FileProfile,
    RawPunch,
    Route,
    SkippedLine,
    Verify,
)
from eperf.plugins.sources import (
    FileRead,
    HttpAsk,
    Outside,
    PullFailed,
    PullRead,
    TooMany,
    Unreadable,
    fact,
    pin_of,
)
from eperf_fingerspot.signature import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    Believed,
    judged,
    timestamp_of,
    window_on,
)
from eperf_fingerspot.windows import API_URL, DAY, answered, asked_at, window_of
from eperf_fingerspot.words import (
    CODES,
    HUB_STATUS,
    HUB_VERIFY,
    MAX_FILE_BYTES,
    MAX_FILE_RECORDS,
    cloud_id_of,
    event_instant,
    line_of,
    object_of,
    skipped,
    text_of,
)

PAGE = "pull_page"
"""The device's stamp: which page of the window comes next, from 1."""

PAGE_RECORDS = 100
"""Records of one page, the most that the API gives."""

MAX_PAGES = 10_000

TOKEN = "token"
"""The device's option that holds the API token."""

KEPT = frozenset(
    {"event", "cloudId", "serialNumber", "employeeNo", "eventTime", "verifyMode", "attendanceStatus", "workCode"}
)  # fmt: skip
"""Fields of an event that are kept as received: no name, no card, no picture."""


class FingerspotHub:
    """The source `fingerspot/hub`."""

    name = "hub"
    version = "1.0"
    codes = "fingerspot"
    """Whose numbers states and verify codes are in files of such a device."""
    routes: tuple[Route, ...] = (Route("POST", "/fingerspot/hub", "event"),)

    def serial_of(self, request: DeviceRequest) -> str:
        """The `cloudId` of the body; raises `BadSerial` without one, `BadInput` when the body is no JSON."""
        return cloud_id_of(object_of(request.body), "cloudId")

    def handle(self, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
        """Reads one event; see `AttendanceSource.handle`. 401 is the answer to one that is not believed."""
        event = object_of(request.body)
        cloud_id_of(event, "cloudId")
        if device is None or device.state != "active":
            return DeviceReply(403, b"DEVICE NOT ACTIVE")
        believed = _believed(request, device, now)
        if not believed.accepted:
            return DeviceReply(401, believed.name.encode())
        if event.get("event") != "attendance":
            return DeviceReply(200, b"OK", dropped=fact(text_of(event.get("event")) or "unnamed"))
        try:
            return DeviceReply(200, b"OK", punches=(read_event(event),))
        except Unreadable as why:
            return DeviceReply(200, b"OK", skipped=(skipped(1, event, KEPT, str(why)),))

    def read_file(self, file: CarriedFile, profile: FileProfile) -> FileRead:
        """The records in an answer of the API that was kept as a file: what webhooks lost."""
        return read_page(file.content)

    def is_asked(self, options: Mapping[str, str]) -> bool:
        """With a token and the address of the API it is asked for what webhooks lost."""
        return TOKEN in options and API_URL in options

    def pull(self, device: DeviceState, now: datetime, outside: Outside) -> PullRead:
        """The next page of the next days."""
        window = window_of(device, now)
        page = _page(device.stamps.get(PAGE))
        asked = {
            "startDate": window.first.isoformat(), "endDate": window.last.isoformat(), "page": page,
            "limit": PAGE_RECORDS,
        }  # fmt: skip
        answer = outside.http(
            HttpAsk(
                "GET",
                f"{asked_at(device.options)}/v1/{quote(device.serial, safe='')}/attendance?{urlencode(asked)}",
                {"authorization": f"Bearer {device.options[TOKEN]}"},
                most_bytes=MAX_FILE_BYTES,
            )
        )
        punches, left = read_page(answered(answer))
        if len(punches) + len(left) >= PAGE_RECORDS:
            if page >= MAX_PAGES:
                raise PullFailed("page", page, "the cloud has no last page")
            return PullRead(punches, left, {DAY: window.first.isoformat(), PAGE: str(page + 1)}, more=True)
        return PullRead(punches, left, {DAY: window.next_first.isoformat(), PAGE: "1"}, window.more)


def _page(stamp: str | None) -> int:
    usable = stamp is not None and stamp.isascii() and stamp.isdigit() and len(stamp) <= 5
    return max(int(stamp), 1) if usable and stamp else 1


def _believed(request: DeviceRequest, device: DeviceState, now: datetime) -> Believed:
    token = device.options.get(TOKEN, "")
    if not token:
        return Believed.BAD_SIGNATURE
    return judged(
        token,
        request.body,
        request.headers.get(SIGNATURE_HEADER),
        timestamp_of(request.headers.get(TIMESTAMP_HEADER)),
        int(now.timestamp()),
        window_on(now.date()),
    )


def read_page(body: bytes) -> FileRead:
    """The records in the answer to a request for attendance; refuses one without a list of records."""
    records = object_of(body, MAX_FILE_BYTES).get("records")
    if not isinstance(records, list):
        raise BadInput("records", type(records).__name__, "the answer has no list of records")
    if len(records) > MAX_FILE_RECORDS:
        raise TooMany("records", MAX_FILE_RECORDS, len(records))
    punches: list[RawPunch] = []
    left: list[SkippedLine] = []
    for line_no, record in enumerate(records, start=1):
        try:
            if not isinstance(record, Mapping):
                raise Unreadable("record_unreadable")
            punches.append(read_event(record, line_no))
        except Unreadable as why:
            left.append(skipped(line_no, record, KEPT, str(why)))
    return tuple(punches), tuple(left)


def read_event(event: Mapping[str, Any], line_no: int = 1) -> RawPunch:
    """A record of an attendance event, or of the list that the API gives on request; raises `Unreadable`."""
    time_text, status_text = text_of(event.get("eventTime")), text_of(event.get("attendanceStatus"))
    verify_text = text_of(event.get("verifyMode"))
    status = HUB_STATUS.get(status_text or "")
    return RawPunch(
        pin=pin_of(text_of(event.get("employeeNo"))),
        occurred_at=event_instant(time_text),
        device_local=time_text or "",
        kind=CODES.kind_of(status),
        status=status,
        status_text=status_text,
        verify=HUB_VERIFY.get(verify_text or "", Verify.UNKNOWN),
        verify_code=None,
        verify_text=verify_text,
        workcode=text_of(event.get("workCode")),
        raw=line_of(event, KEPT),
        line_no=line_no,
    )
