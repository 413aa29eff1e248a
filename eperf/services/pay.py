"""Pay advice for a unit and a month: what each person would be paid before tax, with the steps, or why it is not known.

It reads and changes nothing. A person counts to the unit of the month's last day, as for scores, and is in reach by the
placement of today. Standings and punishments are not recorded, so the caller brings them, or says that there are none.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from eperf.domain.access import Operation, scope
from eperf.domain.attendance.day import DayStatus
from eperf.domain.attendance.leave import LeaveKind
from eperf.domain.attendance.request import RequestState
from eperf.domain.errors import BadInput, Forbidden, NotFound
from eperf.domain.pay.circumstance import Circumstance, CircumstanceKind
from eperf.domain.pay.facts import PayFacts, PayLine
from eperf.domain.pay.leave import Approved, standings_of, taken
from eperf.domain.people import PersonKind
from eperf.domain.period import YearMonth
from eperf.domain.scoring import hundredths
from eperf.services.call import Call
from eperf.services.parts import Bound, Slot, bounds
from eperf.store.attendance import DayRow
from eperf.store.leave import LeaveRow
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scope import OF_EMPLOYEES, Q, above, below, predicate
from eperf.store.scoring import ScoreRow

UNBOUND = "pay-policy-missing"
"""The cause of a line in a unit whose pay policy is not bound, or is not usable any more."""
FAILED = "policy-failed"
"""The cause of a line whose policy raised or answered something else; the log has the error."""
_AT_ONCE = 500
_log = structlog.get_logger("eperf.pay")


@dataclass(frozen=True, slots=True)
class Advised:
    """One person's line; `policy` is the part that made it (`plugin/part`), None where none is bound."""

    employee_id: int
    nip: str | None
    name: str
    unit_code: str
    job_class: int | None
    policy: str | None
    line: PayLine


@dataclass(frozen=True, slots=True)
class _Person:
    row: EmployeeRow
    unit_id: int
    first_class: int | None
    last_class: int | None
    has_post: bool


async def advise(
    call: Call, unit_code: str, period: YearMonth, told: Sequence[Circumstance]
) -> AsyncIterator[list[Advised]]:
    """The lines of everybody in reach who ends the month in the unit or below it, some at a time, by their number.

    `told`: all standings and punishments there are. Refuses an unknown unit, a caller whose roles reach nobody's pay,
    and a NIP that nobody in the unit has: what is told of it would be lost.
    """
    if scope(call.viewer, Operation.PAY_READ).nothing:
        raise Forbidden(Operation.PAY_READ.value)
    unit = await UnitRow.get_or_none(code=unit_code)
    if unit is None:
        raise NotFound("unit", unit_code)
    by_nip = _by_nip(told)
    await _check_told(unit.id, period, sorted(by_nip))
    last = 0
    while last >= 0:
        people, last = await _page(call, unit.id, period, last)
        if people:
            yield await _lines(call, people, period, by_nip)


async def _check_told(unit_id: int, period: YearMonth, nips: Sequence[str]) -> None:
    placed = PlacementRow.filter(_covers(period.last), unit_id__in=below([unit_id]))
    for start in range(0, len(nips), _AT_ONCE):
        some = nips[start : start + _AT_ONCE]
        ids = {row.id: row.nip for row in await EmployeeRow.filter(nip__in=some).only("id", "nip")}
        here = await placed.filter(employee_id__in=list(ids)).values_list("employee_id", flat=True)
        known = {ids[int(str(one))] for one in here}
        unknown = next((nip for nip in some if nip not in known), None)
        if unknown is not None:
            raise BadInput("circumstances.nip", unknown, "nobody in the unit has this number")


