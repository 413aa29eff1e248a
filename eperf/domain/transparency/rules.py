"""The figures of publication as data with a time of their own.

Act 14/2008 art. 17 h exempts what tells about a person; how small is too small no act says, so the figures are
an agency's own, and the row below is what eperf proposes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force


@dataclass(frozen=True, slots=True)
class SuppressionRule:
    """When a figure is too small, or tells too much, to be published."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    min_publishable: int = 6
    """The least count that is published, and the least base of a rate: 1 to 5 are hidden."""
    min_sensitive: int = 10
    """The same for sensitive topics: discipline, health, flags."""
    dominance_pct: Decimal = Decimal(80)
    """A total is hidden when one person gives more of it than this."""
    hide_full_share: bool = True
    """Whether "none of n" and "all of n" are hidden; the rule is known by hearsay only, so it can be put off."""

    def __post_init__(self) -> None:
        if not 1 <= self.min_publishable <= self.min_sensitive:
            raise BadInput("min_publishable", self.min_publishable, "not between 1 and min_sensitive")
        if not 0 < self.dominance_pct <= 100:
            raise BadInput("dominance_pct", self.dominance_pct, "not above 0 and at most 100")

    def least(self, *, sensitive: bool = False) -> int:
        """The least count that is published on a topic."""
        return self.min_sensitive if sensitive else self.min_publishable


SUPPRESSION_RULES: tuple[SuppressionRule, ...] = (
    SuppressionRule(date(2008, 4, 30), None, "UU 14/2008 pasal 17 huruf h"),
)
"""Public figures since the act on public information; a later choice is a further row and closes this one."""


def suppression_rule(on: date) -> SuppressionRule:
    """The rule in force on the day of publication."""
    return in_force(SUPPRESSION_RULES, on, "suppression_rule")
