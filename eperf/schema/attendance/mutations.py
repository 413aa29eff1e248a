"""Clocking in and out, registering machines."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.attendance.punch import PunchKind
from eperf.domain.errors import BadInput
from eperf.schema.attendance.check_in import PositionInput
from eperf.schema.attendance.types import Device, Punch
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.problems import Problem, verb
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

    position: PositionInput | None = strawberry.field(
        default=None, description="Where the phone says to be; needed where a place is set (`Unit.fences`)."
    )
    selfie: strawberry.ID | None = strawberry.field(
        default=None, description="A picture, as a file of one's own."
    )
    idempotency_key: str | None = None


@strawberry.input(
    description="A setting of a machine by its protocol's own name, such as a token; shown to nobody."
)
class DeviceOptionInput:
    """A setting of a machine."""

    name: str
    value: str


@strawberry.input(description="A machine for a unit.")
class RegisterDeviceInput:
    """A machine for a unit."""

    serial: str
    name: str
    unit: strawberry.ID
    source: str = "eperf/adms-push"
    options: list[DeviceOptionInput] | None = strawberry.field(
        default=None, description="All its settings; null leaves those it has."
    )


@strawberry.input(description="Whose a PIN of a machine is, from a day on.")
class EnrolInput:
    """Whose a PIN of a machine is, from a day on."""

    device: strawberry.ID
    pin: str
    employee: strawberry.ID
    valid_from: Date


async def _clock_in(context: Context, input: ClockInput | None = None) -> int:  # noqa: A002
    return await _clock(context, PunchKind.IN, input or ClockInput())


async def _clock_out(context: Context, input: ClockInput | None = None) -> int:  # noqa: A002
    return await _clock(context, PunchKind.OUT, input or ClockInput())


async def _clock(context: Context, kind: PunchKind, given: ClockInput) -> int:
    told = given.position.told() if given.position else None
    if given.selfie is not None and told is None:
        raise BadInput("selfie", given.selfie, "it goes with a position")
    files = () if given.selfie is None else (number_of(given.selfie, "File", "selfie"),)
    return await clock(context.call(given.idempotency_key), kind, told, files)


async def _register(context: Context, input: RegisterDeviceInput) -> int:  # noqa: A002
    unit = number_of(input.unit, "Unit", "unit")
    options = None if input.options is None else _named(input.options)
    return await devices.register(context.call(), input.serial, input.name, unit, input.source, options)


def _named(options: list[DeviceOptionInput]) -> dict[str, str]:
    named = {option.name: option.value for option in options}
    if len(named) < len(options):
        raise BadInput("options", None, "a setting is given twice")
    return named


async def _enrol(context: Context, input: EnrolInput) -> int:  # noqa: A002
    device = number_of(input.device, "Device", "device")
    person = number_of(input.employee, "Employee", "employee")
    await devices.enrol(context.call(), device, [(input.pin, person)], input.valid_from)
    return device


MUTATIONS = {
    "clock_in": verb(Punch, ClockPayload, _clock_in, "I come to work (presensi masuk)."),
    "clock_out": verb(Punch, ClockPayload, _clock_out, "I leave work (presensi pulang)."),
    "register_device": verb(Device, DevicePayload, _register, "A machine for a unit."),
    "enrol": verb(Device, DevicePayload, _enrol, "Whose a PIN of a machine is."),
}
