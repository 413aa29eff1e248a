"""No answer of the API tells what one of the anonymous raters gave, nor who of them gave anything.

Random houses, rules and ratings. Everybody asks everything that the API says of ratings; then what too few gave, and
who of those who are enough gave which rating, is changed behind their backs: all but the raters concerned must get the
same bytes. While a round is open no rating at all may be felt.
"""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from eperf.domain.access import Role, Viewer
from eperf.domain.appraisal.dimensions import Scale
from eperf.domain.appraisal.rating import ANONYMOUS, MissingRaters, RaterRole, RoleRule
from eperf.domain.appraisal.term import Term
from eperf.schema.ids import global_id
from eperf.services.appraisal import ratings, rounds
from eperf.store.behaviour import BehaviourRow, RatingRow, RoundRow
from eperf.store.event import EventRow
from tests.schema.conftest import Ask
from tests.support.office import enlarged
from tests.support.town import NOW, TODAY, Town

TOWNS = int(os.environ.get("EPERF_PROPERTY_TOWNS", "2"))
CODES = ("service_orientation", "commitment", "initiative", "cooperation", "leadership")
FIGURE = "{ nodes { period dimension name score lowest highest raters state knownOn roles { role raters score } } }"
ALL = (
    "{ me { name behaviour %s } employees(first: 100) { nodes { name behaviour %s predikat { nodes { predikat } } } }"
    " ratingRounds { nodes { period state until missing legalBasis roles { role share minimum most } } }"
    " ratingsToGive(first: 100) { nodes { id name role scores { dimension score } employee { name } } } }"
) % (FIGURE, FIGURE)
GRANTS = (
    Role.UNIT_LEADER,
    Role.PERSONNEL_ADMIN,
    Role.AUDITOR,
    Role.SIGNER,
    Role.PLUGIN_ADMIN,
    Role.INTEGRATOR,
)
ADMIN = (Role.PERSONNEL_ADMIN, "city")


