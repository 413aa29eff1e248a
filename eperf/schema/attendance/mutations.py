"""Clocking in and out, registering machines."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.attendance.punch import PunchKind
from eperf.schema.attendance.types import Device, Punch
from eperf.schema.ids import number_of
from eperf.schema.problems import Problem, answered
from eperf.schema.scalars import Date
from eperf.services.attendance import devices
from eperf.services.attendance.clock import clock

ClockPayload = Annotated[
    Punch | Problem, strawberry.union("ClockPayload", description="The clocking, or why there is none.")
]
DevicePayload = Annotated[
    Device | Problem, strawberry.union("DevicePayload", description="The machine, or why it was not changed.")
]


@strawberry.input(description="Coming or going, now.")
class ClockInput:
    """Coming or going, now."""

    idempotency_key: str | None = None


@strawberry.input(description="A machine for a unit.")
class RegisterDeviceInput:
    """A machine for a unit."""

    serial: str
    name: str
    unit: strawberry.ID
    source: str = "eperf/adms-push"


@strawberry.input(description="Whose a PIN of a machine is, from a day on.")
class EnrolInput:
    """Whose a PIN of a machine is, from a day on."""

    device: strawberry.ID
    pin: str
    employee: strawberry.ID
    valid_from: Date


async def clock_in(info: strawberry.Info, input: ClockInput | None = None) -> ClockPayload:  # noqa: A002
    """Records that the caller comes to work now."""
    key = input.idempotency_key if input else None
    return await answered(info, Punch, lambda: clock(info.context.call(key), PunchKind.IN))


async def clock_out(info: strawberry.Info, input: ClockInput | None = None) -> ClockPayload:  # noqa: A002
    """Records that the caller leaves work now."""
    key = input.idempotency_key if input else None
    return await answered(info, Punch, lambda: clock(info.context.call(key), PunchKind.OUT))


async def register_device(info: strawberry.Info, input: RegisterDeviceInput) -> DevicePayload:  # noqa: A002
    """Registers a machine, or adopts one that was met before."""

    async def verb() -> int:
        unit = number_of(input.unit, "Unit", "unit")
        return await devices.register(info.context.call(), input.serial, input.name, unit, input.source)

    return await answered(info, Device, verb)


async def enrol(info: strawberry.Info, input: EnrolInput) -> DevicePayload:  # noqa: A002
    """Says whose a PIN is; records that were unexplained find their owner."""

    async def verb() -> int:
        device = number_of(input.device, "Device", "device")
        person = number_of(input.employee, "Employee", "employee")
        await devices.enrol(info.context.call(), device, [(input.pin, person)], input.valid_from)
        return device

    return await answered(info, Device, verb)


MUTATIONS = {
    "clock_in": strawberry.mutation(resolver=clock_in, description="I come to work (presensi masuk)."),
    "clock_out": strawberry.mutation(resolver=clock_out, description="I leave work (presensi pulang)."),
    "register_device": strawberry.mutation(resolver=register_device, description="A machine for a unit."),
    "enrol": strawberry.mutation(resolver=enrol, description="Whose a PIN of a machine is."),
}
