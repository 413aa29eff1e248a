"""Fences of units, and tries to check in with the position that the phone told."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import strawberry

from eperf.domain.access import Operation
from eperf.domain.attendance.check_in import Place, Told
from eperf.domain.integrity.geo import Point
from eperf.planner.mapping import column, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.attendance.types import Punch
from eperf.schema.context import Context
from eperf.schema.file.types import File
from eperf.schema.ids import number_of
from eperf.schema.leave.types import DutyOrder
from eperf.schema.lists import linked, many
from eperf.schema.months import days_of
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, DateTime, Hundredths, YearMonth
from eperf.services.attendance import fence
from eperf.store.condition import Condition
from eperf.store.position import CheckInFileRow, CheckInRow, FenceRow
from eperf.store.scope import Columns, reach

_TRIES = {"LATEST": (("received_at", True), ("id", True))}
_FENCES = {"SINCE": (("valid_from", True), ("id", True))}


@mapped(FenceRow, Operation.UNIT_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(description="A place of a unit where its people check in (lokasi presensi).")
class Geofence(Node):
    """A place where people check in."""

    name: str = column("name", "What the place is called.")
    lat_e6: int = column("lat_e6", "Latitude in millionths of a degree.")
    lon_e6: int = column("lon_e6", "Longitude in millionths of a degree.")
    radius_m: int = column("radius_m", "Metres around the point that still are the place.")
    legal_basis: str | None = column("legal_basis", "The decision that sets it (dasar hukum).")
    valid_from: Date = column("valid_from", "The first day.")
    valid_to: Date | None = column("valid_to", "The first day no more; null while open.")
    unit: Unit | None = relation("unit_id", Unit, "The unit, with all below that have no fence of their own.")


@mapped(CheckInRow, Operation.POSITION_READ, partial(reach, columns=Columns()))
@strawberry.type(
    description="A try to check in with a phone, accepted or not (presensi lokasi). Coordinates are kept for days."
)
class CheckIn(Node):
    """A try to check in."""

    date: Date = column("date", "The civil day at the workplace.")
    received_at: DateTime = column("received_at", "When it reached us.")
    kind: str = column("kind", "in or out.")
    accepted: bool = column("accepted", "Whether it counts.")
    reason: str | None = column("reason", "Why it does not count.")
    lat_e6: int | None = column("lat_e6", "Latitude in millionths of a degree.")
    lon_e6: int | None = column("lon_e6", "Longitude in millionths of a degree.")
    accuracy_m: Hundredths | None = column("accuracy_h", "The fix's accuracy in metres.")
    captured_at: DateTime | None = column("captured_at", "When the phone took the fix, by its clock.")
    mock_location: bool | None = column("mock", "Whether the phone says that its place is made up: a hint.")
    device_id: str | None = column("phone", "What the phone calls itself: a hint.")
    device_model: str | None = column("phone_model", "The phone's model: a hint.")
    distance_m: int | None = column("distance_m", "Metres from the place it was held against.")
    radius_m: int | None = column("radius_m", "That place's radius in metres.")
    inside: bool | None = column("inside", "Whether the distance is at most the radius.")
    copies: int = column("copies", "How often the same try came again.")
    reduced_at: DateTime | None = column("reduced_at", "When the coordinates were taken away.")
    fence: Geofence | None = relation("fence_id", Geofence, "The unit's place it was held against.")
    duty_order: DutyOrder | None = relation(
        "duty_id", DutyOrder, "The duty order whose place it was held against."
    )
    punch: Punch | None = relation("punch_id", Punch, "The clock record that came of it.")
    employee: Employee | None = relation("employee_id", Employee, "Who checked in.")
    unit: Unit | None = relation("unit_id", Unit, "The unit of that day.")


FencePayload = Annotated[
    Geofence | Problem,
    strawberry.union("GeofencePayload", description="The place, or why it was not changed."),
]


@strawberry.input(description="Where a phone says to be (posisi).")
class PositionInput:
    """Where a phone says to be."""

    lat_e6: int = strawberry.field(description="Latitude in millionths of a degree.")
    lon_e6: int = strawberry.field(description="Longitude in millionths of a degree.")
    accuracy_m: Hundredths = strawberry.field(description="The fix's accuracy in metres.")
    captured_at: DateTime | None = strawberry.field(default=None, description="When the fix was taken.")
    mock_location: bool | None = strawberry.field(
        default=None, description="Whether the system says that the place is made up."
    )
    device_id: str | None = None
    device_model: str | None = None

    def told(self) -> Told:
        """The input as the domain takes it."""
        return Told(
            Point(self.lat_e6, self.lon_e6),
            self.accuracy_m,
            self.captured_at,
            self.mock_location,
            self.device_id,
            self.device_model,
        )


@strawberry.input(description="A place of a unit from a day on; one of the same name then ends on that day.")
class SetFenceInput:
    """A place of a unit."""

    unit: strawberry.ID
    name: str
    lat_e6: int
    lon_e6: int
    radius_m: int
    valid_from: Date
    legal_basis: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="A place that no longer holds from a day on.")
class EndFenceInput:
    """A place that no longer holds."""

    fence: strawberry.ID
    valid_to: Date
    idempotency_key: str | None = None


async def _set(context: Context, input: SetFenceInput) -> int:  # noqa: A002
    new = fence.NewFence(
        number_of(input.unit, "Unit", "unit"),
        input.name,
        Place(Point(input.lat_e6, input.lon_e6), input.radius_m),
        input.valid_from,
        input.legal_basis,
    )
    return await fence.add(context.call(input.idempotency_key), new)


async def _end(context: Context, input: EndFenceInput) -> int:  # noqa: A002
    number = number_of(input.fence, "Geofence", "fence")
    return await fence.end(context.call(input.idempotency_key), number, input.valid_to)


def _of_month(_: Context, month: YearMonth | None = None) -> Condition | None:
    return None if month is None else days_of(month)


CONTRIBUTION = Contribution(
    types=(Geofence, CheckIn),
    mutation={
        "set_fence": verb(Geofence, FencePayload, _set, "A place where a unit's people check in (atur lokasi)."),
        "end_fence": verb(Geofence, FencePayload, _end, "A place no longer holds (akhiri lokasi)."),
    },
    extends={
        "Unit": {
            "fences": many(
                Geofence, _FENCES, "SINCE", "Places where the people of this very unit check in, the latest first.",
                back="unit_id",
            )
        },
        "Employee": {
            "check_ins": many(
                CheckIn, _TRIES, "LATEST", "Tries to check in with a phone, the latest first.", back="employee_id",
                narrow=_of_month,
            )
        },
        "CheckIn": {"files": linked(File, CheckInFileRow, "check_in_id", "file_id", 10, "The pictures it cites.")},
    },
)  # fmt: skip
