"""How the days of many people stand, counted by the database in one statement, so that nobody is counted twice.

Every table is read within a reach of its own: what the viewer may not see neither counts nor changes what is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pypika_tortoise.functions import Count, Max
from pypika_tortoise.queries import Query
from pypika_tortoise.terms import Case, ValueWrapper
from tortoise.expressions import Q

from eperf.domain.access import Scope
from eperf.domain.attendance.request import RequestState
from eperf.store import database
from eperf.store.attendance import DayRow
from eperf.store.leave import DutyRow, LeaveRow
from eperf.store.organisation import UnitTreeRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import OF_EMPLOYEE_ROWS, OF_EMPLOYEES, predicate

# Written out: PostgreSQL does not know the type of a place in such a column.
_NONE, _ONE = (ValueWrapper(number, allow_parametrize=False) for number in (0, 1))


@dataclass(frozen=True)
class Sight:
    """How far a viewer sees days (and whose), leave, and duty orders."""

    days: Scope
    leave: Scope
    duty: Scope


@dataclass(frozen=True)
class Alike:
    """So many people of a unit whose days stand alike. Without a `status` their day has not been read yet.

    `above` is the unit that was asked for; `leave` and `duty` are kinds, and told only of days not read yet.
    """

    above: int
    unit_id: int
    status: str | None
    late: bool
    leave: str | None
    duty: str | None
    count: int


async def counted(units: Collection[int], day: date, sight: Sight) -> list[Alike]:
    """The people who serve in each of the units or below it today, by how their day stands."""
    rows = await _asked(_counting(units, day, sight))
    return [
        Alike(
            int(row["above"]), int(row["unit_id"]), row["status"], bool(row["late"]), row["leave"], row["duty"],
            int(row["people"]),
        )
        for row in rows
    ]  # fmt: skip


def _counting(units: Collection[int], day: date, sight: Sight) -> Any:
    people = _named(_within(EmployeeRow, sight.days, OF_EMPLOYEES, active=True).values("id", "unit_id"), "p")
    tree = _named(
        UnitTreeRow.filter(ancestor_id__in=sorted(units)).values("ancestor_id", "descendant_id"), "t"
    )
    days = _named(
        _within(DayRow, sight.days, OF_EMPLOYEE_ROWS, date=day).values("employee_id", "status", "late_min"),
        "d",
    )
    leave, duty = _away(LeaveRow, sight.leave, day, "l"), _away(DutyRow, sight.duty, day, "o")
    unread = days.status.isnull()
    shown = (
        tree.ancestor_id.as_("above"),
        people.unit_id.as_("unit_id"),
        days.status.as_("status"),
        Case().when(days.late_min > _NONE, _ONE).else_(_NONE).as_("late"),
        Case().when(unread, leave.kind).as_("leave"),
        Case().when(unread, duty.kind).as_("duty"),
    )
    query = Query.from_(people).join(tree).on(people.unit_id == tree.descendant_id)
    for other in (days, leave, duty):
        query = query.left_join(other).on(people.id == other.employee_id)
    return query.select(*shown, Count("*").as_("people")).groupby(*shown)


def _away(table: type[LeaveRow] | type[DutyRow], scope: Scope, day: date, name: str) -> Any:
    """Who is away on a day, each once."""
    found = _within(
        table,
        scope,
        OF_EMPLOYEE_ROWS,
        state=RequestState.APPROVED.value,
        first_day__lte=day,
        last_day__gte=day,
    )
    rows = _named(found.values("employee_id", "kind"), f"{name}r")
    kind = Max(rows.kind).as_("kind")
    return Query.from_(rows).select(rows.employee_id, kind).groupby(rows.employee_id).as_(name)


def _within(table: Any, scope: Scope, columns: Any, **given: Any) -> Any:
    where: Q | None = Q(id__lt=0) if scope.nothing else predicate(scope, columns)
    rows = table.filter(**given)
    return rows if where is None else rows.filter(where)


def _named(query: Any, name: str) -> Any:
    query._make_query()
    return query.query.as_(name)


async def _asked(query: Any) -> Sequence[dict[str, Any]]:
    text, values = query.get_parameterized_sql(database.connection().query_class.SQL_CONTEXT)
    found: Sequence[dict[str, Any]] = await database.connection().execute_query_dict(text, values)
    return found


async def people(employees: Collection[int], sight: Sight) -> list[EmployeeRow]:
    """Those of some employees in service whose days are in sight."""
    found: list[EmployeeRow] = await _within(
        EmployeeRow, sight.days, OF_EMPLOYEES, active=True, id__in=sorted(set(employees))
    )
    return found


async def days(employees: Collection[int], day: date, sight: Sight) -> dict[int, DayRow]:
    """Their days that have been read and are in sight, by employee."""
    found = await _within(
        DayRow, sight.days, OF_EMPLOYEE_ROWS, date=day, employee_id__in=sorted(set(employees))
    )
    return {row.employee_id: row for row in found}


async def away(
    employees: Collection[int], day: date, sight: Sight
) -> dict[int, tuple[str | None, str | None]]:
    """The kinds of the approved leave and duty order in sight that cover a day, by employee."""
    found: list[dict[int, str]] = []
    for table, scope in ((LeaveRow, sight.leave), (DutyRow, sight.duty)):
        rows = await _within(
            table, scope, OF_EMPLOYEE_ROWS, employee_id__in=sorted(set(employees)),
            state=RequestState.APPROVED.value, first_day__lte=day, last_day__gte=day,
        ).order_by("kind")  # fmt: skip
        found.append({row.employee_id: row.kind for row in rows})
    return {one: (found[0].get(one), found[1].get(one)) for one in employees}
