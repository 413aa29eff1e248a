"""Reading people: oneself, one, many."""

from __future__ import annotations

from enum import Enum

import strawberry

from eperf.domain.text import clean
from eperf.planner.mapping import relation
from eperf.plugins.api import Contribution
from eperf.schema.ids import number_of
from eperf.schema.lists import Connection, connection, wanted
from eperf.schema.organisation.queries import After, First, Info
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import EMPLOYEE_ORDERS, SINCE, Acting, Employee, Placement
from eperf.store.scope import Q, below


@strawberry.enum(description="The order of a list of employees.")
class EmployeeOrder(Enum):
    """The order of a list of employees."""

    NAME = "NAME"
    ID = "ID"


@strawberry.input(description="Which employees.")
class EmployeeFilter:
    """Which employees."""

    unit: strawberry.ID | None = strawberry.field(default=None, description="Of this unit and all below it.")
    search: str | None = strawberry.field(
        default=None, description="Whose name contains this, or whose NIP is this."
    )
    active: bool | None = strawberry.field(default=None, description="In service or not.")

    def where(self) -> Q:
        """The filter as a condition."""
        parts: list[Q] = []
        if self.unit is not None:
            parts.append(Q(unit_id__in=below([number_of(self.unit, "Unit", "filter.unit")])))
        if self.search is not None:
            text = clean("filter.search", self.search, most=100)
            parts.append(Q(Q(name__icontains=text), Q(nip=text), join_type=Q.OR))
        if self.active is not None:
            parts.append(Q(active=self.active))
        return Q(*parts) if parts else Q(id__gt=0)


async def me(info: Info) -> Employee | None:
    """The viewer's own employee record; null for a service account."""
    own = info.context.seen().employee_id
    return None if own is None else await info.context.rows.one(Employee, own)


async def employee(info: Info, id: strawberry.ID) -> Employee | None:  # noqa: A002
    """One employee."""
    info.context.seen()
    return await info.context.rows.one(Employee, number_of(id, "Employee", "id"))


async def employees(
    info: Info,
    first: First = None,
    after: After = None,
    filter: EmployeeFilter | None = None,  # noqa: A002
    order_by: EmployeeOrder = EmployeeOrder.NAME,
) -> Connection[Employee]:
    """The employees in reach."""
    info.context.seen()
    asked = wanted(EMPLOYEE_ORDERS, order_by.value, first, after, filter.where() if filter else None, None)
    return connection(Employee, await info.context.rows.page(Employee, asked), after)


async def of_unit(
    self: Unit,
    info: Info,
    first: First = None,
    after: After = None,
    order_by: EmployeeOrder = EmployeeOrder.NAME,
) -> Connection[Employee]:
    """The employees of this very unit, in reach."""
    asked = wanted(EMPLOYEE_ORDERS, order_by.value, first, after, None, None)
    return connection(
        Employee, await info.context.rows.page_of(Employee, "unit_id", self.row.id, asked), after
    )


async def reports(
    self: Employee, info: Info, first: First = None, after: After = None
) -> Connection[Employee]:
    """Direct reports, in reach."""
    asked = wanted(EMPLOYEE_ORDERS, "NAME", first, after, None, None)
    page = await info.context.rows.page_of(Employee, "supervisor_id", self.row.id, asked)
    return connection(Employee, page, after)


async def placements(
    self: Employee, info: Info, first: First = None, after: After = None
) -> Connection[Placement]:
    """Placements, the latest first."""
    asked = wanted(SINCE, "SINCE", first, after, None, None)
    page = await info.context.rows.page_of(Placement, "employee_id", self.row.id, asked)
    return connection(Placement, page, after)


async def acting_for(
    self: Employee, info: Info, first: First = None, after: After = None
) -> Connection[Acting]:
    """For whom the employee acts or acted, the latest first."""
    asked = wanted(SINCE, "SINCE", first, after, None, None)
    page = await info.context.rows.page_of(Acting, "officer_id", self.row.id, asked)
    return connection(Acting, page, after)


CONTRIBUTION = Contribution(
    types=(Employee, Placement, Acting),
    query={
        "me": strawberry.field(resolver=me, description="The viewer's own record (saya)."),
        "employee": strawberry.field(resolver=employee, description="One employee; null when out of reach."),
        "employees": strawberry.field(resolver=employees, description="The employees in reach (pegawai)."),
    },
    extends={
        "Unit": {
            "employees": strawberry.field(resolver=of_unit, description="The employees of this very unit.")
        },
        "Employee": {
            "supervisor": relation("supervisor_id", Employee, "Direct superior.", kind=Employee | None),
            "reports": strawberry.field(resolver=reports, description="Direct reports (bawahan langsung)."),
            "placements": strawberry.field(resolver=placements, description="Placements, the latest first."),
            "acting_for": strawberry.field(
                resolver=acting_for, description="For whom the employee acts (Plt, Plh)."
            ),
        },
    },
)
