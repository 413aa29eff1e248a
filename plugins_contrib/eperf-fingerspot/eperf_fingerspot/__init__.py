"""Fingerspot's machines: the webhooks of both generations of its cloud, and asking it for what they lost."""

from __future__ import annotations

from collections.abc import Sequence

from eperf.plugins import AttendanceSource, hookimpl
from eperf_fingerspot.cloud import Fingerspot
from eperf_fingerspot.hub import FingerspotHub


@hookimpl
def eperf_attendance_sources() -> Sequence[AttendanceSource]:
    """The sources `fingerspot/cloud` and `fingerspot/hub`."""
    return [Fingerspot(), FingerspotHub()]
