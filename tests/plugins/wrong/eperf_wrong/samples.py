"""What the wrong ones are judged by."""

from eperf.plugins import DeviceRequest, DeviceState
from eperf.plugins.samples import SchemeSample, SourceSample
from eperf_wrong.sources import SOURCES

DEVICE = DeviceState("D1", "active", 420)


def lines(taps):
    return "".join(
        f"{tap.pin}\t{tap.at:%Y-%m-%d %H:%M:%S}\t{tap.status}\t{tap.verify}\n" for tap in taps
    ).encode()


def request(taps):
    return DeviceRequest("POST", "/wrong", {"SN": "D1"}, lines(taps))


SAMPLES = [
    SchemeSample("right", needs=("days",)),
    SchemeSample("missing", needs=("days",)),
    SchemeSample("settings", {"minutes": 100}, asked=("minutes",)),
    *(SourceSample(source.name, DEVICE, request) for source in SOURCES),
]
