"""Leave and duty orders."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation
from eperf.domain.attendance import leave as domain
from eperf.domain.attendance.duty import DutyKind
from eperf.domain.attendance.leave import LeaveKind
from eperf.planner.mapping import column, mapped, relation
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.requests import RequestState
from eperf.schema.scalars import Date, DateTime
from eperf.store.leave import DutyRow, LeaveRow
from eperf.store.scope import Columns, reach

strawberry.enum(LeaveKind, description="What somebody is away for (jenis cuti).")
strawberry.enum(DutyKind, description="What somebody is sent for (jenis tugas).")


@mapped(LeaveRow, Operation.LEAVE_READ, partial(reach, columns=Columns()))
@strawberry.type(description="A leave, asked for and decided on (cuti).")
class Leave(Node):
    """A leave."""

    kind: LeaveKind = column("kind", "What for.", render=LeaveKind)
    first_day: Date = column("first_day", "The first day.")
    last_day: Date = column("last_day", "The last day.")
    working_days: int = column(
        "working_days", "Its working days when it was asked for, those for the way aside."
    )
    travel_days: int = column("travel_days", "Calendar days for the way to a place hard to reach.")
    child: int | None = column("child", "Which child, for maternity leave.")
    reason: str = column("reason", "The reason (alasan).")
    state: RequestState = column("state", "Where it stands.", render=RequestState)
    requested_at: DateTime = column("requested_at", "When it was asked for.")
    decided_at: DateTime | None = column("decided_at", "When it was last decided.")
    decision_note: str | None = column("decision_note", "The decider's note.")
    version: int = column("version", "Grows with each change.")
    employee: Employee | None = relation("employee_id", Employee, "Whose leave it is.")
    unit: Unit | None = relation("unit_id", Unit, "The unit of the first day.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who decided.")
    decided_for: Employee | None = relation(
        "decided_for_id", Employee, "The incumbent for whom the decider acted."
    )


@mapped(DutyRow, Operation.DUTY_READ, partial(reach, columns=Columns()))
@strawberry.type(description="Days of duty away from the office, by an assignment letter (surat tugas).")
class DutyOrder(Node):
    """A duty order."""

    kind: DutyKind = column("kind", "What for.", render=DutyKind)
    first_day: Date = column("first_day", "The first day.")
    last_day: Date = column("last_day", "The last day.")
    working_days: int = column("working_days", "Its working days when it was brought.")
    letter: str = column("letter", "The number of the assignment letter (nomor surat).")
    place: str = column("place", "Where to (tempat).")
    place_lat_e6: int | None = column("place_lat_e6", "Its latitude in millionths of a degree, to check in.")
    place_lon_e6: int | None = column("place_lon_e6", "Its longitude in millionths of a degree.")
    place_radius_m: int | None = column("place_radius_m", "Its radius in metres.")
    reason: str = column("reason", "The purpose (maksud).")
    state: RequestState = column("state", "Where it stands.", render=RequestState)
    requested_at: DateTime = column("requested_at", "When it was brought.")
    decided_at: DateTime | None = column("decided_at", "When it was last decided.")
    decision_note: str | None = column("decision_note", "The decider's note.")
    version: int = column("version", "Grows with each change.")
    employee: Employee | None = relation("employee_id", Employee, "Who is sent.")
    unit: Unit | None = relation("unit_id", Unit, "The unit of the first day.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who decided.")
    decided_for: Employee | None = relation(
        "decided_for_id", Employee, "The incumbent for whom the decider acted."
    )


@strawberry.type(description="What a kind of leave takes (ketentuan cuti).")
class LeaveRule:
    """What a kind of leave takes."""

    kind: LeaveKind
    employees: list[str] = strawberry.field(description="For whom: PNS, CPNS, PPPK.")
    valid_from: Date
    valid_to: Date | None = strawberry.field(description="The first day no more; null while open.")
    most: int | None = strawberry.field(description="The longest, in `unit`; null: no bound.")
    unit: str = strawberry.field(description="working_days, days or months.")
    extension: int = strawberry.field(
        description="By how much it may be prolonged; of annual leave: travel days."
    )
    service_years: int
    letter: bool = strawberry.field(description="Whether a file has to say so.")
    official_letter_after: int | None = strawberry.field(
        description="After how many days the letter is to be of a government doctor."
    )
    children: int | None = strawberry.field(description="Up to which child.")
    legal_basis: str
    confirmed: bool = strawberry.field(
        description="False: its bounds refuse nothing and are for who decides."
    )


def shown_rule(rule: domain.LeaveRule) -> LeaveRule:
    """A rule as the schema shows it."""
    return LeaveRule(
        kind=rule.kind,
        employees=sorted(rule.employees),
        valid_from=Date(rule.valid_from),
        valid_to=None if rule.valid_to is None else Date(rule.valid_to),
        most=rule.most,
        unit=rule.unit,
        extension=rule.extension,
        service_years=rule.service_years,
        letter=rule.letter,
        official_letter_after=rule.official_letter_after,
        children=rule.children,
        legal_basis=rule.legal_basis,
        confirmed=rule.confirmed,
    )
