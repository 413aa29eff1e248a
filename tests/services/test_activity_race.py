"""Reports that meet a change half-way, a rival with the same key, or a caller who gives up; on a real database."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from eperf.domain.activity import Report
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.errors import Forbidden, KeyReused, NotFound, Refused, Unavailable
from eperf.services import activity
from eperf.services.attendance.clock import clock
from eperf.services.call import answer, answered, on_commit, work
from eperf.store import database, reporting
from eperf.store.activity import ActivityRow, EvidenceRow
from eperf.store.catalogue import ItemRow
from eperf.store.event import EventRow, IdempotencyRow
from eperf.store.file import FileRow
from eperf.store.items import nearest_of
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scoring import DirtyRow
from tests.support.database import KIND
from tests.support.town import NOW, SINCE, TODAY, Town

Change = Callable[[], Awaitable[object]]


def report(town: Town, **changes: object) -> Report:
    return dataclasses.replace(Report(town.item, TODAY, 60, 100, "Laporan bulanan"), **changes)


async def written() -> list[int]:
    """How many rows a report leaves in each table."""
    tables = (ActivityRow, EventRow, DirtyRow, IdempotencyRow, EvidenceRow)
    return [await table.all().count() for table in tables]


async def own_item(town: Town, **changes: object) -> ItemRow:
    values = {
        "unit_id": town.units["office"], "code": "41", "name": "Our own", "per": "report", "unit_size_h": 100,
        "points_per_unit_h": 3000, "fraction_policy": "proportional", "valid_from": SINCE,
    }  # fmt: skip
    return await ItemRow.create(**{**values, **changes})


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Changes the world, one change a look, just before and just after the reason for a refusal is looked for."""

    def set_up(*, before: tuple[Change, ...] = (), after: tuple[Change, ...] = ()) -> None:
        real, changes = reporting.facts, {"before": list(before), "after": list(after)}

        async def facts(*given: object) -> object:
            if changes["before"]:
                await changes["before"].pop(0)()
            found = await real(*given)
            if changes["after"]:
                await changes["after"].pop(0)()
            return found

        monkeypatch.setattr(reporting, "facts", facts)

    return set_up


async def test_fifty_at_once_with_one_key_are_one_activity(town: Town) -> None:
    calls = (activity.submit(town.call("Budi", key="k"), report(town)) for _ in range(50))
    assert len(set(await asyncio.gather(*calls))) == 1
    assert await written() == [1, 1, 1, 1, 0]


async def test_of_fifty_at_once_with_one_key_and_two_inputs_one_input_wins(town: Town) -> None:
    calls = (
        activity.submit(town.call("Budi", key="k"), report(town, minutes=60 + number % 2))
        for number in range(50)
    )
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(outcome, KeyReused) for outcome in outcomes) == 25
    assert len({outcome for outcome in outcomes if isinstance(outcome, int)}) == 1
    assert await written() == [1, 1, 1, 1, 0]


async def test_fifty_at_once_with_keys_of_their_own_are_fifty_activities(town: Town) -> None:
    calls = (activity.submit(town.call("Budi", key=f"k{number}"), report(town)) for number in range(50))
    assert len(set(await asyncio.gather(*calls))) == 50
    assert await written() == [50, 50, 1, 50, 0]
    assert (await DirtyRow.get()).mark == 50


@pytest.mark.parametrize("commits", [True, False])
async def test_who_comes_second_with_a_key_waits_for_the_first_and_takes_over_if_that_fails(
    town: Town, commits: bool
) -> None:
    call, taken, go = town.call("Budi", key="k"), asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with work(call):
            assert await answered(call, "submitActivity", vars(report(town))) is None
            taken.set()
            await go.wait()
            await answer(call, 777)
            if not commits:
                raise LookupError

    rival = asyncio.create_task(first())
    await taken.wait()
    second = asyncio.create_task(activity.submit(call, report(town)))
    await asyncio.sleep(0.2)
    assert not second.done()
    go.set()
    await asyncio.wait([rival])
    assert isinstance(rival.exception(), LookupError) is not commits
    number = await second
    assert (number == 777) is commits
    assert await ActivityRow.all().count() == (0 if commits else 1)


async def test_who_has_left_service_since_the_credential_was_looked_at_reports_nothing(town: Town) -> None:
    call = town.call("Budi", key="k")
    await EmployeeRow.filter(id=town.people["Budi"]).update(active=False)
    with pytest.raises(Forbidden):
        await activity.submit(call, report(town))
    assert await written() == [0, 0, 0, 0, 0]


async def test_who_has_moved_since_the_credential_was_looked_at_reports_where_they_are(town: Town) -> None:
    call = town.call("Budi")
    await PlacementRow.filter(employee_id=town.people["Budi"]).update(valid_to=TODAY)
    await PlacementRow.create(
        employee_id=town.people["Budi"], unit_id=town.units["archive"], valid_from=TODAY
    )
    today = await activity.submit(call, report(town))
    yesterday = await activity.submit(call, report(town, date=TODAY - timedelta(days=1)))
    assert (await ActivityRow.get(id=today)).unit_id == town.units["archive"]
    assert (await EventRow.get(subject_id=today)).unit_id == town.units["archive"]
    assert (await ActivityRow.get(id=yesterday)).unit_id == town.units["office"]


