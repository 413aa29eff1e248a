"""What must be true afterwards: each record is there once, by its identity, with as many copies as were sent again.

And each day reads as if it were classified from nothing: every day of the stream's people is taken away, classified
again from its punches, compared, and put back by undoing all of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from eperf.domain.access import SYSTEM
from eperf.plugins.registry import Registry
from eperf.services.attendance.days import WRITTEN, classify
from eperf.services.call import Call, work
from eperf.store.attendance import DayRow, DeviceRow, EnrolmentRow, PunchRow, UnreadRow
from tests.soak.stream import Record, Stream
from tests.soak.ways import WAYS

_PAGE = 5000
_KINDS = {"in": 0, "out": 1}


def _key(*parts: object) -> bytes:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=12).digest()


def _sent(stream: Stream, record: Record) -> tuple[str, bytes]:
    serial = stream.serial(record.device)
    if record.text:
        return "garbage", _key(serial, WAYS[stream.way].kept(stream, record))
    known = len(record.pin) < 7
    return "used" if known else "stranger", _key(serial, record.pin, record.at.astimezone(UTC), record.status)


def expected(stream: Stream, blocks: Iterable[int]) -> dict[str, Counter[bytes]]:
    """How often each record of some blocks is sent, by what must become of it."""
    found: dict[str, Counter[bytes]] = {"used": Counter(), "stranger": Counter(), "garbage": Counter()}
    for number in blocks:
        for record in stream.block(number):
            what, key = _sent(stream, record)
            found[what][key] += 1
    return found


async def _kept(stream: Stream) -> dict[str, Counter[bytes]]:
    serials = [stream.serial(number) for number in range(stream.devices)]
    devices = {row.id: row.serial for row in await DeviceRow.filter(serial__in=serials)}
    found: dict[str, Counter[bytes]] = {"used": Counter(), "stranger": Counter(), "garbage": Counter()}
    async for row in _pages(PunchRow, devices):
        what = {("used", None): "used", ("unexplained", "unknown-pin"): "stranger"}[row.outcome, row.reason]
        assert (row.employee_id is not None) == (what == "used"), (
            f"punch {row.id} is {row.outcome} of {row.employee_id}"
        )
        key = _key(devices[row.device_id], row.pin, row.occurred_at.astimezone(UTC), _KINDS[row.kind])
        assert key not in found[what], f"punch {row.id} is there twice"
        found[what][key] = 1 + row.copies
    async for row in _pages(UnreadRow, devices):
        assert row.outcome == "unexplained"
        assert row.reason
        found["garbage"][_key(devices[row.device_id], row.line)] = 1 + row.copies
    return found


async def _pages(table: Any, devices: Iterable[int]) -> Any:
    for device in devices:
        last = 0
        while rows := await table.filter(device_id=device, id__gt=last).order_by("id").limit(_PAGE):
            for row in rows:
                yield row
            last = rows[-1].id


async def count(stream: Stream, doubtful: Iterable[int] = ()) -> dict[str, int]:
    """Compares what was sent with what is kept, record by record; gives how many of each, duplicates apart.

    A doubtful block may have come through once more than it is known to have.
    """
    sent, kept = expected(stream, range(stream.blocks)), await _kept(stream)
    spare = expected(stream, doubtful)
    for what, times in sent.items():
        assert kept[what].keys() == times.keys(), _differ(what, times, kept[what])
        for key, often in times.items():
            assert often <= kept[what][key] <= often + spare[what][key], (
                f"{what}: {often} sent, {kept[what][key]} kept"
            )
    total = sum(counter.total() for counter in sent.values())
    assert total == stream.records
    numbers = {what: len(counter) for what, counter in kept.items()}
    more = sum(counter.total() for counter in kept.values()) - total
    return {
        **numbers,
        "duplicates": total + more - sum(numbers.values()),
        "sent": total,
        "sent_again_in_doubt": more,
    }


def _differ(what: str, sent: Counter[bytes], kept: Counter[bytes]) -> str:
    return f"{what}: {len(sent.keys() - kept.keys())} lost, {len(kept.keys() - sent.keys())} from nowhere"


async def owners(stream: Stream) -> None:
    """Every used punch belongs to whom its PIN is enrolled for."""
    for number in range(stream.devices):
        device = await DeviceRow.get(serial=stream.serial(number))
        whose = {row.pin: row.employee_id for row in await EnrolmentRow.filter(device_id=device.id)}
        async for row in _pages(PunchRow, [device.id]):
            assert row.employee_id == whose.get(row.pin), f"punch {row.id} is of {row.employee_id}"


class _Undo(Exception):
    """Nothing of it is kept."""


async def days(stream: Stream, registry: Registry, now: datetime) -> int:
    """Compares each day with what it is when classified from nothing; gives how many there are."""
    compared = 0
    people: set[int] = set()
    for number in range(stream.devices):
        device = await DeviceRow.get(serial=stream.serial(number))
        people |= {row.employee_id for row in await EnrolmentRow.filter(device_id=device.id)}
    some = sorted(people)
    for start in range(0, len(some), 500):
        compared += await _compared(some[start : start + 500], registry, now)
    return compared


async def _compared(people: list[int], registry: Registry, now: datetime) -> int:
    tapped = {
        (int(who), day)
        for who, day in await PunchRow.filter(employee_id__in=people)
        .distinct()
        .values_list("employee_id", "date")
    }
    stored = await _read(people)
    assert stored.keys() == tapped, "a day with punches is missing, or one without is there"
    call = Call(SYSTEM, now, registry=registry)
    try:
        async with work(call) as opened:
            await DayRow.filter(employee_id__in=people).delete()
            await classify(call, opened, tapped)
            again = await _read(people)
            raise _Undo
    except _Undo:
        pass
    assert again == stored, f"{sum(again[key] != stored[key] for key in stored)} days read otherwise"
    return len(stored)


async def _read(people: list[int]) -> dict[tuple[int, date], tuple[Any, ...]]:
    rows = await DayRow.filter(employee_id__in=people)
    return {(row.employee_id, row.date): tuple(getattr(row, name) for name in WRITTEN) for row in rows}
