"""Commands to machines: queued by an officer, handed out when the machine asks, ended by what it says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import zone_named, zone_offset_min
from eperf.domain.attendance.command import (
    MOST_TIMES,
    MOST_WAITING,
    OPEN,
    RESEND_AFTER,
    CommandAsked,
    CommandedSource,
    CommandKind,
    CommandState,
)
from eperf.domain.attendance.source import CommandResult, DeviceCommand
from eperf.domain.errors import BadInput, NotFound, TooMany
from eperf.domain.events import DeviceCommanded
from eperf.services.attendance.whose import owner_on, owners_of
from eperf.services.call import Call, Work, answer, answered, work
from eperf.store.attendance import DeviceRow, EnrolmentRow
from eperf.store.device import DeviceCommandRow
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import Q, subject_of_unit

MOST_AT_ONCE = 20
"""Commands told to a source at one request; it may hand out fewer."""
_WRITTEN = 500
_INT = 2**31 - 1


async def command(call: Call, device_id: int, asked: CommandAsked) -> int:
    """Queues a command for a machine; gives its number.

    The name of a person comes from the enrolment of the PIN that is in force today. Refuses for a machine whose source
    takes no commands, and when `MOST_WAITING` wait already.
    """
    asked.require_whole()
    device, source = await _commanded(call, device_id)
    zone = zone_named((await UnitRow.get(id=device.unit_id)).zone)
    async with work(call) as opened:
        before = await answered(call, "device.command", [device_id, asdict(asked)])
        if before is not None:
            return before
        await DeviceRow.select_for_update().get(id=device_id)
        if asked.kind is CommandKind.PUT_USER:
            named = await _enrolled(call, device_id, [asked.pin or ""])
            if not named:
                raise NotFound("pin", asked.pin)
            asked = named[0]
        [row] = await _queue(call, opened, device, [(asked, source.command(asked, zone_offset_min(zone)))])
        await answer(call, row.id)
        return int(row.id)


async def send_people(call: Call, device_id: int) -> int:
    """Queues a command for each person who is enrolled on a machine today: names, never a password or a template."""
    device, source = await _commanded(call, device_id)
    async with work(call) as opened:
        before = await answered(call, "device.send-people", device_id)
        if before is not None:
            return before
        await DeviceRow.select_for_update().get(id=device_id)
        pins = await EnrolmentRow.filter(device_id=device_id).distinct().values("pin")
        people = await _enrolled(call, device_id, sorted(str(row["pin"]) for row in pins))
        await _queue(call, opened, device, [(one, source.command(one, 0)) for one in people])
        await answer(call, device_id)
        return device_id


async def waiting(devices: Collection[int], now: datetime) -> Mapping[int, tuple[DeviceCommand, ...]]:
    """What machines that ask are to be told, oldest first: what is new, and what was left unanswered for a while.

    What was handed out as often as it may be is given up on the way.
    """
    found: dict[int, tuple[DeviceCommand, ...]] = {}
    if not devices:
        return found
    open_ = DeviceCommandRow.filter(device_id__in=sorted(devices), state__in=OPEN)
    having = await open_.distinct().values("device_id")
    for device_id in sorted(int(row["device_id"]) for row in having):
        mine = DeviceCommandRow.filter(device_id=device_id, state__in=OPEN)
        silent = mine.filter(sent_at__lte=now - RESEND_AFTER)
        await silent.filter(times_sent__gte=MOST_TIMES).update(
            state=CommandState.UNANSWERED.value, ended_at=now
        )
        due = mine.filter(Q(sent_at=None) | Q(sent_at__lte=now - RESEND_AFTER))
        rows = await due.order_by("id").limit(MOST_AT_ONCE)
        found[device_id] = tuple(DeviceCommand(row.id, row.text) for row in rows)
    return found


async def handed_out(device: DeviceRow, numbers: Sequence[int], now: datetime) -> None:
    """Notes that a machine, whose row the caller has locked, is told its commands of these numbers."""
    rows = await DeviceCommandRow.filter(device_id=device.id, id__in=list(numbers), state__in=OPEN)
    for row in rows:
        row.state, row.sent_at, row.times_sent = CommandState.SENT.value, now, row.times_sent + 1
    if rows:
        await DeviceCommandRow.bulk_update(rows, ("state", "sent_at", "times_sent"), batch_size=_WRITTEN)


async def ended(source: object, device: DeviceRow, results: Iterable[CommandResult], now: datetime) -> None:
    """Ends commands by what their machine says of them, the first answer to each.

    Numbers that are nobody's, another machine's, not handed out yet or ended already change nothing.
    """
    said = {result.id: result for result in reversed(list(results))}
    if not said:
        return
    numbers = sorted(said)[:MOST_WAITING]
    for start in range(0, len(numbers), _WRITTEN):
        rows = await DeviceCommandRow.filter(
            device_id=device.id, id__in=numbers[start : start + _WRITTEN], state=CommandState.SENT.value
        )
        for row in rows:
            result = said[row.id]
            code = result.return_code
            row.state = (CommandState.DONE if result.ok else CommandState.FAILED).value
            row.ended_at = now
            row.return_code = code if code is not None and abs(code) <= _INT else None
            if row.return_code is not None and isinstance(source, CommandedSource):
                row.meaning = source.meaning(row.return_code)[:64]
        if rows:
            await DeviceCommandRow.bulk_update(
                rows, ("state", "ended_at", "return_code", "meaning"), batch_size=_WRITTEN
            )


async def _commanded(call: Call, device_id: int) -> tuple[DeviceRow, CommandedSource]:
    device = await DeviceRow.get_or_none(id=device_id)
    if device is None or device.unit_id is None:
        raise NotFound("device", device_id)
    call.require(Operation.DEVICE_WRITE, await subject_of_unit(device.unit_id), "device")
    registered = call.parts.sources.get(device.source)
    part: object = None if registered is None else registered.part
    if not isinstance(part, CommandedSource):
        raise BadInput("device", device.serial, f"machines of {device.source} take no commands")
    return device, part


async def _enrolled(call: Call, device_id: int, pins: Sequence[str]) -> list[CommandAsked]:
    owners = await owners_of(device_id, pins)
    whose = {pin: owner for pin in pins if (owner := owner_on(owners, pin, call.today)) is not None}
    people = await EmployeeRow.filter(id__in=sorted(set(whose.values()))).only("id", "name")
    names = {row.id: row.name for row in people}
    return [
        CommandAsked(CommandKind.PUT_USER, pin=pin, name=names[whose[pin]]) for pin in pins if pin in whose
    ]


async def _queue(
    call: Call, opened: Work, device: DeviceRow, commands: Sequence[tuple[CommandAsked, str]]
) -> list[DeviceCommandRow]:
    waits = await DeviceCommandRow.filter(device_id=device.id, state__in=OPEN).count()
    if waits + len(commands) > MOST_WAITING:
        raise TooMany("device_commands", MOST_WAITING, waits + len(commands))
    rows = [
        DeviceCommandRow(
            device_id=device.id,
            kind=asked.kind.value,
            text=text,
            state=CommandState.WAITING.value,
            account_id=call.viewer.account_id or None,
            asked_at=call.now,
        )
        for asked, text in commands
    ]
    if len(rows) == 1:
        await rows[0].save()
    elif rows:
        await DeviceCommandRow.bulk_create(rows, batch_size=_WRITTEN)
    opened.emit(
        DeviceCommanded(
            subject_id=device.id,
            unit_id=device.unit_id,
            commands=len(rows),
            what="+".join(sorted({asked.kind.value for asked, _ in commands})),
        )
    )
    return rows
