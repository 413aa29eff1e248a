"""What an officer knows of machines and does to them: health, what is unexplained, commands, clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import strawberry

from eperf.domain.access import Operation
from eperf.domain.attendance.command import CommandAsked, CommandKind, CommandState
from eperf.domain.errors import BadInput
from eperf.planner.mapping import batch_field, column, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.attendance.mutations import DevicePayload
from eperf.schema.attendance.types import Device, Punch, of_devices
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.node import Node
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import DateTime
from eperf.services.attendance import clocks, commands
from eperf.services.attendance.devices import waiting_commands
from eperf.store.attendance import UnreadRow
from eperf.store.condition import Condition, Either, Every, Is, Missing
from eperf.store.device import ClockErrorRow, DeviceCommandRow
from eperf.store.scope import within_units

strawberry.enum(CommandKind, name="DeviceCommandKind", description="What a machine is to do (perintah).")
strawberry.enum(CommandState, name="DeviceCommandState", description="Where a command to a machine stands.")
_LATEST = {"LATEST": (("id", True),)}
_SERIAL = {"SERIAL": (("serial", False), ("id", False))}
_INT = 2**31 - 1
_DIGITS = 18
_LONGEST_MIN = 5 * 366 * 24 * 60


@mapped(DeviceCommandRow, Operation.DEVICE_READ, of_devices)
@strawberry.type(description="A command that waits for a machine to ask, or has ended (perintah mesin).")
class DeviceCommand(Node):
    """A command to a machine."""

    kind: CommandKind = column("kind", "What it is to do.", render=CommandKind)
    text: str = column("text", "The command in the machine's own language.")
    state: CommandState = column(
        "state", "WAITING for the machine to ask, SENT, or how it ended.", render=CommandState
    )
    asked_at: DateTime = column("asked_at", "When it was queued.")
    sent_at: DateTime | None = column("sent_at", "When it was last handed out.")
    times_sent: int = column(
        "times_sent", "How often: it is handed out again after 5 minutes, 10 times at most."
    )
    ended_at: DateTime | None = column("ended_at", "When the machine answered, or it was given up.")
    return_code: int | None = column("return_code", "What the machine returned; 0 is good.")
    meaning: str | None = column("meaning", "What the return code says.")


@mapped(UnreadRow, Operation.DEVICE_READ, of_devices)
@strawberry.type(description="A line of a machine that is no readable record (baris tak terbaca).")
class UnreadLine(Node):
    """A line that is no readable record."""

    line: str = column("line", "As received, with passwords, cards and templates struck out.")
    line_no: int = column("line_no", "Its place in the upload, from 1.")
    reason: str | None = column("reason", "Why it cannot be read: pin_missing, time_unreadable…")
    received_at: DateTime = column("received_at", "When it first came.")
    source: str = column("source", "The source it came by.")


@mapped(ClockErrorRow, Operation.DEVICE_READ, of_devices)
@strawberry.type(description="What was told of a machine's wrong clock (koreksi jam mesin).")
class ClockError(Node):
    """What was told of a machine's wrong clock."""

    begins: DateTime = column("begins", "From this time on, as the machine wrote it.")
    ends: DateTime | None = column("ends", "Before this time, as the machine wrote it; null: ever after.")
    ahead_by_sec: int = column("ahead_sec", "By so many seconds the clock was ahead; negative: behind.")
    reason: str = column("reason", "How this is known.")
    told_at: DateTime = column("told_at", "When it was told.")
    punches: int = column("punches", "How many kept punches were in the span when it was told.")
    device: Device | None = relation("device_id", Device, "The machine.")


