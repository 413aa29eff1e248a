"""A flag is a case with a right of reply; nothing is cut by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, Conflict
from eperf.domain.integrity.catalogue import INDICATORS, indicator
from eperf.domain.integrity.finding import Detectable, Finding, Strength, day_strength
from eperf.domain.integrity.flag import (
    DECIDED,
    Flag,
    FlagRule,
    FlagState,
    answer_due,
    answered,
    decided,
    flag_effect,
    opened,
)
from eperf.domain.integrity.quality import Retirement, quality

FRIDAY = datetime(2026, 3, 6, 9, tzinfo=UTC)
AFTER = FRIDAY + timedelta(days=8)


def weekday(day: date) -> bool:
    return day.isoweekday() <= 5


def flag() -> Flag:
    return opened("I-12", "P1", Strength.MODERATE, ("activity:7", "activity:8"), FRIDAY, weekday)


@pytest.mark.parametrize("state", list(FlagState))
def test_no_state_cuts_anything_and_only_a_confirmed_flag_goes_further(state: FlagState) -> None:
    effect = flag_effect(state.value)
    assert effect.automatic_cut is False
    assert effect.may_reach_appraisal_or_promotion is (state is FlagState.CONFIRMED)


def test_a_state_that_does_not_exist_has_no_effect_but_a_refusal() -> None:
    with pytest.raises(BadInput, match="guilty"):
        flag_effect("guilty")


def test_a_person_has_five_working_days_after_the_day_of_opening() -> None:
    assert flag().answer_due == date(2026, 3, 13)
    with_holiday = answer_due(date(2026, 3, 6), lambda day: weekday(day) and day != date(2026, 3, 9))
    assert with_holiday == date(2026, 3, 16)
    assert answer_due(date(2026, 3, 6), weekday, FlagRule(0)) == date(2026, 3, 6)


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(BadInput, match="is_working_day"):
        answer_due(date(2026, 3, 6), lambda day: False)


@pytest.mark.parametrize("state", sorted(DECIDED))
def test_after_the_answer_the_superior_decides_and_every_step_is_kept(state: FlagState) -> None:
    end = decided(answered(flag(), "P1", "Salah ketik.", FRIDAY), "S1", state, "Diperiksa.", FRIDAY)
    assert end.state is state
    assert [(step.actor, step.state) for step in end.steps] == [
        ("", FlagState.OPEN), ("P1", FlagState.ANSWERED), ("S1", state),
    ]  # fmt: skip


def test_nobody_decides_before_the_answer_unless_its_time_is_over() -> None:
    with pytest.raises(Conflict, match="2026-03-13"):
        decided(flag(), "S1", FlagState.CONFIRMED, "Terbukti.", FRIDAY + timedelta(days=7))
    assert decided(flag(), "S1", FlagState.CONFIRMED, "Terbukti.", AFTER).state is FlagState.CONFIRMED


def test_a_person_may_answer_again_until_it_is_decided() -> None:
    twice = answered(answered(flag(), "P1", "Satu.", FRIDAY), "P1", "Dua.", FRIDAY)
    assert [step.text for step in twice.steps] == ["", "Satu.", "Dua."]


def test_what_is_decided_stays() -> None:
    end = decided(flag(), "S1", FlagState.EXPLAINED, "Foto bersama.", AFTER)
    with pytest.raises(Conflict):
        decided(end, "S2", FlagState.CONFIRMED, "Terbukti.", AFTER)
    with pytest.raises(Conflict):
        answered(end, "P1", "Terima kasih.", AFTER)


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (lambda: answered(flag(), "P2", "Bukan saya.", FRIDAY), "actor"),
        (lambda: decided(flag(), "P1", FlagState.EXPLAINED, "Wajar.", AFTER), "actor"),
        (lambda: decided(flag(), "S1", FlagState.ANSWERED, "Wajar.", AFTER), "state"),
        (lambda: decided(flag(), "S1", FlagState.CONFIRMED, " ", AFTER), "text"),
        (lambda: opened("I-12", "P1", Strength.WEAK, (), FRIDAY, weekday), "evidence"),
        (lambda: opened("I-99", "P1", Strength.WEAK, ("a",), FRIDAY, weekday), "indicator"),
        (lambda: opened("I-12", "P1", Strength.WEAK, ("a",), FRIDAY.replace(tzinfo=None), weekday), "at"),
    ],
)
def test_a_step_that_must_not_be_is_refused_by_name(step: object, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        step()  # type: ignore[operator]
    assert refusal.value.field == field


def test_a_step_cannot_lie_before_the_one_it_follows() -> None:
    with pytest.raises(Conflict):
        answered(flag(), "P1", "Dulu.", FRIDAY - timedelta(seconds=1))


def test_the_list_of_indicators_is_whole_and_says_the_innocent_cause_in_two_languages() -> None:
    assert list(INDICATORS) == [f"I-{n:02d}" for n in range(1, 29)] + ["N-1", "N-2", "N-3"]
    for one in INDICATORS.values():
        assert one.title_id
        assert one.title_en
        said = bool(one.innocent_id) and bool(one.innocent_en)
        assert said is (one.code.startswith("I-") and one.code != "I-24")
    partly = {code for code, one in INDICATORS.items() if one.detectable is Detectable.PARTLY}
    assert partly == {"I-04", "I-10", "I-17", "I-25", "I-28", "N-2"}


def found(code: str, flagged: bool = True) -> Finding:
    return Finding(indicator(code), flagged, {})


findings = st.lists(st.builds(found, st.sampled_from(sorted(INDICATORS)), st.booleans()), max_size=5)


@given(findings, findings)
def test_more_findings_never_lower_the_strength_of_a_day(some: list[Finding], more: list[Finding]) -> None:
    assert (day_strength(some) or 0) <= (day_strength(some + more) or 0)


@given(st.lists(st.builds(found, st.sampled_from(sorted(INDICATORS))), max_size=4))
def test_the_strength_of_a_day_knows_no_order_and_counts_nothing_twice(day: list[Finding]) -> None:
    assert {day_strength(order) for order in permutations(day)} == {day_strength(day * 2)}


def test_independent_evidence_raises_a_day_by_one_step_and_the_same_evidence_does_not() -> None:
    assert day_strength([found("I-22"), found("I-26")]) is Strength.WEAK
    assert day_strength([found("I-22"), found("I-28")]) is Strength.MODERATE
    assert day_strength([found("I-01"), found("I-28")]) is Strength.STRONG
    assert day_strength([found("I-22"), found("I-28", flagged=False)]) is Strength.WEAK
    assert day_strength([found("I-22", flagged=False)]) is None


states = st.lists(st.sampled_from(list(FlagState)), max_size=40)


@given(states)
def test_an_indicator_is_retired_below_thirty_per_cent_confirmed(outcomes: list[FlagState]) -> None:
    ends = [state for state in outcomes if state in DECIDED]
    record = quality("I-12", outcomes)
    assert record.decided == len(ends)
    if ends:
        confirmed = Fraction(ends.count(FlagState.CONFIRMED), len(ends))
        assert record.confirmed_share == confirmed
        assert record.false_share == Fraction(ends.count(FlagState.EXPLAINED), len(ends))
        assert record.retire is (len(ends) >= 10 and confirmed < Fraction(3, 10))
    else:
        assert (record.confirmed_share, record.false_share, record.retire) == (None, None, False)


def test_exactly_thirty_per_cent_keeps_an_indicator() -> None:
    kept = [FlagState.CONFIRMED] * 3 + [FlagState.EXPLAINED] * 7
    assert not quality("I-12", kept).retire
    assert quality("I-12", [*kept, FlagState.EXPLAINED]).retire
    assert quality("I-12", [FlagState.EXPLAINED], Retirement(min_decided=1)).retire
