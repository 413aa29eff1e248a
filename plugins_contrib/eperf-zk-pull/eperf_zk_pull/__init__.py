"""Machines of ZKTeco, Solution and their rebrands that are asked at port 4370 of the own network."""

from __future__ import annotations

from collections.abc import Sequence

from eperf.plugins import AttendanceSource, hookimpl
from eperf_zk_pull.source import ZkPull


@hookimpl
def eperf_attendance_sources() -> Sequence[AttendanceSource]:
    """The source `zk-pull/port-4370`."""
    return [ZkPull()]