async def test_a_reason_that_is_gone_when_it_is_looked_for_refuses_nothing(
    town: Town, meanwhile: Callable[..., None]
) -> None:
    own = await own_item(town)
    meanwhile(before=(own.delete,))
    assert await activity.submit(town.call("Budi", key="k"), report(town)) > 0
    assert await written() == [1, 1, 1, 1, 0]


async def test_a_reason_that_comes_back_between_the_look_and_the_write_refuses(
    town: Town, meanwhile: Callable[..., None]
) -> None:
    own = await own_item(town)
    meanwhile(before=(own.delete,), after=(lambda: own_item(town),))
    with pytest.raises(NotFound):
        await activity.submit(town.call("Budi", key="k"), report(town))
    assert await written() == [0, 0, 0, 0, 0]


async def test_who_leaves_service_between_the_look_and_the_write_reports_nothing(
    town: Town, meanwhile: Callable[..., None]
) -> None:
    own = await own_item(town)
    leave = EmployeeRow.filter(id=town.people["Budi"])
    meanwhile(before=(own.delete,), after=(lambda: leave.update(active=False),))
    with pytest.raises(Forbidden):
        await activity.submit(town.call("Budi", key="k"), report(town))
    assert await written() == [0, 0, 0, 0, 0]


async def test_a_world_that_never_stands_still_is_given_up_with_a_refusal(
    town: Town, meanwhile: Callable[..., None]
) -> None:
    await own_item(town)
    away = ItemRow.filter(unit_id=town.units["office"])
    meanwhile(before=(away.delete,) * 9, after=(lambda: own_item(town),) * 9)
    with pytest.raises(Unavailable):
        await activity.submit(town.call("Budi", key="k"), report(town))
    assert await written() == [0, 0, 0, 0, 0]


async def test_evidence_is_kept_in_its_order_and_only_if_all_of_it_is_ones_own(town: Town) -> None:
    async def file(name: str, content: str) -> int:
        row = await FileRow.create(
            sha256=content * 64,
            size=1,
            media_type="text/plain",
            account_id=town.accounts[name],
            created_at=NOW,
        )
        return int(row.id)

    one, two, other = await file("Budi", "1"), await file("Budi", "2"), await file("Wati", "3")
    with pytest.raises(NotFound) as refused:
        await activity.submit(town.call("Budi", key="k"), report(town, evidence=(one, other)))
    assert (refused.value.field, refused.value.value) == ("evidence", other)
    assert await written() == [0, 0, 0, 0, 0]
    number = await activity.submit(town.call("Budi", key="k"), report(town, evidence=(two, one)))
    kept = await EvidenceRow.filter(activity_id=number).order_by("id")
    assert [row.file_id for row in kept] == [two, one]


@pytest.mark.parametrize(("day", "counts"), [(-2, False), (-1, True), (0, False)])
async def test_an_item_counts_on_the_days_of_its_own_time_only(town: Town, day: int, counts: bool) -> None:
    item = await own_item(town, code="7", valid_from=TODAY - timedelta(days=1), valid_to=TODAY)
    given = report(town, item_id=item.id, date=TODAY + timedelta(days=day))
    if counts:
        assert await activity.submit(town.call("Budi"), given) > 0
        return
    with pytest.raises(NotFound) as refused:
        await activity.submit(town.call("Budi"), given)
    assert refused.value.field == "item"


@pytest.mark.parametrize("seed", range(4))
async def test_the_statement_and_the_catalogue_agree_on_which_item_counts(town: Town, seed: int) -> None:
    chance = random.Random(seed)
    days = [TODAY - timedelta(days=number) for number in range(40)]
    await PlacementRow.filter(employee_id=town.people["Budi"]).delete()
    ends = sorted(chance.sample(days, 6))
    for begin, end in itertools.pairwise(ends):
        if chance.random() < 0.8:
            unit_id = chance.choice(list(town.units.values()))
            await PlacementRow.create(
                employee_id=town.people["Budi"], unit_id=unit_id, valid_from=begin, valid_to=end
            )
    await ItemRow.all().delete()
    for unit_id in town.units.values():
        for code in ("1", "2"):
            begin, *_, end = sorted(chance.sample(days, 6))
            await own_item(
                town, unit_id=unit_id, code=code, valid_from=begin, valid_to=chance.choice((end, None))
            )
    outcomes = []
    for _ in range(60):
        item, day = chance.choice(await ItemRow.all()), chance.choice(days)
        placed = await _placed(town.people["Budi"], day) or town.units["office"]
        nearest = await nearest_of(placed, item.code, day)
        try:
            number = await activity.submit(town.call("Budi"), report(town, item_id=item.id, date=day))
        except NotFound:
            assert nearest is None or nearest.id != item.id
        else:
            assert nearest is not None
            assert nearest.id == item.id
            assert (await ActivityRow.get(id=number)).unit_id == placed
        outcomes.append(nearest is not None and nearest.id == item.id)
    assert 5 <= sum(outcomes) <= 55


