"""From dirty months to scores that explain themselves, on a real database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from eperf.domain.access import Role
from eperf.domain.activity import ActivityState, Decision, Report
from eperf.domain.errors import BadInput, Forbidden, NotFound
from eperf.services import activity, history
from eperf.services.binding import bind
from eperf.services.parts import Slot
from eperf.services.scoring import mark_provisional, score_dirty
from eperf.store.binding import BindingRow
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.town import NOW, SINCE, TODAY, Town

POINTS = "points-catalogue/points"
ADMIN = (Role.PLUGIN_ADMIN, "city")


async def verified(town: Town, quantity_h: int = 100) -> int:
    number = await activity.submit(town.call("Budi"), Report(town.item, TODAY, 60, quantity_h, "Laporan"))
    return await activity.decide(town.call("Sri"), number, Decision.VERIFY)


async def test_a_verified_activity_becomes_a_score_whose_leaves_sum_to_it(town: Town) -> None:
    await bind(town.call("Eka", ADMIN), town.units["city"], Slot.SCHEME, POINTS, {}, SINCE)
    number = await verified(town, quantity_h=300)
    while await score_dirty(town.call("Sri")):
        pass
    score = await ScoreRow.get(employee_id=town.people["Budi"], period="2026-11")
    assert (score.state, score.scheme) == ("final", POINTS)
    assert score.score_h is not None
    assert score.score_h > 0
    assert sum(Decimal(str(leaf["amount"])) for leaf in score.breakdown) == Decimal(score.score_h).scaleb(-2)
    assert {"kind": "activity", "id": str(number)} in [
        e for leaf in score.breakdown for e in leaf["evidence"]
    ]
    event = await EventRow.filter(kind="score.changed", employee_id=town.people["Budi"]).first()
    assert event is not None
    assert event.payload["score_h"] == score.score_h
    assert await DirtyRow.all().count() == 0


async def test_scoring_again_without_a_change_writes_and_tells_nothing(town: Town) -> None:
    await verified(town)
    await score_dirty(town.call("Sri"))
    events = await EventRow.all().count()
    await DirtyRow.create(employee_id=town.people["Budi"], period="2026-11", mark=1)
    assert await score_dirty(town.call("Sri")) == 1
    assert await EventRow.all().count() == events


async def test_a_submitted_activity_does_not_count(town: Town) -> None:
    await activity.submit(town.call("Budi"), Report(town.item, TODAY, 60, 100, "Laporan"))
    await score_dirty(town.call("Sri"))
    assert (await ScoreRow.get(employee_id=town.people["Budi"])).score_h == 0


async def test_a_binding_lower_in_the_tree_wins_and_an_earlier_date_keeps_its_own(town: Town) -> None:
    call = town.call("Eka", ADMIN)
    await bind(call, town.units["city"], Slot.SCHEME, POINTS, {}, SINCE)
    await bind(call, town.units["office"], Slot.SCHEME, "eperf/norm-minutes", {}, date(2026, 11, 1))
    await verified(town)
    past = history.Past(
        town.people["Budi"], town.units["office"], town.item, date(2026, 9, 1), 60, 100, "dulu",
        ActivityState.VERIFIED, NOW, NOW, town.people["Sri"],
    )  # fmt: skip
    await history.take_over(town.call("Eka", (Role.PERSONNEL_ADMIN, "city")), town.units["city"], [past])
    while await score_dirty(town.call("Sri")):
        pass
    scores = {row.period: row.scheme for row in await ScoreRow.filter(employee_id=town.people["Budi"])}
    assert scores == {"2026-11": "eperf/norm-minutes", "2026-09": POINTS}


@pytest.mark.parametrize(
    ("part", "settings", "error", "field"),
    [
        ("nobody/nothing", {}, NotFound, "part"),
        (POINTS, {"no_such": 1}, BadInput, "settings.no_such"),
        (POINTS, {"monthly_target": "many"}, BadInput, "settings.monthly_target"),
    ],
)
async def test_a_wrong_binding_is_refused_by_the_path_of_its_field(
    town: Town, part: str, settings: dict[str, object], error: type[Exception], field: str
) -> None:
    with pytest.raises(error) as refused:
        await bind(town.call("Eka", ADMIN), town.units["city"], Slot.SCHEME, part, settings, SINCE)
    assert refused.value.field == field  # type: ignore[attr-defined]


async def test_only_a_plugin_admin_of_the_unit_binds(town: Town) -> None:
    with pytest.raises(Forbidden):
        await bind(
            town.call("Eka", (Role.PLUGIN_ADMIN, "archive")),
            town.units["city"],
            Slot.SCHEME,
            POINTS,
            {},
            SINCE,
        )


async def test_a_unit_whose_scheme_is_gone_is_provisional_and_the_others_are_scored(town: Town) -> None:
    await verified(town)
    await activity.submit(town.call("Eka"), Report(town.item, TODAY, 60, 100, "Arsip"))
    await BindingRow.create(
        unit_id=town.units["office"],
        slot="scheme",
        part="gone/scheme",
        settings={},
        valid_from=SINCE,
        known_from=NOW,
    )
    await score_dirty(town.call("Sri"))
    held = await ScoreRow.get(employee_id=town.people["Budi"])
    assert (held.state, held.score_h) == ("provisional", None)
    assert "gone/scheme" in str(held.cause)
    assert (await ScoreRow.get(employee_id=town.people["Eka"])).state == "final"
    await BindingRow.all().delete()
    assert await mark_provisional(town.call("Sri")) == 1
    await score_dirty(town.call("Sri"))
    assert (await ScoreRow.get(employee_id=town.people["Budi"])).state == "final"
