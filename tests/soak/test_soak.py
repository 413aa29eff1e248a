"""Small streams through every pushed source, in the suite; and that the proof finds what it is to find."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from tortoise.expressions import F

from eperf.app import devices
from eperf.plugins import registry as plugins
from eperf.store import database as store
from eperf.store.attendance import DayRow, PunchRow, UnreadRow
from tests.soak import proof
from tests.soak.journal import Journal
from tests.soak.run import proved, send
from tests.soak.stream import Stream
from tests.soak.town import settle
from tests.soak.ways import WAYS, Carry, Request, in_process, over_http
from tests.support.database import opened
from tests.support.house import house_of, serving
from tests.support.server import Server

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
RECORDS = {"adms": 5000, "fingerspot": 1000, "fingerspot-hub": 120}
"""A signed event is a request and a transaction of its own: as many as the suite has time for."""


def journal(folder: Path) -> Journal:
    return Journal.opened(folder / "journal", {})


@pytest.mark.parametrize("way", WAYS)
async def test_what_went_in_is_what_is_there(way: str, database: str, tmp_path: Path) -> None:
    stream, registry = Stream(RECORDS[way], 1, TODAY, way), plugins.load(strict=True)
    await settle(stream)
    house = house_of(database, tmp_path / "data", registry, lambda: datetime.now(UTC))
    async with (
        serving(devices.routes(house)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client,
    ):
        await send(stream, over_http(client), journal(tmp_path))
    numbers = await proved(stream, journal(tmp_path), registry)
    assert (
        numbers["sent"] == numbers["used"] + numbers["stranger"] + numbers["garbage"] + numbers["duplicates"]
    )
    assert min(numbers[what] for what in ("used", "stranger", "garbage", "duplicates", "days")) > 0


def test_the_stream_is_mixed_as_it_says_and_the_same_each_time() -> None:
    stream = Stream(50_000, 7, TODAY, "adms")
    records = [record for number in range(stream.blocks) for record in stream.block(number)]
    assert len(records) == 50_000
    assert records == [
        record for number in range(stream.blocks) for record in Stream(50_000, 7, TODAY, "adms").block(number)
    ]
    seen: set[object] = set()
    again = 0
    for record in records:
        again += record in seen
        seen.add(record)
    share = {
        "garbage": sum(bool(one.text) for one in records),
        "stranger": sum(len(one.pin) == 7 for one in records),
        "again": again,
    }
    assert {name: round(number / 500) for name, number in share.items()} == {
        "garbage": 1,
        "stranger": 2,
        "again": 5,
    }


async def small(database: str, folder: Path) -> Stream:
    stream = Stream(600, 3, TODAY, "adms")
    await settle(stream)
    house = house_of(database, folder / "data", plugins.load(strict=True), lambda: NOW)
    await send(stream, in_process(Starlette(routes=devices.routes(house))), journal(folder))
    await proof.count(stream)
    return stream


async def test_the_proof_finds_a_record_lost_doubled_changed_or_given_to_somebody_else(
    database: str, tmp_path: Path
) -> None:
    stream = await small(database, tmp_path)
    punch = await PunchRow.filter(outcome="used").order_by("id").first()
    assert punch is not None
    spoil: list[Callable[[], object]] = [
        lambda: PunchRow.filter(id=punch.id).delete(),
        lambda: PunchRow.filter(id=punch.id).update(copies=F("copies") + 1),
        lambda: PunchRow.filter(id=punch.id).update(occurred_at=punch.occurred_at + timedelta(seconds=1)),
        lambda: PunchRow.filter(id=punch.id).update(
            employee_id=None, outcome="unexplained", reason="unknown-pin"
        ),
        lambda: UnreadRow.all().delete(),
    ]
    for one in spoil:
        with pytest.raises(AssertionError):
            await _spoilt(one, stream)
    await proof.count(stream)
    other = await DayRow.exclude(employee_id=punch.employee_id).first()
    assert other is not None
    await PunchRow.filter(id=punch.id).update(employee_id=other.employee_id)
    with pytest.raises(AssertionError):
        await proof.owners(stream)


async def _spoilt(one: Callable[[], object], stream: Stream) -> None:
    async with store.transaction():
        await one()  # type: ignore[misc]
        await proof.count(stream)


async def test_the_proof_finds_a_day_that_does_not_follow_from_its_punches(
    database: str, tmp_path: Path
) -> None:
    stream, registry = await small(database, tmp_path), plugins.load(strict=True)
    assert await proof.days(stream, registry, NOW) == await DayRow.all().count()
    day = await DayRow.filter(status="late").first()
    assert day is not None
    await DayRow.filter(id=day.id).update(late_min=F("late_min") + 1)
    with pytest.raises(AssertionError, match="1 days read otherwise"):
        await proof.days(stream, registry, NOW)
    await DayRow.filter(id=day.id).delete()
    with pytest.raises(AssertionError, match="missing"):
        await proof.days(stream, registry, NOW)


async def test_a_run_that_breaks_off_goes_on_where_it_was_and_is_proved_all_the_same(
    database: str, tmp_path: Path
) -> None:
    stream, registry = Stream(3000, 5, TODAY, "adms"), plugins.load(strict=True)
    await settle(stream)
    house = house_of(database, tmp_path / "data", registry, lambda: NOW)
    carry, chance, sent = (
        in_process(Starlette(routes=devices.routes(house))),
        random.Random(1),
        Counter[str](),
    )

    async def breaks(request: Request) -> int:
        status = await carry(request)
        sent["requests"] += 1
        # The answer is lost, or the request was: the sender cannot tell which.
        return 0 if chance.random() < 0.6 else status

    for _ in range(40):
        with suppress(ExceptionGroup):
            await send(stream, breaks, journal(tmp_path))
    kept = journal(tmp_path)
    assert kept.done == set(range(stream.blocks))
    assert sent["requests"] > stream.blocks
    numbers = await proved(stream, kept, registry)
    assert numbers["sent_again_in_doubt"] > 0


def test_a_real_server_killed_in_the_middle_loses_and_doubles_nothing(
    database_url: str, serve: Callable[..., Server], tmp_path: Path
) -> None:
    stream = Stream(3000, 9, TODAY, "adms")
    server = serve(database_url, {"EPERF_WORKER": "false"})

    async def play() -> None:
        async with opened(database_url):
            await settle(stream)
            async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as client:
                carry = _until_killed(over_http(client), stream.blocks * 3 // 4, server)
                with pytest.raises(ExceptionGroup):
                    await send(stream, carry, journal(tmp_path))
            await asyncio.to_thread(server.start)
            async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as client:
                await send(stream, over_http(client), journal(tmp_path))
            await proved(stream, journal(tmp_path), plugins.load(strict=True))

    asyncio.run(play())


def _until_killed(carry: Carry, before: int, server: Server) -> Carry:
    """Kills the server with up to `before` requests on their way; however fast it is, the others find it dead."""
    begun = iter(range(10**6))
    killed = asyncio.Event()

    async def kill() -> None:
        await asyncio.to_thread(server.kill)
        killed.set()

    async def some(request: Request) -> int:
        number = next(begun)
        if number == before:
            await kill()
        elif number > before:
            await killed.wait()
        return await carry(request)

    return some
