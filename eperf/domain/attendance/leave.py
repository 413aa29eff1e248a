"""Kinds of leave and what each takes, as data: PP 11/2017 and Peraturan BKN 24/2017, PP 49/2018 for contract staff.

A rule that was not read in a regulation (`confirmed=False`) is told to whoever decides and refuses nothing: only
confirmed bounds refuse. What depends on a fact that nobody knows (the years of service of somebody without a NIP)
refuses nothing either. Joint leave is no request: the President sets it, and it is in the calendar.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from eperf.domain.attendance.request import Span
from eperf.domain.errors import BadInput, LeaveNotAllowed
from eperf.domain.in_force import covers
from eperf.domain.nip import full_years


class LeaveKind(StrEnum):
    """What somebody is away for."""

    ANNUAL = "annual"
    BIG = "big"
    BIG_HAJJ = "big_hajj"
    """Big leave for the first hajj, the exception to the rule of big leave: it neither takes five years of service nor
    uses up the year's annual leave. The source does not say to which of the two it is one, so it is to both."""
    SICK = "sick"
    MISCARRIAGE = "miscarriage"
    DUTY_ACCIDENT = "duty_accident"
    MATERNITY = "maternity"
    IMPORTANT_REASON = "important_reason"
    UNPAID = "unpaid"


@dataclass(frozen=True, slots=True)
class LeaveRule:
    """What a kind of leave takes, for some kinds of employees, from `valid_from` to `valid_to` (exclusive)."""

    kind: LeaveKind
    employees: frozenset[str]
    valid_from: date
    valid_to: date | None
    most: int | None
    """The longest, in `unit`; None: no bound."""
    unit: Literal["working_days", "days", "months"]
    legal_basis: str
    extension: int = 0
    """By how much it may be prolonged, in `unit`; for annual leave: calendar days for a place hard to reach."""
    service_years: int = 0
    """Full years of service before the first day."""
    letter: bool = False
    """Whether a file has to say so: a doctor's letter."""
    official_letter_after: int | None = None
    """After how many days the letter is to be of a government doctor; for who decides to see."""
    children: int | None = None
    """Up to which child; None: it is not asked."""
    confirmed: bool = True
    """Whether its bounds are known well enough to refuse by them."""

    def covers(self, day: date) -> bool:
        """Whether the row is in force on the day."""
        return covers(self, day)


_SERVANTS, _CONTRACT = frozenset({"PNS", "CPNS"}), frozenset({"PPPK"})
_PP, _PPPK = date(2017, 4, 7), date(2018, 11, 28)
_BASIS, _CONTRACT_BASIS = "PP 11/2017, Peraturan BKN 24/2017", "PP 49/2018 pasal 76"

LEAVE_RULES: tuple[LeaveRule, ...] = (
    LeaveRule(
        LeaveKind.ANNUAL, _SERVANTS, _PP, None, 12, "working_days", _BASIS, extension=12, service_years=1
    ),
    LeaveRule(LeaveKind.BIG, _SERVANTS, _PP, None, 3, "months", _BASIS, service_years=5),
    LeaveRule(LeaveKind.BIG_HAJJ, _SERVANTS, _PP, None, 3, "months", _BASIS),
    LeaveRule(
        LeaveKind.SICK,
        _SERVANTS,
        _PP,
        None,
        12,
        "months",
        _BASIS,
        extension=6,
        letter=True,
        official_letter_after=14,
    ),
    LeaveRule(LeaveKind.MISCARRIAGE, _SERVANTS, _PP, None, 45, "days", _BASIS, letter=True),
    LeaveRule(LeaveKind.DUTY_ACCIDENT, _SERVANTS, _PP, None, None, "months", _BASIS, letter=True),
    LeaveRule(LeaveKind.MATERNITY, _SERVANTS, _PP, None, 3, "months", _BASIS, children=3),
    LeaveRule(LeaveKind.IMPORTANT_REASON, _SERVANTS, _PP, None, 1, "months", _BASIS, confirmed=False),
    LeaveRule(
        LeaveKind.UNPAID,
        _SERVANTS,
        _PP,
        None,
        36,
        "months",
        _BASIS,
        extension=12,
        service_years=5,
        confirmed=False,
    ),
    LeaveRule(LeaveKind.ANNUAL, _CONTRACT, _PPPK, None, 12, "working_days", _CONTRACT_BASIS, confirmed=False),
    LeaveRule(
        LeaveKind.SICK, _CONTRACT, _PPPK, None, None, "months", _CONTRACT_BASIS, letter=True, confirmed=False
    ),
    LeaveRule(LeaveKind.MATERNITY, _CONTRACT, _PPPK, None, 3, "months", _CONTRACT_BASIS, confirmed=False),
)
"""The rules in force. A later regulation is further rows and closes earlier ones."""

CARRIED_PARTLY, CARRIED_WHOLLY = 6, 12
"""Days of earlier years that may be added: 18 in the year after one with days left, 24 after two or more unused."""


