"""The agencies' schemes of `plugins_contrib`, bound and scored through the services like anybody's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.activity import Decision, Report
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput
from eperf.domain.period import YearMonth
from eperf.domain.scoring import freeze, thaw
from eperf.domain.scoring.deciding import Deciding
from eperf.services import activity
from eperf.services.binding import bind
from eperf.services.months import Run, run, run_today
from eperf.services.parts import Slot
from eperf.services.receipt import of_employee, verify
from eperf.services.scoring import mark_provisional, score_dirty
from eperf.store.attendance import DayRow
from eperf.store.behaviour import BehaviourRow, RoundRow
from eperf.store.outbox import mark_dirty
from eperf.store.plan import PlanRow, RealisationRow, TargetRow
from eperf.store.predikat import PredikatRow
from eperf.store.scoring import ScoreRow
from eperf.testing import DIMENSIONS
from tests.services.scored_singly import expected, stored
from tests.support.closed import blobs
from tests.support.installed_schemes import INSTALLED, Installed
from tests.support.town import NOW, SINCE, TODAY, Town

ADMIN = (Role.PLUGIN_ADMIN, "city")
READER = (Role.PERSONNEL_ADMIN, "city")
NOVEMBER = YearMonth(2026, 11)
PERIODS = sorted({word.period(NOVEMBER) for word in Deciding})
EACH = pytest.mark.parametrize("one", INSTALLED, ids=lambda one: one.key)


async def worked(town: Town) -> None:
    """Budi reports, and Sri verifies."""
    number = await activity.submit(town.call("Budi"), Report(town.item, TODAY, 60, 300, "Laporan"))
    await activity.decide(town.call("Sri"), number, Decision.VERIFY)


async def judged(town: Town) -> None:
    """A classified day of Budi, and for each period a plan with accepted realisations, ratings and a predikat."""
    budi, office = town.people["Budi"], town.units["office"]
    mine: dict[str, Any] = {"employee_id": budi, "unit_id": office}
    await DayRow.create(
        **mine, date=TODAY, status="late", late_min=31, early_min=0, worked_min=419, missing_taps=0,
        policy="eperf/office-hours", policy_version="1", steps=[],
    )  # fmt: skip
    for period in PERIODS:
        term = Term.parse(period)
        when = {"period": period, "first_day": term.first, "last_day": term.last}
        await planned(mine, when)
        round_ = await RoundRow.create(
            unit_id=office, **when, dimension_list="own", dimensions=[], lowest_h=0, highest_h=500, roles=[],
            missing="redistribute", legal_basis="uji", until=TODAY, state="closed", salt="", opened_at=NOW,
        )  # fmt: skip
        await BehaviourRow.bulk_create(
            BehaviourRow(
                **mine, **when, round_id=round_.id, dimension=name, name_id=name, name_en=name, score_h=400,
                lowest_h=0, highest_h=500, raters=3, state="enough", roles=[], known_on=TODAY,
            )
            for name in DIMENSIONS
        )  # fmt: skip
        await PredikatRow.create(
            **mine, **when, work="meets", behaviour="meets", predikat="baik", known_on=TODAY, decided_at=NOW,
            decided_by_id=town.people["Sri"],
        )  # fmt: skip


async def planned(mine: dict[str, Any], when: dict[str, Any]) -> None:
    plan = await PlanRow.create(**mine, **when, level="staff", state="agreed")
    for aspect in ("quantity", "quality", "time", "cost"):
        wanted = await TargetRow.create(
            plan_id=plan.id, kind="main", title="Laporan", aspect=aspect, measure="laporan", target_h=1_000,
            lower_is_better=False,
        )  # fmt: skip
        await RealisationRow.create(
            **mine, target_id=wanted.id, through=str(NOVEMBER), realised_h=900, note="", state="accepted",
            reported_at=NOW,
        )  # fmt: skip


async def scored(town: Town) -> ScoreRow:
    while await score_dirty(town.call("Sri")):
        pass
    return await ScoreRow.get(employee_id=town.people["Budi"], period=str(NOVEMBER))


@EACH
async def test_a_bound_scheme_scores_when_its_facts_are_there_and_says_before_what_is_missing(
    town: Town, one: Installed, tmp_path: Path
) -> None:
    if one.key != "eperf/norm-minutes":
        await bind(town.call("Eka", ADMIN), town.units["city"], Slot.SCHEME, one.key, one.given, SINCE)
    await worked(town)
    before = await scored(town)
    lacks = any("." not in needed for needed in one.needs)
    assert (before.state == "provisional", before.score_h is None) == (lacks, lacks)
    assert not lacks or "missing" in str(before.cause)
    await judged(town)
    await mark_provisional(town.call("Sri"))
    score = await scored(town)
    assert (score.state, score.scheme, score.cause) == ("final", one.key, None)
    assert score.score_h is not None
    assert sum(Decimal(str(leaf["amount"])) for leaf in score.breakdown) == Decimal(score.score_h).scaleb(-2)
    await the_same_every_way(town, tmp_path)


async def the_same_every_way(town: Town, tmp_path: Path) -> None:
    """What was scored by sets comes out of the month alone, of its snapshot and of its receipt."""
    call, budi, office = town.call("Sri", READER), town.people["Budi"], town.units["office"]
    await mark_dirty([(budi, str(NOVEMBER))])
    wanted = await expected(call)
    await scored(town)
    assert (await stored())[budi, str(NOVEMBER)] == wanted.scores[budi, str(NOVEMBER)]
    alone = await run_today(call, office, NOVEMBER, [budi])
    assert isinstance(alone, Run)
    frozen = freeze(alone.scored.unit_period)
    again = await run(alone.scheme, thaw(frozen.data, frozen.seal))
    assert again.columns() == alone.columns()
    receipt = await of_employee(call, blobs(tmp_path), budi, NOVEMBER)
    assert (verify(call.parts, receipt).people, verify(call.parts, receipt).final) == (1, 1)


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("minutes-ceiling/activity", "absent_min"),
        ("surplus-tier/workload", "zero_surplus_k_pct"),
        ("surabaya-80-20/performance", "cost"),
        ("kemensos-2021/performance", "weights"),
        ("predikat-quarter-lag/paid", "attendance"),
        ("pare/performance", "ethics_deciding"),
        ("ministry-70-30/pay", "deciding"),
    ],
)
async def test_what_a_source_leaves_open_must_be_given_when_it_is_bound(
    town: Town, key: str, field: str
) -> None:
    [one] = [one for one in INSTALLED if one.key == key]
    given = {name: value for name, value in one.given.items() if name != field}
    with pytest.raises(BadInput) as refusal:
        await bind(town.call("Eka", ADMIN), town.units["city"], Slot.SCHEME, key, given, SINCE)
    assert refusal.value.field == f"settings.{field}"


async def test_a_predikat_is_felt_in_the_quarter_after_it(town: Town) -> None:
    [one] = [one for one in INSTALLED if one.key == "predikat-quarter-lag/paid"]
    await bind(town.call("Eka", ADMIN), town.units["city"], Slot.SCHEME, one.key, {"attendance": None}, SINCE)
    await worked(town)
    await judged(town)
    await PredikatRow.filter(period="2026Q3").update(predikat="kurang")
    leaf = (await scored(town)).breakdown[0]
    assert (leaf["amount"], leaf["evidence"]) == ("70.00", [{"kind": "predikat", "id": "2026Q3"}])
    assert date(2026, 11, 24) == TODAY
