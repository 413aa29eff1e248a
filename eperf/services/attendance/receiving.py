"""Receiving what machines push. A machine that was told OK forgets, so the answer leaves after the commit.

Many machines speak at once, at seven in the morning all of them. What comes while a transaction runs waits for the
next one and is taken in together: a hundred uploads are as many statements as one, and one commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from eperf.domain.attendance.calendar import zone_named, zone_offset_min
from eperf.domain.attendance.drift import drift_of, in_touch_since, with_sample
from eperf.domain.attendance.network import NETWORKS_OPTION, is_within, networks_of
from eperf.domain.attendance.source import DeviceReply, DeviceRequest, DeviceState
from eperf.domain.errors import Refused, Unavailable
from eperf.domain.events import DeviceSeen
from eperf.plugins.report import Registered
from eperf.services.attendance import commands
from eperf.services.attendance.intake import take_in_all
from eperf.services.attendance.known import Upload
from eperf.services.call import Call, Work, work
from eperf.store.attendance import DeviceRow
from eperf.store.device import write_heard
from eperf.store.organisation import UnitRow

MOST_STRANGERS = 1000
MOST_TOGETHER = 128
"""Requests of one transaction."""
MOST_BYTES = 4 * 1024 * 1024
"""Bytes of one transaction's requests, unless the first alone is larger."""
MOST_WAITING = 64 * 1024 * 1024
"""Bytes of requests that wait for a transaction; who comes beyond that hears 503 and comes again."""
_FAILURES = 3
_SEEN_AGAIN = timedelta(seconds=30)
_ZONE = "Asia/Jakarta"

Outcome = DeviceReply | Refused


@dataclass(frozen=True, eq=False)
class Visit:
    """A request of a machine as it came: read by a source, at the instant and with the parts of a call."""

    call: Call
    source: Registered[Any]
    request: DeviceRequest

    @property
    def serial(self) -> str:
        """The serial number that it claims; raises `BadSerial` for none."""
        found: str = self.source.part.serial_of(self.request)
        return found


def _told(outcome: Outcome) -> DeviceReply:
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