@strawberry.type(description="How a machine fares (kesehatan mesin).")
class DeviceHealth:
    """How a machine fares."""

    clock_drift_sec: int | None = strawberry.field(
        description="Seconds that its clock is ahead (negative: behind): the median of the last records that came at "
        "once; null below 5 of them."
    )
    clock_drift_basis: int = strawberry.field(description="Of so many records, 31 at most.")
    users: int | None = strawberry.field(description="Users in the machine, as it last said.")
    records_held: int | None = strawberry.field(description="Records in the machine, as it last said.")
    records_kept: int = strawberry.field(
        description="Different records of it that are kept here, by any way."
    )
    backlog: int | None = strawberry.field(
        description="At least so many of its records have not come: those held beyond those kept."
    )
    push_version: str | None
    ip: str | None = strawberry.field(description="Its address in its own network, as it last said.")
    waiting_commands: int = strawberry.field(description="Commands that have not ended.")


async def _healths(rows: Sequence[Mapping[str, Any]], context: Context) -> list[DeviceHealth]:
    waiting = await waiting_commands([row["id"] for row in rows])
    return [_health(row, waiting.get(row["id"], 0)) for row in rows]


def _health(row: Mapping[str, Any], waiting: int) -> DeviceHealth:
    facts, held, kept = row["facts"], _number(row["facts"].get("logs")), min(row["kept"], _INT)
    return DeviceHealth(
        clock_drift_sec=row["drift_sec"],
        clock_drift_basis=len(row["drift_samples"] or ()),
        users=_number(facts.get("users")),
        records_held=held,
        records_kept=kept,
        backlog=None if held is None else max(0, held - kept),
        push_version=facts.get("push_version"),
        ip=facts.get("ip"),
        waiting_commands=waiting,
    )


def _number(text: str | None) -> int | None:
    """A number that a machine says of itself; null for anything else that it says there."""
    found = text is not None and len(text) <= _DIGITS and text.isascii() and text.isdigit()
    return min(int(text or ""), _INT) if found else None


@strawberry.input(description="Which machines.")
class DeviceFilter:
    """Which machines."""

    unit: strawberry.ID | None = strawberry.field(default=None, description="In this unit or one below it.")
    state: str | None = strawberry.field(default=None, description="active or inactive.")
    silent_for_min: int | None = strawberry.field(
        default=None, description="Not heard of for so many minutes, or never."
    )
    drift_over_sec: int | None = strawberry.field(
        default=None, description="Whose clock is off by more than so many seconds, either way."
    )

    def where(self, context: Context) -> Condition | None:
        """The filter as a condition."""
        parts: list[Condition] = []
        if self.unit is not None:
            parts.append(within_units("unit_id", [number_of(self.unit, "Unit", "filter.unit")]))
        if self.state is not None:
            if self.state not in ("active", "inactive"):
                raise BadInput("filter.state", self.state, "active or inactive")
            parts.append(Is("state", self.state))
        if self.silent_for_min is not None:
            if not 0 <= self.silent_for_min <= _LONGEST_MIN:
                raise BadInput("filter.silentForMin", self.silent_for_min, f"0 to {_LONGEST_MIN}")
            since = context.now() - timedelta(minutes=self.silent_for_min)
            parts.append(Either((Missing("last_seen_at"), Is("last_seen_at", since, "<"))))
        if self.drift_over_sec is not None:
            if self.drift_over_sec < 0:
                raise BadInput("filter.driftOverSec", self.drift_over_sec, "0 or more")
            far = self.drift_over_sec
            parts.append(Either((Is("drift_sec", far, ">"), Is("drift_sec", -far, "<"))))
        return Every(tuple(parts)) if parts else None


def _filtered(context: Context, filter: DeviceFilter | None = None) -> Condition | None:  # noqa: A002
    return filter.where(context) if filter else None


def _unexplained(_: Context) -> Condition:
    return Is("outcome", "unexplained")


CommandPayload = Annotated[
    DeviceCommand | Problem,
    strawberry.union("DeviceCommandPayload", description="The command as queued, or why it was not."),
]
ClockPayload = Annotated[
    ClockError | Problem,
    strawberry.union("ClockErrorPayload", description="What was told, or why nothing was changed."),
]


