"""Approved leave as pay sees it: how many of its days lie where, and which standings follow from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from eperf.domain.attendance.ladder import Base
from eperf.domain.attendance.leave import LeaveKind
from eperf.domain.attendance.leave_pay import MONTH_DAYS, LeaveCase, LeaveCut, leave_cut_in_month
from eperf.domain.attendance.leave_pays import leave_pay_named
from eperf.domain.errors import Refused
from eperf.domain.pay.circumstance import Circumstance, CircumstanceKind
from eperf.domain.pay.facts import Counted, LeaveTaken, Missing
from eperf.domain.period import YearMonth
from eperf.domain.scoring.eligibility import Standing

_CASES = {
    LeaveKind.ANNUAL: LeaveCase.ANNUAL,
    LeaveKind.BIG: LeaveCase.BIG,
    LeaveKind.BIG_HAJJ: LeaveCase.BIG,
    LeaveKind.SICK: LeaveCase.SICK,
    LeaveKind.MISCARRIAGE: LeaveCase.MISCARRIAGE,
    LeaveKind.DUTY_ACCIDENT: LeaveCase.DUTY_ACCIDENT,
    LeaveKind.IMPORTANT_REASON: LeaveCase.IMPORTANT_REASON,
}
_FREE_SICK_DAYS = 2
FROM_LEAVE = frozenset(
    {
        Standing.BIG_LEAVE,
        Standing.MATERNITY_1_2,
        Standing.MATERNITY_3,
        Standing.SICK_TO_3_MONTHS,
    }
)
"""Standings that say of a leave what a table of leave and pay says too."""


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved leave; `child` is its number, for maternity."""

    kind: LeaveKind
    first: date
    last: date
    child: int | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on the day."""
        return self.first <= day <= self.last

    @property
    def case(self) -> LeaveCase | None:
        """Its case in the tables of leave and pay; None for unpaid leave."""
        if self.kind is LeaveKind.MATERNITY:
            return LeaveCase.MATERNITY_3 if (self.child or 0) > 2 else LeaveCase.MATERNITY_1_2
        return _CASES.get(self.kind)

    @property
    def standing(self) -> Standing | None:
        """The standing that goes with it, if any."""
        if self.kind is LeaveKind.UNPAID:
            return Standing.UNPAID_LEAVE
        if self.kind in (LeaveKind.BIG, LeaveKind.BIG_HAJJ):
            return Standing.BIG_LEAVE
        if self.kind is LeaveKind.MATERNITY:
            return Standing.MATERNITY_3 if (self.child or 0) > 2 else Standing.MATERNITY_1_2
        days = (self.last - self.first).days + 1
        if self.kind is LeaveKind.SICK and _FREE_SICK_DAYS < days <= 3 * MONTH_DAYS:
            return Standing.SICK_TO_3_MONTHS
        return None


def taken(
    leaves: Sequence[Approved], leave_days: Collection[date], month: YearMonth
) -> tuple[LeaveTaken, ...]:
    """The leaves with a day in the month, in order.

    `leaves`: also earlier ones of the calendar year, which count for rules over the year. `leave_days`: the days that
    were classified as leave, as far back.
    """
    classified = frozenset(leave_days)
    year = date(month.year, 1, 1)
    touching = sorted(
        (one for one in leaves if one.first <= month.last and one.last >= month.first),
        key=lambda one: (one.first, one.last, one.kind),
    )
    return tuple(
        LeaveTaken(
            one.kind.value,
            one.case,
            one.first,
            one.last,
            _counted(one, leaves, month, year, lambda day: True),
            _counted(one, leaves, month, year, classified.__contains__),
        )
        for one in touching
    )


def _counted(
    one: Approved, leaves: Iterable[Approved], month: YearMonth, year: date, counts: Callable[[date], bool]
) -> Counted:
    eve = max(one.first, month.first) - timedelta(days=1)
    alike = [other for other in leaves if other.case is one.case]
    return Counted(
        _days(one.first, one.last, month.first, month.last, counts),
        _days(one.first, one.last, one.first, eve, counts),
        # An earlier leave of the same month counts too: two illnesses in a month share the year's free days.
        sum(_days(other.first, other.last, year, eve, counts) for other in alike),
    )


def _days(first: date, last: date, since: date, until: date, counts: Callable[[date], bool]) -> int:
    start, end = max(first, since), min(last, until)
    return sum(counts(start + timedelta(days=number)) for number in range((end - start).days + 1))


def standings_of(
    told: Iterable[Circumstance], leaves: Iterable[Approved], day: date, *, has_post: bool, on_probation: bool
) -> frozenset[Standing]:
    """What a person is in on a day: as told, by their leave, and by what is recorded of them."""
    found = {Standing(one.word) for one in told if one.kind is CircumstanceKind.STANDING and one.covers(day)}
    found |= {one.standing for one in leaves if one.covers(day) and one.standing is not None}
    if not has_post:
        found.add(Standing.NO_POST)
    if on_probation:
        found.add(Standing.PROBATION)
    return frozenset(found)


def cut_of(leave: LeaveTaken, profile: str, month: YearMonth, counted: Counted) -> LeaveCut:
    """What a leave costs in a month, by the profile's row of the month's first day; one in no table costs nothing.

    `counted`: its days as the agency counts them. Raises `Missing` where no row, or no rate of it, is known.
    """
    if leave.case is None:
        return LeaveCut(Decimal(0), Base.WHOLE, "")
    try:
        return leave_cut_in_month(
            leave_pay_named(profile, month.first),
            leave.case,
            month_index=leave.month_index(month),
            length=(leave.last - leave.first).days + 1,
            days=counted.now,
            before=counted.before,
            year_before=counted.year_before,
        )
    except Refused as refusal:
        raise Missing(f"leave-rate-unknown:{leave.case}") from refusal
