"""One leader at a time does the duties; another takes over; one duty's trouble is not the others'."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from eperf.adapters.broker import Bell
from eperf.app import leader as module
from eperf.app.leader import Leader
from eperf.domain.access import Role
from eperf.domain.activity import Report
from eperf.domain.attendance.holiday import Entry, EntryKind
from eperf.services import activity
from eperf.services.attendance import calendar
from eperf.services.attendance.days import close_day
from eperf.services.call import Call
from eperf.store import claims, frames, log, outbox
from eperf.store import database as store
from eperf.store.attendance import DayRow
from eperf.store.event import EventRow
from eperf.store.people import EmployeeRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.town import NOW, TODAY, Town, build


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


def leader(town: Town, url: str) -> Leader:
    viewer = Call(town.viewer("Sri"), NOW, registry=town.registry)
    credentials = store.config(url)["connections"]["default"]["credentials"]
    return Leader(credentials, lambda: viewer, Bell(0.05), Bell(0.05), closed=TODAY)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await true():
            await asyncio.sleep(0.02)


async def work_is_done() -> bool:
    return not await DirtyRow.all().exists() and not await log.waiting()


async def report(town: Town) -> None:
    await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "kerja"))


async def test_when_the_leader_goes_another_takes_over(
    town: Town, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TRY_AGAIN", 0.05)
    first, second = (asyncio.create_task(leader(town, database).run()) for _ in range(2))
    await report(town)
    await until(work_is_done)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await report(town)
    await until(work_is_done)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert await ScoreRow.all().count() == 1


async def test_the_leader_tells_once_which_plugins_run_and_leads_though_it_cannot(
    town: Town, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def told() -> int:
        return await EventRow.filter(kind="plugins.installed", cursor__not_isnull=True).count()

    async def led(true: Callable[[], Awaitable[bool]]) -> None:
        leading = asyncio.create_task(leader(town, database).run())
        await until(true)
        await until(work_is_done)
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)

    async def all_told() -> bool:
        return await told() == len(town.registry.report()) - 1

    async def broken(call: Call) -> int:
        raise RuntimeError("a name that cannot be kept")

    await led(all_told)
    await report(town)
    await led(work_is_done)
    assert await all_told()
    monkeypatch.setattr(module, "take_note", broken)
    await report(town)
    await led(work_is_done)


async def test_numbers_go_on_while_scoring_fails(
    town: Town, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(call: Call) -> int:
        raise RuntimeError("no scores today")

    monkeypatch.setattr(module, "_TRY_AGAIN", 0.5)
    monkeypatch.setattr(module, "score_dirty", broken)
    leading = asyncio.create_task(leader(town, database).run())
    for _ in range(3):
        await report(town)
        await until(_numbered)
    assert not leading.done()
    leading.cancel()
    await asyncio.gather(leading, return_exceptions=True)


async def test_a_fresh_month_does_not_stand_behind_a_crowd(
    town: Town, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outbox.mark_dirty([(town.people["Eka"], "2026-10")], fresh=False)
    read, stuck = frames.months, asyncio.Event()

    async def slow_for_crowds(cohorts: Any, period: Any) -> Any:
        if str(period) == "2026-10":
            stuck.set()
            await asyncio.sleep(3600)
        return await read(cohorts, period)

    monkeypatch.setattr(frames, "months", slow_for_crowds)
    leading = asyncio.create_task(leader(town, database).run())
    try:
        await asyncio.wait_for(stuck.wait(), 10)
        await report(town)
        await until(_scored)
        assert await DirtyRow.filter(period="2026-10").exists()
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)


async def _scored() -> bool:
    return await ScoreRow.filter(period="2026-11").exists()


async def test_what_a_dead_worker_had_claimed_is_scored_by_the_next(town: Town, database: str) -> None:
    await report(town)
    assert (await claims.take(100, fresh=True)).rows  # and its worker dies
    if store.dialect() == "postgres":
        await DirtyRow.all().update(claimed_until=0)  # its time is over
    leading = asyncio.create_task(leader(town, database).run())
    try:
        await until(work_is_done)
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
    assert await ScoreRow.all().count() == 1


async def test_workers_on_one_postgresql_share_the_scoring_and_nothing_is_scored_twice(
    town: Town, database: str
) -> None:
    if store.dialect() == "sqlite":
        return  # one process
    people = [
        await EmployeeRow.create(kind="PNS", name=f"P{n}", active=True, unit_id=town.units["office"])
        for n in range(60)
    ]
    await outbox.mark_dirty([(row.id, f"2026-{month:02}") for row in people for month in range(1, 11)])
    workers = [asyncio.create_task(leader(town, database).run()) for _ in range(3)]
    try:
        await until(work_is_done)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    assert await ScoreRow.all().count() == 600
    assert await EventRow.filter(kind="score.changed").count() == 600


async def _numbered() -> bool:
    return not await log.waiting()


async def test_days_that_a_decree_has_made_untrue_are_classified_again(town: Town, database: str) -> None:
    yesterday = TODAY - timedelta(days=1)
    await close_day(town.call("Sri"), yesterday)
    entry = Entry(EntryKind.OTHER, yesterday, yesterday, "Pemilihan kepala daerah", "Keppres 1/2026")
    await calendar.add(town.call("Eka", (Role.PERSONNEL_ADMIN, "city")), entry)
    leading = asyncio.create_task(leader(town, database).run())
    try:
        await until(lambda: _all_free(yesterday))
        await until(work_is_done)
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)


async def _all_free(day: date) -> bool:
    return {row.status for row in await DayRow.filter(date=day)} == {"holiday"}
