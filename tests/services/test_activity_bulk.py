"""Deciding on many activities at once: an outcome for each, the speed of sets."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from datetime import timedelta

import pytest

from eperf.domain.access import SYSTEM
from eperf.domain.activity import ActivityState, Decision, Report
from eperf.domain.errors import BadInput, Conflict, Forbidden, KeyReused, NotFound, TooMany
from eperf.services import activity
from eperf.services.call import Call
from eperf.services.history import Past, take_over
from eperf.store import database
from eperf.store.activity import ActivityRow, ChangeRow
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow
from tests.support.database import KIND
from tests.support.town import NOW, TODAY, Town


def report(town: Town, **changes: object) -> Report:
    return dataclasses.replace(Report(town.item, TODAY, 60, 100, "Laporan"), **changes)


async def waiting(town: Town, count: int, name: str = "Budi") -> list[int]:
    """Activities that wait, written at once."""
    past = [
        Past(
            town.people[name], town.units["office"], town.item, TODAY - timedelta(days=number % 40), 60, 100,
            f"kerja {number}", ActivityState.SUBMITTED, NOW, None, None,
        )
        for number in range(count)
    ]  # fmt: skip
    await take_over(Call(SYSTEM, NOW), town.units["office"], past)
    found = await ActivityRow.filter(employee_id=town.people[name]).order_by("-id").limit(count)
    return sorted(row.id for row in found)


async def kinds() -> Counter[str]:
    return Counter(await EventRow.filter(subject_type="Activity").values_list("kind", flat=True))


async def test_five_hundred_are_verified_with_one_event_one_line_and_one_month_each(town: Town) -> None:
    ids = await waiting(town, 500)
    await DirtyRow.all().delete()
    outcomes = await activity.decide_many(town.call("Sri"), ids, Decision.VERIFY)
    assert [(one.activity_id, one.refused) for one in outcomes] == [(number, None) for number in ids]
    rows = await ActivityRow.filter(id__in=ids)
    assert {(row.state, row.version, row.decided_by_id) for row in rows} == {
        ("verified", 2, town.people["Sri"])
    }
    assert Counter(await ChangeRow.all().values_list("activity_id", flat=True)) == Counter(ids)
    assert Counter(
        await EventRow.filter(kind="activity.verified").values_list("subject_id", flat=True)
    ) == Counter(ids)
    assert {row.period for row in await DirtyRow.all()} == {"2026-10", "2026-11"}


async def test_those_that_pass_are_done_and_each_other_says_why_not(town: Town) -> None:
    good = await activity.submit(town.call("Budi"), report(town))
    done = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Sri"), done, Decision.REJECT, "bukan")
    own = await activity.submit(town.call("Joko"), report(town))
    far = await activity.submit(town.call("Eka"), report(town))
    draft = await activity.save_draft(town.call("Budi"), report(town))
    stale = await activity.submit(town.call("Wati"), report(town))
    ids = [good, done, own, far, draft, 2**62, stale]
    outcomes = await activity.decide_many(
        town.call("Joko", stands_in_for=("Sri",)), ids, Decision.RETURN, "lengkapi", [1, 2, 1, 1, 1, 1, 9]
    )
    assert [None if one.refused is None else type(one.refused) for one in outcomes] == [
        None, Conflict, Forbidden, NotFound, NotFound, NotFound, Conflict,
    ]  # fmt: skip
    row = await ActivityRow.get(id=good)
    assert (row.state, row.decision_note, row.decided_for_id) == ("returned", "lengkapi", town.people["Sri"])
    assert (await kinds())["activity.returned"] == 1
    assert await ChangeRow.filter(step="returned").count() == 1


async def test_what_cannot_be_meant_is_refused_as_a_whole(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    for ids, versions, expected in (
        ([], None, BadInput), ([number, number], None, BadInput), ([number], [1, 2], BadInput),
        (list(range(501)), None, TooMany),
    ):  # fmt: skip
        with pytest.raises(expected):
            await activity.decide_many(town.call("Sri"), ids, Decision.VERIFY, versions=versions)
    with pytest.raises(BadInput, match="note"):
        await activity.decide_many(town.call("Sri"), [number], Decision.REJECT)
    assert (await ActivityRow.get(id=number)).state == "submitted"


async def test_a_key_answers_again_for_each_that_was_done_under_it(town: Town) -> None:
    ids = await waiting(town, 30)
    first = await activity.decide_many(town.call("Sri", key="k"), ids[:20], Decision.VERIFY)
    assert all(one.refused is None for one in first)
    again = await activity.decide_many(town.call("Sri", key="k"), ids, Decision.VERIFY)
    assert all(one.refused is None for one in again)
    assert (await kinds())["activity.verified"] == 30
    other = await activity.decide_many(town.call("Sri", key="k"), ids[:2], Decision.RETURN, "lain")
    assert [type(one.refused) for one in other] == [KeyReused, KeyReused]
    without = await activity.decide_many(town.call("Sri"), ids[:2], Decision.VERIFY)
    assert [type(one.refused) for one in without] == [Conflict, Conflict]


async def test_of_many_who_decide_on_overlapping_sets_each_activity_has_one_winner(town: Town) -> None:
    ids = await waiting(town, 60)
    sets = [ids[start : start + 30] for start in (0, 10, 20, 30)] * 2
    outcomes = await asyncio.gather(
        *(
            activity.decide_many(town.call("Sri"), one, decision, "alasan")
            for one, decision in zip(sets, (Decision.VERIFY, Decision.REJECT) * 4, strict=True)
        )
    )
    won = Counter(one.activity_id for many in outcomes for one in many if one.refused is None)
    lost = {type(one.refused) for many in outcomes for one in many if one.refused is not None}
    assert won == Counter(ids)
    assert lost == {Conflict}
    assert Counter(await ChangeRow.all().values_list("activity_id", flat=True)) == Counter(ids)


@pytest.mark.skipif(KIND != "postgres", reason="counts what the driver sends to the server")
async def test_statements_do_not_grow_with_the_activities(town: Town) -> None:
    few, many = await waiting(town, 25), await waiting(town, 400, "Wati")
    pool, sent = database.connection()._pool, []
    await activity.decide_many(town.call("Sri"), few[:1], Decision.VERIFY)
    connection = await pool.acquire()
    connection.add_query_logger(lambda record: sent.append(record.query))
    await pool.release(connection)
    counts = []
    for ids, key in ((few[1:], "a"), (many[:200], "b"), (many[200:], "c")):
        before = len(sent)
        await activity.decide_many(town.call("Sri", key=key), ids, Decision.VERIFY)
        await asyncio.sleep(0)  # the driver tells of a statement when the loop comes round
        counts.append(len(sent) - before)
    assert 0 < counts[0] < 30
    # The first with many may have to ask for the columns of a table.
    assert counts[1] <= counts[0] + 3
    assert counts[2] <= counts[1]
