"""The agencies' schemes of `plugins_contrib`, bound and scored through the services like anybody's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.activity import Decision, Report
from eperf.domain.errors import BadInput
from eperf.services import activity
from eperf.services.binding import bind
from eperf.services.parts import Slot
from eperf.services.scoring import score_dirty
from eperf.store.attendance import DayRow
from eperf.store.scoring import ScoreRow
from tests.support.town import SINCE, TODAY, Town

ADMIN = (Role.PLUGIN_ADMIN, "city")
SETTINGS: dict[str, dict[str, Any]] = {
    "ministry-70-30/attendance": {},
    "minutes-ceiling/activity": {"absent_min": 300, "leave_min": 0, "reducer_basis": "Pergub Contoh 1/2026"},
    "ministry-ladder/attendance": {},
    "surplus-tier/workload": {"zero_surplus_k_pct": "50", "zero_surplus_basis": "Perbup Contoh 1/2026"},
}


@pytest.mark.parametrize("scheme", SETTINGS)
async def test_a_bound_scheme_gives_a_score_whose_leaves_sum_to_it(town: Town, scheme: str) -> None:
    await bind(town.call("Eka", ADMIN), town.units["city"], Slot.SCHEME, scheme, SETTINGS[scheme], SINCE)
    number = await activity.submit(town.call("Budi"), Report(town.item, TODAY, 60, 300, "Laporan"))
    await activity.decide(town.call("Sri"), number, Decision.VERIFY)
    await DayRow.create(
        employee_id=town.people["Budi"], unit_id=town.units["office"], date=TODAY, status="present",
        late_min=0, early_min=0, worked_min=450, missing_taps=0, policy="eperf/office-hours", policy_version="1",
        steps=[],
    )  # fmt: skip
    while await score_dirty(town.call("Sri")):
        pass
    score = await ScoreRow.get(employee_id=town.people["Budi"], period="2026-11")
    assert (score.state, score.scheme) == ("final", scheme)
    assert score.breakdown
    assert score.score_h is not None
    assert sum(Decimal(str(leaf["amount"])) for leaf in score.breakdown) == Decimal(score.score_h).scaleb(-2)


@pytest.mark.parametrize(
    ("scheme", "field"),
    [("minutes-ceiling/activity", "absent_min"), ("surplus-tier/workload", "zero_surplus_k_pct")],
)
async def test_what_a_source_leaves_open_must_be_given_when_it_is_bound(
    town: Town, scheme: str, field: str
) -> None:
    given = {name: value for name, value in SETTINGS[scheme].items() if name != field}
    with pytest.raises(BadInput) as refusal:
        await bind(town.call("Eka", ADMIN), town.units["city"], Slot.SCHEME, scheme, given, SINCE)
    assert field in str(refusal.value.field)
