"""Plans from the draft to the frame that scoring reads, on a real database."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from eperf.domain.access import Role
from eperf.domain.appraisal.deadline import Deadline, Step
from eperf.domain.appraisal.plan import Aspect, PlanLevel, Reported, Target, Verdict
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import (
    BadInput,
    CascadeCycle,
    Conflict,
    DeadlinePassed,
    Forbidden,
    KeyReused,
    NotFound,
    Refused,
    Taken,
)
from eperf.domain.period import YearMonth
from eperf.services.appraisal import plan, realisation
from eperf.services.appraisal.deadline import set_deadline
from eperf.services.appraisal.plan import Draft
from eperf.services.call import Call
from eperf.services.file import readable
from eperf.services.scoring import score_dirty
from eperf.store import frames_appraisal
from eperf.store.event import EventRow
from eperf.store.file import FileRow
from eperf.store.people import EmployeeRow
from eperf.store.plan import PlanRow, RealisationRow, TargetRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.town import NOW, TODAY, Town

YEAR, QUARTER, MONTH = Term.parse("2026"), Term.parse("2026Q4"), Term.parse("2026-11")
OCTOBER, NOVEMBER = YearMonth(2026, 10), YearMonth(2026, 11)
ACCEPT, RETURN = Verdict.ACCEPT, Verdict.RETURN
ADMIN, LEADER = (Role.PERSONNEL_ADMIN, "city"), (Role.UNIT_LEADER, "city")
REPORTS = Target("Laporan tersusun", Aspect.QUANTITY, "laporan", 1200)
IN_TIME = Target("Laporan tersusun", Aspect.TIME, "hari", 500, lower_is_better=True)


async def agreed(
    town: Town,
    who: str = "Budi",
    by: Call | None = None,
    term: Term = YEAR,
    targets: Sequence[Target] = (REPORTS,),
) -> int:
    number = await plan.draft(town.call(who), Draft(term, tuple(targets)))
    await plan.submit(town.call(who), number)
    return await plan.decide(by or town.call("Sri"), number, ACCEPT)


async def unit_plan(
    town: Town, level: PlanLevel = PlanLevel.IKU, unit: str = "office", targets: Sequence[Target] = (REPORTS,)
) -> int:
    given = Draft(YEAR, tuple(targets), town.units[unit], level)
    number = await plan.draft(town.call("Eka", ADMIN), given)
    await plan.submit(town.call("Eka", ADMIN), number)
    return await plan.decide(town.call("Wati", LEADER), number, ACCEPT)


async def target_of(plan_id: int) -> int:
    return int((await TargetRow.filter(plan_id=plan_id).order_by("id"))[0].id)


async def lead_sri(town: Town) -> None:
    """Somebody stands above Sri, so that her plans can be agreed to."""
    await EmployeeRow.filter(id=town.people["Sri"]).update(supervisor_id=town.people["Eka"])


async def test_a_plan_counts_once_the_superior_has_agreed(town: Town) -> None:
    number = await plan.draft(town.call("Budi"), Draft(YEAR, (REPORTS, IN_TIME)))
    budi = town.people["Budi"]
    assert (await frames_appraisal.targets([budi], NOVEMBER)).is_empty()
    await plan.submit(town.call("Budi"), number)
    assert (await frames_appraisal.targets([budi], NOVEMBER)).is_empty()
    await plan.decide(town.call("Sri"), number, ACCEPT, "Baik")
    found = (await frames_appraisal.targets([budi], NOVEMBER)).to_dicts()
    assert [(row["title"], row["aspect"], row["target_h"], row["lower_is_better"]) for row in found] == [
        ("Laporan tersusun", "quantity", 1200, False),
        ("Laporan tersusun", "time", 500, True),
    ]
    assert {(row["realised_h"], row["period"], row["weight_h"]) for row in found} == {(None, "2026", None)}
    row = await PlanRow.get(id=number)
    assert (row.state, row.decided_by_id, row.decided_for_id, row.decision_note) == (
        "agreed", town.people["Sri"], None, "Baik",
    )  # fmt: skip
    kinds = [event.kind for event in await EventRow.filter(subject_type="Plan").order_by("id")]
    assert kinds == ["plan.drafted", "plan.submitted", "plan.agreed"]


async def test_agreeing_marks_the_months_that_are_scored_and_this_one(town: Town) -> None:
    for period in ("2025-12", "2026-02"):
        await ScoreRow.create(
            employee_id=town.people["Budi"], unit_id=town.units["office"], period=period, score_h=1, state="final",
            scheme="", scheme_version="", settings_digest="", input_digest="", breakdown=[], computed_at=NOW,
        )  # fmt: skip
    await agreed(town)
    dirty = await DirtyRow.all().order_by("period").values_list("employee_id", "period")
    assert dirty == [(town.people["Budi"], "2026-02"), (town.people["Budi"], "2026-11")]
    assert await score_dirty(town.call("Sri")) == 2
    assert await ScoreRow.filter(employee_id=town.people["Budi"], period="2026-11").exists()


async def test_an_acting_officer_agrees_for_the_incumbent_and_nobody_to_their_own(town: Town) -> None:
    number = await plan.draft(town.call("Budi"), Draft(YEAR, (REPORTS,)))
    await plan.submit(town.call("Budi"), number)
    with pytest.raises(Forbidden):
        await plan.decide(town.call("Budi"), number, ACCEPT)
    for stranger in ("Eka", "Joko", "Wati"):
        with pytest.raises(NotFound):
            await plan.decide(town.call(stranger), number, ACCEPT)
    with pytest.raises(Forbidden):
        await plan.decide(town.call("Eka", ADMIN), number, ACCEPT)
    await plan.decide(town.call("Joko", stands_in_for=("Sri",)), number, ACCEPT)
    row = await PlanRow.get(id=number)
    assert (row.decided_by_id, row.decided_for_id) == (town.people["Joko"], town.people["Sri"])
    # Joko is Sri's report and acts for her: still not on his own.
    await EmployeeRow.filter(id=town.people["Joko"]).update(supervisor_id=town.people["Sri"])
    own = await plan.draft(town.call("Joko"), Draft(YEAR, (REPORTS,)))
    await plan.submit(town.call("Joko"), own)
    with pytest.raises(Forbidden):
        await plan.decide(town.call("Joko", stands_in_for=("Sri",)), own, ACCEPT)


async def test_a_returned_plan_is_mended_and_submitted_again(town: Town) -> None:
    number = await plan.draft(town.call("Budi"), Draft(YEAR, (REPORTS,)))
    await plan.submit(town.call("Budi"), number)
    with pytest.raises(BadInput) as refused:
        await plan.decide(town.call("Sri"), number, RETURN)
    assert refused.value.field == "note"
    with pytest.raises(Conflict):
        await plan.edit(town.call("Budi"), number, [IN_TIME])
    await plan.decide(town.call("Sri"), number, RETURN, "Targetnya kurang")
    await plan.edit(town.call("Budi"), number, [IN_TIME, dataclasses.replace(REPORTS, target_h=2400)])
    await plan.submit(town.call("Budi"), number)
    await plan.decide(town.call("Sri"), number, ACCEPT)
    assert await TargetRow.filter(plan_id=number).order_by("id").values_list("target_h", flat=True) == [
        500,
        2400,
    ]


async def test_of_two_who_decide_at_once_one_wins_and_the_other_gets_a_conflict(town: Town) -> None:
    number = await plan.draft(town.call("Budi"), Draft(YEAR, (REPORTS,)))
    await plan.submit(town.call("Budi"), number)
    found = await asyncio.gather(
        plan.decide(town.call("Sri"), number, ACCEPT),
        plan.decide(town.call("Joko", stands_in_for=("Sri",)), number, RETURN, "Belum"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "int"]


async def test_there_is_one_plan_of_a_person_for_a_period_and_the_same_key_gives_the_same(town: Town) -> None:
    given = Draft(YEAR, (REPORTS,))
    number = await plan.draft(town.call("Budi", key="a"), given)
    assert await plan.draft(town.call("Budi", key="a"), given) == number
    with pytest.raises(KeyReused):
        await plan.draft(town.call("Budi", key="a"), Draft(MONTH, (REPORTS,)))
    with pytest.raises(Taken):
        await plan.draft(town.call("Budi"), given)
    await plan.draft(town.call("Wati"), given)
    await plan.submit(town.call("Budi"), number)
    await plan.decide(town.call("Sri"), number, ACCEPT)
    with pytest.raises(Conflict, match="revise"):
        await plan.draft(town.call("Budi"), given)


async def test_an_empty_plan_is_not_submitted_and_a_level_is_of_its_owner(town: Town) -> None:
    number = await plan.draft(town.call("Budi"), Draft(YEAR, ()))
    with pytest.raises(BadInput) as refused:
        await plan.submit(town.call("Budi"), number)
    assert refused.value.field == "targets"
    for given in (
        Draft(YEAR, (), None, PlanLevel.IKU),
        Draft(YEAR, (), town.units["office"], PlanLevel.INDIVIDUAL),
    ):
        with pytest.raises(BadInput) as refused:
            await plan.draft(town.call("Budi"), given)
        assert refused.value.field == "level"


async def test_a_units_plan_is_written_by_its_office_and_agreed_to_by_another(town: Town) -> None:
    given = Draft(YEAR, (REPORTS,), town.units["office"], PlanLevel.IKU)
    with pytest.raises(Forbidden):
        await plan.draft(town.call("Sri"), given)
    number = await plan.draft(town.call("Wati", LEADER), given)
    await plan.submit(town.call("Wati", LEADER), number)
    with pytest.raises(Forbidden):
        await plan.decide(town.call("Wati", LEADER), number, ACCEPT)
    with pytest.raises(Forbidden):
        await plan.decide(town.call("Eka", ADMIN), number, ACCEPT)
    await plan.decide(town.call("Joko", LEADER), number, ACCEPT)
    assert (await PlanRow.get(id=number)).state == "agreed"


async def test_targets_cascade_from_the_unit_to_its_people(town: Town) -> None:
    iku = await target_of(await unit_plan(town))
    ikk = await target_of(
        await unit_plan(town, PlanLevel.IKK, targets=[dataclasses.replace(REPORTS, parent=iku)])
    )
    await lead_sri(town)
    sri = await target_of(
        await agreed(town, "Sri", town.call("Eka"), targets=[dataclasses.replace(REPORTS, parent=ikk)])
    )
    year = await target_of(await agreed(town, targets=[dataclasses.replace(REPORTS, parent=sri)]))
    month = await target_of(
        await agreed(town, term=MONTH, targets=[dataclasses.replace(REPORTS, parent=year)])
    )
    chain, at = [], month
    while at is not None:
        chain.append(at)
        at = (await TargetRow.get(id=at)).parent_id
    assert chain == [month, year, sri, ikk, iku]


async def test_a_target_out_of_reach_is_not_found_and_only_agreed_ones_are_served(town: Town) -> None:
    elsewhere = await target_of(await unit_plan(town, unit="archive"))
    waiting = await plan.draft(
        town.call("Eka", ADMIN), Draft(YEAR, (REPORTS,), town.units["city"], PlanLevel.IKU)
    )
    for parent in (elsewhere, await target_of(waiting), 10**9):
        with pytest.raises(NotFound) as refused:
            await plan.draft(town.call("Budi"), Draft(YEAR, (dataclasses.replace(REPORTS, parent=parent),)))
        assert refused.value.field == "targets.0.parent"
    assert not await PlanRow.filter(employee_id=town.people["Budi"]).exists()


async def test_a_target_agreed_to_without_a_parent_is_linked_later_and_once(town: Town) -> None:
    own = await target_of(await agreed(town))
    iku = await target_of(await unit_plan(town))
    with pytest.raises(NotFound):
        await plan.link(town.call("Wati"), own, iku)
    assert await plan.link(town.call("Budi"), own, iku) == own
    assert (await TargetRow.get(id=own)).parent_id == iku
    with pytest.raises(Conflict):
        await plan.link(town.call("Budi"), own, iku)


async def test_two_who_lead_each_other_in_turn_make_no_ring_of_targets(town: Town) -> None:
    await lead_sri(town)
    sri = await target_of(await agreed(town, "Sri", town.call("Eka")))
    budi = await target_of(await agreed(town, targets=[dataclasses.replace(REPORTS, parent=sri)]))
    await EmployeeRow.filter(id=town.people["Budi"]).update(supervisor_id=town.people["Eka"])
    await EmployeeRow.filter(id=town.people["Sri"]).update(supervisor_id=town.people["Budi"])
    with pytest.raises(CascadeCycle):
        await plan.link(town.call("Sri"), sri, budi)
    with pytest.raises(CascadeCycle):
        await _revised_onto(town, sri, budi)


async def _revised_onto(town: Town, target_id: int, parent_id: int) -> None:
    old = (await TargetRow.get(id=target_id)).plan_id
    number = await plan.revise(town.call("Sri"), old, "Atasan baru")
    await plan.edit(town.call("Sri"), number, [dataclasses.replace(REPORTS, parent=parent_id)])


async def test_a_revision_takes_over_what_was_reached_and_what_serves_it(town: Town) -> None:
    old = await agreed(town, targets=(REPORTS, IN_TIME))
    target = await target_of(old)
    served = await target_of(
        await agreed(town, term=MONTH, targets=[dataclasses.replace(REPORTS, parent=target)])
    )
    done = await realisation.report(town.call("Budi"), target, Reported(OCTOBER, 900, ""))
    await realisation.decide(town.call("Sri"), done, ACCEPT)
    number = await plan.revise(town.call("Budi"), old, "Anggaran berubah")
    with pytest.raises(Conflict):
        await plan.revise(town.call("Budi"), old, "Lagi")
    await plan.edit(town.call("Budi"), number, [dataclasses.replace(REPORTS, target_h=1000)])
    # Until it is agreed to, the old one counts.
    budi = town.people["Budi"]
    before = (await frames_appraisal.targets([budi], NOVEMBER)).filter(period="2026")
    assert sorted(before["target_h"]) == [500, 1200]
    await plan.submit(town.call("Budi"), number)
    await plan.decide(town.call("Sri"), number, ACCEPT)
    after = (await frames_appraisal.targets([budi], NOVEMBER)).filter(period="2026")
    assert after.select("target_h", "realised_h", "realised_through").rows() == [(1000, 900, "2026-10")]
    heir = await target_of(number)
    assert (await TargetRow.get(id=served)).parent_id == heir
    rows = {row.id: (row.state, row.revision, row.revises_id) for row in await PlanRow.filter(period="2026")}
    assert rows == {old: ("revised", 0, None), number: ("agreed", 1, old)}
    assert await TargetRow.filter(plan_id=old).count() == 2


async def test_what_was_reached_counts_once_accepted_and_the_latest_month_does(town: Town) -> None:
    target, budi = await target_of(await agreed(town)), town.people["Budi"]
    for month, reached in ((OCTOBER, 700), (NOVEMBER, 900)):
        number = await realisation.report(town.call("Budi"), target, Reported(month, reached, "Selesai"))
        with pytest.raises(Conflict):
            await realisation.report(town.call("Budi"), target, Reported(month, 1, ""))
        with pytest.raises(Forbidden):
            await realisation.decide(town.call("Budi"), number, ACCEPT)
        with pytest.raises(NotFound):
            await realisation.decide(town.call("Wati"), number, ACCEPT)
        await realisation.decide(town.call("Sri"), number, ACCEPT)
    for month, reached in (
        (YearMonth(2026, 9), None),
        (OCTOBER, 700),
        (NOVEMBER, 900),
        (YearMonth(2027, 3), 900),
    ):
        assert (await frames_appraisal.targets([budi], month))["realised_h"].to_list() == [reached]
    assert (await frames_appraisal.targets([budi], YearMonth(2027, 4))).is_empty()
    # A correction of an accepted month replaces it, and a returned one changes nothing.
    again = await realisation.report(town.call("Budi"), target, Reported(NOVEMBER, 950, "Salah hitung"))
    await realisation.decide(town.call("Sri"), again, ACCEPT)
    wrong = await realisation.report(town.call("Budi"), target, Reported(NOVEMBER, 9999, ""))
    await realisation.decide(town.call("Sri"), wrong, RETURN, "Tidak mungkin")
    assert (await frames_appraisal.targets([budi], NOVEMBER))["realised_h"].to_list() == [950]
    assert await RealisationRow.filter(target_id=target).count() == 4


async def test_what_is_reported_is_of_an_agreed_plan_in_its_time_and_has_come(town: Town) -> None:
    draft = await plan.draft(town.call("Budi"), Draft(QUARTER, (REPORTS,)))
    with pytest.raises(Conflict):
        await realisation.report(town.call("Budi"), await target_of(draft), Reported(NOVEMBER, 1, ""))
    target = await target_of(await agreed(town, "Wati", term=QUARTER))
    for month in (YearMonth(2026, 9), YearMonth(2026, 12)):
        with pytest.raises(BadInput) as refused:
            await realisation.report(town.call("Wati"), target, Reported(month, 1, ""))
        assert refused.value.field == "through"
    with pytest.raises(NotFound):
        await realisation.report(town.call("Budi"), target, Reported(NOVEMBER, 1, ""))


async def test_what_a_unit_reached_is_accepted_by_another_than_who_reported_it(town: Town) -> None:
    target = await target_of(await unit_plan(town))
    with pytest.raises(Forbidden):
        await realisation.report(town.call("Joko", (Role.AUDITOR, "city")), target, Reported(NOVEMBER, 1, ""))
    number = await realisation.report(town.call("Wati", LEADER), target, Reported(NOVEMBER, 600, ""))
    for who, grant in (("Wati", LEADER), ("Eka", ADMIN)):
        with pytest.raises(Forbidden):
            await realisation.decide(town.call(who, grant), number, ACCEPT)
    found = await asyncio.gather(
        realisation.decide(town.call("Joko", LEADER), number, ACCEPT),
        realisation.decide(town.call("Eka", LEADER), number, RETURN, "Belum"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "int"]
    # A unit's figures are nobody's score.
    assert not await DirtyRow.all().exists()


async def test_evidence_is_read_by_who_may_see_the_realisation(town: Town) -> None:
    target = await target_of(await agreed(town))
    file = await FileRow.create(
        sha256="a" * 64,
        size=1,
        media_type="application/pdf",
        account_id=town.accounts["Budi"],
        created_at=NOW,
    )
    given = Reported(NOVEMBER, 100, "", (file.id,))
    with pytest.raises(NotFound) as refused:
        await realisation.report(town.call("Budi"), target, dataclasses.replace(given, files=(10**9,)))
    assert refused.value.field == "files"
    await realisation.report(town.call("Budi"), target, given)
    assert (await readable(town.viewer("Sri"), file.id)).id == file.id
    with pytest.raises(NotFound):
        await readable(town.viewer("Wati"), file.id)


async def test_after_its_last_day_a_step_is_refused_by_the_nearest_units_latest_word(town: Town) -> None:
    async def until(unit: str, step: Step, period: str, day: date) -> None:
        given = Deadline(town.units[unit], step, Term.parse(period), day, "SE 1/2026")
        await set_deadline(town.call("Eka", ADMIN), given)

    unheard = Deadline(town.units["city"], Step.PLAN_SUBMIT, YEAR, TODAY, "SE 1/2026")
    with pytest.raises(Forbidden):
        await set_deadline(town.call("Sri"), unheard)
    yesterday = TODAY - timedelta(days=1)
    number = await plan.draft(town.call("Budi"), Draft(YEAR, (REPORTS,)))
    await until("city", Step.PLAN_SUBMIT, "2026", yesterday)
    await until("archive", Step.PLAN_SUBMIT, "2026", TODAY)
    with pytest.raises(DeadlinePassed):
        await plan.submit(town.call("Budi"), number)
    await until("office", Step.PLAN_SUBMIT, "2026", yesterday)
    await until("office", Step.PLAN_SUBMIT, "2026", TODAY)
    await plan.submit(town.call("Budi"), number)
    await until("office", Step.PLAN_AGREE, "2026", yesterday)
    with pytest.raises(DeadlinePassed):
        await plan.decide(town.call("Sri"), number, ACCEPT)
    await until("office", Step.PLAN_AGREE, "2026", TODAY)
    await plan.decide(town.call("Sri"), number, ACCEPT)
    await until("office", Step.REALISATION_REPORT, "2026-10", yesterday)
    target = await target_of(number)
    with pytest.raises(DeadlinePassed):
        await realisation.report(town.call("Budi"), target, Reported(OCTOBER, 1, ""))
    await realisation.report(town.call("Budi"), target, Reported(NOVEMBER, 1, ""))


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_is_linked_and_revised_no_cascade_is_circular(town: Town, seed: int) -> None:
    """Four people lead one another in turn, link what they can and revise onto each other's targets."""
    rng, people = random.Random(seed), ("Sri", "Budi", "Wati", "Joko")
    for who in people:
        await _two_targets(town, who)
    refused = 0
    for _ in range(25):
        living = await TargetRow.filter(plan__state="agreed").order_by("id")
        child, parent = rng.choice(living), rng.choice(living)
        owners = [(await PlanRow.get(id=one.plan_id)).employee_id for one in (child, parent)]
        who, boss = (next(name for name in people if town.people[name] == one) for one in owners)
        await EmployeeRow.filter(id=owners[0]).update(supervisor_id=owners[1])
        try:
            await (_link if rng.random() < 0.5 else _revise)(town, who, boss, child, parent.id)
        except Refused:
            refused += 1
            await _drop_drafts()
        parents = dict(await TargetRow.all().values_list("id", "parent_id"))
        assert all(_ends(parents, start) for start in parents), parents
    assert 0 < refused < 25


