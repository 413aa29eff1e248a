"""How both generations of the cloud write records, for `eperf plugins check`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from eperf.plugins import DeviceRequest, DeviceState
from eperf.plugins.samples import SourceSample, Tap

_DEVICE = DeviceState("D1", "active", 420, options={"token": "sample"})


def _pushed(taps: Sequence[Tap]) -> DeviceRequest:
    rows = [
        {"pin": tap.pin, "scan": f"{tap.at:%Y-%m-%d %H:%M}", "verify": tap.verify, "status_scan": tap.status}
        for tap in taps
    ]
    body = json.dumps({"type": "attlog", "cloud_id": "D1", "data": rows})
    return DeviceRequest("POST", "/fingerspot/webhook", {}, body.encode())


def _answered(taps: Sequence[Tap]) -> bytes:
    rows = [
        {
            "pin": tap.pin,
            "scan_date": f"{tap.at:%Y-%m-%d %H:%M:%S}",
            "verify": tap.verify,
            "status_scan": tap.status,
        }
        for tap in taps
    ]
    return json.dumps({"success": True, "data": rows}).encode()


def _filed(taps: Sequence[Tap]) -> bytes:
    rows = [
        {
            "employeeNo": tap.pin,
            "eventTime": f"{tap.at:%Y-%m-%dT%H:%M:%S}+07:00",
            "attendanceStatus": {0: "check_in", 1: "check_out"}.get(tap.status, "of_no_meaning"),
        }
        for tap in taps
    ]
    return json.dumps({"records": rows}).encode()


SAMPLES = (
    SourceSample("cloud", _DEVICE, request=_pushed, file=_answered, answer=_answered),
    SourceSample("hub", _DEVICE, file=_filed),
)
