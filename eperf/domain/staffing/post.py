"""A post and a unit: effectiveness over the people who are there, and the balance of people.

EJ = workload / (existing x effective time). The denominator is the existing staff. With the computed need in its
place, as an export met in the field has it, the result is 1 for every post of the country.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from eperf.domain.staffing.figures import Number, amount, head_count, measure, two_decimals
from eperf.domain.staffing.grade import REGULATION, GradeTable
from eperf.domain.staffing.need import Need, NeedRounding, need_by_tasks


class Load(StrEnum):
    """What a grade means for the people: more work than time, as much, or time to spare."""

    OVERLOAD = "overload"
    FULL = "full"
    SPARE = "spare"


class PostState(StrEnum):
    """Where a post stands."""

    EMPTY = "empty"
    SHORT = "short"
    SURPLUS = "surplus"
    BALANCED = "balanced"
    NO_ANALYSIS = "no_analysis"


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """Effectiveness of a post (EJ, PEJ) or a unit (EU, PEU). All but `state` is None where nobody works."""

    ratio: Decimal | None
    """Two decimals, half-up."""
    grade: str | None
    load: Load | None

    @property
    def state(self) -> str:
        """`rated`, or `empty` where there is nobody whose effectiveness it could be."""
        return "empty" if self.ratio is None else "rated"


@dataclass(frozen=True, slots=True)
class PostReport:
    """A post in the workload recap: need, effectiveness, balance, state."""

    post: str
    existing: int
    need: Need
    effectiveness: Effectiveness
    balance: int
    """Existing less the need in people: + surplus, - shortage."""
    state: PostState


@dataclass(frozen=True, slots=True)
class PostLoad:
    """A post of a unit: its yearly workload in minutes (None: not analysed yet) and the people who hold it."""

    post: str
    workload_min: Number | None
    existing: int


@dataclass(frozen=True, slots=True)
class UnitReport:
    """A unit in the workload recap. Surplus and shortage stand apart, both as positive numbers of people."""

    posts: tuple[PostReport, ...]
    effectiveness: Effectiveness
    surplus: int
    shortage: int


def effectiveness(
    workload_min: Fraction, existing: int, year_min: Fraction, table: GradeTable = REGULATION
) -> Effectiveness:
    """Workload over the time of the people who are there; empty without people, never a division by zero."""
    if existing == 0:
        return Effectiveness(None, None, None)
    ratio = workload_min / (existing * year_min)
    shown = two_decimals(ratio)
    load = Load.OVERLOAD if shown > 1 else Load.FULL if shown == 1 else Load.SPARE
    return Effectiveness(shown, table.grade(ratio), load)


def post_report(
    load: PostLoad,
    year_min: Number,
    *,
    table: GradeTable = REGULATION,
    rounding: NeedRounding = NeedRounding.HALF_UP,
) -> PostReport:
    """One post. Without an analysis its need is 0 and its state says so; its people are then no surplus."""
    existing = head_count("existing", load.existing)
    per_year = measure("wke_min_per_year", year_min)
    workload = amount("workload_min", 0 if load.workload_min is None else load.workload_min)
    need = need_by_tasks(workload, per_year)
    result = effectiveness(workload, existing, per_year, table)
    if load.workload_min is None:
        return PostReport(
            load.post, existing, need, Effectiveness(None, None, None), 0, PostState.NO_ANALYSIS
        )
    balance = balance_of(need.exact, existing, rounding)
    return PostReport(load.post, existing, need, result, balance, state_of(existing, balance))


def unit_report(
    posts: Sequence[PostLoad],
    year_min: Number,
    *,
    table: GradeTable = REGULATION,
    rounding: NeedRounding = NeedRounding.HALF_UP,
) -> UnitReport:
    """All posts and the unit. A unit at 1.00 may have one post over and one under: the balances show it.

    Posts without an analysis count in neither sum of the unit's effectiveness.
    """
    per_year = measure("wke_min_per_year", year_min)
    reports = tuple(post_report(post, per_year, table=table, rounding=rounding) for post in posts)
    known = [post for post in posts if post.workload_min is not None]
    total = sum((Fraction(post.workload_min or 0) for post in known), Fraction(0))
    result = effectiveness(total, sum(post.existing for post in known), per_year, table)
    surplus = sum(max(0, report.balance) for report in reports)
    shortage = sum(max(0, -report.balance) for report in reports)
    return UnitReport(reports, result, surplus, shortage)


def balance_of(need: Fraction, existing: int, rounding: NeedRounding = NeedRounding.HALF_UP) -> int:
    """Existing less the need in whole people. A need that is kept as a fraction is rounded half-up here."""
    whole = NeedRounding.HALF_UP if rounding is NeedRounding.FRACTION else rounding
    return existing - int(Need(need).people(whole))


def state_of(existing: int, balance: int) -> PostState:
    """The state of a post by its people and its balance. Empty is said of a post that needs somebody."""
    if balance < 0:
        return PostState.SHORT if existing else PostState.EMPTY
    if existing == 0:
        return PostState.EMPTY
    return PostState.SURPLUS if balance else PostState.BALANCED
