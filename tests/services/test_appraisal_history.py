"""Plans and predikat taken over from elsewhere, and scores that read them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from eperf.domain.access import Role
from eperf.domain.appraisal.plan import Aspect, Target
from eperf.domain.appraisal.predikat import Expectation
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput, Forbidden
from eperf.domain.period import YearMonth
from eperf.services.appraisal.history import PastPlan, PastPredikat, take_over_plans, take_over_predikat
from eperf.services.scoring import score_dirty
from eperf.store import frames_appraisal
from eperf.store.event import EventRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.plan import PlanRow
from eperf.store.scoring import ScoreRow
from tests.support.town import Town

ADMIN = (Role.PERSONNEL_ADMIN, "city")
OCTOBER, NOVEMBER = YearMonth(2026, 10), YearMonth(2026, 11)
THEN = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
FILES = Target("Berkas selesai", Aspect.QUANTITY, "berkas", 120_00)
IN_DAYS = Target("Berkas selesai", Aspect.TIME, "hari", 5_00, lower_is_better=True)


def plan_of(town: Town, who: str = "Budi") -> PastPlan:
    return PastPlan(
        town.people[who], town.units["office"], Term.parse("2026"), (FILES, IN_DAYS), (90_00,), OCTOBER, THEN,
        town.people["Sri"],
    )  # fmt: skip


def predikat_of(town: Town, who: str = "Budi") -> PastPredikat:
    return PastPredikat(
        town.people[who], town.units["office"], Term.parse("2026Q3"), Expectation.ABOVE, Expectation.ABOVE, THEN,
        town.people["Sri"],
    )  # fmt: skip


async def test_plans_taken_over_count_with_what_was_reached(town: Town) -> None:
    call, office = town.call("Eka", ADMIN), town.units["office"]
    assert await take_over_plans(call, office, [plan_of(town), plan_of(town, "Wati")]) == 2
    found = await frames_appraisal.targets([town.people["Budi"]], NOVEMBER)
    assert found.select("aspect", "target_h", "realised_h", "realised_through").rows() == [
        ("quantity", 120_00, 90_00, "2026-10"),
        ("time", 5_00, None, None),
    ]
    told = await EventRow.filter(kind="history.taken-over")
    assert [event.payload for event in told] == [{"what": "plans", "rows": 2}]
    with pytest.raises(Forbidden):
        await take_over_plans(town.call("Sri"), office, [plan_of(town, "Joko")])
    wrong = dataclasses.replace(plan_of(town, "Joko"), targets=(FILES, FILES))
    with pytest.raises(BadInput):
        await take_over_plans(call, office, [wrong])
    assert await PlanRow.all().count() == 2


async def test_predikat_taken_over_are_those_of_the_matrix(town: Town) -> None:
    call = town.call("Eka", ADMIN)
    assert await take_over_predikat(call, town.units["office"], [predikat_of(town)]) == 1
    found = await frames_appraisal.predikat([town.people["Budi"]], NOVEMBER)
    assert found.select("period", "predikat").rows() == [("2026Q3", "sangat_baik")]
    assert await take_over_predikat(call, town.units["office"], []) == 0


async def test_a_score_is_made_of_the_frame_with_targets_and_predikat(town: Town) -> None:
    call = town.call("Eka", ADMIN)
    budi = town.people["Budi"]
    await EmployeeRow.filter(id=budi).update(rank="III/a")
    digests = set()
    for step in (None, take_over_plans, take_over_predikat):
        if step is not None:
            past = plan_of(town) if step is take_over_plans else predikat_of(town)
            await step(call, town.units["office"], [past])  # type: ignore[arg-type]
        else:
            await mark_dirty([(budi, "2026-11")])
        while await score_dirty(call):
            pass
        digests.add((await ScoreRow.get(employee_id=budi, period="2026-11")).input_digest)
    assert len(digests) == 3
