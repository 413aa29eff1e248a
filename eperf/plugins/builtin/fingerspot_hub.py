"""Fingerspot's Hub API: a signed webhook for every event, times with their zone.

The token with which a device's webhooks are signed is the device's option `token`; without one nothing of it
is believed. A webhook that is refused comes again a few times and is lost then, so a wrong token shows soon:
the machine stays silent. What is sent again, by the cloud or by whoever recorded it, is the same record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from eperf.domain.attendance.carried import CarriedFile, FileProfile, FileRead
from eperf.domain.attendance.punch import RawPunch, SkippedLine, Verify
from eperf.domain.attendance.source import DeviceReply, DeviceRequest, DeviceState, Route
from eperf.domain.errors import BadInput, TooMany
from eperf.plugins.builtin.adms_lines import fact
from eperf.plugins.builtin.clock_fields import Unreadable, pin_of
from eperf.plugins.builtin.fingerspot_fields import (
    HUB_STATUS,
    HUB_VERIFY,
    MAX_FILE_BYTES,
    MAX_FILE_RECORDS,
    cloud_id_of,
    event_instant,
    kind_of,
    line_of,
    object_of,
    skipped,
    text_of,
)
from eperf.plugins.builtin.fingerspot_signature import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    Believed,
    judged,
    timestamp_of,
    window_on,
)

TOKEN = "token"
"""The device's option that holds the API token."""

KEPT = frozenset(
    {"event", "cloudId", "serialNumber", "employeeNo", "eventTime", "verifyMode", "attendanceStatus", "workCode"}
)  # fmt: skip
"""Fields of an event that are kept as received: no name, no card, no picture."""


class FingerspotHub:
    """The built-in source `fingerspot-hub`."""

    name = "fingerspot-hub"
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
        kind=kind_of(status),
        status=status,
        status_text=status_text,
        verify=HUB_VERIFY.get(verify_text or "", Verify.UNKNOWN),
        verify_code=None,
        verify_text=verify_text,
        workcode=text_of(event.get("workCode")),
        raw=line_of(event, KEPT),
        line_no=line_no,
    )