def _covers(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


async def _page(call: Call, unit_id: int, period: YearMonth, after: int) -> tuple[list[_Person], int]:
    """Some people who end the month in the unit, and where the next ones begin; -1 after the last."""
    placed = PlacementRow.filter(_covers(period.last), unit_id__in=below([unit_id]), employee_id__gt=after)
    ends = {row.employee_id: row for row in await placed.order_by("employee_id").limit(_AT_ONCE)}
    if not ends:
        return [], -1
    within = predicate(scope(call.viewer, Operation.PAY_READ), OF_EMPLOYEES)
    rows = EmployeeRow.filter(id__in=list(ends), active=True)
    found = await (rows if within is None else rows.filter(within)).order_by("id")
    starts = {
        row.employee_id: row
        for row in await PlacementRow.filter(_covers(period.first), employee_id__in=list(ends))
    }
    classes = await _classes([*ends.values(), *starts.values()])
    people = [_person(row, ends[row.id], starts.get(row.id), classes) for row in found]
    return people, max(ends)


def _person(
    row: EmployeeRow, end: PlacementRow, start: PlacementRow | None, classes: Mapping[int | None, int | None]
) -> _Person:
    first = None if start is None else classes.get(start.position_id)
    return _Person(row, end.unit_id, first, classes.get(end.position_id), end.position_id is not None)


async def _classes(placed: Sequence[PlacementRow]) -> dict[int | None, int | None]:
    ids = sorted({row.position_id for row in placed if row.position_id is not None})
    rows = await PositionRow.filter(id__in=ids).only("id", "job_class")
    return {row.id: row.job_class for row in rows}


async def _lines(
    call: Call, people: Sequence[_Person], period: YearMonth, told: Mapping[str, Sequence[Circumstance]]
) -> list[Advised]:
    units = {person.unit_id for person in people}
    codes = {row.id: row.code for row in await UnitRow.filter(id__in=sorted(units)).only("id", "code")}
    wanted = {(unit, period.last) for unit in units}
    policies = await bounds(call.parts, Slot.PAY, wanted, await above(units), gone=True)
    ids = [person.row.id for person in people]
    scores = {row.employee_id: row for row in await ScoreRow.filter(employee_id__in=ids, period=str(period))}
    leaves = await _leaves(ids, period)
    away = await _leave_days(ids, leaves, period)

    def line(person: _Person) -> Advised:
        one, nip = person.row.id, person.row.nip
        facts = _facts(person, period, scores.get(one), leaves[one], away[one], told.get(nip or "", ()))
        policy = policies.get((person.unit_id, period.last))
        key = None if policy is None else policy.registered.key
        unit = codes[person.unit_id]
        return Advised(one, nip, person.row.name, unit, person.last_class, key, _line(policy, facts))

    # The rules are a plugin's, and as slow as it likes: others are answered meanwhile.
    return await asyncio.to_thread(lambda: [line(person) for person in people])


def _line(policy: Bound | None, facts: PayFacts) -> PayLine:
    if policy is None:
        return PayLine(None, UNBOUND, ())
    try:
        line = policy.registered.part.advise(facts, policy.settings)
    except Exception as error:  # a guest's rule that fails takes nobody else's line with it
        _log.error(
            "pay.policy_failed", policy=policy.registered.key, period=str(facts.period), exc_info=error
        )
        return PayLine(None, FAILED, ())
    return line if isinstance(line, PayLine) else PayLine(None, FAILED, ())


def _facts(
    person: _Person,
    period: YearMonth,
    score: ScoreRow | None,
    leaves: Sequence[Approved],
    away: Sequence[date],
    told: Sequence[Circumstance],
) -> PayFacts:
    standings = standings_of(
        told,
        leaves,
        period.last,
        has_post=person.has_post,
        on_probation=person.row.kind == PersonKind.CPNS.value,
    )
    return PayFacts(
        period=period,
        first_class=person.first_class,
        last_class=person.last_class,
        score_h=None if score is None else score.score_h,
        score_cause=None if score is None else score.cause,
        scheme=None if score is None else score.scheme,
        stages={} if score is None else _stages(score),
        leaves=taken(leaves, away, period),
        standings=standings,
        punishments=tuple(one for one in told if one.kind is CircumstanceKind.PUNISHMENT),
    )


def _stages(score: ScoreRow) -> dict[str, int]:
    """A stored score's leaves added up by stage."""
    sums: dict[str, int] = defaultdict(int)
    for leaf in score.breakdown:
        sums[str(leaf["stage"])] += hundredths(str(leaf["amount"]))
    return dict(sums)


async def _leaves(ids: Sequence[int], period: YearMonth) -> dict[int, list[Approved]]:
    """Approved leave from the beginning of the year on, or longer ago where it reaches into it."""
    found: dict[int, list[Approved]] = defaultdict(list)
    rows = LeaveRow.filter(
        employee_id__in=list(ids),
        state=RequestState.APPROVED.value,
        first_day__lte=period.last,
        last_day__gte=date(period.year, 1, 1),
    )
    for row in await rows.order_by("first_day", "id"):
        leave = Approved(LeaveKind(row.kind), row.first_day, row.last_day, row.child)
        found[row.employee_id].append(leave)
    return found


async def _leave_days(
    ids: Sequence[int], leaves: Mapping[int, Sequence[Approved]], period: YearMonth
) -> dict[int, list[date]]:
    """Days that were classified as leave, as far back as the leaves reach."""
    found: dict[int, list[date]] = defaultdict(list)
    starts = [leave.first for several in leaves.values() for leave in several]
    if not starts:
        return found
    rows = DayRow.filter(
        employee_id__in=list(ids), status=DayStatus.LEAVE.value, date__gte=min(starts), date__lte=period.last
    )
    for row in await rows.only("id", "employee_id", "date"):
        found[row.employee_id].append(row.date)
    return found


def _by_nip(told: Sequence[Circumstance]) -> dict[str, list[Circumstance]]:
    found: dict[str, list[Circumstance]] = defaultdict(list)
    for one in told:
        found[one.nip].append(one)
    return found
