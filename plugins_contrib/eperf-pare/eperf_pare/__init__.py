"""PARE-type score: nothing below 50, a slope, everything from 85 on.

`rules` holds the rule as functions of plain values; `scheme` carries it out on a unit's month.
"""

from eperf.plugins import hookimpl
from eperf_pare.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `pare/performance`."""
    return [SCHEME]
