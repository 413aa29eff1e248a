"""Receiving what machines push. A machine that was told OK forgets, so the answer leaves after the commit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import civil_day, zone_named, zone_offset_min
from eperf.domain.attendance.punch import RawPunch, digest
from eperf.domain.attendance.source import DeviceReply, DeviceRequest, DeviceState
from eperf.domain.errors import BadInput, NotFound, TooMany
from eperf.domain.events import DeviceSeen, PunchRecorded
from eperf.domain.text import clean
from eperf.plugins.report import Registered
from eperf.services.attendance.days import classify
from eperf.services.call import Call, Work, work
from eperf.store.attendance import DeviceRow, EnrolmentRow, PunchRow
from eperf.store.organisation import UnitRow
from eperf.store.scope import subject_of_unit

MOST_STRANGERS = 1000
MOST_OPTIONS = 32
_OPTION_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_OPTION_CHARS = 512
_ZONE = "Asia/Jakarta"
_AT_ONCE = 500


async def receive(call: Call, source: Registered[Any], request: DeviceRequest) -> DeviceReply:
    """One request of a machine: read by its source, stored in one transaction, answered after it.

    A machine is heard at the paths of its own source only: one whose uploads are signed cannot be spoken for where
    nothing is. Raises `Refused` for a request that cannot be read, and lets a failing database raise: the edge answers
    503, and the machine sends again.
    """
    serial = source.part.serial_of(request)
    device = await DeviceRow.get_or_none(serial=serial)
    if device is None:
        await _meet(call, source.key, serial)
        unknown: DeviceReply = source.part.handle(request, None, call.now)
        return unknown
    zone = await _zone(device)
    heard = device.state == "active" and device.source == source.key
    state = DeviceState(
        serial=serial,
        state="active" if heard else "inactive",
        zone_offset_min=zone_offset_min(zone_named(zone)),
        stamps=device.stamps,
        options=device.options or {},
    )
    reply: DeviceReply = source.part.handle(request, state, call.now)
    if heard:
        await _store(call, source.key, device.id, reply, zone)
    return reply


async def register(
    call: Call, serial: str, name: str, unit_id: int, source: str, options: Mapping[str, str] | None = None
) -> int:
    """Registers a machine for a unit, or adopts one that was met before; gives its id.

    `options` are the machine's settings by the source's own names, such as the token that its webhooks are signed
    with; they replace those before, and None leaves them.
    """
    call.require(Operation.DEVICE_WRITE, await subject_of_unit(unit_id), "unit")
    if source not in call.parts.sources:
        raise NotFound("source", source)
    if not (
        0 < len(serial) <= 64 and serial.isascii() and serial.replace("-", "").replace("_", "").isalnum()
    ):
        raise BadInput("serial", serial, "1 to 64 letters, digits, - and _")
    name = clean("name", name, most=200)
    chosen = None if options is None else _options(options)
    async with work(call) as opened:
        row = await DeviceRow.get_or_none(serial=serial)
        if row is not None and row.unit_id is not None:
            call.require(Operation.DEVICE_WRITE, await subject_of_unit(row.unit_id), "serial")
        values: dict[str, Any] = {"name": name, "unit_id": unit_id, "source": source, "state": "active"}
        if chosen is not None:
            values["options"] = chosen
        if row is None:
            row = await DeviceRow.create(serial=serial, **values)
        else:
            await row.update_from_dict(values).save()
        opened.emit(DeviceSeen(subject_id=row.id, unit_id=unit_id, serial=serial, state="active"))
        return int(row.id)


def _options(options: Mapping[str, str]) -> dict[str, str]:
    if len(options) > MOST_OPTIONS:
        raise TooMany("options", MOST_OPTIONS, len(options))
    for name, value in options.items():
        if not _OPTION_NAME.fullmatch(name):
            raise BadInput("options", name, "a name is 1 to 64 letters, digits and _")
        if not 0 < len(value) <= _OPTION_CHARS or not value.isprintable():
            # The value may be a secret, so it is not shown.
            raise BadInput("options", name, f"its value is not 1 to {_OPTION_CHARS} printable characters")
    return dict(options)


async def enrol(call: Call, device_id: int, people: Sequence[tuple[str, int]], valid_from: date) -> int:
    """Says whose PINs a device's are, from a day on; punches that were unexplained until now find their owner.

    `people` are (PIN, employee id). Gives the number of punches explained.
    """
    device = await DeviceRow.get_or_none(id=device_id)
    if device is None or device.unit_id is None:
        raise NotFound("device", device_id)
    call.require(Operation.DEVICE_WRITE, await subject_of_unit(device.unit_id), "device")
    async with work(call) as opened:
        await DeviceRow.select_for_update().get(id=device_id)
        for pin, employee_id in people:
            await EnrolmentRow.update_or_create(
                {"employee_id": employee_id},
                device_id=device_id, pin=clean("pin", pin, most=24), valid_from=valid_from,
            )  # fmt: skip
        lost = await PunchRow.filter(
            device_id=device_id,
            outcome="unexplained",
            pin__in=[pin for pin, _ in people],
            date__gte=valid_from,
        )
        owners = await _owners(device_id, [punch.pin for punch in lost])
        for punch in lost:
            punch.employee_id = _owner(owners, punch.pin, punch.date)
            punch.outcome, punch.reason = (
                ("used", None) if punch.employee_id else ("unexplained", "unknown-pin")
            )
            await punch.save(update_fields=["employee_id", "outcome", "reason"])
        found = [punch for punch in lost if punch.employee_id]
        await _tell(call, opened, found, device.unit_id)
        return len(found)


async def _meet(call: Call, source: str, serial: str) -> None:
    if await DeviceRow.filter(unit_id=None).count() >= MOST_STRANGERS:
        return
    async with work(call) as opened:
        met = DeviceRow(serial=serial, name=serial, source=source, state="inactive", last_seen_at=call.now)
        await DeviceRow.bulk_create([met], ignore_conflicts=True)
        row = await DeviceRow.get(serial=serial)
        opened.emit(DeviceSeen(subject_id=row.id, serial=serial, state="inactive"))


async def _zone(device: DeviceRow) -> str:
    if device.unit_id is None:
        return _ZONE
    return (await UnitRow.get(id=device.unit_id)).zone


async def _store(call: Call, source: str, device_id: int, reply: DeviceReply, zone: str) -> None:
    async with work(call) as opened:
        # One upload of a device at a time: two copies of one upload must not both count as new.
        device = await DeviceRow.select_for_update().get(id=device_id)
        device.stamps = {**device.stamps, **reply.stamps}
        skipped = int(device.facts.get("skipped", "0")) + len(reply.skipped)
        device.facts = {**device.facts, **reply.device_facts, "skipped": str(skipped)}
        device.last_seen_at = call.now
        await device.save(update_fields=["stamps", "facts", "last_seen_at"])
        fresh = await _fresh(source, device, reply.punches)
        owners = await _owners(device_id, [punch.pin for punch in fresh.values()])
        rows = [
            _punch(source, device_id, content, punch, zone, owners, call.now)
            for content, punch in fresh.items()
        ]
        await PunchRow.bulk_create(rows, batch_size=_AT_ONCE)
        stored: list[PunchRow] = []
        for start in range(0, len(rows), _AT_ONCE):
            stored += await PunchRow.filter(digest__in=[row.digest for row in rows[start : start + _AT_ONCE]])
        await _tell(call, opened, [row for row in stored if row.employee_id], device.unit_id)


async def _tell(call: Call, opened: Work, punches: Sequence[PunchRow], unit_id: int | None) -> None:
    for punch in punches:
        opened.emit(
            PunchRecorded(
                subject_id=punch.id,
                unit_id=unit_id,
                employee_id=punch.employee_id,
                punched=punch.kind,
                date=punch.date,
            )
        )
    await classify(call, opened, [(punch.employee_id, punch.date) for punch in punches if punch.employee_id])


async def _fresh(source: str, device: DeviceRow, punches: Sequence[RawPunch]) -> dict[str, RawPunch]:
    fresh = {digest(source, device.serial, p.pin, p.occurred_at, p.status): p for p in punches}
    contents = list(fresh)
    for start in range(0, len(contents), _AT_ONCE):
        for known in await PunchRow.filter(digest__in=contents[start : start + _AT_ONCE]).only(
            "id", "digest"
        ):
            fresh.pop(known.digest, None)
    return fresh


async def _owners(device_id: int, pins: Sequence[str]) -> dict[str, list[EnrolmentRow]]:
    owners: dict[str, list[EnrolmentRow]] = {}
    wanted = sorted(set(pins))
    for start in range(0, len(wanted), _AT_ONCE):
        rows = EnrolmentRow.filter(device_id=device_id, pin__in=wanted[start : start + _AT_ONCE])
        for row in await rows.order_by("-valid_from"):
            owners.setdefault(row.pin, []).append(row)
    return owners


def _owner(owners: dict[str, list[EnrolmentRow]], pin: str, day: date) -> int | None:
    for row in owners.get(pin, ()):
        if row.valid_from <= day:
            return row.employee_id if row.valid_to is None or day < row.valid_to else None
    return None


def _punch(
    source: str, device_id: int, content: str, punch: RawPunch, zone: str,
    owners: dict[str, list[EnrolmentRow]], now: datetime,
) -> PunchRow:  # fmt: skip
    day = civil_day(punch.occurred_at, zone_named(zone))
    owner = _owner(owners, punch.pin, day)
    return PunchRow(
        source=source,
        device_id=device_id,
        pin=punch.pin,
        occurred_at=punch.occurred_at,
        date=day,
        kind=punch.kind.value,
        verify=punch.verify.value,
        line=punch.raw,
        digest=content,
        received_at=now,
        employee_id=owner,
        outcome="used" if owner else "unexplained",
        reason=None if owner else "unknown-pin",
    )
