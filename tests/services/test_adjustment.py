"""Late evidence never changes a closed month; its entries always balance with a full run of today's facts."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from eperf.domain.scoring import thaw
from eperf.services.adjustment import adjust_late, release_held
from eperf.services.months import run_today
from eperf.services.scoring import mark_provisional
from eperf.store.activity import ActivityRow
from eperf.store.adjustment import AdjustmentRow
from eperf.store.binding import BindingRow
from eperf.store.closing import LateRow
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.closed import (
    OCTOBER,
    POINTS,
    SCHEMES,
    adjusted,
    balance_of,
    blobs,
    chosen,
    closed,
    random_work,
    scored,
    stored_bytes,
    worked,
)
from tests.support.town import NOW, SINCE, Town


async def test_late_work_makes_an_entry_beside_the_score(town: Town, tmp_path: Path) -> None:
    kept = blobs(tmp_path)
    await chosen(town, POINTS, {})
    await worked(town)
    await scored(town)
    await closed(town, kept)
    before = await stored_bytes()
    score = await ScoreRow.get()
    await worked(town, on=date(2026, 10, 6), quantity_h=200)
    await adjusted(town, kept)
    assert await stored_bytes() == before
    assert await DirtyRow.all().count() == await LateRow.all().count() == 0
    entry = await AdjustmentRow.get()
    assert score.score_h is not None
    assert (entry.score_id, entry.before_h, entry.after_h - score.score_h) == (
        score.id,
        score.score_h,
        entry.difference_h,
    )
    assert entry.difference_h > 0
    late = await ActivityRow.get(date=date(2026, 10, 6))
    assert [(one["kind"], one["id"], one["change"]) for one in entry.causes] == [
        ("activity", str(late.id), "added")
    ]
    month = thaw(kept.read(entry.sha256))
    assert month.input_digests == {town.people["Budi"]: entry.input_digest}
    event = await EventRow.get(kind="score.adjusted")
    assert event.payload == {
        "period": "2026-10", "before_h": score.score_h, "after_h": entry.after_h, "difference_h": entry.difference_h,
    }  # fmt: skip
    assert sum(round(float(str(leaf["amount"])) * 100) for leaf in entry.breakdown) == entry.after_h


async def test_evidence_that_moves_nothing_is_an_entry_of_nothing_and_the_same_facts_are_none(
    town: Town, tmp_path: Path
) -> None:
    kept = blobs(tmp_path)
    await worked(town)
    await scored(town)
    await closed(town, kept)
    await DirtyRow.create(employee_id=town.people["Budi"], period="2026-10")
    await adjusted(town, kept)
    assert await AdjustmentRow.all().count() == 0
    await ActivityRow.all().update(minutes=61)
    await DirtyRow.create(employee_id=town.people["Budi"], period="2026-10")
    await adjusted(town, kept)
    entry = await AdjustmentRow.get()
    assert [one["change"] for one in entry.causes] == ["changed"]
    await DirtyRow.create(employee_id=town.people["Budi"], period="2026-10")
    await adjusted(town, kept)
    assert await AdjustmentRow.all().count() == 1


async def test_somebody_who_had_no_score_gets_an_entry_without_one(town: Town, tmp_path: Path) -> None:
    kept = blobs(tmp_path)
    await closed(town, kept)
    await worked(town)
    await adjusted(town, kept)
    entry = await AdjustmentRow.get()
    assert (entry.score_id, entry.before_h, entry.difference_h) == (None, None, entry.after_h)
    assert await ScoreRow.all().count() == 0


async def test_without_a_scheme_a_late_month_is_held_and_goes_on_by_itself(
    town: Town, tmp_path: Path
) -> None:
    kept = blobs(tmp_path)
    await worked(town)
    await scored(town)
    await closed(town, kept)
    gone = await BindingRow.create(
        unit_id=town.units["office"], slot="scheme", part="gone/scheme", settings={}, valid_from=SINCE, known_from=NOW
    )  # fmt: skip
    await worked(town)
    await adjusted(town, kept)
    assert "gone/scheme" in str((await LateRow.get()).held)
    assert await AdjustmentRow.all().count() == 0
    await gone.delete()
    assert await release_held(town.call("Sri")) == 1
    await adjusted(town, kept)
    assert (await AdjustmentRow.get()).difference_h > 0


async def test_a_closed_provisional_score_is_settled_as_a_whole_once_it_has_a_figure(
    town: Town, tmp_path: Path
) -> None:
    kept = blobs(tmp_path)
    await worked(town)
    gone = await BindingRow.create(
        unit_id=town.units["office"], slot="scheme", part="gone/scheme", settings={}, valid_from=SINCE, known_from=NOW
    )  # fmt: skip
    await scored(town)
    await closed(town, kept, reason="Menunggu skema")
    before = await stored_bytes()
    await gone.delete()
    await mark_provisional(town.call("Sri"))
    await adjusted(town, kept)
    entry = await AdjustmentRow.get()
    assert (entry.before_h, entry.difference_h) == (None, entry.after_h)
    assert await stored_bytes() == before


@pytest.mark.parametrize("seed", range(6))
async def test_stored_scores_and_entries_balance_with_a_full_run_whatever_comes_late(
    town: Town, tmp_path: Path, seed: int
) -> None:
    rng, kept = random.Random(seed), blobs(tmp_path)
    await chosen(town, *rng.choice(SCHEMES))
    await random_work(town, rng)
    await scored(town)
    await closed(town, kept, rng.choice(("city", "office")))
    before = {row.id: row for row in await ScoreRow.filter(unit_id=town.units["office"])}
    for _ in range(3):
        await random_work(town, rng, 4)
        if rng.random() < 0.4:
            await ActivityRow.filter(
                id=rng.choice(await ActivityRow.all().values_list("id", flat=True))
            ).update(quantity_h=rng.randint(1, 900))
            await DirtyRow.all().delete()
            for name in town.people:
                await DirtyRow.create(employee_id=town.people[name], period="2026-10")
        if rng.random() < 0.4:
            await chosen(town, *rng.choice(SCHEMES))
        await adjusted(town, kept)
    for row in await ScoreRow.filter(unit_id=town.units["office"]):
        assert dict(row) == dict(before[row.id])
    for unit, names in (("office", ("Sri", "Budi", "Wati", "Joko")), ("archive", ("Eka",))):
        known = [name for name in names if await ActivityRow.exists(employee_id=town.people[name])]
        if not known:
            continue
        full = await run_today(
            town.call("Sri"), town.units[unit], OCTOBER, [town.people[name] for name in known]
        )
        assert not isinstance(full, str)
        columns = full.columns()
        for name in known:
            assert await balance_of(town, name) == columns[town.people[name]]["score_h"], name


async def test_a_month_that_is_marked_while_it_is_adjusted_is_not_lost(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = blobs(tmp_path)
    await worked(town)
    await scored(town)
    await closed(town, kept)
    await worked(town)
    await scored(town)
    put = kept.put

    async def meanwhile(content: bytes) -> str:
        await LateRow.all().update(mark=9)
        return await put(content)

    monkeypatch.setattr(kept, "put", meanwhile)
    await adjust_late(town.call("Sri"), kept)
    assert await AdjustmentRow.all().count() == 0
    monkeypatch.undo()
    await adjusted(town, kept)
    assert await AdjustmentRow.all().count() == 1
