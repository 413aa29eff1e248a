"""What the readers of files have in common: nothing is pushed to them.

They open no path; a machine that is never on a network is registered with one of them.
"""

from __future__ import annotations

from datetime import datetime

from eperf.domain.attendance.source import DeviceReply, DeviceRequest, DeviceState, Route
from eperf.domain.errors import BadSerial


class Offline:
    """A source that no request reaches."""

    version = "1.0"
    routes: tuple[Route, ...] = ()

    def serial_of(self, request: DeviceRequest) -> str:
        """No request names such a device."""
        raise BadSerial("serial", None)

    def handle(self, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
        """No path leads here."""
        return DeviceReply(404, b"NOT FOUND")