def _ends(parents: dict[int, int | None], start: int) -> bool:
    at, height = parents[start], 0
    while at is not None and height <= len(parents):
        at, height = parents[at], height + 1
    return at is None


async def _two_targets(town: Town, who: str) -> None:
    row = await PlanRow.create(
        employee_id=town.people[who], unit_id=town.units["office"], level="individual", period="2026",
        first_day=YEAR.first, last_day=YEAR.last, state="agreed",
    )  # fmt: skip
    for title in "xy":
        await TargetRow.create(
            plan_id=row.id, kind="main", title=title, aspect="quantity", measure="n", target_h=100,
            lower_is_better=False,
        )  # fmt: skip


async def _link(town: Town, who: str, _: str, child: TargetRow, parent_id: int) -> None:
    await plan.link(town.call(who), child.id, parent_id)


async def _revise(town: Town, who: str, boss: str, child: TargetRow, parent_id: int) -> None:
    number = await plan.revise(town.call(who), child.plan_id, "Lagi")
    written = [
        Target(one.title, Aspect.QUANTITY, "n", 100, parent=parent_id if one.title == child.title else None)
        for one in await TargetRow.filter(plan_id=child.plan_id).order_by("id")
    ]
    await plan.edit(town.call(who), number, written)
    await plan.submit(town.call(who), number)
    await plan.decide(town.call(boss), number, ACCEPT)


async def _drop_drafts() -> None:
    drafts = await PlanRow.filter(state__in=["draft", "submitted"]).values_list("id", flat=True)
    await TargetRow.filter(plan_id__in=list(drafts)).delete()
    await PlanRow.filter(id__in=list(drafts)).delete()