@strawberry.input(description="A command for a machine.")
class CommandDeviceInput:
    """A command for a machine."""

    device: strawberry.ID
    command: CommandKind
    first: DateTime | None = strawberry.field(default=None, description="QUERY_RECORDS: from when on.")
    last: DateTime | None = strawberry.field(default=None, description="QUERY_RECORDS: until when.")
    pin: str | None = strawberry.field(
        default=None, description="PUT_USER, with the name of who is enrolled; DELETE_USER."
    )
    idempotency_key: str | None = None


@strawberry.input(description="A machine that is to learn who is enrolled on it: PINs and names.")
class SendEnrolmentsInput:
    """A machine that is to learn who is enrolled on it."""

    device: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="A machine's clock was wrong for a while. Times are as the machine wrote them.")
class CorrectDeviceClockInput:
    """A machine's clock was wrong for a while."""

    device: strawberry.ID
    begins: DateTime
    ends: DateTime | None = strawberry.field(default=None, description="Without it: ever after.")
    ahead_by_sec: int = strawberry.field(
        description="By so many seconds it was ahead, negative: behind; 0 takes back what was told before."
    )
    reason: str = strawberry.field(description="How this is known, at most 2,000 characters.")
    idempotency_key: str | None = None


async def _command(context: Context, input: CommandDeviceInput) -> int:  # noqa: A002
    asked = CommandAsked(input.command, input.first, input.last, input.pin)
    device = number_of(input.device, "Device", "device")
    return await commands.command(context.call(input.idempotency_key), device, asked)


async def _send(context: Context, input: SendEnrolmentsInput) -> int:  # noqa: A002
    device = number_of(input.device, "Device", "device")
    return await commands.send_people(context.call(input.idempotency_key), device)


async def _correct(context: Context, input: CorrectDeviceClockInput) -> int:  # noqa: A002
    device = number_of(input.device, "Device", "device")
    return await clocks.correct_clock(
        context.call(input.idempotency_key),
        device,
        input.begins,
        input.ends,
        input.ahead_by_sec,
        input.reason,
    )


CONTRIBUTION = Contribution(
    types=(DeviceCommand, UnreadLine, ClockError),
    query={
        "devices": many(
            Device, _SERIAL, "SERIAL", "Attendance machines in reach (mesin presensi).", narrow=_filtered
        )
    },
    mutation={
        "command_device": verb(
            DeviceCommand, CommandPayload, _command, "A command for a machine, told when it asks (perintah)."
        ),
        "send_enrolments": verb(
            Device, DevicePayload, _send, "A command for each person enrolled on a machine (kirim pengguna)."
        ),
        "correct_device_clock": verb(
            ClockError, ClockPayload, _correct, "A machine's clock was wrong for a while (koreksi jam mesin)."
        ),
    },
    extends={
        "Device": {
            "health": batch_field(
                ("id", "facts", "drift_sec", "drift_samples", "kept"),
                _healths,
                "How it fares (kesehatan).",
                kind=DeviceHealth,
            ),
            "commands": many(
                DeviceCommand, _LATEST, "LATEST", "Commands, the latest first.", back="device_id"
            ),
            "unexplained": many(
                Punch, _LATEST, "LATEST", "Readable records with nobody's PIN, the latest first.",
                back="device_id", narrow=_unexplained,
            ),
            "unread": many(
                UnreadLine, _LATEST, "LATEST", "Lines that cannot be read, the latest first.",
                back="device_id", narrow=_unexplained,
            ),
            "clock_errors": many(
                ClockError, _LATEST, "LATEST", "What was told of its clock, the latest first.", back="device_id"
            ),
        },
        "Punch": {
            "clock_error": relation(
                "clock_error_id", ClockError, "Why the time is corrected.", kind=ClockError | None
            )
        },
    },
)  # fmt: skip
