"""Minutes under a ceiling: absence lowers what can be earned, overtime cannot pass 100 per cent.

`rules` holds the whole rule of DKI Jakarta from 2020; `scheme` scores the work activity, whose facts eperf
has.
"""

from eperf.plugins import hookimpl
from eperf_minutes_ceiling.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `minutes-ceiling/activity`."""
    return [SCHEME]
