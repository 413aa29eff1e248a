"""A `Scope` as a predicate: which rows a viewer may touch is part of the query, never a check in a loop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q, Subquery

from eperf.domain.access import Scope, Subject
from eperf.store.organisation import UnitTreeRow
from eperf.store.people import EmployeeRow

__all__ = [
    "OF_EMPLOYEES", "OF_EMPLOYEE_ROWS", "Columns", "Q", "Subquery", "ancestors", "below", "predicate",
    "subject_of_employee", "subject_of_unit",
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


def below(units: Iterable[int]) -> Subquery:
    """The ids of these units and of all units below them."""
    return Subquery(UnitTreeRow.filter(ancestor_id__in=sorted(units)).values("descendant_id"))


def predicate(scope: Scope, columns: Columns) -> Q | None:
    """The scope as a condition on a table; None stands for "every row"."""
    if scope.everything:
        return None
    parts: list[Q] = []
    if columns.employee and scope.employee_id is not None:
        parts.append(_where(columns.employee, scope.employee_id))
    if columns.supervisor and scope.supervisors:
        parts.append(_where(f"{columns.supervisor}__in", sorted(scope.supervisors)))
    elif columns.employee and scope.supervisors:
        reports = Subquery(EmployeeRow.filter(supervisor_id__in=sorted(scope.supervisors)).values("id"))
        parts.append(_where(f"{columns.employee}__in", reports))
    if columns.unit and scope.units:
        parts.append(_where(f"{columns.unit}__in", below(scope.units)))
    elif columns.employee and scope.units:
        people = Subquery(EmployeeRow.filter(unit_id__in=below(scope.units)).values("id"))
        parts.append(_where(f"{columns.employee}__in", people))
    reach = Q(*parts, join_type=Q.OR) if parts else Q(id__lt=0)
    if scope.not_employee_id is not None and columns.employee:
        reach = Q(reach, ~_where(columns.employee, scope.not_employee_id))
    return reach


def _where(name: str, value: Any) -> Q:
    condition: dict[str, Any] = {name: value}
    return Q(**condition)


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


async def ancestors(unit_id: int) -> list[int]:
    """A unit and the units above it, nearest first."""
    rows = await UnitTreeRow.filter(descendant_id=unit_id).order_by("depth")
    return [row.ancestor_id for row in rows]
