"""Fingerspot's cloud of the first generation (developer.fingerspot.io): a webhook for every scan, unsigned.

Whoever knows a device's cloud id can send in its name, so register cloud ids like serial numbers, keep the
address secret and let only the cloud's network reach it. The cloud does not know the zone of the device's
clock: it is the zone of the unit in which the device stands. What webhooks lost is asked for with `get_attlog`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

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
)
from eperf.plugins.sources import (
    PIN,
    FileRead,
    HttpAsk,
    KeptUser,
    Outside,
    PullRead,
    TooMany,
    Unreadable,
    code_of,
    fact,
    pin_of,
)
from eperf_fingerspot.windows import DAY, answered, asked_at, window_of
from eperf_fingerspot.words import (
    CODES,
    MAX_FILE_BYTES,
    MAX_FILE_RECORDS,
    MAX_RECORDS,
    cloud_id_of,
    line_of,
    object_of,
    scan_instant,
    skipped,
    text_of,
)

API = "https://developer.fingerspot.io"
"""Where the vendor's cloud is asked, unless the device's option `api_url` says otherwise."""

TOKEN = "token"
"""The device's option that holds the API token; without one the cloud is not asked."""

KEPT = frozenset({"pin", "scan", "scan_date", "verify", "status_scan"})
"""Fields of a scan that are kept as received."""

_USERS = "get_userinfo"
_NAME_CHARS = 200


class Fingerspot:
    """The source `fingerspot/cloud`."""

    name = "cloud"
    version = "1.0"
    codes = "fingerspot"
    """Whose numbers states and verify codes are in files of such a device."""
    routes: tuple[Route, ...] = (Route("POST", "/fingerspot/webhook", "webhook"),)

    def serial_of(self, request: DeviceRequest) -> str:
        """The `cloud_id` of the body; raises `BadSerial` without one, `BadInput` when the body is no JSON."""
        return cloud_id_of(object_of(request.body), "cloud_id")

    def handle(self, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
        """Reads one webhook; see `AttendanceSource.handle`.

        What is no scan and no user is acknowledged and dropped, or the cloud would send it again.
        """
        envelope = object_of(request.body)
        cloud_id_of(envelope, "cloud_id")
        if device is None or device.state != "active":
            return DeviceReply(403, b"DEVICE NOT ACTIVE")
        kind = envelope.get("type")
        if kind == "attlog":
            punches, left = read_scans(envelope.get("data"), device.zone_offset_min)
            return DeviceReply(200, b"OK", punches=punches, skipped=left)
        if kind == _USERS:
            return DeviceReply(200, b"OK", kept_users=_users(envelope.get("data")))
        return DeviceReply(200, b"OK", dropped=fact(text_of(kind) or "untyped"))

    def read_file(self, file: CarriedFile, profile: FileProfile) -> FileRead:
        """The scans in an answer to `get_attlog` that was kept as a file: what webhooks lost."""
        return read_reply(file.content, profile.zone_offset_min)

    def is_asked(self, options: Mapping[str, str]) -> bool:
        """With a token the cloud is asked for what webhooks lost."""
        return TOKEN in options

    def pull(self, device: DeviceState, now: datetime, outside: Outside) -> PullRead:
        """The scans of the next two days, the most that the cloud gives at once."""
        window = window_of(device, now)
        asked = {
            "trans_id": f"{now:%Y%m%d%H%M%S}",
            "cloud_id": device.serial,
            "start_date": window.first.isoformat(),
            "end_date": window.last.isoformat(),
        }
        answer = outside.http(
            HttpAsk(
                "POST",
                f"{asked_at(device.options, API)}/api/get_attlog",
                {"authorization": f"Bearer {device.options[TOKEN]}", "content-type": "application/json"},
                json.dumps(asked).encode(),
                MAX_FILE_BYTES,
            )
        )
        punches, left = read_reply(answered(answer), device.zone_offset_min)
        return PullRead(punches, left, {DAY: window.next_first.isoformat()}, window.more)


def read_scans(data: object, zone_offset_min: int, most: int = MAX_RECORDS) -> FileRead:
    """The scans of a webhook (one, or several in a list) or of the answer to `get_attlog`.

    `zone_offset_min` is the device clock's distance from UTC in minutes; more than `most` are refused.
    """
    records = data if isinstance(data, list) else [data]
    if len(records) > most:
        raise TooMany("scans", most, len(records))
    offset = timedelta(minutes=zone_offset_min)
    punches: list[RawPunch] = []
    left: list[SkippedLine] = []
    for line_no, record in enumerate(records, start=1):
        try:
            punches.append(_scan(record, line_no, offset))
        except Unreadable as why:
            left.append(skipped(line_no, record, KEPT, str(why)))
    return tuple(punches), tuple(left)


def read_reply(body: bytes, zone_offset_min: int) -> FileRead:
    """The scans in the answer to `get_attlog`; refuses an answer that reports no success."""
    reply = object_of(body, MAX_FILE_BYTES)
    if reply.get("success") is not True or not isinstance(reply.get("data"), list):
        raise BadInput("success", reply.get("success"), "the cloud gave no scans")
    return read_scans(reply["data"], zone_offset_min, MAX_FILE_RECORDS)


def _scan(record: object, line_no: int, offset: timedelta) -> RawPunch:
    if not isinstance(record, Mapping):
        raise Unreadable("record_unreadable")
    said = {name: text_of(record.get(name)) for name in KEPT}
    time_text = said["scan"] or said["scan_date"]
    status, verify = code_of(said["status_scan"]), code_of(said["verify"])
    return RawPunch(
        pin=pin_of(said["pin"]),
        occurred_at=scan_instant(time_text, offset),
        device_local=time_text or "",
        kind=CODES.kind_of(status),
        status=status,
        status_text=said["status_scan"],
        verify=CODES.verify_of(verify),
        verify_code=verify,
        verify_text=said["verify"],
        workcode=None,
        raw=line_of(record, KEPT),
        line_no=line_no,
    )


def _users(data: object) -> tuple[KeptUser, ...]:
    """The person in a user's record: PIN and name; passwords, cards and templates are never looked at."""
    if not isinstance(data, Mapping):
        return ()
    pin, name = text_of(data.get("pin")), data.get("name")
    if pin is None or not PIN.fullmatch(pin):
        return ()
    shown = name[:_NAME_CHARS] if isinstance(name, str) else ""
    return (KeptUser(pin, "".join(c for c in shown if c.isprintable())),)
