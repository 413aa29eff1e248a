"""A `Scope` as a predicate: which rows a viewer may touch is part of the query, never a check in a loop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from tortoise.expressions import Q, Subquery

from eperf.domain.access import Scope, Subject
from eperf.store.condition import Among, Condition, Either, Every, Is, Not, Within, among, as_q
from eperf.store.organisation import UnitTreeRow
from eperf.store.people import EmployeeRow

__all__ = [
    "OF_EMPLOYEES", "OF_EMPLOYEE_ROWS", "Columns", "Q", "Subquery", "ancestors", "below", "predicate", "reach",
    "reach_of_activities", "subject_of_employee", "subject_of_unit", "within_units",
]  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Where a table says whose a row is: its employee column, its unit column, and its supervisor column if any.

    Without a unit column a row is in the unit where its employee is today.
    """

    employee: str | None = "employee_id"
    unit: str | None = "unit_id"
    supervisor: str | None = None


OF_EMPLOYEES = Columns(employee="id", supervisor="supervisor_id")
OF_EMPLOYEE_ROWS = Columns()


def within_units(column: str, units: Iterable[int]) -> Within:
    """A unit column that is one of these units or of all units below them."""
    return Within(column, UnitTreeRow, "descendant_id", Among("ancestor_id", tuple(sorted(units))))


def below(units: Iterable[int]) -> Subquery:
    """The ids of these units and of all units below them."""
    return Subquery(UnitTreeRow.filter(ancestor_id__in=sorted(units)).values("descendant_id"))


def reach(scope: Scope, columns: Columns) -> Condition | None:
    """The scope as a condition on a table; None stands for "every row"."""
    if scope.everything:
        return None
    parts: list[Condition] = []
    if columns.employee and scope.employee_id is not None:
        parts.append(Is(columns.employee, scope.employee_id))
    # The widest first: most rows that are in reach need no second look.
    if scope.units:
        parts.extend(_of_units(columns, scope.units))
    if scope.supervisors:
        parts.extend(_of_reports(columns, sorted(scope.supervisors)))
    found = Either(tuple(parts))
    if scope.not_employee_id is not None and columns.employee:
        return Every((found, Not(Is(columns.employee, scope.not_employee_id))))
    return found


def reach_of_activities(scope: Scope) -> Condition | None:
    """The scope on activities, which has two rules of its own; None stands for "every row".

    A draft is its reporter's alone. What was escalated is also for the superior to whom it went, and for who acts for
    that one.
    """
    within = reach(scope, OF_EMPLOYEE_ROWS)
    if within is None:
        return None
    own = scope.employee_id
    sent = Not(Is("state", "draft"))
    mine: Condition = sent if own is None else Either((sent, Is("employee_id", own)))
    if not scope.supervisors:
        return Every((within, mine))
    risen: Condition = among("escalated_to_id", sorted(scope.supervisors))
    if scope.not_employee_id is not None:
        risen = Every((risen, Not(Is("employee_id", scope.not_employee_id))))
    return Every((Either((within, risen)), mine))


def _of_reports(columns: Columns, supervisors: Iterable[int]) -> Iterator[Condition]:
    if columns.supervisor:
        yield among(columns.supervisor, supervisors)
    elif columns.employee:
        yield Within(columns.employee, EmployeeRow, "id", among("supervisor_id", supervisors))


def _of_units(columns: Columns, units: Iterable[int]) -> Iterator[Condition]:
    if columns.unit:
        yield within_units(columns.unit, units)
    elif columns.employee:
        yield Within(columns.employee, EmployeeRow, "id", within_units("unit_id", units))


def predicate(scope: Scope, columns: Columns) -> Q | None:
    """The scope in the ORM's words; None stands for "every row"."""
    return as_q(reach(scope, columns))


async def subject_of_unit(unit_id: int) -> Subject:
    """A unit as the subject of an operation."""
    return Subject(units=frozenset(await ancestors(unit_id)))


async def subject_of_employee(employee: EmployeeRow) -> Subject:
    """An employee as the subject of an operation, by the placement of today."""
    return Subject(
        units=frozenset(await ancestors(employee.unit_id)),
        employee_id=employee.id,
        supervisor_id=employee.supervisor_id,
    )


async def above(units: Collection[int]) -> dict[int, list[int]]:
    """Each unit with those above it, nearest first."""
    found: dict[int, list[int]] = {unit: [] for unit in units}
    for row in await UnitTreeRow.filter(descendant_id__in=sorted(units)).order_by("depth"):
        found[row.descendant_id].append(row.ancestor_id)
    return found


async def ancestors(unit_id: int) -> list[int]:
    """A unit and the units above it, nearest first."""
    rows = await UnitTreeRow.filter(descendant_id=unit_id).order_by("depth")
    return [row.ancestor_id for row in rows]
