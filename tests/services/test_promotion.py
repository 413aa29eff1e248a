"""The finder of candidates on a real database."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eperf.domain.access import SYSTEM, Role
from eperf.domain.errors import BadInput, NotFound
from eperf.domain.promotion.candidate import State
from eperf.services.call import Call
from eperf.services.promotion import Search, find
from eperf.store.organisation import PositionRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scoring import ScoreRow
from tests.support.town import NOW, Town

TMT = date(2027, 1, 1)


async def rank(town: Town, name: str, code: str | None, since: date | None, **more: Any) -> None:
    await EmployeeRow.filter(id=town.people[name]).update(rank=code, rank_since=since, **more)


async def everybody(tmt: date | None = TMT, unit: str | None = None) -> Search:
    return await find(Call(SYSTEM, NOW), tmt, unit)


def states(search: Search) -> dict[str, State]:
    return {one.name: one.judged.state for one in search.candidates}


async def test_who_has_the_years_is_a_candidate_and_who_has_not_is_told_the_day(town: Town) -> None:
    await rank(town, "Budi", "III/b", date(2023, 1, 1))
    await rank(town, "Wati", "III/a", date(2024, 3, 1))
    search = await everybody()
    assert states(search) == {"Budi": State.TO_BE_SHOWN, "Wati": State.REFUSED}
    assert [one.name for one in search.found()] == ["Budi"]
    waiting = next(one for one in search.candidates if one.name == "Wati").judged.verdict
    assert [reason.clears_on for reason in waiting.reasons if reason.known] == [date(2028, 3, 1)]
    assert search.without_rank == 3


async def test_without_a_day_it_is_the_period_whose_proposals_are_taken_today(town: Town) -> None:
    search = await everybody(None)
    assert (search.window.tmt, search.window.opens, search.window.closes) == (
        date(2027, 1, 1), date(2026, 11, 16), date(2026, 12, 15),
    )  # fmt: skip


async def test_only_active_civil_servants_are_judged(town: Town) -> None:
    await rank(town, "Budi", "III/b", date(2020, 1, 1), active=False)
    await rank(town, "Wati", "IX", date(2020, 1, 1), kind="PPPK")
    await rank(town, "Joko", "III/a", date(2020, 1, 1), kind="CPNS")
    assert states(await everybody()) == {}


async def test_a_unit_is_searched_with_all_below_it(town: Town) -> None:
    for name in ("Budi", "Eka"):
        await rank(town, name, "III/b", date(2020, 1, 1))
    assert set(states(await everybody(unit="office"))) == {"Budi"}
    assert set(states(await everybody(unit="city"))) == {"Budi", "Eka"}
    with pytest.raises(NotFound, match="unit"):
        await everybody(unit="nowhere")


async def test_a_viewer_finds_only_whom_they_may_read(town: Town) -> None:
    for name in ("Sri", "Budi", "Wati", "Eka"):
        await rank(town, name, "III/b", date(2020, 1, 1))
    assert set(states(await find(town.call("Budi"), TMT))) == {"Budi"}
    assert set(states(await find(town.call("Sri"), TMT))) == {"Sri", "Budi", "Wati"}
    admin = town.call("Eka", (Role.PERSONNEL_ADMIN, "archive"))
    assert set(states(await find(admin, TMT))) == {"Eka"}


async def test_the_post_of_today_chooses_the_kind_and_its_time_goes_over_changes_of_superior(
    town: Town,
) -> None:
    post = await PositionRow.create(
        code="head", title="Kepala Seksi", unit_id=town.units["office"], job_class=9, kind="supervisor"
    )
    budi = town.people["Budi"]
    await rank(town, "Budi", "III/c", date(2025, 1, 1), position_id=post.id)
    placed = {"employee_id": budi, "unit_id": town.units["office"], "position_id": post.id}
    await PlacementRow.create(**placed, valid_from=date(2025, 12, 1), supervisor_id=None)
    await PlacementRow.create(**placed, valid_from=date(2026, 9, 1), supervisor_id=town.people["Sri"])
    (one,) = (await everybody()).candidates
    assert (one.judged.kind, one.judged.state) == ("KP-S1", State.TO_BE_SHOWN)
    time = next(f for f in one.judged.verdict.findings if f.code.value == "B1")
    assert time.step.facts["post_since"] == "2025-12-01"


async def test_the_superiors_rank_binds_a_structural_post(town: Town) -> None:
    post = await PositionRow.create(
        code="head", title="Kepala Seksi", unit_id=town.units["office"], job_class=9, kind="supervisor"
    )
    await rank(town, "Budi", "III/c", date(2020, 1, 1), position_id=post.id)
    await rank(town, "Sri", "III/c", date(2026, 1, 1))
    budi = next(one for one in (await everybody()).candidates if one.name == "Budi")
    assert "B10" in [reason.code.value for reason in budi.judged.verdict.reasons if reason.known]


async def test_final_scores_of_the_twelve_months_before_are_shown_beside_and_decide_nothing(
    town: Town,
) -> None:
    await rank(town, "Budi", "III/b", date(2020, 1, 1))
    months = {"2025-12": 10000, "2026-01": 8000, "2026-02": 8001, "2026-12": 9000, "2027-01": 1}
    for period, score_h in months.items():
        await _score(town, period, score_h, "final")
    await _score(town, "2026-03", None, "provisional")
    (one,) = (await everybody()).candidates
    assert (one.scored_months, one.mean_score_h) == (3, 8334)
    assert one.judged.state is State.TO_BE_SHOWN


async def test_a_day_that_is_no_period_is_refused(town: Town) -> None:
    with pytest.raises(BadInput, match="tmt"):
        await everybody(date(2027, 1, 2))


async def _score(town: Town, period: str, score_h: int | None, state: str) -> None:
    await ScoreRow.create(
        employee_id=town.people["Budi"], unit_id=town.units["office"], period=period, score_h=score_h,
        state=state, cause=None, scheme="a", scheme_version="1", settings_digest="", input_digest="",
        breakdown=[], computed_at=NOW,
    )  # fmt: skip
