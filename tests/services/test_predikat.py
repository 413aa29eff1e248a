"""Predikat from the superior's judgement to the frame that scoring reads, on a real database."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date, timedelta

import pytest

from eperf.domain.access import Role
from eperf.domain.appraisal.deadline import Deadline, Step
from eperf.domain.appraisal.decided import Judgement
from eperf.domain.appraisal.distribution import OrganisationPredikat
from eperf.domain.appraisal.predikat import Expectation, Predikat
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput, DeadlinePassed, Forbidden, NotFound
from eperf.domain.period import YearMonth
from eperf.services.appraisal.deadline import set_deadline
from eperf.services.appraisal.predikat import decide, spread
from eperf.store import frames_appraisal
from eperf.store.event import EventRow
from eperf.store.people import EmployeeRow
from eperf.store.predikat import PredikatRow
from eperf.store.scoring import DirtyRow
from tests.support.town import TODAY, Town

Q3 = Term.parse("2026Q3")


def judgement(town: Town, who: str = "Budi", **changes: object) -> Judgement:
    given = Judgement(town.people[who], Q3, Expectation.MEETS, Expectation.ABOVE)
    return dataclasses.replace(given, **changes)  # type: ignore[arg-type]


async def test_the_superior_decides_and_scoring_reads_it_for_two_years(town: Town) -> None:
    number = await decide(town.call("Sri"), judgement(town, predikat=Predikat.BAIK, note="Pertahankan"))
    row = await PredikatRow.get(id=number)
    assert (row.work, row.behaviour, row.predikat, row.known_on, row.decision_note) == (
        "meets", "above", "baik", TODAY, "Pertahankan",
    )  # fmt: skip
    budi = [town.people["Budi"]]
    for month, there in ((YearMonth(2026, 6), False), (YearMonth(2026, 7), True), (YearMonth(2028, 12), True), (YearMonth(2029, 1), False)):  # fmt: skip
        found = await frames_appraisal.predikat(budi, month)
        assert found.rows() == ([(budi[0], "2026Q3", "meets", "above", "baik", TODAY)] if there else [])
    assert await DirtyRow.all().values_list("employee_id", "period") == [(budi[0], "2026-11")]
    event = await EventRow.get(kind="predikat.decided")
    assert event.payload == {"period": "2026Q3", "predikat": "baik", "decided_by": town.people["Sri"]}


async def test_a_later_judgement_replaces_it_and_the_log_has_both(town: Town) -> None:
    first = await decide(town.call("Sri"), judgement(town))
    assert await decide(town.call("Sri"), judgement(town, behaviour=Expectation.BELOW)) == first
    row = await PredikatRow.get()
    assert (row.predikat, row.version) == ("kurang", 2)
    told = await EventRow.filter(kind="predikat.decided").order_by("id")
    assert [one.payload["predikat"] for one in told] == ["baik", "kurang"]


async def test_two_judgements_at_once_are_one_after_the_other(town: Town) -> None:
    both = await asyncio.gather(
        decide(town.call("Sri"), judgement(town)),
        decide(town.call("Joko", stands_in_for=("Sri",)), judgement(town, work=Expectation.BELOW)),
    )
    assert len(set(both)) == 1
    assert (await PredikatRow.get()).version == 2


async def test_the_superior_or_who_acts_decides_and_nobody_on_their_own(town: Town) -> None:
    with pytest.raises(Forbidden):
        await decide(town.call("Budi"), judgement(town))
    for stranger in ("Wati", "Eka", "Joko"):
        with pytest.raises(NotFound):
            await decide(town.call(stranger), judgement(town))
    for role in (Role.PERSONNEL_ADMIN, Role.UNIT_LEADER, Role.AUDITOR):
        with pytest.raises(Forbidden):
            await decide(town.call("Eka", (role, "city")), judgement(town))
    number = await decide(town.call("Joko", stands_in_for=("Sri",)), judgement(town))
    row = await PredikatRow.get(id=number)
    assert (row.decided_by_id, row.decided_for_id) == (town.people["Joko"], town.people["Sri"])
    await EmployeeRow.filter(id=town.people["Joko"]).update(supervisor_id=town.people["Sri"])
    with pytest.raises(Forbidden):
        await decide(town.call("Joko", stands_in_for=("Sri",)), judgement(town, "Joko"))


async def test_what_the_matrix_does_not_give_or_is_late_is_refused_and_nothing_is_kept(town: Town) -> None:
    for changes, field in (
        ({"predikat": Predikat.SANGAT_BAIK}, "predikat"),
        ({"term": Term.parse("2027Q1")}, "period"),
        ({"note": "\x00"}, "note"),
    ):
        with pytest.raises(BadInput) as refused:
            await decide(town.call("Sri"), judgement(town, **changes))
        assert refused.value.field == field
    with pytest.raises(NotFound):
        await decide(town.call("Sri"), judgement(town, employee_id=10**9))
    deadline = Deadline(
        town.units["office"], Step.PREDIKAT_DECIDE, Q3, TODAY - timedelta(days=1), "SE 1/2026"
    )
    await set_deadline(town.call("Eka", (Role.PERSONNEL_ADMIN, "city")), deadline)
    with pytest.raises(DeadlinePassed):
        await decide(town.call("Sri"), judgement(town))
    assert not await PredikatRow.all().exists()
    await decide(town.call("Sri"), judgement(town, term=Term.parse("2026-10")))
    assert (await PredikatRow.get()).first_day == date(2026, 10, 1)


async def test_a_predikat_is_counted_where_it_was_decided_and_who_came_later_has_none_there(
    town: Town,
) -> None:
    leader = town.call("Eka", (Role.UNIT_LEADER, "city"))
    await decide(town.call("Sri"), judgement(town))
    await EmployeeRow.filter(id=town.people["Budi"]).update(unit_id=town.units["archive"])
    office, archive = [
        await spread(leader, town.units[unit], Q3, OrganisationPredikat.BAIK)
        for unit in ("office", "archive")
    ]
    assert (office.counts[Predikat.BAIK], office.without) == (1, 3)
    assert (archive.counts[Predikat.BAIK], archive.without, archive.breaches) == (0, 2, ())
    assert await spread(leader, 10**9, Q3, OrganisationPredikat.BAIK) is None
    assert await spread(town.call("Sri"), town.units["office"], Q3, OrganisationPredikat.BAIK) is None