class Reception:
    """Where machines' requests wait for one another; one for each process."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Visit, str, asyncio.Future[Outcome]]] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    async def receive(self, call: Call, source: Registered[Any], request: DeviceRequest) -> DeviceReply:
        """One request of a machine: read by its source, stored in one transaction, answered after it.

        A machine is heard at the paths of its own source only (one whose uploads are signed cannot be spoken for where
        nothing is), and from its own networks if it has any. Raises `Refused` for a request that cannot be read, and
        lets a failing database raise: the edge answers 503, and the machine sends again. What was begun is finished
        even when who asked has left.
        """
        visit = Visit(call, source, request)
        serial = visit.serial
        if self._bytes and self._bytes + len(request.body) > MOST_WAITING:
            raise Unavailable
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((visit, serial, answer))
        self._bytes += len(request.body)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return _told(await answer)

    async def _work(self) -> None:
        while self._waiting:
            await _finish(self._taken())

    def _taken(self) -> list[tuple[Visit, str, asyncio.Future[Outcome]]]:
        some: list[tuple[Visit, str, asyncio.Future[Outcome]]] = []
        size = 0
        while self._waiting and len(some) < MOST_TOGETHER:
            body = len(self._waiting[0][0].request.body)
            if some and size + body > MOST_BYTES:
                break
            size += body
            some.append(self._waiting.popleft())
        self._bytes -= size
        return some


async def _finish(some: Sequence[tuple[Visit, str, asyncio.Future[Outcome]]]) -> None:
    """Answers visitors: together, and each alone when that fails, so that one who breaks it is alone in that.

    After some failures in a row it is not them: the rest fail too, unheard, and come again.
    """
    failure = await _answered(some)
    if failure is None:
        return
    if len(some) == 1:
        _fail(some, failure)
        return
    in_a_row = 0
    for place, one in enumerate(some):
        failure = await _answered([one])
        if failure is None:
            in_a_row = 0
            continue
        in_a_row += 1
        if in_a_row == _FAILURES:
            _fail(some[place:], failure)
            return
        _fail([one], failure)


async def _answered(some: Sequence[tuple[Visit, str, asyncio.Future[Outcome]]]) -> Exception | None:
    """Answers visitors when what they brought is committed; gives the failure when nothing of it is."""
    try:
        outcomes = await receive_all([(visit, serial) for visit, serial, _ in some])
    except Exception as failure:
        return failure
    for (_, _, answer), outcome in zip(some, outcomes, strict=True):
        if not answer.done():
            answer.set_result(outcome)
    return None


def _fail(some: Sequence[tuple[Visit, str, asyncio.Future[Outcome]]], failure: Exception) -> None:
    for _, _, answer in some:
        if not answer.done():
            answer.set_exception(failure)


@dataclass(slots=True)
class _Heard:
    """What a transaction has to write when all its requests are read."""

    touched: dict[int, DeviceRow] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    strangers: dict[str, str] = field(default_factory=dict)
    """The sources at which unknown serial numbers knocked."""


async def receive_all(visits: Sequence[tuple[Visit, str]]) -> list[Outcome]:
    """Requests with the serial numbers they claim, taken in together or not at all; what each is answered."""
    call = visits[0][0].call
    async with work(call) as opened:
        # One upload of a device at a time: two copies of one upload must not both count as new.
        rows = DeviceRow.filter(serial__in=sorted({serial for _, serial in visits})).select_for_update()
        devices = {row.serial: row for row in await rows.order_by("id")}
        zones = await _zones(devices.values())
        asking = {devices[s].id for v, s in visits if v.request.method == "GET" and s in devices}
        told = dict(await commands.waiting(asking, call.now))
        heard = _Heard()
        outcomes: list[Outcome] = []
        for visit, serial in visits:
            device = devices.get(serial)
            try:
                outcomes.append(await _one(visit, serial, device, zones, told, heard))
            except Refused as refusal:
                outcomes.append(refusal)
        taken = await take_in_all(call, opened, heard.uploads)
        for upload, done in zip(heard.uploads, taken, strict=True):
            device = upload.device
            device.drift_samples = with_sample(
                device.drift_samples or [],
                [punch.occurred_at for punch in done.fresh],
                upload.received_at,
                device.in_touch_since or upload.received_at,
            )
            device.drift_sec = drift_of(device.drift_samples)
        await write_heard(heard.touched.values())
        await _meet(opened, heard.strangers, call.now)
        return outcomes


async def _one(
    visit: Visit,
    serial: str,
    device: DeviceRow | None,
    zones: Mapping[int, str],
    told: dict[int, Any],
    heard: _Heard,
) -> DeviceReply:
    part, now = visit.source.part, visit.call.now
    if device is None:
        reply: DeviceReply = part.handle(visit.request, None, now)
        heard.strangers.setdefault(serial, visit.source.key)
        return reply
    zone = zones.get(device.unit_id or 0, _ZONE)
    active = _is_heard(device, visit.source.key, visit.request.peer)
    asks = active and visit.request.method == "GET"
    state = DeviceState(
        serial=serial,
        state="active" if active else "inactive",
        zone_offset_min=zone_offset_min(zone_named(zone)),
        stamps=device.stamps,
        options=device.options or {},
        commands=told.get(device.id, ()) if asks else (),
    )
    reply = part.handle(visit.request, state, now)
    if active:
        await _note(visit, device, reply, heard)
        if reply.commands_sent:
            told.pop(device.id, None)
        if reply.punches or reply.skipped:
            heard.uploads.append(Upload(device, visit.source.key, reply.punches, reply.skipped, zone, now))
    elif device.state == "inactive" and _is_old(device, now):
        device.last_seen_at = now
        heard.touched[device.id] = device
    return reply


async def _note(visit: Visit, device: DeviceRow, reply: DeviceReply, heard: _Heard) -> None:
    now = visit.call.now
    stamps, facts = {**device.stamps, **reply.stamps}, {**device.facts, **reply.device_facts}
    news = stamps != device.stamps or facts != device.facts or reply.punches or reply.skipped
    if news or _is_old(device, now):
        device.stamps, device.facts = stamps, facts
        device.in_touch_since = in_touch_since(device.in_touch_since, device.last_seen_at, now)
        device.last_seen_at = now
        heard.touched[device.id] = device
    if reply.commands_sent:
        await commands.handed_out(device, reply.commands_sent, now)
    await commands.ended(visit.source.part, device, reply.command_results, now)


def _is_old(device: DeviceRow, now: datetime) -> bool:
    return device.last_seen_at is None or now - device.last_seen_at >= _SEEN_AGAIN


def _is_heard(device: DeviceRow, source: str, peer: str) -> bool:
    if device.state != "active" or device.source != source:
        return False
    networks = (device.options or {}).get(NETWORKS_OPTION)
    return networks is None or is_within(peer, networks_of(networks))


async def _zones(devices: Collection[DeviceRow]) -> dict[int, str]:
    units = sorted({one.unit_id for one in devices if one.unit_id is not None})
    return (
        {row.id: row.zone for row in await UnitRow.filter(id__in=units).only("id", "zone")} if units else {}
    )


async def _meet(opened: Work, strangers: Mapping[str, str], now: datetime) -> None:
    """Keeps unknown serial numbers as inactive devices, as many as are kept of strangers."""
    if not strangers:
        return
    room = MOST_STRANGERS - await DeviceRow.filter(unit_id=None).count()
    met = [
        DeviceRow(serial=serial, name=serial, source=source, state="inactive", last_seen_at=now)
        for serial, source in sorted(strangers.items())[: max(0, room)]
    ]
    if not met:
        return
    await DeviceRow.bulk_create(met, ignore_conflicts=True)
    for row in await DeviceRow.filter(serial__in=[one.serial for one in met]):
        opened.emit(DeviceSeen(subject_id=row.id, serial=row.serial, state=row.state))
