"""Attendance by the ladder of a regulation: Perma 3/2020 unless the unit names another one."""

from eperf.plugins import hookimpl
from eperf_ministry_ladder.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `ministry-ladder/attendance`."""
    return [SCHEME]
