"""Surplus tiers: what lies above a standard of 7,260 points decides the share of the workload part.

`tiers` holds the rule; `scheme` scores the share, whose facts eperf has.
"""

from eperf.plugins import hookimpl
from eperf_surplus_tier.scheme import SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme `surplus-tier/workload`."""
    return [SCHEME]
