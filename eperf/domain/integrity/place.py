"""Where people clock in: I-01 to I-04."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Finding, counted, measured
from eperf.domain.integrity.geo import Point, distance_km


@dataclass(frozen=True, slots=True)
class PlacedPunch:
    """A punch of a person on a civil day at a place."""

    person: str
    date: date
    point: Point


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """I-01: how many people at one coordinate, on how many days, make a case."""

    min_people: int = 3
    min_days: int = 3


@dataclass(frozen=True, slots=True)
class SharedCase:
    """One case of I-01: a group of people, and the places and days they share."""

    persons: tuple[str, ...]
    points: tuple[Point, ...]
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class NoJitter:
    """I-02: how many check-ins at exactly one coordinate are too many."""

    min_check_ins: int = 10


@dataclass(frozen=True, slots=True)
class Travel:
    """I-03: faster than this and farther than this is impossible; both must be passed."""

    over_kmh: int = 150
    over_km: int = 5


@dataclass(frozen=True, slots=True)
class MockPlace:
    """I-04: how many punches with exactly one accuracy are too many."""

    min_equal: int = 10


def shared_places(punches: Iterable[PlacedPunch], settings: SharedPlace | None = None) -> list[SharedCase]:
    """The cases of I-01, one for each group of people.

    People belong to a group when each of them is at the coordinate on enough of the days on which enough of them
    are: someone who was there once with the group is not of it. The same group at several coordinates is one case.
    """
    rule = settings or SharedPlace()
    places: dict[Point, set[tuple[str, date]]] = {}
    for punch in punches:
        places.setdefault(punch.point, set()).add((punch.person, punch.date))
    groups: dict[tuple[str, ...], list[tuple[Point, set[date]]]] = {}
    for point in sorted(places):
        kept = core(places[point], rule)
        if kept:
            group = tuple(sorted({person for person, _ in kept}))
            groups.setdefault(group, []).append((point, {day for _, day in kept}))
    return [
        SharedCase(
            group,
            tuple(point for point, _ in found),
            tuple(sorted({day for _, days in found for day in days})),
        )
        for group, found in sorted(groups.items())
    ]


def shared_place(punches: Iterable[PlacedPunch], settings: SharedPlace | None = None) -> Finding:
    """I-01 for a unit: one finding that lists the cases."""
    rule = settings or SharedPlace()
    cases = shared_places(punches, rule)
    return Finding(
        indicator("I-01"),
        bool(cases),
        {"cases": cases, "min_people": rule.min_people, "min_days": rule.min_days},
    )


def core(pairs: set[tuple[str, date]], rule: SharedPlace) -> set[tuple[str, date]]:
    """The person-days at one place that remain when days with too few people, and people with too few days, go."""
    while True:
        on_day = Counter(day for _, day in pairs)
        of_person = Counter(person for person, _ in pairs)
        kept = {
            (person, day)
            for person, day in pairs
            if on_day[day] >= rule.min_people and of_person[person] >= rule.min_days
        }
        if kept == pairs:
            return kept
        pairs = kept


def no_jitter(check_ins: Iterable[tuple[Point, int]], settings: NoJitter | None = None) -> Finding:
    """I-02 for one person: places with how often each was reported. A real fix is never twice the same."""
    rule = settings or NoJitter()
    times: Counter[Point] = Counter()
    for point, often in check_ins:
        times[point] += counted("times", often)
    most = max(times.values(), default=0)
    return Finding(
        indicator("I-02"),
        most >= rule.min_check_ins,
        {"identical_check_ins": most, "min_check_ins": rule.min_check_ins},
    )


def impossible_travel(
    first: Point, second: Point, seconds_between: int, settings: Travel | None = None
) -> Finding:
    """I-03 for two consecutive punches. Two places at one moment have no speed, and are impossible if far apart."""
    rule = settings or Travel()
    counted("seconds_between", seconds_between)
    distance = distance_km(first, second)
    speed = distance / seconds_between * 3600 if seconds_between else (None if distance else 0.0)
    return Finding(
        indicator("I-03"),
        distance > rule.over_km and (speed is None or speed > rule.over_kmh),
        {
            "distance_km": distance,
            "speed_kmh": speed,
            "seconds_between": seconds_between,
            "over_kmh": rule.over_kmh,
            "over_km": rule.over_km,
        },
    )


def mock_place(
    accuracies_m: Sequence[Decimal | None], *, mock_flag: bool = False, settings: MockPlace | None = None
) -> Finding:
    """I-04 for one person: the phone says that the place is a mock, or says one accuracy too often."""
    rule = settings or MockPlace()
    known = Counter(measured("accuracies_m", accuracy) for accuracy in accuracies_m if accuracy is not None)
    most = max(known.values(), default=0)
    return Finding(
        indicator("I-04"),
        mock_flag or most >= rule.min_equal,
        {"mock_flag": mock_flag, "equal_accuracies": most, "min_equal": rule.min_equal},
    )
