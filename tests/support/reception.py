"""One request of a machine, as the server hears it, with nobody beside it."""

from __future__ import annotations

from typing import Any

from eperf.domain.attendance.source import DeviceReply, DeviceRequest
from eperf.plugins.report import Registered
from eperf.services.attendance.receiving import Reception
from eperf.services.call import Call


async def receive(call: Call, source: Registered[Any], request: DeviceRequest) -> DeviceReply:
    """See `Reception.receive`."""
    return await Reception().receive(call, source, request)
