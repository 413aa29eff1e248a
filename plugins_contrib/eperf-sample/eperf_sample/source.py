"""Devices that push a line for each record, a tab between its fields: PIN, local time, state, verify code."""

from __future__ import annotations

from datetime import datetime, timedelta

from eperf.plugins import DeviceReply, DeviceRequest, DeviceState, RawPunch, Route, SkippedLine
from eperf.plugins.sources import BadSerial, Unreadable, code_of, codes_named, instant_of, pin_of, safe_text

CODES = codes_named("adms")


class Lines:
    """Reads what a device pushes."""

    name, version = "lines", "1"
    routes: tuple[Route, ...] = (Route("POST", "/sample/records", "sample"),)

    def serial_of(self, request: DeviceRequest) -> str:
        """The serial number that the device claims."""
        serial = request.query.get("serial", "")
        if not (0 < len(serial) <= 40 and serial.isascii() and serial.isalnum()):
            raise BadSerial(serial[:40])
        return serial

    def handle(self, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
        """Every line becomes a punch, or is skipped with a reason."""
        if device is None or device.state != "active":
            return DeviceReply(403)
        offset = timedelta(minutes=device.zone_offset_min)
        lines = enumerate(request.body.split(b"\n"), start=1)
        read = [self._read(number, line, offset) for number, line in lines if line.strip()]
        punches = tuple(one for one in read if isinstance(one, RawPunch))
        skipped = tuple(one for one in read if isinstance(one, SkippedLine))
        return DeviceReply(200, b"OK", punches=punches, skipped=skipped)

    def _read(self, number: int, line: bytes, offset: timedelta) -> RawPunch | SkippedLine:
        raw = safe_text(line)
        pin, local, status, verify = [*raw.split("\t"), "", "", "", ""][:4]
        try:
            return RawPunch(
                pin=pin_of(pin),
                occurred_at=instant_of(local, offset),
                device_local=local,
                kind=CODES.kind_of(code_of(status)),
                status=code_of(status),
                status_text=status or None,
                verify=CODES.verify_of(code_of(verify)),
                verify_code=code_of(verify),
                verify_text=verify or None,
                workcode=None,
                raw=raw,
                line_no=number,
            )
        except Unreadable as why:
            return SkippedLine(number, raw, str(why))
