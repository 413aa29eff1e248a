"""A part that fails is left alone in its unit, longer each time, and one month is tried before all that waits is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.app import leader
from eperf.domain.scoring import breaker as rules
from eperf.plugins.guests import Budget
from eperf.services.guests import ENOUGH, guests
from eperf.services.scoring import score_dirty, try_again
from eperf.store import breaker as store
from eperf.store.binding import BindingRow
from eperf.store.breaker import BreakerRow, Failure
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.faults.chaos_town import UNITS, ChaosTown, build, leading, until

RAISED = "part-failed:chaos.raises/raised"
FAILURE = Failure(7, "chaos", "chaos/raises", "1.0 x", RAISED)


@given(st.integers(1, 200))
def test_each_wait_is_twice_the_one_before_until_the_longest(failures: int) -> None:
    assert rules.wait(1) == rules.FIRST_SECONDS
    assert rules.wait(failures + 1) == min(2 * rules.wait(failures), rules.MOST_SECONDS)


@given(st.integers(1, 10), st.sampled_from([*rules.HEAVY, rules.LIGHT]))
def test_what_costs_much_is_left_alone_at_once_and_what_raises_after_some_patience(
    failures: int, cause: str
) -> None:
    heavy = cause in rules.HEAVY
    assert (rules.after(failures, cause) == rules.OPEN) == (heavy or failures >= rules.PATIENCE)


@pytest.fixture
async def town(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ChaosTown:
    made = await build("chaos/raises", tmp_path / "wrong")
    made.go_wrong()
    return made


async def marked(town: ChaosTown, *periods: str) -> None:
    people = await EmployeeRow.filter(unit_id=town.suffering).values_list("id", flat=True)
    await mark_dirty([(int(str(one)), period) for one in people for period in periods])


async def scored(town: ChaosTown, *periods: str) -> None:
    await marked(town, *periods)
    while await score_dirty(town.call):
        pass


async def test_after_the_third_failure_nothing_runs_until_the_trial_and_then_all_that_waits_does(
    town: ChaosTown,
) -> None:
    for count, state in enumerate((rules.CLOSED, rules.CLOSED, rules.OPEN), 1):
        await scored(town, "2026-11")
        row = await BreakerRow.get()
        assert (row.failures, row.state, row.cause, row.unit_id) == (count, state, RAISED, town.suffering)
        assert await town.causes() == {RAISED}
    town.mend()
    await scored(town, "2026-10", "2026-11")  # it would do well, but is not tried
    assert await town.causes() == {rules.skipped(RAISED)}
    assert (await BreakerRow.get()).failures == 3
    assert not await try_again(town.call)  # its time has not come
    await BreakerRow.all().update(retry_at=0)
    assert await try_again(town.call) == 1
    assert len(set(await DirtyRow.all().values_list("period", flat=True))) == 1  # one month is tried
    while await score_dirty(town.call):
        pass
    assert await town.causes() == {None}
    assert await ScoreRow.filter(unit_id=town.suffering).count() == 6
    assert not await BreakerRow.all().exists()


async def test_a_trial_that_fails_waits_longer(town: ChaosTown) -> None:
    for _ in range(3):
        await scored(town, "2026-11")
    first = (await BreakerRow.get()).retry_at
    await BreakerRow.all().update(retry_at=0)
    await try_again(town.call)
    while await score_dirty(town.call):
        pass
    row = await BreakerRow.get()
    assert (row.state, row.failures) == (rules.OPEN, 4)
    assert row.retry_at >= first + rules.wait(4) - rules.wait(3)


async def test_of_several_workers_one_makes_the_trial(town: ChaosTown) -> None:
    for _ in range(3):
        await store.failed(FAILURE)
    [row] = await store.of([7], "chaos/raises")
    assert not await store.try_again(row)
    await BreakerRow.all().update(retry_at=0)
    assert sorted(await asyncio.gather(*(store.try_again(row) for _ in range(5)))) == [False] * 4 + [True]
    assert (await BreakerRow.get()).state == rules.HALF_OPEN
    await BreakerRow.all().update(retry_at=0)  # whoever made it has died
    assert await store.try_again(row)


async def test_another_version_or_other_settings_begin_anew(town: ChaosTown) -> None:
    for _ in range(3):
        await scored(town, "2026-11")
    await BindingRow.filter(unit_id=town.suffering).update(settings={"wrong_while": "/nowhere"})
    await scored(town, "2026-11")
    assert await town.causes() == {None}
    assert not await BreakerRow.all().exists()
    assert (await store.failed(FAILURE), await store.failed(FAILURE)) == (("closed", 1), ("closed", 2))
    assert await store.failed(Failure(7, "chaos", "chaos/raises", "1.1 x", RAISED)) == ("closed", 1)


async def test_a_part_that_hangs_for_two_units_is_not_asked_for_the_rest_and_all_are_tried_again(
    town: ChaosTown,
) -> None:
    await BindingRow.filter(part="chaos/right").update(part="chaos/hangs")
    many = town.units[UNITS // 2 : -1]
    people = await EmployeeRow.all().values_list("id", flat=True)
    with guests(Budget(seconds=1)):
        await mark_dirty([(int(str(one)), "2026-11") for one in people])
        while await score_dirty(town.call):
            pass
        causes = dict(await ScoreRow.filter(unit_id__in=many).values_list("unit_id", "cause"))
        hung = "part-timed-out:chaos.hangs"
        assert [causes[one] for one in many] == [hung] * ENOUGH + [rules.skipped(hung)] * (len(many) - ENOUGH)
        hanging = await BreakerRow.filter(part="chaos/hangs")
        assert {(row.state, row.failures) for row in hanging} == {(rules.OPEN, 1)}
        town.mend()
        await BreakerRow.all().update(retry_at=0)
        await try_again(town.call)
        while await score_dirty(town.call):
            pass
    assert not await ScoreRow.filter(state="provisional").exists()
    assert not await BreakerRow.all().exists()


async def test_what_was_not_tried_is_tried_sooner_than_what_fails(database: str) -> None:
    assert await store.failed(replace(FAILURE, tried=False)) == (rules.CLOSED, 1)
    assert await store.failed(replace(FAILURE, tried=False)) == (rules.CLOSED, 1)
    assert await store.failed(FAILURE) == (rules.CLOSED, 2)
    assert await store.failed(replace(FAILURE, tried=False)) == (rules.CLOSED, 2)


async def test_a_breaker_for_which_nothing_waits_is_let_go(town: ChaosTown) -> None:
    await store.failed(FAILURE)
    await BreakerRow.all().update(retry_at=0)
    assert await try_again(town.call) == 0
    assert not await BreakerRow.all().exists()


async def test_in_time_it_recovers_by_itself(
    town: ChaosTown, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "FIRST_SECONDS", 1)
    monkeypatch.setattr(leader, "_LOOK_FOR_TRIALS", 0.1)
    await marked(town, "2026-10", "2026-11")
    async with leading(town, database):
        await until(lambda: _failed(town))
        town.mend()
        await until(lambda: _well(town))


async def _failed(town: ChaosTown) -> bool:
    return await town.causes() == {RAISED} and not await DirtyRow.all().exists()


async def _well(town: ChaosTown) -> bool:
    return await town.causes() == {None} and not await DirtyRow.all().exists()
