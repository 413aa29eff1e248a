"""Against peers: I-21. Compared exactly, with squares in place of a root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Finding, share


@dataclass(frozen=True, slots=True)
class Inflation:
    """I-21: how many standard deviations above the peers' mean, and how many peers it takes to speak of any."""

    over_deviations: Decimal = Decimal(2)
    min_peers: int = 3


def inflated_weights(
    before_pct: Decimal,
    now_pct: Decimal,
    peers: Sequence[tuple[Decimal, Decimal]],
    settings: Inflation | None = None,
) -> Finding:
    """I-21: the share of heavy kinds among a person's entries, before and now, and the same of peers in the post.

    Flagged when the share rose by more than the peers' mean rise and two of their standard deviations (of all peers,
    not of a sample). One who fell, or who has too few peers, is not.
    """
    rule = settings or Inflation()
    rise = Fraction(share("now_pct", now_pct)) - Fraction(share("before_pct", before_pct))
    rises = [Fraction(share("peers", now)) - Fraction(share("peers", before)) for before, now in peers]
    facts = {"rise": rise, "peers": len(rises), "over_deviations": rule.over_deviations}
    if len(rises) < max(1, rule.min_peers):
        return Finding(indicator("I-21"), False, facts)
    mean = sum(rises, Fraction(0)) / len(rises)
    variance = sum(((one - mean) ** 2 for one in rises), Fraction(0)) / len(rises)
    above = rise - mean
    flagged = rise > 0 and above > 0 and above**2 > Fraction(rule.over_deviations) ** 2 * variance
    return Finding(indicator("I-21"), flagged, facts | {"mean_rise": mean, "variance": variance})
