"""People as the personnel office knows them: who they are, where they serve from when, and who acts for whom.

A placement (penempatan) begins on a day and lasts until the next one begins, so a person's placements never overlap and
the letter that arrives late, or early, is simply another beginning.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from eperf.domain.errors import BadInput, BadNip, PlacementOverlap, SupervisorCycle, TooMany
from eperf.domain.in_force import covers
from eperf.domain.nip import check_employee_number
from eperf.domain.rank import Rank
from eperf.domain.text import clean

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
MOST_SUPERIORS = 50
"""How many superiors may stand above one another."""
_GRADES = (
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
)

K = TypeVar("K", bound=Hashable)


class PersonKind(StrEnum):
    """Civil servant, candidate civil servant, government employee by contract."""

    PNS = "PNS"
    CPNS = "CPNS"
    PPPK = "PPPK"


class ActingKind(StrEnum):
    """Plt (pelaksana tugas): the post is vacant. Plh (pelaksana harian): the incumbent is away."""

    PLT = "plt"
    PLH = "plh"


@dataclass(frozen=True)
class Person:
    """What is known of a person, apart from where they serve. `sex` is `male` or `female`, `rank` as in decrees."""

    kind: PersonKind
    name: str
    nip: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    rank: str | None = None
    rank_since: date | None = None


def checked_person(person: Person, today: date) -> Person:
    """The person with text cleaned; birth date and sex that are not given are read from the NIP.

    Refuses by the name of the field; a wrong number is a `BadNip` that names all its faults.
    """
    tidy = dataclasses.replace(
        person, kind=person_kind("kind", person.kind), name=clean("name", person.name, most=200)
    )
    if tidy.birth_date is not None and not FIRST_DAY <= tidy.birth_date < today:
        raise BadInput("birthDate", tidy.birth_date.isoformat(), "not a day between 1900-01-01 and today")
    if tidy.sex not in (None, "male", "female"):
        raise BadInput("sex", tidy.sex, "expected male or female")
    tidy = dataclasses.replace(tidy, rank=rank("rank", tidy.kind, tidy.rank) if tidy.rank else None)
    if tidy.rank_since is not None:
        day("rankSince", tidy.rank_since)
        if tidy.rank is None:
            raise BadInput("rankSince", tidy.rank_since.isoformat(), "there is no rank")
    return _numbered(tidy)


def _numbered(person: Person) -> Person:
    if person.nip is None:
        return person
    report = check_employee_number(person.kind, person.nip, born=person.birth_date, sex=person.sex)
    if not report.valid:
        raise BadNip(report.digits, report.errors)
    read = report.nip
    return dataclasses.replace(
        person,
        nip=report.digits,
        birth_date=person.birth_date or (read.birth_date if read else None),
        sex=person.sex or (read.sex if read else None),
    )


def person_kind(field: str, text: str) -> PersonKind:
    """Reads a kind of employee, in any case."""
    try:
        return PersonKind(text.strip().upper())
    except ValueError as unknown:
        raise BadInput(field, text, "expected PNS, CPNS or PPPK") from unknown


def rank(field: str, kind: PersonKind, text: str) -> str:
    """A rank as it is written: I/a to IV/e, for a PPPK the grade I to XVII."""
    if kind is not PersonKind.PPPK:
        return Rank.parse(text, field).code
    if text.strip() not in _GRADES:
        raise BadInput(field, text, "the grade of a PPPK is written I to XVII")
    return text.strip()


def day(field: str, given: date) -> date:
    """A day between 1900 and 2199."""
    if not FIRST_DAY <= given <= LAST_DAY:
        raise BadInput(field, given.isoformat(), "not a day between 1900-01-01 and 2199-12-31")
    return given


@dataclass(frozen=True)
class Post(Generic[K]):
    """Where somebody serves and under whom; `K` is what names people."""

    unit_id: int
    position_id: int | None
    supervisor: K | None


@dataclass(frozen=True)
class Placed(Generic[K]):
    """A post from a day (inclusive) to another (exclusive, None = open)."""

    post: Post[K]
    valid_from: date
    valid_to: date | None = None

    def covers(self, given: date) -> bool:
        """Whether it is in force on the day."""
        return covers(self, given)


def on(placements: Sequence[Placed[K]], given: date) -> Placed[K] | None:
    """The placement in force on a day."""
    return next((one for one in placements if one.covers(given)), None)


def place(
    placements: Sequence[Placed[K]], post: Post[K], valid_from: date, *, correct: bool = False
) -> list[Placed[K]]:
    """The placements, in order, after another post from a day on; equal to those given when nothing changes.

    The placement in force on that day ends there, and the new one lasts as long as the old one would have, or until the
    next begins. Another placement that begins on the same day is refused, unless `correct` replaces it.
    """
    current = on(placements, valid_from)
    if current is not None and current.post == post:
        return list(placements)
    following = min((one.valid_from for one in placements if one.valid_from > valid_from), default=None)
    if current is not None and current.valid_from == valid_from and not correct:
        raise PlacementOverlap("validFrom", valid_from.isoformat())
    new = Placed(post, valid_from, current.valid_to if current else following)
    kept = [
        dataclasses.replace(one, valid_to=valid_from) if one is current else one
        for one in placements
        if not (one is current and one.valid_from == valid_from)
    ]
    return sorted([*kept, new], key=lambda one: one.valid_from)


def require_no_ring(
    person: K, placements: Sequence[Placed[K]], placements_of: Callable[[K], Sequence[Placed[K]]]
) -> None:
    """Refuses with `SupervisorCycle` when on any day of these placements the person is their own superior.

    `placements_of` gives everybody else's. The chain may differ from day to day, so it is followed as intervals.
    """
    for one in placements:
        if one.post.supervisor is not None:
            _climb(person, one, one.post.supervisor, placements_of)


def _climb(
    person: K, placed: Placed[K], superior: K, placements_of: Callable[[K], Sequence[Placed[K]]]
) -> None:
    waiting = [(superior, placed.valid_from, placed.valid_to or LAST_DAY, 1)]
    seen = set(waiting)
    while waiting:
        who, first, last, height = waiting.pop()
        if who == person:
            raise SupervisorCycle(person)
        if height > MOST_SUPERIORS:
            raise TooMany("superiors", MOST_SUPERIORS, height)
        for one in placements_of(who):
            start, end = max(first, one.valid_from), min(last, one.valid_to or LAST_DAY)
            if start < end and one.post.supervisor is not None:
                step = (one.post.supervisor, start, end, height + 1)
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
