"""Surabaya: work 80 %, behaviour 20 %; cost, quality and time of each target through the unit's factor tables."""

from eperf.plugins import hookimpl
from eperf_surabaya_80_20.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `surabaya-80-20/performance`."""
    return [SCHEME]