@dataclass(frozen=True)
class LeaveAsked:
    """What is asked for: `child` is its number (maternity), `travel_days` are the calendar days for the way."""

    kind: LeaveKind
    span: Span
    reason: str
    files: tuple[int, ...] = ()
    child: int | None = None
    travel_days: int = 0


@dataclass(frozen=True)
class Standing:
    """What is known of who asks. Unknown is None, and holds nobody back."""

    employee_kind: str
    in_service_since: date | None = None
    known_since: date | None = None
    """From when on leave has been recorded here; days left from earlier years are not known."""
    used: Mapping[int, int] = field(default_factory=dict)
    """Working days of annual leave by year, waiting ones included."""
    big_in: frozenset[int] = frozenset()
    """Years in which big leave was taken that uses up annual leave."""


def rule_for(
    kind: LeaveKind, employee_kind: str, day: date, rules: tuple[LeaveRule, ...] = LEAVE_RULES
) -> LeaveRule:
    """The rule in force; refuses a kind that these employees do not have on that day."""
    for rule in rules:
        if rule.kind is kind and employee_kind in rule.employees and rule.covers(day):
            return rule
    raise LeaveNotAllowed(
        "kind", kind.value, f"there is no such leave for {employee_kind} on {day.isoformat()}"
    )


def annual_entitlement(year: int, standing: Standing, base: int = 12) -> int:
    """Working days of annual leave in a year: the base and what earlier years left, none in a year of big leave."""
    if year in standing.big_in:
        return 0
    left = [base - standing.used.get(one, 0) if _known(one, standing) else 0 for one in (year - 1, year - 2)]
    if left == [base, base]:
        return base + CARRIED_WHOLLY
    return base + max(0, min(CARRIED_PARTLY, left[0]))


def _known(year: int, standing: Standing) -> bool:
    """Whether the year's leave is known, and was there to be taken: a year of big leave leaves nothing."""
    since = standing.known_since
    return since is not None and since <= date(year, 1, 1) and year not in standing.big_in


def require_allowed(asked: LeaveAsked, rule: LeaveRule, standing: Standing, working_days: int) -> None:
    """Refuses what the rule does not give; `working_days` are those that count, travel days aside."""
    _require_facts(asked, rule)
    if not rule.confirmed:
        return
    since = standing.in_service_since
    if since is not None and full_years(since, asked.span.first) < rule.service_years:
        raise LeaveNotAllowed("kind", rule.kind.value, f"it takes {rule.service_years} years of service")
    if rule.kind is LeaveKind.ANNUAL:
        _require_left(asked, standing, working_days, rule)
    elif rule.most is not None and asked.span.last > _end(
        asked.span.first, rule.most + rule.extension, rule.unit
    ):
        raise LeaveNotAllowed("lastDay", asked.span.last.isoformat(), f"it is longer than {_said(rule)}")


def _require_facts(asked: LeaveAsked, rule: LeaveRule) -> None:
    if rule.letter and not asked.files:
        raise LeaveNotAllowed("files", 0, "it takes a doctor's letter")
    if rule.children is None and asked.child is not None and rule.kind is not LeaveKind.MATERNITY:
        raise BadInput("child", asked.child, "is only asked for maternity leave")
    if rule.children is not None and not (asked.child is not None and 1 <= asked.child <= rule.children):
        raise LeaveNotAllowed(
            "child", asked.child, f"it is for children 1 to {rule.children}; others use big leave"
        )
    if not 0 <= asked.travel_days <= (rule.extension if rule.kind is LeaveKind.ANNUAL else 0):
        raise BadInput("travelDays", asked.travel_days, "annual leave has up to 12 for a place hard to reach")
    if asked.travel_days >= asked.span.length:
        raise BadInput("travelDays", asked.travel_days, "are not all days of a leave")


def _require_left(asked: LeaveAsked, standing: Standing, working_days: int, rule: LeaveRule) -> None:
    year = asked.span.first.year
    if asked.span.last.year != year:
        raise LeaveNotAllowed(
            "lastDay", asked.span.last.isoformat(), "annual leave is asked for year by year"
        )
    left = annual_entitlement(year, standing, rule.most or 0) - standing.used.get(year, 0)
    if working_days > left:
        raise LeaveNotAllowed(
            "lastDay",
            asked.span.last.isoformat(),
            f"{max(0, left)} working days are left, not {working_days}",
        )


def counted(asked: LeaveAsked) -> Span:
    """The days of a leave that are counted against what is left: all but those for the way."""
    return Span(asked.span.first, asked.span.last - timedelta(days=asked.travel_days))


def _end(first: date, most: int, unit: str) -> date:
    """The last day of the longest span that begins on a day."""
    if unit == "days":
        return first + timedelta(days=most - 1)
    month = first.month - 1 + most
    year, month = first.year + month // 12, month % 12 + 1
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1])) - timedelta(days=1)


def _said(rule: LeaveRule) -> str:
    more = f" and {rule.extension} more" if rule.extension else ""
    return f"{rule.most} {rule.unit.replace('_', ' ')}{more}"
