"""Months close when all is settled, and what is stored of a closed month does not change, whoever tries."""

from __future__ import annotations

import asyncio
import contextlib
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from eperf.adapters.blobs import Blobs
from eperf.domain.access import Role
from eperf.domain.errors import Forbidden, PeriodNotReady
from eperf.domain.period import YearMonth
from eperf.domain.scoring import thaw
from eperf.services import closing
from eperf.services.months import run_today
from eperf.services.scoring import score_dirty
from eperf.store import database, frames
from eperf.store.binding import BindingRow
from eperf.store.closing import ClosingRow, FrozenRow, LateRow
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.closed import (
    OCTOBER,
    PERSONNEL,
    POINTS,
    adjusted,
    balance_of,
    blobs,
    chosen,
    closed,
    scored,
    stored_bytes,
    with_appeals,
    worked,
)
from tests.support.town import NOW, SINCE, Town


async def test_a_month_closes_for_a_unit_and_all_below_it(town: Town, tmp_path: Path) -> None:
    kept = blobs(tmp_path)
    await chosen(town, POINTS, {})
    await with_appeals(town)
    for name in ("Budi", "Wati", "Eka"):
        await worked(town, name)
    await scored(town)
    row = await closed(town, kept)
    assert (row.state, row.people, row.provisional, row.held) == ("closed", 3, 0, None)
    frozen = {one.unit_id: one for one in await FrozenRow.all()}
    assert set(frozen) == set(town.units.values())
    office = frozen[town.units["office"]]
    assert (office.people, office.scheme, str(office.appeal_until)) == (2, POINTS, "2027-01-03")
    month = thaw(kept.read(office.sha256))
    digests = {one.employee_id: one.input_digest for one in await ScoreRow.filter(unit_id=office.unit_id)}
    assert month.input_digests == digests
    assert month.input_digest == office.input_digest
    kinds = [one.kind for one in await EventRow.filter(subject_type="Closing").order_by("id")]
    assert kinds == ["closing.begun", "closing.closed"]
    assert (await closed(town, kept)).id == row.id


async def test_what_waits_or_is_provisional_keeps_a_month_open(town: Town, tmp_path: Path) -> None:
    kept = blobs(tmp_path)
    await worked(town)
    with pytest.raises(PeriodNotReady, match="1 scores wait"):
        await closed(town, kept)
    await BindingRow.create(
        unit_id=town.units["office"], slot="scheme", part="gone/scheme", settings={}, valid_from=SINCE, known_from=NOW
    )  # fmt: skip
    await scored(town)
    with pytest.raises(PeriodNotReady, match="1 scores are provisional"):
        await closed(town, kept)
    row = await closed(town, kept, reason="Skema tidak terpasang lagi")
    assert (row.state, row.people, row.provisional) == ("closed", 1, 1)
    assert (await FrozenRow.get(unit_id=town.units["office"])).sha256 == ""
    with pytest.raises(PeriodNotReady, match="2026-11-30"):
        await closed(town, kept, period=YearMonth(2026, 11))


async def test_a_change_between_begin_and_freeze_is_scored_first(town: Town, tmp_path: Path) -> None:
    kept, call = blobs(tmp_path), town.call("Eka", PERSONNEL)
    await worked(town)
    await scored(town)
    number = await closing.close(call, town.units["city"], OCTOBER)
    await worked(town, quantity_h=100)
    while await closing.freeze_closing(call, kept):
        pass
    row = await ClosingRow.get(id=number)
    assert (row.state, row.held) == ("closing", "1 scores wait to be computed")
    await scored(town)
    while await closing.freeze_closing(call, kept):
        pass
    row = await ClosingRow.get(id=number)
    assert (row.state, row.held) == ("closed", None)


