"""How good the indicators are: what became of their flags. One that is mostly wrong is retired.

The figures of an indicator are shown to everybody who sees its flags: a superior must know how often it was wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.flag import DECIDED, FlagState


@dataclass(frozen=True, slots=True)
class Retirement:
    """Below which share of confirmed flags an indicator is retired, and from how many decisions on that is said."""

    under_confirmed_pct: Decimal = Decimal(30)
    min_decided: int = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """An indicator's record. Shares are exact, of the decided flags; None when none is decided."""

    code: str
    decided: int
    confirmed_share: Fraction | None
    false_share: Fraction | None
    """Explained: the pattern was there, and had an innocent cause. A corrected entry was a true hint."""
    retire: bool


def quality(code: str, states: Iterable[FlagState], settings: Retirement | None = None) -> Quality:
    """The record of an indicator from the states of its flags; open and answered ones do not count yet."""
    rule = settings or Retirement()
    counts = Counter(states)
    decided = sum(counts[state] for state in DECIDED)
    known = indicator(code).code
    if not decided:
        return Quality(known, 0, None, None, retire=False)
    confirmed = Fraction(counts[FlagState.CONFIRMED], decided)
    enough = decided >= rule.min_decided
    return Quality(
        known,
        decided,
        confirmed,
        Fraction(counts[FlagState.EXPLAINED], decided),
        retire=enough and confirmed * 100 < Fraction(rule.under_confirmed_pct),
    )
