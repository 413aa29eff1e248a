"""Scoring by sets means what scoring one month after the other means, whatever is dirty, stored or marked meanwhile."""

from __future__ import annotations

import asyncio
import contextvars
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from eperf.domain.appraisal.term import Term
from eperf.services import scoring
from eperf.services.scoring import batches, groups, score_dirty
from eperf.store import claims, database, frames, outbox, scores
from eperf.store.activity import ActivityRow
from eperf.store.attendance import DayRow
from eperf.store.behaviour import BehaviourRow, RoundRow
from eperf.store.binding import BindingRow
from eperf.store.catalogue import ItemRow
from eperf.store.event import EventRow
from eperf.store.people import PlacementRow
from eperf.store.plan import PlanRow, RealisationRow, TargetRow
from eperf.store.predikat import PredikatRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.services.scored_singly import expected, stored
from tests.support.town import NOW, SINCE, TODAY, Town

POINTS = "points-catalogue/points"
PERIODS = ("2026-10", "2026-11", "2026-12")


async def _random(town: Town, rng: Random) -> None:
    """Work, days, transfers, bindings (one of a part that is gone) and dirty months, by chance."""
    items = [town.item]
    for number in range(3):
        row = await ItemRow.create(
            unit_id=town.units["city"], code=f'"{number}",', name='Rapat "dinas",\nkota', per="x",
            unit_size_h=rng.choice([100, 700]), points_per_unit_h=rng.randint(0, 9000), valid_from=SINCE,
            norm_min=rng.choice([None, 30]), fraction_policy=rng.choice(["proportional", "whole_units"]),
        )  # fmt: skip
        items.append(row.id)
    for unit, part in (("city", POINTS), ("archive", "gone/scheme"), ("office", "eperf/norm-minutes")):
        if rng.random() < 0.5:
            await BindingRow.create(
                unit_id=town.units[unit],
                slot="scheme",
                part=part,
                settings={},
                valid_from=SINCE,
                known_from=NOW,
            )
    for person in town.people.values():
        if rng.random() < 0.4:
            moved = TODAY - timedelta(days=rng.randint(-10, 60))
            await PlacementRow.create(
                employee_id=person, unit_id=rng.choice(list(town.units.values())), valid_from=moved
            )
        for _ in range(rng.randint(0, 12)):
            await ActivityRow.create(
                employee_id=person, unit_id=town.units["office"], item_id=rng.choice(items), result="kerja",
                date=date(2026, 10, 1) + timedelta(days=rng.randint(0, 91)), minutes=rng.randint(0, 500),
                quantity_h=rng.randint(0, 5000), submitted_at=NOW,
                state=rng.choice(["verified", "verified", "submitted", "returned", "draft"]),
            )  # fmt: skip
        for offset in rng.sample(range(92), 6):
            await DayRow.create(
                employee_id=person, unit_id=town.units["office"], date=date(2026, 10, 1) + timedelta(days=offset),
                status=rng.choice(["present", "late", "absent"]), late_min=rng.choice([None, 0, 40]), early_min=0,
                worked_min=rng.choice([None, 400]), missing_taps=rng.randint(0, 2), policy="p", policy_version="1",
            )  # fmt: skip


async def _appraised(town: Town, rng: Random) -> None:
    """Plans with realisations, figures of behaviour and predikat, by chance, of terms that rules may still feel."""
    office = town.units["office"]
    for person in town.people.values():
        for period in rng.sample(("2026-07", "2026-10", "2026Q2", "2026Q3", "2026Q4", "2025", "2026"), 3):
            term = Term.parse(period)
            when = {"employee_id": person, "unit_id": office, "period": period, "first_day": term.first,
                    "last_day": term.last}  # fmt: skip
            plan = await PlanRow.create(
                **when, level="staff", state=rng.choice(["agreed", "agreed", "draft"])
            )
            for aspect in rng.sample(("quantity", "quality", "time", "cost"), 2):
                wanted = await TargetRow.create(
                    plan_id=plan.id, kind="main", title='Surat "penting",\nbaru', aspect=aspect, measure="surat",
                    target_h=rng.randint(1, 5000), lower_is_better=rng.random() < 0.5,
                    weight_h=rng.choice([None, 2500]),
                )  # fmt: skip
                for through in rng.sample(("2026-09", "2026-10", "2026-11", "2026-12"), 2):
                    await RealisationRow.create(
                        employee_id=person, unit_id=office, target_id=wanted.id, through=through, note="",
                        realised_h=rng.randint(0, 5000), state=rng.choice(["accepted", "reported"]), reported_at=NOW,
                    )  # fmt: skip
            enough = rng.random() < 0.7
            round_ = await RoundRow.create(
                **{name: value for name, value in when.items() if name != "employee_id"}, dimension_list="own",
                dimensions=[], lowest_h=0, highest_h=500, roles=[], missing="redistribute", legal_basis="uji",
                until=TODAY, state="closed", salt="", opened_at=NOW,
            )  # fmt: skip
            await BehaviourRow.create(
                **when, round_id=round_.id, dimension="own", name_id="a", name_en="a", lowest_h=0, highest_h=500,
                score_h=rng.randint(0, 500) if enough else None, state="enough" if enough else "too_few", raters=3,
                roles=[], known_on=TODAY,
            )  # fmt: skip
            await PredikatRow.create(
                **when, work="meets", behaviour="meets", predikat=rng.choice(["baik", "kurang"]), known_on=TODAY,
                decided_at=NOW, decided_by_id=town.people["Sri"],
            )  # fmt: skip


