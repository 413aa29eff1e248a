"""A trial changes nothing that is stored, and what it predicts is what comes out once the candidate is bound."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pytest

from eperf.domain.access import Role
from eperf.domain.errors import BadInput, Forbidden, NotFound, TooMany
from eperf.domain.period import YearMonth
from eperf.domain.scoring import amount_text
from eperf.services import what_if
from eperf.services.scoring import score_dirty
from eperf.services.what_if import Candidate, predict, run_trials
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow, ScoreRow
from eperf.store.what_if import MoveRow, TrialRow
from tests.support.closed import (
    OCTOBER,
    PLUGINS,
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
from tests.support.town import Town

NOVEMBER = YearMonth(2026, 11)


def of(
    town: Town, scheme: str | None = POINTS, settings: dict[str, object] | None = None, **changes: object
) -> Candidate:
    return Candidate(town.units["city"], OCTOBER, OCTOBER, scheme, settings or {}, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(8))
async def test_what_is_predicted_is_what_comes_out_and_nothing_stored_changes_before(
    town: Town, tmp_path: Path, seed: int
) -> None:
    rng, kept = random.Random(seed), blobs(tmp_path)
    await chosen(town, *rng.choice(SCHEMES))
    await random_work(town, rng)
    await scored(town)
    is_closed = seed % 2 == 1
    if is_closed:
        await closed(town, kept)
        if rng.random() < 0.5:
            await random_work(town, rng, 3)
            await adjusted(town, kept)
    scheme, settings = rng.choice(SCHEMES)
    before, events = await stored_bytes(), await EventRow.all().count()
    found = await predict(town.call("Sri"), kept, of(town, scheme, settings))
    assert await stored_bytes() == before
    assert (await EventRow.all().count(), await DirtyRow.all().count()) == (events, 0)
    await chosen(town, scheme, settings)
    await adjusted(town, kept)
    names = {number: name for name, number in town.people.items()}
    for one in found.moves.iter_rows(named=True):
        assert await balance_of(town, names[one["employee_id"]]) == one["after_h"], names[one["employee_id"]]
    rows = await ScoreRow.filter(period="2026-10")
    assert {row.employee_id for row in rows} == set(found.moves["employee_id"])
    if is_closed:
        assert await stored_bytes() == before
    else:
        explained = {row.employee_id: row.score_h for row in rows}
        assert explained == dict(found.moves.select("employee_id", "after_h").iter_rows())


async def test_another_version_of_the_schemes_in_use_is_tried_before_it_counts(
    town: Town, tmp_path: Path
) -> None:
    await chosen(town, POINTS, {})
    await worked(town, "Budi", quantity_h=3_000)
    await scored(town)
    old = town.registry.schemes[POINTS]
    # The next version forgets the cap and the ladder: its first part alone.
    part = dataclasses.replace(old.part, version="2", parts=old.part.parts[:1])
    newer = {**town.registry.schemes, POINTS: dataclasses.replace(old, version="0.2.0", part=part)}
    call = dataclasses.replace(town.call("Sri"), registry=dataclasses.replace(town.registry, schemes=newer))
    before = await stored_bytes()
    found = await predict(call, blobs(tmp_path), of(town, None))
    assert await stored_bytes() == before
    await DirtyRow.create(employee_id=town.people["Budi"], period="2026-10")
    while await score_dirty(call):
        pass
    score = await ScoreRow.get(period="2026-10")
    assert (score.scheme_version, score.score_h) == ("0.2.0", found.moves["after_h"].item())


async def test_the_candidate_that_is_there_already_moves_nobody(town: Town, tmp_path: Path) -> None:
    await random_work(town, random.Random(3))
    await scored(town)
    for scheme in ("eperf/norm-minutes", None):
        found = (await predict(town.call("Sri"), blobs(tmp_path), of(town, scheme))).summary
        assert found.people == found.same > 0
        assert (found.up, found.down, found.overtaken, found.bands, found.stages) == (0, 0, 0, (), ())


async def test_movers_have_their_delta_rank_band_and_the_stage_that_moved_them(
    town: Town, tmp_path: Path
) -> None:
    await chosen(town, POINTS, {})
    await worked(town, "Budi", quantity_h=3_000)
    await worked(town, "Wati", quantity_h=1_000)
    await scored(town)
    stored = {row.employee_id: row.score_h for row in await ScoreRow.all()}
    half = of(
        town,
        POINTS,
        {"monthly_target": "16800", "target_basis": "Perwal Contoh 3/2026"},
        bands_h=(1_000, 2_000),
    )
    found = await predict(town.call("Sri"), blobs(tmp_path), half)
    budi = next(one for one in found.moves.iter_rows(named=True) if one["employee_id"] == town.people["Budi"])
    assert budi["before_h"] == stored[town.people["Budi"]]
    assert budi["delta_h"] == budi["after_h"] - budi["before_h"] < 0
    assert (budi["rank_before"], budi["rank_after"], budi["stage"]) == (1, 1, "work")
    assert budi["stage_delta_h"] == budi["delta_h"]
    assert (budi["band_before"], budi["band_after"]) == (2, 1)
    assert (found.summary.down, found.summary.up) == (2, 0)
    assert (2, 1, 1) in found.summary.bands
    assert found.summary.sum_before_h == sum(one or 0 for one in stored.values())
    assert found.summary.stages == (("work", found.summary.sum_after_h - found.summary.sum_before_h),)


async def test_a_trial_is_a_row_that_the_leader_runs_and_tells_of(town: Town, tmp_path: Path) -> None:
    await worked(town)
    await scored(town)
    before = await stored_bytes()
    call = town.call("Eka", PLUGINS, key="k")
    number = await what_if.ask(call, of(town))
    assert await what_if.ask(call, of(town)) == number
    assert (await TrialRow.get()).state == "waiting"
    assert await run_trials(town.call("Sri"), blobs(tmp_path)) == 1
    assert await run_trials(town.call("Sri"), blobs(tmp_path)) == 0
    row = await TrialRow.get()
    assert row.summary is not None
    assert (row.state, row.summary["people"], row.stale) == ("done", 1, 0)
    move = await MoveRow.get()
    assert (move.employee_id, move.size_h) == (town.people["Budi"], abs(move.delta_h or 0))
    assert (await EventRow.get(kind="what-if.done")).payload == {"state": "done"}
    assert await stored_bytes() == before


async def test_what_was_waiting_to_be_computed_is_said(town: Town, tmp_path: Path) -> None:
    await worked(town)
    await scored(town)
    await worked(town)
    assert (await predict(town.call("Sri"), blobs(tmp_path), of(town))).stale == 1


async def test_a_trial_that_cannot_be_run_says_why_and_the_next_one_runs(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await worked(town)
    await scored(town)
    call = town.call("Eka", PLUGINS)
    await what_if.ask(call, of(town))
    await what_if.ask(call, of(town, "eperf/norm-minutes"))
    await TrialRow.filter(scheme=POINTS).update(scheme="gone/scheme")
    await run_trials(call, blobs(tmp_path))
    states = {row.scheme: (row.state, row.cause) for row in await TrialRow.all()}
    assert states["eperf/norm-minutes"] == ("done", None)
    assert states["gone/scheme"][0] == "failed"
    assert "gone/scheme" in str(states["gone/scheme"][1])


async def test_what_cannot_be_tried_is_refused_by_name(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    call = town.call("Eka", PLUGINS)
    with pytest.raises(NotFound):
        await what_if.ask(call, of(town, "nobody/nothing"))
    with pytest.raises(BadInput) as refused:
        await what_if.ask(call, of(town, POINTS, {"no_such": 1}))
    assert refused.value.field == "settings.no_such"
    with pytest.raises(BadInput, match="bands"):
        await what_if.ask(call, of(town, bands_h=(2, 1)))
    with pytest.raises(BadInput, match="last"):
        await what_if.ask(call, Candidate(town.units["city"], NOVEMBER, OCTOBER))
    with pytest.raises(TooMany, match="months"):
        await what_if.ask(call, Candidate(town.units["city"], YearMonth(2024, 1), OCTOBER))
    with pytest.raises(Forbidden):
        await what_if.ask(town.call("Sri", (Role.UNIT_LEADER, "city")), of(town))
    await worked(town)
    await scored(town)
    monkeypatch.setattr(what_if, "MOST_SCORES", 0)
    with pytest.raises(TooMany, match="scores"):
        await what_if.ask(call, of(town))


async def test_only_the_latest_trials_of_an_account_are_kept(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "_MOST_KEPT", 2)
    call = town.call("Eka", PLUGINS)
    numbers = [await what_if.ask(call, of(town)) for _ in range(4)]
    other = await what_if.ask(town.call("Wati", PLUGINS), of(town))
    assert sorted(row.id for row in await TrialRow.all()) == [*numbers[2:], other]


async def test_amounts_are_read_as_they_are_written(town: Town) -> None:
    from eperf.domain.scoring.what_if import stored

    for amount in (-12_345, -5, 0, 7, 123_456):
        leaf = {"stage": "work", "amount": amount_text(amount)}
        assert stored([(1, amount, [leaf])])["by_work"].to_list() == [amount]
