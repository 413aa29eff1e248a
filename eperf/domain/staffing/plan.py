"""Five years ahead: what a post will need, who will have retired, and whom to recruit in which year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.in_force import covers
from eperf.domain.scoring.rounding import half_up
from eperf.domain.staffing.figures import Number, amount, head_count, signed

YEARS = 5


@dataclass(frozen=True, slots=True)
class RetirementAge:
    """The age at which somebody in such a post retires (batas usia pensiun)."""

    post_kind: str
    years: int
    valid_from: date
    valid_to: date | None
    legal_basis: str
    confirmed: bool
    """Whether the regulation itself was read."""


def _age(post_kind: str, years: int) -> RetirementAge:
    return RetirementAge(post_kind, years, date(2014, 1, 15), None, "UU ASN; not confirmed", False)


RETIREMENT_AGES: tuple[RetirementAge, ...] = (
    _age("administrator", 58),
    _age("supervisor", 58),
    _age("implementer", 58),
    _age("functional_to_muda", 58),
    _age("jpt", 60),
    _age("functional_madya", 60),
    _age("functional_utama", 65),
)
"""By kind of post. Known by hearsay: a plan says so, and an agency corrects the rows."""


@dataclass(frozen=True, slots=True)
class FiveYearPlan:
    """Need and recruits by year, the first of them next year."""

    need_by_year: tuple[int, ...]
    recruit_by_year: tuple[int, ...]

    @property
    def total(self) -> int:
        """All recruits."""
        return sum(self.recruit_by_year)


def five_year_plan(
    need: Number,
    staff: int,
    *,
    growth_pct: Number = 0,
    retirements_by_year: Sequence[int] = (0,) * YEARS,
    approved_unfilled: int = 0,
) -> FiveYearPlan:
    """Need x (1 + growth)^n, half-up; recruits where those on hand are fewer, never a dismissal where they are more.

    On hand in year n: staff after the retirements up to n, recruits of earlier years, and positions that are approved
    and not filled, which count as filled from year 1. Refuses retirements of more people than there are.
    """
    start, growth = amount("need", need), _growth(growth_pct)
    if len(retirements_by_year) != YEARS:
        raise BadInput("retirements_by_year", list(retirements_by_year), f"not {YEARS} numbers")
    on_hand = head_count("staff", staff) + head_count("approved_unfilled", approved_unfilled)
    needs, recruits = [], []
    for year in range(1, YEARS + 1):
        on_hand -= head_count(f"retirements_by_year.{year - 1}", retirements_by_year[year - 1])
        if on_hand < 0:
            raise BadInput(
                f"retirements_by_year.{year - 1}", retirements_by_year[year - 1], "more than there are"
            )
        needs.append(half_up(start * growth**year))
        recruits.append(max(0, needs[-1] - on_hand))
        on_hand += recruits[-1]
    return FiveYearPlan(tuple(needs), tuple(recruits))


def balance_after(balance: int, leaving: int) -> int:
    """A balance with those who will retire or whose contract ends: it lowers a surplus and deepens a shortage."""
    return balance - head_count("leaving", leaving)


def retirement_age(post_kind: str, on: date) -> RetirementAge:
    """The age for a kind of post on a day."""
    known: Mapping[str, RetirementAge] = {row.post_kind: row for row in RETIREMENT_AGES if covers(row, on)}
    if post_kind not in known:
        raise BadInput("post_kind", post_kind, "not one of " + (", ".join(known) or "none on that day"))
    return known[post_kind]


def _growth(growth_pct: Number) -> Fraction:
    growth = 1 + signed("growth_pct", growth_pct) / 100
    if growth < 0:
        raise BadInput("growth_pct", growth_pct, "a need cannot fall by more than all of it")
    return growth
