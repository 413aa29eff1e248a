"""Employees, their placements, and for whom they act."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation
from eperf.planner.mapping import column, mapped, relation
from eperf.schema.node import Node
from eperf.schema.organisation.types import Position, Unit
from eperf.schema.scalars import Date
from eperf.store.people import ActingRow, EmployeeRow, PlacementRow
from eperf.store.scope import OF_EMPLOYEES, Columns, reach

EMPLOYEE_ORDERS = {
    "NAME": (("name", False), ("id", False)),
    "ID": (("id", False),),
}
SINCE = {"SINCE": (("valid_from", True), ("id", True))}


@mapped(EmployeeRow, Operation.EMPLOYEE_READ, partial(reach, columns=OF_EMPLOYEES))
@strawberry.type(description="A civil servant (ASN, pegawai).")
class Employee(Node):
    """A civil servant."""

    nip: str | None = column("nip", "The employee number: 18 digits.")
    kind: str = column("kind", "PNS, CPNS or PPPK.")
    name: str = column("name", "The name (nama).")
    birth_date: Date | None = column("birth_date", "Date of birth.")
    sex: str | None = column("sex", "male or female.")
    rank: str | None = column("rank", "Grade and room (golongan/ruang), `III/a`.")
    rank_since: Date | None = column("rank_since", "Since when the rank is held (TMT).")
    active: bool = column("active", "Whether the employee is in service.")
    unit: Unit | None = relation("unit_id", Unit, "The unit of today's placement.")
    position: Position | None = relation("position_id", Position, "The post of today's placement.")


@mapped(PlacementRow, Operation.EMPLOYEE_READ, partial(reach, columns=Columns()))
@strawberry.type(description="Where an employee serves, from when to when (penempatan).")
class Placement(Node):
    """Where an employee serves."""

    unit: Unit | None = relation("unit_id", Unit, "The unit.")
    position: Position | None = relation("position_id", Position, "The post.")
    supervisor: Employee | None = relation(
        "supervisor_id", Employee, "The direct superior (atasan langsung)."
    )
    valid_from: Date = column("valid_from", "The first day.")
    valid_to: Date | None = column("valid_to", "The first day no more; null while open.")


@mapped(ActingRow, Operation.EMPLOYEE_READ, partial(reach, columns=Columns(employee="officer_id", unit=None)))
@strawberry.type(description="An acting officer (Plt, Plh).")
class Acting(Node):
    """An acting officer."""

    officer: Employee | None = relation("officer_id", Employee, "Who acts.")
    incumbent: Employee | None = relation("incumbent_id", Employee, "Whose duties these are.")
    kind: str = column("kind", "plt (the post is vacant) or plh (the incumbent is away).")
    valid_from: Date = column("valid_from", "The first day.")
    valid_to: Date | None = column("valid_to", "The first day no more; null while open.")
