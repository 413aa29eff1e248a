from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.integrity.device import (
    Login,
    WrongClock,
    entry_helper,
    not_by_finger,
    one_phone,
    proxy_punching,
    shared_phones,
    wrong_clock,
)
from eperf.domain.integrity.geo import EARTH_KM, Point, check_fence, distance_km
from eperf.domain.integrity.place import (
    MockPlace,
    NoJitter,
    PlacedPunch,
    SharedPlace,
    Travel,
    impossible_travel,
    mock_place,
    no_jitter,
    shared_places,
)

CITY = Point.of(Decimal("-6.732023"), Decimal("108.552316"))
ELSEWHERE = Point.of(Decimal("-6.732024"), Decimal("108.552316"))
DAY = date(2026, 3, 2)

points = st.builds(Point, st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))
punches = st.lists(
    st.builds(
        PlacedPunch,
        st.sampled_from("PQRSTU"),
        st.integers(0, 5).map(lambda n: DAY + timedelta(days=n)),
        st.sampled_from([CITY, ELSEWHERE]),
    ),
    max_size=60,
)


@given(points, points)
def test_distance_is_the_same_both_ways_and_at_most_half_the_globe(one: Point, other: Point) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one), abs=1e-9)
    assert 0 <= distance_km(one, other) <= 3.1416 * EARTH_KM
    assert distance_km(one, one) == 0


def test_coordinates_are_the_same_to_six_decimals() -> None:
    assert Point.of(Decimal("-6.7320234"), Decimal("108.552316")) == CITY
    assert Point.of(Decimal("-6.7320235"), Decimal("108.552316")) == ELSEWHERE


@pytest.mark.parametrize(
    ("lat", "lon"), [("91", "0"), ("-90.000001", "0"), ("0", "180.000001"), ("NaN", "0"), ("0", "Infinity")]
)
def test_a_place_that_is_not_on_earth_is_refused(lat: str, lon: str) -> None:
    with pytest.raises(BadInput):
        Point.of(Decimal(lat), Decimal(lon))


@given(points, points, st.decimals(1, 10**6, places=1), st.decimals(0, 10**6, places=1))
def test_a_larger_fence_never_shuts_somebody_out(
    center: Point, point: Point, radius: Decimal, accuracy: Decimal
) -> None:
    assert not check_fence(center, point, radius, accuracy).accepted or (
        check_fence(center, point, radius * 2, accuracy).accepted
    )


def test_a_fix_is_accepted_up_to_the_radius_and_never_without_its_accuracy() -> None:
    assert check_fence(CITY, CITY, Decimal(50), Decimal(50)).accepted
    assert not check_fence(CITY, CITY, Decimal(50), Decimal("50.1")).accepted
    unknown = check_fence(CITY, CITY, Decimal(50), None)
    assert (unknown.inside, unknown.accuracy_ok, unknown.accepted) == (True, False, False)


@pytest.mark.parametrize(("radius", "accuracy"), [("0", "1"), ("-5", "1"), ("5", "-1")])
def test_an_impossible_fence_is_refused(radius: str, accuracy: str) -> None:
    with pytest.raises(BadInput):
        check_fence(CITY, CITY, Decimal(radius), Decimal(accuracy))


@given(punches, st.randoms(use_true_random=False))
def test_cases_of_a_shared_place_know_no_order_and_count_nobody_twice(
    given_punches: list[PlacedPunch], random: object
) -> None:
    shuffled = given_punches * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    cases = shared_places(given_punches)
    assert shared_places(shuffled) == cases
    assert len({case.persons for case in cases}) == len(cases)


@given(punches)
def test_everybody_in_a_case_shares_enough_days_with_enough_of_the_group(
    given_punches: list[PlacedPunch],
) -> None:
    for case in shared_places(given_punches):
        assert len(case.persons) >= 3
        for person in case.persons:
            shared = [
                (point, day)
                for point in case.points
                for day in case.days
                if PlacedPunch(person, day, point) in given_punches
                and sum(PlacedPunch(other, day, point) in given_punches for other in case.persons) >= 3
            ]
            assert len(shared) >= 3


@given(punches, punches)
def test_more_punches_never_clear_a_person(some: list[PlacedPunch], more: list[PlacedPunch]) -> None:
    before = {person for case in shared_places(some) for person in case.persons}
    assert before <= {person for case in shared_places(some + more) for person in case.persons}


def test_a_visitor_of_two_days_is_not_of_the_group_and_two_places_are_one_case() -> None:
    group = [
        PlacedPunch(person, DAY + timedelta(days=n), place)
        for person in "PQR"
        for n in range(3)
        for place in (CITY, ELSEWHERE)
    ]
    visitor = [PlacedPunch("S", DAY + timedelta(days=n), CITY) for n in range(2)]
    (case,) = shared_places(group + visitor)
    assert (case.persons, len(case.points), len(case.days)) == (("P", "Q", "R"), 2, 3)
    assert shared_places(group, SharedPlace(min_people=4)) == []
    assert shared_places(group, SharedPlace(min_days=4)) == []


@given(st.lists(st.tuples(points, st.integers(0, 12)), max_size=6))
def test_jitter_is_judged_by_the_place_reported_most(check_ins: list[tuple[Point, int]]) -> None:
    sums = {point: sum(n for other, n in check_ins if other == point) for point, _ in check_ins}
    assert no_jitter(check_ins).flagged is (max(sums.values(), default=0) >= 10)