@dataclass
class House:
    """The people of a random office, the round over them, and its ratings."""

    town: Town
    ask: Ask
    rng: random.Random
    round_id: int
    asked: list[RatingRow]

    def viewers(self) -> list[Viewer]:
        """Some by themselves, and somebody with each role; Joko also stands in for Sri."""
        names = self.rng.sample([name for name in self.town.people if name != "Joko"], 6)
        plain = [self.town.viewer(name) for name in names]
        acting = self.town.viewer("Joko", stands_in_for=("Sri",))
        over = [self.town.viewer(self.rng.choice(list(self.town.people)), (role, "city")) for role in GRANTS]
        return [*plain, acting, *over]

    async def told(self, viewer: Viewer) -> str:
        """Everything that the API says to a viewer of ratings, and what its log holds."""
        nodes = " ".join(
            f'r{n}: node(id: "{global_id("Rating", row.id)}") {{ ... on Rating {{ name role scores {{ score }} }} }}'
            for n, row in enumerate(self.asked[:: max(1, len(self.asked) // 12)])
        )
        found = [await self.ask(viewer, text) for text in (ALL, "{" + nodes + "}")]
        events = (
            await EventRow.all()
            .order_by("id")
            .values("kind", "subject_type", "subject_id", "unit_id", "employee_id", "payload")
        )
        assert all(one.errors is None for one in found)
        return json.dumps([[one.data for one in found], events], sort_keys=True)

    async def closed(self, scores: dict[int, dict[str, int] | None]) -> dict[Viewer, str]:
        """What everybody is told after a round with these ratings, by id."""
        await BehaviourRow.all().delete()
        await EventRow.filter(kind__in=["behaviour.round-closed", "behaviour.settled"]).delete()
        await RoundRow.all().update(state="open", closed_at=None)
        for number, given in scores.items():
            await RatingRow.filter(id=number).update(scores=given)
        await rounds.close_round(self.town.call("Eka", ADMIN, now=NOW + timedelta(days=2)), self.round_id)
        return {viewer: await self.told(viewer) for viewer in self.watchers}

    @property
    def watchers(self) -> list[Viewer]:
        """The viewers, the same each time."""
        if not hasattr(self, "_watchers"):
            self._watchers = self.viewers()
        return self._watchers


async def _house(town: Town, ask: Ask, rng: random.Random) -> House:
    names = ["Ayu", "Dwi", "Gita", "Hana", "Indah", "Kiki", "Lia"]
    await enlarged(town, {name: rng.choice(["Sri", "Sri", "Budi", "Budi", None]) for name in names})
    shares = rng.choice(((40, 30, 20, 10), (60, 20, 15, 5)))
    roles = tuple(
        RoleRule(role, share * 100, low, most)
        for role, share, low, most in zip(
            RaterRole, shares, (1, rng.choice((3, 4)), 3, 1), (1, rng.choice((4, 5)), 6, 1), strict=True
        )
    )
    given = rounds.Opening(
        town.units["city"], Term.parse("2026Q4"), "pp-30-2019", Scale(100, 500), roles,
        rng.choice(list(MissingRaters)), TODAY + timedelta(days=1), "SE 1/2026",
    )  # fmt: skip
    number = await rounds.open_round(town.call("Eka", ADMIN), given)
    return House(town, ask, rng, number, await RatingRow.all().order_by("id"))


def _rating(rng: random.Random) -> dict[str, int]:
    return {code: rng.randint(100, 500) for code in CODES}


def _groups(house: House) -> dict[tuple[int, str], list[RatingRow]]:
    found: dict[tuple[int, str], list[RatingRow]] = {}
    for row in house.asked:
        found.setdefault((row.employee_id, row.role), []).append(row)
    return found


def _minimum(row: RoundRow, role: str) -> int:
    return int(next(one["minimum"] for one in row.roles if one["role"] == role))


def _same_but_for(before: dict[Viewer, str], after: dict[Viewer, str], raters: set[int]) -> int:
    same = [viewer for viewer in before if viewer.employee_id not in raters]
    for viewer in same:
        assert after[viewer] == before[viewer], viewer
    return len(same)


@pytest.mark.parametrize("seed", range(TOWNS))
async def test_while_a_round_is_open_no_rating_is_felt_by_anybody_else(
    town: Town, ask: Ask, seed: int
) -> None:
    house = await _house(town, ask, random.Random(seed))
    names = {number: name for name, number in town.people.items()}
    watching = {viewer.employee_id for viewer in house.watchers}
    before = {viewer: await house.told(viewer) for viewer in house.watchers}
    for row in house.rng.sample([one for one in house.asked if one.rater_id in watching], 3):
        await ratings.give(town.call(names[row.rater_id]), row.id, _rating(house.rng))
        after = {viewer: await house.told(viewer) for viewer in house.watchers}
        assert _same_but_for(before, after, {row.rater_id})
        assert any(before[viewer] != after[viewer] for viewer in before if viewer.employee_id == row.rater_id)
        before = after


@pytest.mark.parametrize("seed", range(TOWNS))
async def test_what_too_few_gave_and_whether_they_did_is_felt_by_nobody(
    town: Town, ask: Ask, seed: int
) -> None:
    house = await _house(town, ask, random.Random(100 + seed))
    row = await RoundRow.get(id=house.round_id)
    first: dict[int, Any] = {}
    second: dict[int, Any] = {}
    concerned: set[int] = set()
    for (_, role), group in _groups(house).items():
        low = _minimum(row, role)
        few = RaterRole(role) in ANONYMOUS and (len(group) < low or house.rng.random() < 0.5)
        for scores in (first, second):
            size = house.rng.randint(0, min(low - 1, len(group))) if few else len(group)
            gave = {one.id for one in house.rng.sample(group, size)}
            scores |= {one.id: _rating(house.rng) if one.id in gave else None for one in group}
        if few:
            concerned |= {one.rater_id for one in group if first[one.id] != second[one.id]}
        else:
            second |= {one.id: first[one.id] for one in group}
    before, after = await house.closed(first), await house.closed(second)
    assert concerned
    same = _same_but_for(before, after, concerned)
    # Whoever gave another rating sees that one of their own changed, and nothing else: no figure.
    for viewer in before:
        figures = [json.loads(told[viewer])[0][0]["employees"] for told in (before, after)]
        assert figures[0] == figures[1]
    assert same


@pytest.mark.parametrize("seed", range(TOWNS))
async def test_who_of_many_gave_which_rating_is_felt_by_nobody(town: Town, ask: Ask, seed: int) -> None:
    house = await _house(town, ask, random.Random(200 + seed))
    first = {one.id: _rating(house.rng) for one in house.asked}
    second = dict(first)
    for (_, role), group in _groups(house).items():
        if RaterRole(role) in ANONYMOUS:
            numbers = [one.id for one in group]
            shuffled = house.rng.sample(numbers, len(numbers))
            second |= {number: first[other] for number, other in zip(numbers, shuffled, strict=True)}
    changed = {one.rater_id for one in house.asked if first[one.id] != second[one.id]}
    before, after = await house.closed(first), await house.closed(second)
    assert changed
    for viewer in before:
        figures = [json.loads(told[viewer])[0][0]["employees"] for told in (before, after)]
        assert figures[0] == figures[1]
    _same_but_for(before, after, changed)


async def test_the_comparison_would_feel_a_rating_that_counts(town: Town, ask: Ask) -> None:
    house = await _house(town, ask, random.Random(1))
    first = {one.id: dict.fromkeys(CODES, 300) for one in house.asked}
    superior = next(one for one in house.asked if one.role == "superior")
    before = await house.closed(first)
    after = await house.closed({**first, superior.id: dict.fromkeys(CODES, 500)})
    with pytest.raises(AssertionError):
        _same_but_for(before, after, set())