async def _placed(employee_id: int, day: date) -> int | None:
    for row in await PlacementRow.filter(employee_id=employee_id):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return int(row.unit_id)
    return None


async def test_a_failure_at_the_last_row_leaves_none_of_the_others(town: Town) -> None:
    postgres = database.dialect() == "postgres"
    spoil = (
        "ALTER TABLE dirty_score ADD CONSTRAINT spoilt CHECK (employee_id < 0)"
        if postgres
        else "CREATE TRIGGER spoilt BEFORE INSERT ON dirty_score BEGIN SELECT RAISE(ABORT, 'spoilt'); END"
    )
    mend = "ALTER TABLE dirty_score DROP CONSTRAINT spoilt" if postgres else "DROP TRIGGER spoilt"
    await database.connection().execute_script(spoil)
    with pytest.raises(IntegrityError):
        await activity.submit(town.call("Budi", key="k"), report(town))
    assert await written() == [0, 0, 0, 0, 0]
    await database.connection().execute_script(mend)
    await activity.submit(town.call("Budi", key="k"), report(town))
    assert await written() == [1, 1, 1, 1, 0]


async def test_inside_a_transaction_of_others_it_is_undone_with_it(town: Town) -> None:
    async def all_of_it() -> None:
        async with database.transaction():
            await activity.submit(town.call("Budi", key="k"), report(town))
            assert await written() == [1, 1, 1, 1, 0]
            raise LookupError

    with pytest.raises(LookupError):
        await all_of_it()
    assert await written() == [0, 0, 0, 0, 0]


async def test_inside_a_transaction_of_others_a_refusal_undoes_only_itself(town: Town) -> None:
    async with database.transaction():
        kept = await activity.submit(town.call("Budi", key="k"), report(town))
        with pytest.raises(NotFound):
            await activity.submit(town.call("Wati", key="w"), report(town, item_id=2**62))
        assert await activity.submit(town.call("Budi", key="k"), report(town)) == kept
    assert await written() == [1, 1, 1, 1, 0]


async def test_who_gives_up_half_way_leaves_all_or_nothing_and_blocks_nobody(town: Town) -> None:
    chance = random.Random(7)
    for number in range(60):
        task = asyncio.create_task(activity.submit(town.call("Budi", key=f"k{number}"), report(town)))
        await asyncio.sleep(chance.uniform(0, 0.004))
        task.cancel()
        await asyncio.wait([task])
    last = await asyncio.wait_for(activity.submit(town.call("Wati", key="last"), report(town)), 10)
    counts = await written()
    assert counts[0] == counts[1] == counts[3] >= 1
    assert sorted(row.answer_id for row in await IdempotencyRow.all()) == sorted(
        row.id for row in await ActivityRow.all()
    )
    assert (await IdempotencyRow.get(key="last")).answer_id == last


async def test_reporting_and_clocking_at_once_do_not_wait_for_each_other_for_ever(town: Town) -> None:
    work_done = [
        call
        for number in range(15)
        for call in (
            activity.submit(town.call("Budi", key=f"s{number}"), report(town)),
            clock(
                town.call("Budi", key=f"c{number}", now=NOW + timedelta(seconds=number)),
                PunchKind.IN if number % 2 else PunchKind.OUT,
            ),
        )
    ]
    outcomes = await asyncio.wait_for(asyncio.gather(*work_done, return_exceptions=True), 60)
    assert [one for one in outcomes if isinstance(one, BaseException)] == []
    assert await ActivityRow.all().count() == 15


async def test_listeners_are_woken_by_what_is_new_only(town: Town) -> None:
    rung: list[int] = []
    forget = on_commit(lambda: rung.append(1))
    try:
        await activity.submit(town.call("Budi", key="k"), report(town))
        assert len(rung) == 1
        await activity.submit(town.call("Budi", key="k"), report(town))
        with pytest.raises(Refused):
            await activity.submit(town.call("Budi"), report(town, minutes=0))
        assert len(rung) == 1
    finally:
        forget()


@pytest.mark.skipif(KIND != "postgres", reason="counts what the driver sends to the server")
async def test_a_report_is_one_round_trip_and_a_refused_one_two(town: Town) -> None:
    pool, sent = database.connection()._pool, []

    async def both(key: str) -> None:
        await activity.submit(town.call("Budi", key=key), report(town))
        with pytest.raises(NotFound):
            await activity.submit(town.call("Budi", key=f"not {key}"), report(town, item_id=2**62))

    await both("once, so that the driver knows the statements")
    connection = await pool.acquire()
    connection.add_query_logger(lambda record: sent.append(record.query))
    await pool.release(connection)
    await both("counted")
    await asyncio.sleep(0)  # the driver tells of a statement when the loop comes round
    assert len(sent) == 1 + 2