async def _mark(town: Town, rng: Random) -> None:
    for person in town.people.values():
        for period in PERIODS:
            if rng.random() < 0.7:
                await outbox.mark_dirty([(person, period)], fresh=rng.random() < 0.5)


async def _told() -> list[tuple[int, str, Any, Any, Any, int]]:
    rows = await EventRow.filter(kind="score.changed").order_by("id")
    return [
        (int(row.employee_id or 0), str(row.payload["period"]), row.payload["score_h"], row.payload["previous_h"],
         row.payload["state"], row.subject_id)
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_written_and_told_is_what_each_month_alone_would_give(
    town: Town, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = Random(seed)
    monkeypatch.setattr(groups, "BATCH_PEOPLE", rng.choice([1, 2, 2000]))
    monkeypatch.setattr(batches, "WRITE_PEOPLE", rng.choice([1, 1000]))
    monkeypatch.setattr(batches, "SMALL", rng.choice([0, 200]))
    monkeypatch.setattr(scores, "_SQLITE_ROWS", rng.choice([1, 500]))
    await _random(town, rng)
    await _appraised(town, rng)
    call = town.call("Sri")
    for _ in range(3):  # nothing stored; the same again; some of it changed
        await _mark(town, rng)
        wanted = await expected(call)
        before = len(await _told())
        while await score_dirty(call, limit=rng.choice([1, 3, 10_000])):
            pass
        assert await stored() == wanted.scores
        assert await DirtyRow.all().count() == 0
        told = (await _told())[before:]
        ids = {(row.employee_id, row.period): row.id for row in await ScoreRow.all()}
        assert {one[:2]: one[2:] for one in told} == {
            key: (wanted.scores[key]["score_h"], previous, wanted.scores[key]["state"], ids[key])
            for key, previous in wanted.told.items()
        }
        assert len(told) == len(wanted.told)
        if rng.random() < 0.5:
            await ActivityRow.filter(employee_id=rng.choice(list(town.people.values()))).update(
                state="returned"
            )


async def test_a_month_that_is_marked_while_it_is_computed_stays_dirty_and_is_written(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outbox.mark_dirty([(one, "2026-11") for one in town.people.values()], fresh=False)
    read = frames.months

    async def marked_meanwhile(*given: Any) -> Any:
        found = await read(*given)
        await outbox.mark_dirty([(town.people["Budi"], "2026-11")], fresh=False)
        return found

    monkeypatch.setattr(frames, "months", marked_meanwhile)
    assert await score_dirty(town.call("Sri"), fresh=False) == len(town.people)
    assert [row.employee_id for row in await DirtyRow.all()] == [town.people["Budi"]]
    assert await ScoreRow.all().count() == len(town.people)
    monkeypatch.undo()
    assert await score_dirty(town.call("Sri")) == 1
    assert await DirtyRow.all().count() == 0


async def test_a_month_that_turns_fresh_leaves_the_crowd(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await outbox.mark_dirty([(one, "2026-11") for one in town.people.values()], fresh=False)
    read = frames.months

    async def turned_fresh(*given: Any) -> Any:
        found = await read(*given)
        await outbox.mark_dirty([(town.people["Budi"], "2026-11")], fresh=True)
        return found

    monkeypatch.setattr(frames, "months", turned_fresh)
    await score_dirty(town.call("Sri"), fresh=False)
    assert await ScoreRow.filter(employee_id=town.people["Budi"]).count() == 0
    monkeypatch.undo()
    assert await score_dirty(town.call("Sri"), fresh=True) == 1
    assert await ScoreRow.filter(employee_id=town.people["Budi"]).count() == 1


async def test_few_months_at_once_are_fresh_and_many_are_a_crowd(town: Town) -> None:
    await outbox.mark_dirty([(one, "2026-11") for one in town.people.values()])
    await outbox.mark_dirty([(9000 + number, "2026-11") for number in range(21)])
    assert {row.employee_id for row in await DirtyRow.filter(fresh=True)} == set(town.people.values())
    assert await DirtyRow.filter(fresh=False).count() == 21


async def test_what_another_has_claimed_since_is_not_overwritten(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outbox.mark_dirty([(town.people["Budi"], "2026-11")])
    read = frames.months

    async def slow(*given: Any) -> Any:
        found = await read(*given)
        monkeypatch.undo()
        # Thought dead: the claim's time is over, and another worker sees newer facts and is done first.
        await DirtyRow.all().update(claimed_until=0)
        await DayRow.create(
            employee_id=town.people["Budi"], unit_id=town.units["office"], date=TODAY, status="absent",
            missing_taps=0, policy="p", policy_version="1",
        )  # fmt: skip
        assert await score_dirty(town.call("Sri")) == 1
        return found

    monkeypatch.setattr(frames, "months", slow)
    await score_dirty(town.call("Sri"))
    wanted = await _alone(town)
    assert (await ScoreRow.get(employee_id=town.people["Budi"])).input_digest == wanted
    assert await EventRow.filter(kind="score.changed").count() == 1


async def _alone(town: Town) -> str:
    await outbox.mark_dirty([(town.people["Budi"], "2026-11")])
    found = await expected(town.call("Sri"))
    return str(found.scores[town.people["Budi"], "2026-11"]["input_digest"])


async def test_a_unit_with_a_bad_fact_keeps_nobody_else_from_a_score(town: Town) -> None:
    await ActivityRow.create(
        employee_id=town.people["Eka"], unit_id=town.units["archive"], item_id=town.item, date=TODAY, minutes=-5,
        quantity_h=1, result="", state="verified", submitted_at=NOW,
    )  # fmt: skip
    await outbox.mark_dirty([(one, "2026-11") for one in town.people.values()])
    with pytest.raises(ExceptionGroup) as failed:
        await score_dirty(town.call("Sri"))
    assert len(failed.value.exceptions) == 1
    assert await ScoreRow.all().count() == len(town.people) - 1
    (left,) = await DirtyRow.all()
    assert left.employee_id == town.people["Eka"]
    assert await score_dirty(town.call("Sri")) == 0  # not in a ring
    await DirtyRow.all().update(claimed_until=0)
    with pytest.raises(ExceptionGroup):
        await score_dirty(town.call("Sri"))


async def test_two_workers_share_the_rows_and_take_none_twice(town: Town) -> None:
    await outbox.mark_dirty([(number, "2026-11") for number in range(1, 61)], fresh=False)
    first, second = await claims.take(40, fresh=False), await claims.take(40, fresh=False)
    taken = [one.id for claim in (first, second) for one in claim.rows]
    assert (len(first.rows), len(second.rows)) == (40, 20)
    assert len(set(taken)) == 60
    assert (await claims.take(40, fresh=False)).rows == ()


async def test_renewing_waits_for_nobody_who_marks_or_writes(town: Town) -> None:
    await outbox.mark_dirty([(one, "2026-11") for one in town.people.values()], fresh=False)
    claim = await claims.take(100, fresh=False)
    if database.dialect() == "sqlite":
        return  # one writer
    async with database.transaction():
        await claims.held(claim, claim.rows[:2])
        beside = asyncio.create_task(claims.renew(claim), context=contextvars.Context())
        await asyncio.wait_for(beside, 10)
    assert await DirtyRow.filter(claim=claim.number).count() == len(town.people)


async def test_who_is_cancelled_while_a_claim_is_given_back_stays_cancelled() -> None:
    async def claiming() -> None:
        async with scoring._renewed(claims.Claim(1, ())):
            pass

    task = asyncio.create_task(claiming())
    await asyncio.sleep(0)
    assert task.cancel()
    await asyncio.wait({task}, timeout=10)
    assert task.cancelled()
