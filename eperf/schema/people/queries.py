"""Reading people: oneself, one, many."""

from __future__ import annotations

from enum import Enum

import strawberry

from eperf.domain import nip
from eperf.domain.text import clean
from eperf.planner.mapping import relation
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many, one
from eperf.schema.people.types import EMPLOYEE_ORDERS, SINCE, Acting, Employee, Placement
from eperf.store.condition import Condition, Either, Every, Holds, Is
from eperf.store.scope import within_units


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

    def where(self) -> Condition | None:
        """The filter as a condition."""
        parts: list[Condition] = []
        if self.unit is not None:
            parts.append(within_units("unit_id", [number_of(self.unit, "Unit", "filter.unit")]))
        if self.search is not None:
            text = clean("filter.search", self.search, most=100)
            named = Holds("name", text)
            # A longer text is no number of anybody; the column refuses to be compared with it.
            parts.append(Either((named, Is("nip", text))) if len(text) <= nip.LENGTH else named)
        if self.active is not None:
            parts.append(Is("active", self.active))
        return Every(tuple(parts)) if parts else None


def _me(context: Context) -> Condition:
    own = context.seen().employee_id
    return own is not None and Is("id", own)


def _employee(_: Context, id: strawberry.ID) -> Condition:  # noqa: A002
    return Is("id", number_of(id, "Employee", "id"))


def _filtered(_: Context, filter: EmployeeFilter | None = None) -> Condition | None:  # noqa: A002
    return filter.where() if filter else None


CONTRIBUTION = Contribution(
    types=(Employee, Placement, Acting),
    query={
        "me": one(Employee, _me, "The viewer's own record (saya)."),
        "employee": one(Employee, _employee, "One employee; null when out of reach."),
        "employees": many(
            Employee,
            EMPLOYEE_ORDERS,
            "NAME",
            "The employees in reach (pegawai).",
            narrow=_filtered,
            choice=EmployeeOrder,
        ),
    },
    extends={
        "Unit": {
            "employees": many(
                Employee,
                EMPLOYEE_ORDERS,
                "NAME",
                "The employees of this very unit.",
                back="unit_id",
                choice=EmployeeOrder,
            )
        },
        "Employee": {
            "supervisor": relation("supervisor_id", Employee, "Direct superior.", kind=Employee | None),
            "reports": many(
                Employee, EMPLOYEE_ORDERS, "NAME", "Direct reports (bawahan langsung).", back="supervisor_id"
            ),
            "placements": many(
                Placement, SINCE, "SINCE", "Placements, the latest first.", back="employee_id"
            ),
            "acting_for": many(
                Acting, SINCE, "SINCE", "For whom the employee acts (Plt, Plh).", back="officer_id"
            ),
        },
    },
)
