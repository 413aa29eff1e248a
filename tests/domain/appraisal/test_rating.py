"""Who is asked to rate whom, and how ratings become a figure that gives nobody away."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.appraisal.dimensions import (
    DIMENSION_SETS,
    Dimension,
    Scale,
    checked_dimensions,
    checked_scale,
)
from eperf.domain.appraisal.rating import (
    ANONYMOUS,
    Colleague,
    MissingRaters,
    RaterRole,
    RoleRule,
    checked_roles,
    checked_scores,
    combined,
    invitations,
)
from eperf.domain.errors import BadInput, Refused
from eperf.domain.scoring.rounding import half_up

SUPERIOR = RoleRule(RaterRole.SUPERIOR, 60_00, 1, 1)
PEERS = RoleRule(RaterRole.PEER, 20_00, 3, 5)
SUBORDINATES = RoleRule(RaterRole.SUBORDINATE, 15_00, 3, 10)
SELF = RoleRule(RaterRole.SELF, 5_00, 1, 1)
ALL = (SUPERIOR, PEERS, SUBORDINATES, SELF)
FULL = {RaterRole.SUPERIOR: [400], RaterRole.PEER: [300, 400, 500], RaterRole.SUBORDINATE: [200, 200, 350], RaterRole.SELF: [500]}  # fmt: skip


def test_the_figure_is_the_weighted_mean_of_the_roles_rounded_once() -> None:
    found = combined(FULL, ALL, MissingRaters.NO_SCORE)
    # 0.60 x 400 + 0.20 x 400 + 0.15 x 250 + 0.05 x 500 = 382.5
    assert (found.score_h, found.raters, found.state) == (383, 8, "enough")
    assert [(one.role, one.raters, one.score_h) for one in found.roles] == [
        ("peer", 3, 400), ("self", 1, 500), ("subordinate", 3, 250), ("superior", 1, 400),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "score"),
    [
        # 0.60 x 400 + 0.15 x 250 + 0.05 x 500 over 0.80
        (MissingRaters.REDISTRIBUTE, 378),
        # 0.80 x 400 + 0.15 x 250 + 0.05 x 500
        (MissingRaters.TO_SUPERIOR, 383),
        (MissingRaters.NO_SCORE, None),
    ],
)
def test_a_role_with_too_few_raters_is_not_looked_at(missing: MissingRaters, score: int | None) -> None:
    for few in ([], [100], [100, 500]):
        found = combined({**FULL, RaterRole.PEER: few}, ALL, missing)
        assert found.score_h == score
        assert RaterRole.PEER not in {one.role for one in found.roles}


def test_without_a_superior_their_share_goes_nowhere() -> None:
    given = {**FULL, RaterRole.SUPERIOR: [], RaterRole.PEER: []}
    assert combined(given, ALL, MissingRaters.TO_SUPERIOR).score_h is None
    assert combined({**FULL, RaterRole.SUPERIOR: []}, ALL, MissingRaters.REDISTRIBUTE).score_h is not None


def test_ones_own_rating_alone_is_no_figure() -> None:
    for missing in MissingRaters:
        assert combined({RaterRole.SELF: [500]}, ALL, missing).score_h is None


RATINGS = st.lists(st.integers(0, 500), max_size=6)


@given(
    st.fixed_dictionaries(dict.fromkeys(RaterRole, RATINGS)),
    st.sampled_from(list(MissingRaters)),
    st.data(),
)
def test_what_too_few_gave_changes_nothing_that_is_told(
    ratings: dict[RaterRole, list[int]], missing: MissingRaters, data: st.DataObject
) -> None:
    ratings[RaterRole.SUPERIOR], ratings[RaterRole.SELF] = (
        ratings[RaterRole.SUPERIOR][:1],
        ratings[RaterRole.SELF][:1],
    )
    other = {
        role: data.draw(st.lists(st.integers(0, 500), max_size=2))
        if role in ANONYMOUS and len(found) < 3
        else found
        for role, found in ratings.items()
    }
    assert combined(ratings, ALL, missing) == combined(other, ALL, missing)


@given(
    st.fixed_dictionaries(dict.fromkeys(RaterRole, RATINGS)),
    st.sampled_from(list(MissingRaters)),
    st.randoms(),
)
def test_the_order_of_ratings_tells_nothing_and_the_figure_lies_within_them(
    ratings: dict[RaterRole, list[int]], missing: MissingRaters, rng: object
) -> None:
    ratings[RaterRole.SUPERIOR], ratings[RaterRole.SELF] = (
        ratings[RaterRole.SUPERIOR][:1],
        ratings[RaterRole.SELF][:1],
    )
    found = combined(ratings, ALL, missing)
    shuffled = {role: rng.sample(given, len(given)) for role, given in ratings.items()}  # type: ignore[attr-defined]
    assert combined(shuffled, ALL, missing) == found
    if found.score_h is not None:
        used = [score for one in found.roles for score in ratings[one.role]]
        assert min(used) <= found.score_h <= max(used)
        assert found.raters <= len(used)


@given(st.lists(st.integers(0, 500), min_size=3, max_size=5))
def test_one_role_alone_is_its_mean(peers: list[int]) -> None:
    roles = (RoleRule(RaterRole.PEER, 100_00, 3, 5),)
    assert combined({RaterRole.PEER: peers}, roles, MissingRaters.NO_SCORE).score_h == half_up(
        Fraction(sum(peers), len(peers))
    )


@pytest.mark.parametrize(
    ("roles", "field"),
    [
        ((SUPERIOR,), "roles"),
        ((RoleRule(RaterRole.SELF, 100_00, 1, 1),), "roles"),
        ((RoleRule(RaterRole.PEER, 50_00, 3, 5), RoleRule(RaterRole.PEER, 50_00, 3, 5)), "roles"),
        ((RoleRule(RaterRole.PEER, 100_00, 2, 5),), "roles.0.minimum"),
        ((RoleRule(RaterRole.SUBORDINATE, 100_00, 1, 5),), "roles.0.minimum"),
        ((RoleRule(RaterRole.PEER, 100_00, 4, 3),), "roles.0.most"),
        ((RoleRule(RaterRole.PEER, 100_00, 3, 51),), "roles.0.most"),
        ((RoleRule(RaterRole.SUPERIOR, 100_00, 1, 2),), "roles.0.most"),
        ((RoleRule(RaterRole.SUPERIOR, 0, 1, 1),), "roles.0.share"),
        ((), "roles"),
    ],
)
def test_roles_that_do_not_fit_are_refused_by_their_path(roles: tuple[RoleRule, ...], field: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_roles(roles)
    assert refused.value.field == field


def test_roles_that_fit_stand_in_one_order() -> None:
    assert checked_roles(ALL[::-1]) == ALL


@st.composite
def houses(draw: st.DrawFn) -> list[Colleague]:
    """Some people, each under somebody of a lower number or under nobody."""
    size = draw(st.integers(1, 14))
    return [
        Colleague(number, draw(st.none() | st.integers(1, number - 1)) if number > 1 else None)
        for number in range(1, size + 1)
    ]


@given(houses(), st.text("ab", max_size=3), st.data())
def test_who_is_asked_follows_from_who_leads_whom(
    house: list[Colleague], salt: str, data: st.DataObject
) -> None:
    above = {one.employee_id: one.supervisor_id for one in house}
    rated = data.draw(st.lists(st.sampled_from(house), unique=True))
    asked = invitations(rated, house, ALL, salt)
    for one in asked:
        own, rater = one.employee_id, one.rater_id
        assert (rater == own) == (one.role is RaterRole.SELF)
        if one.role is RaterRole.SUPERIOR:
            assert above[own] == rater
        if one.role is RaterRole.SUBORDINATE:
            assert above[rater] == own
        if one.role is RaterRole.PEER:
            assert above[rater] == above[own] is not None
    assert len({(one.employee_id, one.rater_id) for one in asked}) == len(asked)
    counts = Counter((one.employee_id, one.role) for one in asked)
    most = {one.role: one.most for one in ALL}
    assert all(count <= most[role] for (_, role), count in counts.items())
    assert invitations(rated[::-1], house[::-1], ALL, salt) == asked


def test_of_many_peers_the_salt_draws_and_not_the_number() -> None:
    house = [Colleague(number, 1) for number in range(2, 40)] + [Colleague(1, None)]
    drawn = [
        frozenset(one.rater_id for one in invitations([Colleague(2, 1)], house, (PEERS,), salt))
        for salt in "abcdefgh"
    ]
    assert all(len(one) == 5 for one in drawn)
    assert len(set(drawn)) > 4


def test_a_rating_has_a_figure_for_each_dimension_within_the_scale() -> None:
    assert checked_scores({"b": 500, "a": 100}, ["a", "b"], 100, 500) == {"a": 100, "b": 500}
    for scores in ({"a": 100}, {"a": 100, "b": 501}, {"a": 99, "b": 500}, {"a": 100, "b": 100, "c": 100}):
        with pytest.raises(BadInput):
            checked_scores(scores, ["a", "b"], 100, 500)


def test_a_list_of_dimensions_names_each_once_in_both_languages() -> None:
    good = Dimension("loyal", "Loyal", "Loyal")
    assert checked_dimensions([good]) == (good,)
    for wrong in ([], [good, good], [Dimension("a b", "A", "A")], [Dimension("a", "", "A")], [good] * 31):
        with pytest.raises(Refused):
            checked_dimensions(wrong)
    for scale in (Scale(100, 100), Scale(-1, 5), Scale(0, 100_001)):
        with pytest.raises(Refused):
            checked_scale(scale)


def test_the_known_lists_are_of_five_and_seven_and_say_their_basis() -> None:
    assert {one.profile: len(one.dimensions) for one in DIMENSION_SETS} == {"pp-30-2019": 5, "berakhlak": 7}
    for one in DIMENSION_SETS:
        assert checked_dimensions(one.dimensions) == one.dimensions
        assert one.legal_basis
