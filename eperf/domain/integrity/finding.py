"""What a detector says: whether the pattern is there, how strong the evidence is, and what it was computed from.

Strength speaks of evidence, never of guilt. One indicator has the strength of its kind; further indicators on the
same day raise it by one step when they rest on other evidence, because one wrong clock can trip two rules that
both read the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from eperf.domain.count import whole_count
from eperf.domain.number import in_range


class Strength(IntEnum):
    """How much a finding shows."""

    WEAK = 1
    MODERATE = 2
    STRONG = 3


class Detectable(StrEnum):
    """Whether attendance and activity data show the pattern: wholly, partly, or not at all."""

    YES = "D"
    PARTLY = "P"
    NO = "N"


class EvidenceKind(StrEnum):
    """Which evidence an indicator rests on; findings of one kind do not confirm each other."""

    PLACE = "place"
    DEVICE = "device"
    CLOCK = "clock"
    PRESENCE = "presence"
    ENTRIES = "entries"
    TEXT = "text"
    EVIDENCE = "evidence"
    APPROVAL = "approval"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A pattern as employees can read it: the list is open, there is no secret scoring."""

    code: str
    title_id: str
    title_en: str
    detectable: Detectable
    rests_on: EvidenceKind
    strength: Strength
    innocent_id: str
    """The usual innocent cause; it is shown with every flag. Empty where the act itself is forbidden."""
    innocent_en: str
    grounding: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of a detector. `facts` holds its inputs, figures and thresholds, by name."""

    indicator: Indicator
    flagged: bool
    facts: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The indicator's code."""
        return self.indicator.code

    @property
    def strength(self) -> Strength | None:
        """How much it shows; None when there is nothing."""
        return self.indicator.strength if self.flagged else None


def day_strength(findings: Iterable[Finding]) -> Strength | None:
    """The strength of all findings about one person and day: the strongest, one step more with independent ones."""
    flagged = [finding for finding in findings if finding.flagged]
    if not flagged:
        return None
    strongest = max(finding.indicator.strength for finding in flagged)
    kinds = {finding.indicator.rests_on for finding in flagged}
    return min(Strength.STRONG, Strength(strongest + 1)) if len(kinds) > 1 and strongest < 3 else strongest


def counted(field: str, value: int) -> int:
    """A count, a number of minutes or seconds: never below zero."""
    return whole_count(field, value)


def share(field: str, value: Decimal) -> Decimal:
    """A share in per cent, 0 to 100."""
    in_range(field, value, 0, 100)
    return value


def measured(field: str, value: Decimal | None) -> Decimal | None:
    """A quantity that was measured, or None where it was not: never below zero."""
    if value is not None:
        in_range(field, value)
    return value