def test_thresholds_are_settings() -> None:
    assert no_jitter([(CITY, 4)], NoJitter(4)).flagged
    assert mock_place([Decimal(5)] * 4, settings=MockPlace(4)).flagged
    assert impossible_travel(CITY, ELSEWHERE, 0, Travel(over_km=0)).flagged


@given(points, points, st.integers(1, 10**6))
def test_more_time_never_makes_a_journey_impossible(one: Point, other: Point, seconds: int) -> None:
    slower = impossible_travel(one, other, seconds + 1).flagged
    assert not slower or impossible_travel(one, other, seconds).flagged
    assert impossible_travel(one, other, seconds).flagged is impossible_travel(other, one, seconds).flagged


def test_two_far_places_at_one_moment_have_no_speed_and_are_impossible() -> None:
    far = Point(0, 0)
    finding = impossible_travel(CITY, far, 0)
    assert (finding.flagged, finding.facts["speed_kmh"]) == (True, None)
    assert not impossible_travel(CITY, CITY, 0).flagged


def test_accuracies_are_equal_as_numbers_and_unknown_ones_are_not() -> None:
    assert mock_place([Decimal("5.0"), Decimal(5)] * 5).flagged
    assert not mock_place([None] * 20).flagged
    assert not mock_place([Decimal(5)] * 9 + [None]).flagged


logins = st.lists(
    st.builds(
        Login,
        st.sampled_from(["D1", "D2"]),
        st.sampled_from("ABC"),
        st.integers(0, 90).map(lambda n: DAY + timedelta(days=n)),
    ),
    max_size=12,
)


@given(logins)
def test_a_phone_is_shared_when_two_accounts_used_it_within_thirty_days(used: list[Login]) -> None:
    pairs = {
        one.device
        for one in used
        for other in used
        if one.device == other.device
        and one.account != other.account
        and abs((one.date - other.date).days) <= 30
    }
    assert set(shared_phones(used)) == pairs
    assert one_phone(used).flagged is bool(pairs)


def test_the_thirtieth_day_is_within_and_the_thirty_first_is_not() -> None:
    first = Login("D", "A", DAY)
    assert one_phone([first, Login("D", "B", DAY + timedelta(days=30))]).flagged
    assert not one_phone([first, Login("D", "B", DAY + timedelta(days=31))]).flagged


gaps = st.lists(st.one_of(st.none(), st.integers(-30, 30)), max_size=45)


@given(gaps)
def test_proxy_punching_counts_the_closest_stretch_of_twenty_days(given_gaps: list[int | None]) -> None:
    close = [gap is not None and -10 <= gap <= 10 for gap in given_gaps]
    most = max((sum(close[n : n + 20]) for n in range(len(close))), default=0)
    finding = proxy_punching(given_gaps)
    assert (finding.facts["close_days"], finding.flagged) == (most, most >= 8)
    assert proxy_punching(given_gaps[::-1]).flagged is finding.flagged


@pytest.mark.parametrize(
    ("own", "unit", "flagged"),
    [("50", "5", False), ("50.1", "9.9", True), ("51", "10", False), ("100", "0", True)],
)
def test_bounds_of_the_finger_rule_exclude(own: str, unit: str, flagged: bool) -> None:
    assert not_by_finger(Decimal(own), Decimal(unit)).flagged is flagged


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lag", "realtime", "causes"),
    [(300, True, ()), (301, True, ("lag",)), (301, False, ()), (-9000, True, ())],
)
def test_a_record_in_realtime_may_be_five_minutes_late(
    lag: int, realtime: bool, causes: tuple[str, ...]
) -> None:
    finding = wrong_clock(NOON - timedelta(seconds=lag), NOON, realtime=realtime)
    assert (finding.facts["causes"], finding.flagged) == (causes, bool(causes))


def test_a_clock_that_jumps_is_wrong_and_one_that_runs_ahead_is_where_it_is_asked() -> None:
    at = NOON + timedelta(minutes=6)
    assert wrong_clock(at, NOON, realtime=True, before=timedelta(0)).facts["causes"] == ("step",)
    assert not wrong_clock(at, NOON, realtime=True, before=timedelta(minutes=-2)).flagged
    assert wrong_clock(at, NOON, settings=WrongClock(over_ahead_min=5)).facts["causes"] == ("ahead",)
    assert wrong_clock(NOON.replace(year=2019), NOON).facts["causes"] == ("year",)


@given(st.integers(0, 10))
def test_a_helper_enters_for_three(accounts: int) -> None:
    assert entry_helper(accounts).flagged is (accounts >= 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: no_jitter([(CITY, -1)]),
        lambda: impossible_travel(CITY, CITY, -1),
        lambda: not_by_finger(Decimal(101), Decimal(1)),
        lambda: not_by_finger(Decimal(1), Decimal(-1)),
        lambda: wrong_clock(NOON.replace(tzinfo=None), NOON),
        lambda: entry_helper(-1),
    ],
)
def test_impossible_figures_are_refused(call: object) -> None:
    with pytest.raises(BadInput):
        call()  # type: ignore[operator]
