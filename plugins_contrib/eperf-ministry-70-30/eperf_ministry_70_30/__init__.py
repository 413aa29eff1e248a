"""Kemnaker 70/30: performance by predikat, attendance by cuts, leave that replaces the total.

`pay` and `leave` hold the whole rule; `scheme` scores the attendance part, whose facts eperf has.
"""

from eperf.plugins import hookimpl
from eperf_ministry_70_30.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `ministry-70-30/attendance`."""
    return [SCHEME]
