"""Ladders: every level at its bounds, every rate, and what holds for a day or a month."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

import pytest

from eperf.domain.attendance.ladder import Base, Cause
from eperf.domain.attendance.ladder_month import (
    Event,
    absence_cut,
    month_cut,
    penalty_score,
    tap_cut,
)
from eperf.domain.attendance.ladder_words import CAUSES, TEXTS
from eperf.domain.attendance.ladders import LADDERS, ladder_named
from eperf.domain.errors import BadInput, NotInForce, RateUnknown


def late(profile: str, *lengths: int | None, **more: object) -> Decimal:
    events = [Event(Cause.LATE, length, **more) for length in lengths]  # type: ignore[arg-type]
    return month_cut(ladder_named(profile), events).cut_pct


@pytest.mark.parametrize(
    ("profile", "cuts"),
    [
        ("ma-2020", {0: "0", 1: "0.5", 30: "0.5", 31: "1", 60: "1", 61: "1.25", 90: "1.25", 91: "1.5"}),
        ("kementan-2012", {1: "0.5", 30: "0.5", 31: "1", 60: "1", 61: "1.5", 91: "1.5", 92: "2"}),
        ("kemenkeu-2011", {30: "0.5", 31: "1", 60: "1", 61: "1.25", 90: "1.25", 91: "2.5", 900: "2.5"}),
        ("kemenkeu-2021", {0: "0", 1: "1", 30: "1", 31: "1.25", 60: "1.25", 61: "2.5"}),
        ("kemenag-2014", {30: "0.5", 31: "1", 61: "1.25", 91: "1.5"}),
        ("ministry-2013", {30: "0.5", 60: "1", 90: "1.25", 91: "1.5"}),
        ("kemenkes-2022", {1: "1", 30: "1", 31: "1.25", 60: "1.25"}),
        ("bgn-2025", {1: "0", 2: "0.5", 60: "0.5", 61: "1"}),
        ("kemnaker-2024", {0: "0", 1: "0.01", 74: "0.74", 100: "1"}),
        ("dki-2015", {0: "0", 1: "3", 300: "3"}),
        ("dki-2015-per-minute", {0: "0", 1: "3", 10: "30", 60: "100"}),
        ("regional-penalty", {30: "0.5", 60: "1", 90: "1.25", 91: "1.55"}),
        ("regional-simple", {1: "1", 30: "1", 31: "2", 60: "2", 61: "3", 90: "3", 91: "4"}),
    ],
)
def test_every_level_of_lateness_begins_and_ends_where_the_table_says(
    profile: str, cuts: dict[int, str]
) -> None:
    assert {length: late(profile, length) for length in cuts} == {
        length: Decimal(cut) for length, cut in cuts.items()
    }


@pytest.mark.parametrize(
    ("profile", "prices"),
    [
        ("ma-2020", {"absent": "5", "missing_in": "1.5", "missing_out": "1.5", "permit": "0", "sick": "0"}),
        ("kementan-2012", {"absent": "4", "missing_in": "2", "missing_out": "2"}),
        ("kemenkeu-2011", {"absent": "5", "missing_in": "2.5", "missing_out": "2.5"}),
        ("kemenkeu-2021", {"missing_in": "2.5", "missing_out": "2.5"}),
        ("kemenag-2014", {"absent": "3", "missing_out": "1.5", "permit": "2.5", "left_office": "2"}),
        ("ministry-2013", {"absent": "5", "missing_in": "1.5", "missing_out": "1.5"}),
        ("kemendikdasmen-2025", {"absent": "2.5", "missing_in": "0"}),
        ("bp2mi-2024", {"absent": "4", "late": "0"}),
        ("bgn-2025", {"absent": "0", "missing_in": "0"}),
        ("kemnaker-2024", {"absent": "3", "missing_in": "1", "missing_out": "1", "ceremony": "3"}),
        ("dki-2015", {"absent": "5", "permit": "3", "sick": "2.5", "late": "3", "early": "3"}),
        ("regional-penalty", {"absent": "6", "sick": "1", "leave": "3", "permit": "5", "missing_in": "0"}),
        ("regional-simple", {"absent": "5", "missing_in": "0", "early": "0"}),
        ("tks", {"absent": "3"}),
    ],
)
def test_every_rate_without_minutes_is_the_table_s(profile: str, prices: dict[str, str]) -> None:
    ladder = ladder_named(profile)
    assert {cause: month_cut(ladder, [Event(Cause(cause))]).cut_pct for cause in prices} == {
        cause: Decimal(price) for cause, price in prices.items()
    }


def test_leaving_early_and_leaving_the_office_have_ladders_of_their_own() -> None:
    cut = month_cut(ladder_named("kemenkeu-2021"), [Event(Cause.EARLY, 30), Event(Cause.EARLY, 91)])
    assert cut.cut_pct == Decimal(3)
    away = [Event(Cause.LEFT_OFFICE, length) for length in (30, 31, 90, 91, None)]
    assert month_cut(ladder_named("ministry-2013"), away).cut_pct == Decimal("5.75")
    assert month_cut(ladder_named("kemnaker-2024"), [Event(Cause.LEFT_OFFICE, 10)]).cut_pct == Decimal("0.1")


def test_a_rate_that_is_not_known_is_refused_and_not_guessed() -> None:
    for profile, event in [
        ("kemenkeu-2021", Event(Cause.ABSENT)),
        ("kemenkes-2022", Event(Cause.LATE, 61)),
        ("kemenkes-2022", Event(Cause.MISSING_IN)),
        ("kemenag-variant", Event(Cause.LATE, 5)),
        ("kemenko-infra-2025", Event(Cause.MISSING_OUT)),
        ("kemenlu-2025", Event(Cause.ABSENT)),
        ("pkp-calculator", Event(Cause.EARLY, 91)),
    ]:
        with pytest.raises(RateUnknown) as refusal:
            month_cut(ladder_named(profile), [Event(Cause.PERMIT), event])
        assert (refusal.value.field, refusal.value.value) == ("events[1]", event.cause.value)


def test_time_that_was_made_up_costs_nothing_where_the_rule_says_so() -> None:
    assert late("kemenkes-2022", 25, 61, made_up=True) == 0
    assert late("kemenkeu-2011", 30, made_up=True) == 0
    assert late("kemenkeu-2011", 31, made_up=True) == 1
    assert late("ma-2020", 5, made_up=True) == Decimal("0.5")


def test_only_lateness_can_be_made_up() -> None:
    early = [Event(Cause.EARLY, 10, made_up=True)]
    assert month_cut(ladder_named("kemenkeu-2011"), early).cut_pct == Decimal("0.5")


def test_five_late_days_are_free_and_the_sixth_makes_all_of_them_count() -> None:
    assert late("kemenpanrb-2018", *[45] * 5) == 0
    with pytest.raises(RateUnknown):
        late("kemenpanrb-2018", *[45] * 6)
    assert late("kemenpanrb-2018", *[30] * 9, made_up=True) == 0


def test_the_first_two_days_of_illness_are_free_however_they_come() -> None:
    ladder = ladder_named("kemenag-2014")
    assert month_cut(ladder, [Event(Cause.SICK, count=2)]).cut_pct == 0
    assert month_cut(ladder, [Event(Cause.SICK, count=3)]).cut_pct == Decimal("2.5")
    one_by_one = month_cut(ladder, [Event(Cause.SICK) for _ in range(4)])
    assert [step.cut_pct for step in one_by_one.steps] == [0, 0, Decimal("2.5"), Decimal("2.5")]


def test_ten_days_in_a_row_take_everything_and_nine_do_not() -> None:
    ladder = ladder_named("kemendikdasmen-2025")
    assert absence_cut(ladder, 9, 9).cut_pct == Decimal("22.5")
    assert absence_cut(ladder, 10, 9).cut_pct == 25
    assert absence_cut(ladder, 10, 10).cut_pct == 100
    # The run may have begun in the month before.
    assert absence_cut(ladder, 4, 11).cut_pct == 100
    assert absence_cut(ladder_named("ma-2020"), 10, 10).cut_pct == 50


def test_a_day_is_never_cut_above_its_own_cap() -> None:
    ladder = ladder_named("kemenag-variant")
    one, other = date(2026, 3, 2), date(2026, 3, 3)
    worst = [Event(Cause.LATE, 91, day=one), Event(Cause.EARLY, 91, day=one), Event(Cause.ABSENT, day=other)]
    cut = month_cut(ladder, worst)
    assert cut.cut_pct == 5
    assert [step.facts["day"] for step in cut.steps if step.rule == "day_cap"] == ["2026-03-02", "2026-03-03"]
    assert month_cut(ladder, [Event(Cause.ABSENT, count=3)]).cut_pct == Decimal("7.5")


def test_the_month_s_cap_is_a_step_of_its_own() -> None:
    cut = month_cut(ladder_named("ministry-2013"), [Event(Cause.ABSENT, count=21)])
    assert (cut.cut_pct, cut.uncapped_pct) == (100, 105)
    assert [(step.rule, step.cut_pct) for step in cut.steps] == [("each", 105), ("cap", -5)]


def test_a_step_says_in_two_languages_what_it_cost() -> None:
    step = month_cut(ladder_named("ma-2020"), [Event(Cause.LATE, 20, count=2)]).steps[0]
    assert step.text_id == "Terlambat: 2 kali, 20 menit, 0.5 % setiap kali."
    assert step.text_en == "Late: 2 times, 20 minutes, 0.5 % each."
    assert step.legal_basis == "Perma 3/2020 pasal 8, lampiran I-II"
    assert step.facts == {"minutes": "20", "count": "2", "rate": "0.5"}


def test_both_languages_of_a_rule_name_the_same_facts() -> None:
    for text_id, text_en in TEXTS.values():
        assert set(re.findall(r"{(\w+)}", text_id)) == set(re.findall(r"{(\w+)}", text_en))
    assert set(CAUSES) == set(Cause)


@pytest.mark.parametrize(
    ("profile", "tap", "cut"),
    [
        ("kemenkeu-2011", "06:00", "0"),
        ("kemenkeu-2011", "07:30:59", "0"),
        ("kemenkeu-2011", "08:00", "0.5"),
        ("kemenkeu-2011", "08:01", "1"),
        ("kemenkeu-2011", "09:00", "1.25"),
        ("kemenkeu-2011", None, "2.5"),
        ("kemenkeu-2021", "09:30", "1"),
        ("kemenkeu-2021", "10:00:59", "1.25"),
        ("kemenkeu-2021", "10:01", "2.5"),
        ("ma-2020", None, "1.5"),
    ],
)
def test_an_arrival_costs_what_the_clock_says(profile: str, tap: str | None, cut: str) -> None:
    moment = None if tap is None else time.fromisoformat(tap)
    assert tap_cut(ladder_named(profile), moment).cut_pct == Decimal(cut)


def test_a_ladder_without_clock_times_needs_the_start_of_work() -> None:
    with pytest.raises(BadInput, match="counts_from"):
        tap_cut(ladder_named("ma-2020"), time(8, 0))
    assert tap_cut(ladder_named("ma-2020"), time(8, 0), time(7, 30)).cut_pct == Decimal("0.5")


def test_a_score_loses_points_and_never_falls_below_nothing() -> None:
    ladder = ladder_named("regional-penalty")
    assert penalty_score(ladder, []) == 100
    assert penalty_score(ladder, [Event(Cause.ABSENT, count=16)]) == 4
    assert penalty_score(ladder, [Event(Cause.ABSENT, count=17)]) == 0


def test_figures_that_cannot_be_are_refused_by_name() -> None:
    ladder = ladder_named("ma-2020")
    for event, name in [(Event(Cause.LATE, -1), "minutes"), (Event(Cause.ABSENT, count=-1), "count")]:
        with pytest.raises(BadInput) as refusal:
            month_cut(ladder, [event])
        assert refusal.value.field == f"events[0].{name}"
    with pytest.raises(BadInput, match="longest_absence_run"):
        month_cut(ladder, [], -1)
    with pytest.raises(BadInput, match="absent_working_days"):
        absence_cut(ladder, -1, 0)
    with pytest.raises(BadInput, match="needs the minutes"):
        late("bgn-2025", None)
    with pytest.raises(BadInput, match="needs the minutes"):
        late("kemnaker-2024", None)
    with pytest.raises(BadInput, match="kind"):
        Cause.parse("asleep")


def test_a_profile_is_found_by_its_name_and_its_day() -> None:
    assert ladder_named("kemenkeu-2011", date(2020, 12, 31)).legal_basis == "PMK 214/2011"
    with pytest.raises(NotInForce, match="2021-01-01"):
        ladder_named("kemenkeu-2011", date(2021, 1, 1))
    with pytest.raises(NotInForce, match="2019-12-31"):
        ladder_named("ma-2020", date(2019, 12, 31))
    with pytest.raises(BadInput, match=r"profile.*ma-2021"):
        ladder_named("ma-2021")


def test_every_profile_of_the_reference_is_there_once() -> None:
    names = [ladder.profile for ladder in LADDERS]
    assert len(names) == len(set(names)) == 21
    assert {ladder.base for ladder in LADDERS} == set(Base)
