"""Who hears of an event: the index finds all who do, and nobody hears whom the rights do not cover."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.access import Scope, Subject
from eperf.services.event import Audience, Audiences, Told
from eperf.store.log import Entry

SOME = st.integers(1, 6)
KINDS = st.sampled_from(("a", "b", "c"))
SCOPES = st.builds(
    Scope,
    everything=st.booleans(),
    employee_id=st.none() | SOME,
    supervisors=st.frozensets(SOME, max_size=3),
    units=st.frozensets(SOME, max_size=3),
)
AUDIENCES = st.builds(
    Audience, reach=SCOPES, units=st.frozensets(SOME, max_size=2), kinds=st.frozensets(KINDS, max_size=2)
)
SUBJECTS = st.builds(
    Subject,
    units=st.frozensets(SOME, max_size=4),
    employee_id=st.none() | SOME,
    supervisor_id=st.none() | SOME,
)


def told(subject: Subject, kind: str = "a") -> Told:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return Told(Entry(1, kind, 1, "Activity", 1, None, subject.employee_id, at), subject)


@given(st.lists(AUDIENCES, max_size=12), SUBJECTS, KINDS, st.sets(st.integers(0, 11)))
def test_an_event_finds_exactly_those_who_hear_of_it(
    audiences: list[Audience], subject: Subject, kind: str, leaving: set[int]
) -> None:
    many: Audiences[int] = Audiences()
    for key, one in enumerate(audiences):
        many.add(key, one)
    for key in leaving & set(range(len(audiences))):
        many.remove(key)
    event = told(subject, kind)
    expected = {key for key, one in enumerate(audiences) if key not in leaving and one.hears(event)}
    found = many.hearing(event)
    assert sorted(found) == sorted(expected)
    assert len(many) == len(audiences) - len(leaving & set(range(len(audiences))))


@given(AUDIENCES, SUBJECTS, KINDS)
def test_nobody_hears_beyond_the_rights_or_of_what_was_not_asked_for(
    audience: Audience, subject: Subject, kind: str
) -> None:
    if audience.hears(told(subject, kind)):
        assert audience.reach.covers(subject)
        assert not audience.units or audience.units & subject.units
        assert not audience.kinds or kind in audience.kinds


def test_an_index_whose_audiences_are_gone_holds_nothing() -> None:
    many: Audiences[str] = Audiences()
    many.add("one", Audience(Scope(units=frozenset({1, 2}), employee_id=3), frozenset(), frozenset()))
    many.remove("one")
    assert not many._by