async def test_a_score_that_its_facts_do_not_give_is_computed_again_and_not_frozen(
    town: Town, tmp_path: Path
) -> None:
    kept = blobs(tmp_path)
    await worked(town)
    await scored(town)
    await ScoreRow.all().update(score_h=1)
    row = await closed(town, kept)
    assert (row.state, row.held) == ("closing", "1 scores wait to be computed")
    assert await DirtyRow.all().count() == 1
    await scored(town)
    assert (await closed(town, kept)).state == "closed"
    assert (await ScoreRow.get()).score_h != 1


async def test_a_month_that_closes_while_it_is_computed_is_handed_over_and_others_are_written(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Budi", "Eka"):
        await worked(town, name)
    await scored(town)
    number = await closing.close(town.call("Eka", PERSONNEL), town.units["office"], OCTOBER)
    before = {row.employee_id: row.score_h for row in await ScoreRow.all()}
    for name in ("Budi", "Eka"):
        await worked(town, name, quantity_h=100)
    read = frames.months

    async def closed_meanwhile(*given: Any) -> Any:
        found = await read(*given)
        monkeypatch.undo()
        await FrozenRow.create(
            unit_id=town.units["office"], period="2026-10", closing_id=number, frozen_at=NOW, people=1, provisional=0,
            sha256="", input_digest="", scheme="", scheme_version="", scheme_revision="", settings_digest="",
        )  # fmt: skip
        return found

    monkeypatch.setattr(frames, "months", closed_meanwhile)
    await scored(town)
    after = {row.employee_id: row.score_h for row in await ScoreRow.all()}
    budi, eka = town.people["Budi"], town.people["Eka"]
    assert after[budi] == before[budi]
    assert (after[eka] or 0) > (before[eka] or 0)
    assert [row.employee_id for row in await LateRow.all()] == [budi]
    assert await DirtyRow.all().count() == 0


@pytest.mark.parametrize("change", ["update", "delete", "insert", "move"])
async def test_the_database_itself_refuses_to_change_a_closed_score(
    town: Town, tmp_path: Path, change: str
) -> None:
    await worked(town)
    await worked(town, "Eka", date(2026, 11, 2))
    await scored(town)
    await closed(town, blobs(tmp_path), "office")
    before = await stored_bytes()
    score = await ScoreRow.get(employee_id=town.people["Budi"])
    changes = {
        "update": ScoreRow.filter(id=score.id).update(score_h=1),
        "delete": ScoreRow.filter(id=score.id).delete(),
        "move": ScoreRow.filter(employee_id=town.people["Eka"]).update(unit_id=score.unit_id, period="2026-10"),
        "insert": ScoreRow.bulk_create([
            ScoreRow(
                employee_id=town.people["Wati"], unit_id=score.unit_id, period="2026-10", score_h=1, state="final",
                scheme="x", scheme_version="1", settings_digest="", input_digest="", computed_at=NOW,
            )
        ]),
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="closed month"):
        await changes[change]
    assert await stored_bytes() == before
    await ScoreRow.filter(employee_id=town.people["Eka"]).update(score_h=2)


async def test_a_month_of_one_unit_leaves_the_others_open(town: Town, tmp_path: Path) -> None:
    await worked(town)
    await worked(town, "Eka")
    await scored(town)
    await closed(town, blobs(tmp_path), "office")
    await worked(town, "Eka", quantity_h=100)
    before = (await ScoreRow.get(employee_id=town.people["Eka"])).score_h
    await scored(town)
    after = (await ScoreRow.get(employee_id=town.people["Eka"])).score_h
    assert before is not None
    assert after is not None
    assert after > before
    assert await closing.months_closed(town.units["office"], [OCTOBER])
    assert not await closing.months_closed(town.units["city"], [OCTOBER])


async def test_only_a_personnel_admin_of_the_unit_closes_and_a_key_answers_once(town: Town) -> None:
    for grant in ((Role.PERSONNEL_ADMIN, "archive"), (Role.UNIT_LEADER, "city"), (Role.PLUGIN_ADMIN, "city")):
        with pytest.raises(Forbidden):
            await closing.close(town.call("Sri", grant), town.units["office"], OCTOBER)
    call = town.call("Eka", PERSONNEL, key="k")
    first = await closing.close(call, town.units["office"], OCTOBER)
    assert await closing.close(call, town.units["office"], OCTOBER) == first
    assert await ClosingRow.all().count() == 1


async def test_of_several_who_begin_at_once_one_does_and_all_get_the_same(town: Town) -> None:
    call = town.call("Eka", PERSONNEL)
    numbers = await asyncio.gather(*(closing.close(call, town.units["city"], OCTOBER) for _ in range(6)))
    assert len(set(numbers)) == 1
    assert await EventRow.filter(kind="closing.begun").count() == 1


async def busy(town: Town, kept: Blobs, period: YearMonth, rng: random.Random) -> None:
    """People work and scores are computed while the month is frozen."""
    stop = asyncio.Event()

    async def working() -> None:
        while not stop.is_set():
            await worked(town, rng.choice(("Budi", "Wati")), period.first, rng.randint(1, 500))
            await asyncio.sleep(0)

    async def scoring() -> None:
        while not stop.is_set():
            with contextlib.suppress(ExceptionGroup):
                await score_dirty(town.call("Sri"))
            await asyncio.sleep(0)

    async def freezing() -> None:
        for _ in range(200):
            await closing.freeze_closing(town.call("Sri"), kept)
            if await ClosingRow.exists(period=str(period), state="closed"):
                break
        stop.set()

    await asyncio.gather(working(), scoring(), freezing())


async def test_a_first_score_that_is_being_inserted_is_waited_for_and_frozen_with_the_others(
    town: Town, tmp_path: Path
) -> None:
    kept = blobs(tmp_path)
    await worked(town)
    await worked(town, "Wati")
    await scored(town)
    one = await ScoreRow.get(employee_id=town.people["Wati"], period="2026-10")
    await one.delete()
    await closing.close(town.call("Eka", PERSONNEL), town.units["city"], OCTOBER)
    inserted, may_commit = asyncio.Event(), asyncio.Event()

    async def insert() -> None:
        values = {name: getattr(one, name) for name in one._meta.db_fields if name != "id"}
        async with database.transaction():
            await ScoreRow.create(**values)
            inserted.set()
            await may_commit.wait()

    inserting = asyncio.create_task(insert())
    await inserted.wait()
    freezing = asyncio.create_task(closing.freeze_closing(town.call("Sri"), kept))
    await asyncio.sleep(0.5)
    may_commit.set()
    await asyncio.gather(inserting, freezing)
    await closing.freeze_closing(town.call("Sri"), kept)
    frozen = await FrozenRow.get(unit_id=town.units["office"])
    assert one.employee_id in thaw(kept.read(frozen.sha256)).input_digests


async def test_whatever_is_scored_meanwhile_what_is_frozen_is_what_is_stored(
    town: Town, tmp_path: Path
) -> None:
    kept, rng = blobs(tmp_path), random.Random(7)
    for period in (YearMonth(2026, 10), YearMonth(2026, 9), YearMonth(2026, 8)):
        await worked(town, "Budi", period.first)
        await worked(town, "Wati", period.first)
        await scored(town)
        await closing.close(town.call("Eka", PERSONNEL), town.units["city"], period)
        await busy(town, kept, period, rng)
        while not await ClosingRow.exists(period=str(period), state="closed"):
            await scored(town)
            await closing.freeze_closing(town.call("Sri"), kept)
        frozen = await FrozenRow.get(unit_id=town.units["office"], period=str(period))
        rows = await ScoreRow.filter(unit_id=town.units["office"], period=str(period))
        assert thaw(kept.read(frozen.sha256)).input_digests == {
            row.employee_id: row.input_digest for row in rows
        }
    await adjusted(town, kept)
    for name in ("Budi", "Wati"):
        full = await run_today(town.call("Sri"), town.units["office"], OCTOBER, [town.people[name]])
        assert not isinstance(full, str)
        assert await balance_of(town, name) == full.columns()[town.people[name]]["score_h"]
