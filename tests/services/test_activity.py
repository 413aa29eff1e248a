"""Reporting work and deciding on it, on a real database."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date, timedelta

import pytest

from eperf.domain.access import Role
from eperf.domain.activity import Decision, Report
from eperf.domain.errors import BadInput, Conflict, Forbidden, KeyReused, NotFound
from eperf.services import activity
from eperf.store.activity import ActivityRow
from eperf.store.catalogue import ItemRow
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, SINCE, TODAY, Town


def report(town: Town, **changes: object) -> Report:
    return dataclasses.replace(Report(town.item, TODAY, 60, 100, "Laporan bulanan"), **changes)


async def test_a_reported_activity_waits_and_its_event_and_dirty_month_lie_beside_it(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    row = await ActivityRow.get(id=number)
    assert (row.state, row.employee_id, row.unit_id) == (
        "submitted",
        town.people["Budi"],
        town.units["office"],
    )
    event = await EventRow.get(kind="activity.submitted")
    assert (event.subject_id, event.employee_id, event.payload) == (
        number,
        town.people["Budi"],
        {"date": "2026-11-24"},
    )
    assert [(d.employee_id, d.period) for d in await DirtyRow.all()] == [(town.people["Budi"], "2026-11")]


async def test_the_supervisor_verifies(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Sri"), number, Decision.VERIFY)
    row = await ActivityRow.get(id=number)
    assert (row.state, row.decided_by_id, row.decided_for_id, row.version) == (
        "verified",
        town.people["Sri"],
        None,
        2,
    )


async def test_an_acting_officer_verifies_in_the_name_of_the_incumbent(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Joko", stands_in_for=("Sri",)), number, Decision.VERIFY)
    row = await ActivityRow.get(id=number)
    assert (row.decided_by_id, row.decided_for_id) == (town.people["Joko"], town.people["Sri"])


async def test_an_acting_officer_does_not_decide_on_an_own_activity(town: Town) -> None:
    number = await activity.submit(town.call("Joko"), report(town))
    with pytest.raises(Forbidden):
        await activity.decide(town.call("Joko", stands_in_for=("Sri", "Joko")), number, Decision.VERIFY)


@pytest.mark.parametrize("name", ["Budi", "Wati", "Eka", "Joko"])
async def test_nobody_else_verifies(town: Town, name: str) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    with pytest.raises((Forbidden, NotFound)):
        await activity.decide(town.call(name), number, Decision.VERIFY)
    assert (await ActivityRow.get(id=number)).state == "submitted"


async def test_a_leader_reads_but_does_not_verify_and_a_stranger_does_not_learn_that_it_exists(
    town: Town,
) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    with pytest.raises(Forbidden):
        await activity.decide(town.call("Eka", (Role.UNIT_LEADER, "city")), number, Decision.VERIFY)
    with pytest.raises(NotFound):
        await activity.decide(town.call("Eka"), number, Decision.VERIFY)


async def test_a_returned_activity_can_be_mended_and_submitted_again(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Sri"), number, Decision.RETURN, "Lampirkan bukti")
    await activity.resubmit(town.call("Budi"), number, report(town, minutes=45))
    row = await ActivityRow.get(id=number)
    assert (row.state, row.minutes, row.version) == ("submitted", 45, 3)


async def test_a_verified_activity_is_final(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Sri"), number, Decision.VERIFY)
    with pytest.raises(Conflict):
        await activity.decide(town.call("Sri"), number, Decision.RETURN, "zu spät")
    with pytest.raises(Conflict):
        await activity.resubmit(town.call("Budi"), number, report(town))


async def test_a_return_needs_a_reason(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    with pytest.raises(BadInput, match="note"):
        await activity.decide(town.call("Sri"), number, Decision.RETURN)


async def test_of_many_who_decide_at_once_one_wins(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    outcomes = await asyncio.gather(
        *(
            activity.decide(town.call("Sri"), number, decision, "alasan")
            for decision in (Decision.VERIFY, Decision.RETURN) * 10
        ),
        return_exceptions=True,
    )
    assert sum(outcome == number for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 19
    assert await EventRow.filter(kind__in=["activity.verified", "activity.returned"]).count() == 1


async def test_the_same_key_gives_the_same_answer_once(town: Town) -> None:
    numbers = await asyncio.gather(
        *(activity.submit(town.call("Budi", key="k1"), report(town)) for _ in range(20))
    )
    assert len(set(numbers)) == 1
    assert await ActivityRow.all().count() == 1
    assert await EventRow.all().count() == 1


async def test_the_same_key_with_another_input_is_refused(town: Town) -> None:
    await activity.submit(town.call("Budi", key="k1"), report(town))
    with pytest.raises(KeyReused):
        await activity.submit(town.call("Budi", key="k1"), report(town, minutes=61))
    assert await activity.submit(town.call("Wati", key="k1"), report(town)) > 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"quantity_h": 0}, "quantity"),
        ({"quantity_h": 2**63}, "quantity"),
        ({"date": TODAY + timedelta(days=1)}, "date"),
        ({"date": date(1999, 12, 31)}, "date"),
        ({"result": ""}, "result"),
        ({"result": "a\x00b"}, "result"),
        ({"result": "\ud800"}, "result"),
        ({"result": "x" * 5000}, "result"),
        ({"item_id": 2**62}, "item"),
        ({"evidence": (1, 1)}, "evidence"),
        ({"evidence": (999,)}, "evidence"),
        ({"evidence": tuple(range(11))}, "evidence"),
    ],
)
async def test_what_cannot_have_happened_is_refused_by_name_and_leaves_nothing(
    town: Town, changes: dict[str, object], field: str
) -> None:
    with pytest.raises((BadInput, NotFound)) as refused:
        await activity.submit(town.call("Budi"), report(town, **changes))
    assert refused.value.field == field
    assert await ActivityRow.all().count() == 0
    assert await EventRow.all().count() == 0


async def test_an_item_that_the_own_unit_has_replaced_does_not_count(town: Town) -> None:
    own = await ItemRow.create(
        unit_id=town.units["office"], code="41", name="Our own report", per="report", unit_size_h=100,
        points_per_unit_h=3000, fraction_policy="proportional", valid_from=SINCE,
    )  # fmt: skip
    with pytest.raises(NotFound):
        await activity.submit(town.call("Budi"), report(town))
    await activity.submit(town.call("Budi"), report(town, item_id=own.id))
    await activity.submit(town.call("Eka"), report(town))


async def test_today_is_the_day_of_the_unit_not_of_greenwich(town: Town) -> None:
    evening = NOW.replace(hour=18)  # already the 25th in Surabaya
    await activity.submit(town.call("Budi", now=evening), report(town, date=date(2026, 11, 25)))
