"""Minutes under a ceiling: absence lowers what can be earned, overtime cannot pass 100 per cent.

`rules` holds the whole rule of DKI Jakarta from 2020 as functions; `scheme` scores the work activity, `whole` the
result of activity and plan.
"""

from eperf.plugins import hookimpl
from eperf_minutes_ceiling.scheme import SCHEME
from eperf_minutes_ceiling.whole import RESULT


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The schemes `minutes-ceiling/result` and `minutes-ceiling/activity`."""
    return [RESULT, SCHEME]
