"""Kinds of leave with their rule, and the life of a request."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.leave import (
    LEAVE_RULES,
    LeaveAsked,
    LeaveKind,
    Standing,
    annual_entitlement,
    counted,
    require_allowed,
    rule_for,
)
from eperf.domain.attendance.request import (
    MOST_DAYS,
    RequestState,
    Span,
    Verdict,
    checked_files,
    checked_span,
    require_cancellable,
    require_free,
    require_waiting,
)
from eperf.domain.errors import BadInput, Conflict, LeaveNotAllowed, SpanTaken

FIRST = date(2026, 3, 2)
VETERAN = Standing("PNS", in_service_since=date(2010, 4, 1))


def asked(kind: LeaveKind, last: date = FIRST, **more: object) -> LeaveAsked:
    return dataclasses.replace(LeaveAsked(kind, Span(FIRST, last), "perlu"), **more)  # type: ignore[arg-type]


def allowed(one: LeaveAsked, standing: Standing = VETERAN, working_days: int = 1) -> bool:
    try:
        require_allowed(
            one, rule_for(one.kind, standing.employee_kind, one.span.first), standing, working_days
        )
    except LeaveNotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "more", "last", "is_allowed"),
    [
        (LeaveKind.BIG, {}, date(2026, 6, 1), True),
        (LeaveKind.BIG, {}, date(2026, 6, 2), False),
        (LeaveKind.BIG_HAJJ, {}, date(2026, 6, 2), False),
        (LeaveKind.SICK, {"files": (1,)}, date(2027, 9, 1), True),
        (LeaveKind.SICK, {"files": (1,)}, date(2027, 9, 2), False),
        (LeaveKind.SICK, {}, FIRST, False),
        (LeaveKind.MISCARRIAGE, {"files": (1,)}, FIRST + timedelta(days=44), True),
        (LeaveKind.MISCARRIAGE, {"files": (1,)}, FIRST + timedelta(days=45), False),
        (LeaveKind.DUTY_ACCIDENT, {"files": (1,)}, date(2029, 3, 1), True),
        (LeaveKind.MATERNITY, {"child": 1}, date(2026, 6, 1), True),
        (LeaveKind.MATERNITY, {"child": 3}, date(2026, 6, 1), True),
        (LeaveKind.MATERNITY, {"child": 3}, date(2026, 6, 2), False),
        (LeaveKind.MATERNITY, {"child": 4}, FIRST, False),
        (LeaveKind.MATERNITY, {"child": 0}, FIRST, False),
        (LeaveKind.MATERNITY, {}, FIRST, False),
        # Their bounds were not read in a regulation: they hold nobody back.
        (LeaveKind.IMPORTANT_REASON, {}, date(2026, 5, 1), True),
        (LeaveKind.UNPAID, {}, date(2030, 3, 2), True),
    ],
)
def test_each_kind_ends_where_its_rule_ends(
    kind: LeaveKind, more: dict[str, object], last: date, is_allowed: bool
) -> None:
    assert allowed(asked(kind, last, **more)) == is_allowed


@pytest.mark.parametrize(("kind", "years"), [(LeaveKind.ANNUAL, 1), (LeaveKind.BIG, 5)])
def test_service_is_counted_in_full_years_to_the_first_day(kind: LeaveKind, years: int) -> None:
    enough = Standing("PNS", in_service_since=FIRST.replace(year=FIRST.year - years))
    short = Standing("PNS", in_service_since=FIRST.replace(year=FIRST.year - years) + timedelta(days=1))
    assert allowed(asked(kind), enough)
    assert not allowed(asked(kind), short)
    assert allowed(asked(kind), Standing("PNS"))


def test_twelve_working_days_a_year_and_what_was_asked_for_already_is_gone() -> None:
    assert allowed(asked(LeaveKind.ANNUAL), working_days=12)
    assert not allowed(asked(LeaveKind.ANNUAL), working_days=13)
    used = dataclasses.replace(VETERAN, used={2026: 10})
    assert allowed(asked(LeaveKind.ANNUAL), used, 2)
    assert not allowed(asked(LeaveKind.ANNUAL), used, 3)
    assert not allowed(asked(LeaveKind.ANNUAL, date(2027, 1, 1)))


@pytest.mark.parametrize(
    ("used", "days"),
    [
        ({}, 24),
        ({2024: 1}, 18),
        ({2024: 12}, 18),
        ({2025: 1}, 18),
        ({2025: 6}, 18),
        ({2025: 7}, 17),
        ({2025: 11}, 13),
        ({2025: 12}, 12),
        ({2025: 18}, 12),
    ],
)
def test_days_left_from_earlier_years_make_eighteen_and_two_unused_years_twenty_four(
    used: dict[int, int], days: int
) -> None:
    standing = dataclasses.replace(VETERAN, known_since=date(2020, 1, 1), used=used)
    assert annual_entitlement(2026, standing) == days


def test_what_is_not_known_of_earlier_years_adds_nothing() -> None:
    for since, days in ((None, 12), (date(2025, 1, 2), 12), (date(2025, 1, 1), 18), (date(2024, 1, 1), 24)):
        assert annual_entitlement(2026, dataclasses.replace(VETERAN, known_since=since)) == days


def test_big_leave_uses_up_the_years_annual_leave_but_not_for_the_first_hajj() -> None:
    big = dataclasses.replace(VETERAN, big_in=frozenset({2026}), known_since=date(2020, 1, 1))
    assert annual_entitlement(2026, big) == 0
    assert annual_entitlement(2027, big) == 12
    assert not allowed(asked(LeaveKind.ANNUAL), big)
    assert allowed(asked(LeaveKind.BIG_HAJJ), Standing("PNS", in_service_since=FIRST))


@given(st.dictionaries(st.integers(2020, 2026), st.integers(0, 24)), st.booleans())
def test_an_entitlement_is_twelve_to_twenty_four_and_never_grows_with_what_was_used(
    used: dict[int, int], known: bool
) -> None:
    standing = Standing("PNS", known_since=date(2015, 1, 1) if known else None, used=used)
    days = annual_entitlement(2026, standing)
    assert 12 <= days <= 24
    more = dataclasses.replace(standing, used={**used, 2025: used.get(2025, 0) + 1})
    assert annual_entitlement(2026, more) <= days


@given(
    st.integers(0, 40), st.integers(1, 60), st.sampled_from([kind for kind in LeaveKind if kind != "annual"])
)
def test_a_shorter_leave_is_never_refused_where_a_longer_one_is_not(
    shorter: int, more: int, kind: LeaveKind
) -> None:
    for weeks in (0, 20, 90):
        short = asked(kind, FIRST + timedelta(days=shorter + 7 * weeks), files=(1,))
        long = asked(kind, FIRST + timedelta(days=shorter + more + 7 * weeks), files=(1,))
        if kind is LeaveKind.MATERNITY:
            short, long = dataclasses.replace(short, child=1), dataclasses.replace(long, child=1)
        assert allowed(short) or not allowed(long)


def test_days_for_the_way_are_annual_leaves_alone_at_most_twelve_and_not_counted() -> None:
    far = asked(LeaveKind.ANNUAL, FIRST + timedelta(days=20), travel_days=12)
    assert allowed(far)
    assert counted(far) == Span(FIRST, FIRST + timedelta(days=8))
    for bad in (
        asked(LeaveKind.ANNUAL, FIRST + timedelta(days=20), travel_days=13),
        asked(LeaveKind.ANNUAL, FIRST + timedelta(days=20), travel_days=-1),
        asked(LeaveKind.ANNUAL, travel_days=1),
        asked(LeaveKind.BIG, FIRST + timedelta(days=20), travel_days=1),
    ):
        with pytest.raises(BadInput) as refused:
            allowed(bad)
        assert refused.value.field == "travelDays"


def test_contract_staff_have_fewer_kinds() -> None:
    kinds = {kind for kind in LeaveKind if _has("PPPK", kind)}
    assert kinds == {LeaveKind.ANNUAL, LeaveKind.SICK, LeaveKind.MATERNITY}
    assert all(_has(kind, one) for kind in ("PNS", "CPNS") for one in LeaveKind)


def _has(employee_kind: str, kind: LeaveKind) -> bool:
    try:
        rule_for(kind, employee_kind, FIRST)
    except LeaveNotAllowed:
        return False
    return True


def test_no_rule_is_invented_for_days_before_the_regulation_and_each_names_its_own() -> None:
    with pytest.raises(LeaveNotAllowed):
        rule_for(LeaveKind.ANNUAL, "PNS", date(2017, 4, 6))
    assert rule_for(LeaveKind.ANNUAL, "PNS", date(2017, 4, 7)).most == 12
    assert all(rule.legal_basis for rule in LEAVE_RULES)


def test_a_rule_that_was_closed_gives_way_to_the_next() -> None:
    old, day = LEAVE_RULES[0], date(2026, 1, 1)
    rules = (
        dataclasses.replace(old, valid_to=day),
        dataclasses.replace(old, valid_from=day, most=15, legal_basis="PP 1/2026"),
    )
    assert rule_for(LeaveKind.ANNUAL, "PNS", day - timedelta(days=1), rules).most == 12
    assert rule_for(LeaveKind.ANNUAL, "PNS", day, rules).most == 15


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40), st.integers(-60, 60), st.integers(0, 40)
)
def test_two_spans_meet_exactly_when_they_have_a_day_in_common(
    first: date, length: int, offset: int, other_length: int
) -> None:
    one = Span(first, first + timedelta(days=length))
    begin = first + timedelta(days=offset)
    other = Span(begin, begin + timedelta(days=other_length))
    common = set(one.days()) & set(other.days())
    assert one.meets(other) == other.meets(one) == bool(common)
    if common:
        with pytest.raises(SpanTaken):
            require_free(one, [other])
    else:
        require_free(one, [other])


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40), st.integers(-60, 60))
def test_the_days_that_have_come_are_those_up_to_today(first: date, length: int, offset: int) -> None:
    span, today = Span(first, first + timedelta(days=length)), first + timedelta(days=offset)
    assert span.until(today) == [day for day in span.days() if day <= today]


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (FIRST, FIRST - timedelta(days=1), "lastDay"),
        (date(1999, 12, 31), FIRST, "firstDay"),
        (FIRST, date(2200, 1, 1), "lastDay"),
        (FIRST, FIRST + timedelta(days=MOST_DAYS), "lastDay"),
    ],
)
def test_what_is_no_span_is_refused_by_field(first: date, last: date, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_span(first, last)
    assert refused.value.field == field


@pytest.mark.parametrize("files", [(1, 1), tuple(range(11))])
def test_files_come_once_and_not_by_the_dozen(files: tuple[int, ...]) -> None:
    with pytest.raises(BadInput):
        checked_files(files)


@pytest.mark.parametrize("state", [one for one in RequestState if one != RequestState.REQUESTED])
def test_only_what_waits_is_decided(state: RequestState) -> None:
    require_waiting(RequestState.REQUESTED, "leave", 1)
    with pytest.raises(Conflict):
        require_waiting(state, "leave", 1)
    assert Verdict.APPROVE.leads_to is RequestState.APPROVED
    assert Verdict.REFUSE.leads_to is RequestState.REFUSED


@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("ahead", [-1, 0, 1])
@pytest.mark.parametrize("by_superior", [False, True])
def test_who_may_take_what_back_when(state: RequestState, ahead: int, by_superior: bool) -> None:
    may = state is RequestState.REQUESTED or (state is RequestState.APPROVED and (ahead > 0 or by_superior))
    first = FIRST + timedelta(days=ahead)
    if may:
        require_cancellable(state, first, FIRST, by_superior, "leave", 1)
        return
    with pytest.raises(Conflict):
        require_cancellable(state, first, FIRST, by_superior, "leave", 1)
