"""What `eperf plugins check` judges the scheme and the source by."""

from __future__ import annotations

from collections.abc import Sequence

from eperf.plugins import DeviceRequest, DeviceState
from eperf.plugins.samples import SchemeSample, SourceSample, Tap


def pushed(taps: Sequence[Tap]) -> DeviceRequest:
    """Records as a device pushes them."""
    lines = (f"{tap.pin}\t{tap.at:%Y-%m-%d %H:%M:%S}\t{tap.status}\t{tap.verify}\n" for tap in taps)
    return DeviceRequest("POST", "/sample/records", {"serial": "D1"}, "".join(lines).encode())


SAMPLES = [
    SchemeSample("points", settings={"target": "6000"}, asked=("target",)),
    SourceSample("lines", DeviceState("D1", "active", 420), request=pushed),
]
