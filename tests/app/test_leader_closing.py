"""The leader closes what was begun, makes entries of what comes late, settles appeals and runs trials, by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from eperf.adapters.broker import Bell
from eperf.app.leader import Leader
from eperf.app.settle import settle
from eperf.domain.access import Role
from eperf.domain.appeal import Remedy
from eperf.services import appeal, closing, what_if
from eperf.services.call import Call, on_commit
from eperf.services.what_if import Candidate
from eperf.store import database as store
from eperf.store.adjustment import AdjustmentRow
from eperf.store.appeal import AppealRow
from eperf.store.closing import ClosingRow
from eperf.store.scoring import DirtyRow, ScoreRow
from eperf.store.what_if import TrialRow
from tests.support.closed import (
    OCTOBER,
    PERSONNEL,
    PLUGINS,
    POINTS,
    blobs,
    chosen,
    with_appeals,
    worked,
)
from tests.support.town import NOW, TODAY, Town, build


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.02)


async def test_from_begin_to_settlement_nobody_has_to_do_a_thing(
    town: Town, database: str, tmp_path: Path
) -> None:
    system = Call(town.viewer("Sri"), NOW, registry=town.registry)
    credentials = store.config(database)["connections"]["default"]["credentials"]
    bell = Bell(0.05)
    forget = on_commit(bell.ring)
    leading = asyncio.create_task(
        Leader(credentials, lambda: system, bell, Bell(0.05), closed=TODAY, blobs=blobs(tmp_path)).run()
    )
    try:
        await chosen(town, POINTS, {})
        await with_appeals(town)
        await worked(town)
        await until(ScoreRow.filter(period="2026-10").exists)
        await until(lambda: _nothing(DirtyRow))
        await closing.close(town.call("Eka", PERSONNEL), town.units["city"], OCTOBER)
        await until(ClosingRow.filter(state="closed").exists)
        before = [dict(row) for row in await ScoreRow.filter(period="2026-10").order_by("id")]
        score = await ScoreRow.get(period="2026-10", employee_id=town.people["Budi"])
        place = next(n for n, leaf in enumerate(score.breakdown) if leaf["evidence"][0]["kind"] == "activity")  # type: ignore[index]
        number = await appeal.raise_appeal(town.call("Budi"), score.id, place, score.input_digest, "Enam")
        await appeal.accept(
            town.call("Eka", (Role.UNIT_LEADER, "city")), number, "Ya", Remedy(quantity_h=600)
        )
        await until(AppealRow.filter(state="settled").exists)
        entry = await AdjustmentRow.get()
        assert (await AppealRow.get()).after_h == entry.after_h
        candidate = Candidate(town.units["city"], OCTOBER, OCTOBER, "eperf/norm-minutes", {})
        await what_if.ask(town.call("Eka", PLUGINS), candidate)
        await until(TrialRow.filter(state="done").exists)
        assert [dict(row) for row in await ScoreRow.filter(period="2026-10").order_by("id")] == before
    finally:
        forget()
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)


async def _nothing(row: type[DirtyRow]) -> bool:
    return not await row.filter(period="2026-10").exists()


async def test_one_duty_that_fails_keeps_no_other_from_its_turn(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = town.call("Eka", PLUGINS)
    await what_if.ask(call, Candidate(town.units["city"], OCTOBER, OCTOBER))

    async def broken(*_: object, **__: object) -> int:
        raise RuntimeError("no disk")

    monkeypatch.setattr("eperf.app.settle.freeze_closing", broken)
    with pytest.raises(ExceptionGroup, match="closed months"):
        await settle(lambda: call, blobs(tmp_path))
    assert (await TrialRow.get()).state == "done"
