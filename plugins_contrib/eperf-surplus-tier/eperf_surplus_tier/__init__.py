"""Surplus tiers: what lies above a standard of 7,260 points decides the share of the workload part.

`tiers` holds the rule; `scheme` scores that share, `whole` both parts of the allowance.
"""

from eperf.plugins import hookimpl
from eperf_surplus_tier.scheme import SCHEME
from eperf_surplus_tier.whole import TOTAL


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The schemes `surplus-tier/total` and `surplus-tier/workload`."""
    return [TOTAL, SCHEME]
