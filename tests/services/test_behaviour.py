"""Rounds of ratings from the opening to the frame that scoring reads, on a real database."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.appraisal.dimensions import Dimension, Scale
from eperf.domain.appraisal.predikat import Expectation
from eperf.domain.appraisal.rating import MissingRaters, RaterRole, RoleRule
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput, Forbidden, NotFound, Refused, RoundStanding, Taken
from eperf.domain.period import YearMonth
from eperf.services.appraisal import predikat, ratings, rounds
from eperf.services.appraisal.rounds import Opening, OwnList
from eperf.store import frames_appraisal
from eperf.store.behaviour import BehaviourRow, RatingRow, RoundRow
from eperf.store.event import EventRow
from eperf.store.people import EmployeeRow
from eperf.store.scoring import DirtyRow
from tests.support.office import enlarged
from tests.support.town import NOW, TODAY, Town

ADMIN = (Role.PERSONNEL_ADMIN, "city")
QUARTER = Term.parse("2026Q4")
ROLES = (
    RoleRule(RaterRole.SUPERIOR, 60_00, 1, 1),
    RoleRule(RaterRole.PEER, 30_00, 3, 4),
    RoleRule(RaterRole.SELF, 10_00, 1, 1),
)
MORE = {"Ayu": "Sri", "Dwi": "Sri", "Gita": "Sri"}
UNTIL = TODAY + timedelta(days=7)
LATER = NOW + timedelta(days=8)
VALUES = ("service_oriented", "accountable", "competent", "harmonious", "loyal", "adaptive", "collaborative")


def opening(town: Town, **changes: Any) -> Opening:
    given = Opening(
        town.units["office"], QUARTER, "berakhlak", Scale(100, 500), ROLES, MissingRaters.REDISTRIBUTE, UNTIL,
        "SE Wali Kota 1/2026",
    )  # fmt: skip
    return dataclasses.replace(given, **changes)


async def opened(town: Town, **changes: Any) -> int:
    return await rounds.open_round(town.call("Eka", ADMIN), opening(town, **changes))


async def give(town: Town, rater: str, whom: str, score: int) -> None:
    row = await RatingRow.get(rater_id=town.people[rater], employee_id=town.people[whom])
    await ratings.give(town.call(rater), row.id, dict.fromkeys(VALUES, score))


async def closed(town: Town, round_id: int) -> None:
    await rounds.close_round(town.call("Eka", ADMIN, now=LATER), round_id)


async def test_a_round_asks_the_superior_the_peers_and_oneself(town: Town) -> None:
    await enlarged(town, MORE)
    await opened(town)
    asked = Counter(await RatingRow.filter(employee_id=town.people["Budi"]).values_list("role", flat=True))
    assert asked == {"superior": 1, "peer": 4, "self": 1}
    # Sri and Joko have no superior, so no peers either; Eka is of another office.
    assert await RatingRow.filter(employee_id=town.people["Sri"]).values_list("role", flat=True) == ["self"]
    assert not await RatingRow.filter(employee_id=town.people["Eka"]).exists()
    assert await RatingRow.filter(rater_id=town.people["Sri"], role="superior").count() == 5


async def test_the_figures_are_there_when_the_round_is_closed(town: Town) -> None:
    await enlarged(town, MORE)
    number = await opened(town)
    for rater, score in (("Sri", 400), ("Wati", 300), ("Ayu", 400), ("Dwi", 350), ("Budi", 500)):
        await give(town, rater, "Budi", score)
    assert not await BehaviourRow.all().exists()
    await closed(town, number)
    rows = await BehaviourRow.filter(employee_id=town.people["Budi"]).order_by("id")
    assert [row.dimension for row in rows] == list(VALUES)
    # 0.60 x 400 + 0.30 x 350 + 0.10 x 500
    assert {(row.score_h, row.raters, row.state) for row in rows} == {(395, 5, "enough")}
    assert rows[0].roles == [
        {"role": "peer", "raters": 3, "score_h": 350},
        {"role": "self", "raters": 1, "score_h": 500},
        {"role": "superior", "raters": 1, "score_h": 400},
    ]
    frame = await frames_appraisal.behaviour([town.people["Budi"]], YearMonth(2026, 12))
    assert frame.select("period", "score_h", "lowest_h", "highest_h", "known_on").unique().rows() == [
        ("2026Q4", 395, 100, 500, date(2026, 12, 2))
    ]
    assert (await frames_appraisal.behaviour([town.people["Budi"]], YearMonth(2026, 9))).is_empty()
    assert (await DirtyRow.filter(employee_id=town.people["Budi"])).pop().period == "2026-12"


async def test_a_role_with_too_few_raters_is_not_used_and_nobody_at_all_is_too_few(town: Town) -> None:
    await enlarged(town, MORE)
    number = await opened(town)
    for rater, score in (("Sri", 400), ("Wati", 100), ("Ayu", 100)):
        await give(town, rater, "Budi", score)
    await closed(town, number)
    row = await BehaviourRow.get(employee_id=town.people["Budi"], dimension="loyal")
    assert (row.score_h, row.raters, row.roles) == (
        400,
        1,
        [{"role": "superior", "raters": 1, "score_h": 400}],
    )
    wati = await BehaviourRow.get(employee_id=town.people["Wati"], dimension="loyal")
    assert (wati.score_h, wati.raters, wati.state, wati.roles) == (None, 0, "too_few", [])


async def test_a_round_is_closed_after_its_last_day_once_and_takes_no_rating_then(town: Town) -> None:
    number = await opened(town)
    for now in (NOW, NOW + timedelta(days=7)):
        with pytest.raises(RoundStanding):
            await rounds.close_round(town.call("Eka", ADMIN, now=now), number)
    row = await RatingRow.get(rater_id=town.people["Sri"], employee_id=town.people["Budi"])
    scores = dict.fromkeys(VALUES, 300)
    await ratings.give(town.call("Sri", now=NOW + timedelta(days=7)), row.id, scores)
    with pytest.raises(RoundStanding):
        await ratings.give(town.call("Sri", now=LATER), row.id, scores)
    await closed(town, number)
    with pytest.raises(RoundStanding):
        await closed(town, number)
    with pytest.raises(RoundStanding):
        await ratings.give(town.call("Sri"), row.id, scores)


async def test_a_rating_is_given_by_who_is_asked_whole_and_within_the_scale(town: Town) -> None:
    await opened(town)
    row = await RatingRow.get(rater_id=town.people["Sri"], employee_id=town.people["Budi"])
    whole = dict.fromkeys(VALUES, 300)
    for stranger in ("Budi", "Eka", "Joko"):
        with pytest.raises(NotFound):
            await ratings.give(town.call(stranger, ADMIN, stands_in_for=("Sri",)), row.id, whole)
    for wrong in ({}, {**whole, "loyal": 501}, {**whole, "brave": 300}, {**whole, "loyal": 99}):
        with pytest.raises(BadInput):
            await ratings.give(town.call("Sri"), row.id, wrong)
    assert (await RatingRow.get(id=row.id)).scores is None
    for score in (300, 400):
        await ratings.give(town.call("Sri"), row.id, dict.fromkeys(VALUES, score))
    assert (await RatingRow.get(id=row.id)).scores == dict.fromkeys(VALUES, 400)


async def test_a_rating_leaves_no_event_and_a_closed_round_tells_of_all_at_once(town: Town) -> None:
    await enlarged(town, MORE)
    number = await opened(town)
    before = await EventRow.all().count()
    for rater in ("Wati", "Ayu", "Dwi", "Gita"):
        await give(town, rater, "Budi", 300)
    assert await EventRow.all().count() == before
    await closed(town, number)
    told = await EventRow.filter(kind="behaviour.settled").order_by("id")
    people = [row.employee_id for row in told]
    assert people == sorted(people)
    assert len(people) == 7
    assert all(set(row.payload) == {"period"} for row in told)


async def test_nobody_is_rated_twice_for_a_period_and_a_round_needs_its_office(town: Town) -> None:
    await opened(town)
    await opened(town, unit_id=town.units["city"])
    assert (
        len(set(await RatingRow.filter(employee_id=town.people["Budi"]).values_list("round_id", flat=True)))
        == 1
    )
    assert await RatingRow.filter(employee_id=town.people["Eka"]).exists()
    await opened(town, term=Term.parse("2026"))
    with pytest.raises(Forbidden):
        await rounds.open_round(town.call("Sri"), opening(town))


async def test_whoever_has_left_is_not_asked(town: Town) -> None:
    await EmployeeRow.filter(id=town.people["Sri"]).update(active=False)
    await opened(town)
    assert not await RatingRow.filter(rater_id=town.people["Sri"]).exists()
    assert await RatingRow.filter(employee_id=town.people["Budi"], role="peer").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"until": date(2029, 1, 1)}, "until"),
        ({"scale": Scale(500, 100)}, "highest"),
        ({"roles": ROLES[:2]}, "roles"),
        ({"dimension_list": "unknown"}, "dimensionList"),
        ({"dimension_list": "pp-30-2019", "term": Term.parse("2018")}, "dimensionList"),
        ({"legal_basis": ""}, "legalBasis"),
        ({"unit_id": 10**9}, "unit"),
    ],
)
async def test_a_round_that_cannot_be_held_is_refused_by_name(
    town: Town, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        await opened(town, **changes)
    assert refused.value.field == field
    assert not await RoundRow.all().exists()


async def test_an_agency_adds_its_own_list_and_the_nearest_latest_one_serves(town: Town) -> None:
    def own(unit: str, valid_from: date, *codes: str) -> OwnList:
        return OwnList(
            town.units[unit],
            "ethics",
            tuple(Dimension(one, one, one) for one in codes),
            valid_from,
            "SE 1/2026",
        )

    call = town.call("Eka", ADMIN)
    await rounds.add_list(call, own("city", date(2026, 1, 1), "polite"))
    await rounds.add_list(call, own("office", date(2025, 1, 1), "open"))
    await rounds.add_list(call, own("office", date(2026, 1, 1), "polite", "open", "effective"))
    await rounds.add_list(call, own("office", date(2027, 1, 1), "later"))
    number = await opened(town, dimension_list="ethics")
    assert [one["code"] for one in (await RoundRow.get(id=number)).dimensions] == [
        "polite",
        "open",
        "effective",
    ]
    with pytest.raises(Taken):
        await rounds.add_list(call, own("office", date(2026, 1, 1), "polite"))
    with pytest.raises(Taken):
        await rounds.add_list(call, dataclasses.replace(own("office", TODAY, "polite"), name="berakhlak"))
    with pytest.raises(Forbidden):
        await rounds.add_list(town.call("Sri"), own("office", TODAY, "polite"))


async def test_a_closed_round_proposes_an_expectation_to_who_may_see_it(town: Town) -> None:
    await enlarged(town, MORE)
    number = await opened(town)
    await give(town, "Sri", "Budi", 460)
    budi = town.people["Budi"]
    assert (await predikat.proposal(town.call("Sri"), budi, QUARTER)).behaviour is None
    await closed(town, number)
    found = await predikat.proposal(town.call("Sri"), budi, QUARTER)
    assert found.behaviour is Expectation.ABOVE
    assert [found.predikat[work].value for work in Expectation] == ["sangat_baik", "baik", "butuh_perbaikan"]
    assert await predikat.proposal(town.call("Wati"), budi, QUARTER) is None
    assert await predikat.proposal(town.call("Sri"), 10**9, QUARTER) is None
