from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_ministry_70_30
from eperf.plugins import BadInput, YearMonth
from eperf.plugins.pay import (
    Circumstance,
    CircumstanceKind,
    Counted,
    LeaveCase,
    LeaveTaken,
    PayFacts,
    PayLine,
    PunishmentRule,
    Standing,
)
from eperf.plugins.rules import Deciding, Predikat, class_allowance_rp, half_up_to
from eperf.testing import (
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
    assert_settings_are_asked_for,
    day,
    employee,
    predikat,
    random_month,
    registry_of,
    scored,
    unit_period,
)
from eperf_ministry_70_30.advice import AdviceSettings, ClassOf, MinistryPay
from eperf_ministry_70_30.leave import (
    CUTS_NOT_ADDED,
    WHOLE_MONTH,
    Leave,
    LeaveKind,
    leave_month_pct,
    leave_paid_pct,
    leave_warnings,
)
from eperf_ministry_70_30.pay import (
    EXHAUSTED,
    IN_FULL,
    MANY_ABSENT,
    Violations,
    after_tax,
    month_pay,
    paid_pct,
)
from eperf_ministry_70_30.rates import rates_on
from eperf_ministry_70_30.scheme import PAY, SCHEME
from eperf_ministry_70_30.settings import AttendanceSettings, PaySettings

ON = date(2026, 3, 1)
ALLOWANCE = Decimal(class_allowance_rp("kemnaker", 10, ON))
NOTHING = Violations()
SENIOR = AttendanceSettings(senior_exception=True, senior_exception_basis="uji")
VIOLATIONS = st.builds(
    Violations,
    absent_days=st.integers(0, 31),
    missing_taps=st.integers(0, 60),
    late_min=st.integers(0, 5_000),
    early_leave_min=st.integers(0, 5_000),
    left_office_min=st.integers(0, 5_000),
    missed_ceremonies=st.integers(0, 5),
)


@given(violations=VIOLATIONS, predikat=st.sampled_from(Predikat))
def test_the_parts_stay_within_their_shares_and_sum_exactly(
    violations: Violations, predikat: Predikat
) -> None:
    pay = month_pay(ALLOWANCE, predikat, violations, ON)
    assert 0 <= pay.attendance_part_rp <= ALLOWANCE * 30 / 100
    assert pay.performance_part_rp + pay.performance_cut_rp == ALLOWANCE * 70 / 100
    assert pay.attendance_part_rp + pay.attendance_cut_rp == ALLOWANCE * 30 / 100
    assert abs(pay.total_rounded_rp - pay.total_rp) <= Decimal("0.5")
    assert (EXHAUSTED in pay.anomalies) is (pay.attendance_cut_pct > 100)
    assert leave_month_pct(Leave(), predikat, violations, ON) * ALLOWANCE / 100 == pay.total_rp


@given(violations=VIOLATIONS, name=st.sampled_from(list(vars(NOTHING))))
def test_one_more_violation_never_pays_more(violations: Violations, name: str) -> None:
    more = Violations(**{**vars(violations), name: vars(violations)[name] + 1})
    before, after = (month_pay(ALLOWANCE, Predikat.BAIK, one, ON) for one in (violations, more))
    assert after.total_rp <= before.total_rp
    assert after.attendance_cut_pct > before.attendance_cut_pct


def test_a_sum_of_exactly_one_hundred_empties_the_part_without_an_anomaly() -> None:
    pay = month_pay(ALLOWANCE, Predikat.BAIK, Violations(missing_taps=100), ON)
    assert (pay.attendance_part_rp, pay.anomalies) == (0, ())
    pay = month_pay(ALLOWANCE, Predikat.BAIK, Violations(missing_taps=100, late_min=1), ON)
    assert (pay.attendance_part_rp, pay.anomalies) == (0, (EXHAUSTED,))


def test_more_absent_days_than_a_month_has_raise_an_anomaly() -> None:
    assert month_pay(ALLOWANCE, Predikat.BAIK, Violations(absent_days=25), ON).anomalies == ()
    assert month_pay(ALLOWANCE, Predikat.BAIK, Violations(absent_days=26), ON).anomalies == (MANY_ABSENT,)


def test_the_practice_for_high_classes_must_be_asked_for_and_is_named() -> None:
    late = Violations(absent_days=2)
    plain = month_pay(ALLOWANCE, Predikat.BAIK, late, ON, job_class=15)
    assert (plain.attendance_cut_rp > 0, plain.exceptions) == (True, ())
    asked = month_pay(ALLOWANCE, Predikat.BAIK, late, ON, job_class=15, senior_exception=True)
    assert (asked.attendance_cut_rp, asked.exceptions) == (0, (IN_FULL,))
    lower = month_pay(ALLOWANCE, Predikat.BAIK, late, ON, job_class=14, senior_exception=True)
    assert lower == plain


@pytest.mark.parametrize(
    ("kind", "index", "paid"),
    [
        (LeaveKind.BIG, 1, 50),
        (LeaveKind.BIG, 2, 25),
        (LeaveKind.BIG, 3, 10),
        (LeaveKind.SICK, 1, 100),
        (LeaveKind.SICK, 2, 50),
        (LeaveKind.SICK, 3, 25),
        (LeaveKind.SICK, 4, 0),
        (LeaveKind.SICK, 18, 0),
        (LeaveKind.UNPAID, None, 0),
        (LeaveKind.MATERNITY_1_3, None, 100),
        (LeaveKind.IMPORTANT_REASON, None, 100),
        (LeaveKind.BIG_UNDER_1_MONTH, None, 100),
    ],
)
def test_the_whole_table_of_leave(kind: LeaveKind, index: int | None, paid: int) -> None:
    assert leave_paid_pct(Leave(kind, index), ON) == paid


@pytest.mark.parametrize(("days", "paid"), [(1, 100), (30, 100), (31, 99), (45, 85), (46, 85), (90, 85)])
def test_a_miscarriage_cuts_from_day_31_to_day_45(days: int, paid: int) -> None:
    assert leave_paid_pct(Leave(LeaveKind.MISCARRIAGE, days=days), ON) == paid


def test_leave_in_part_replaces_the_total_and_asks_for_no_predikat() -> None:
    many = Violations(absent_days=10)
    assert leave_month_pct(Leave(LeaveKind.BIG, 1), None, many, ON) == 50
    assert leave_month_pct(Leave(LeaveKind.SICK, 1), Predikat.KURANG, NOTHING, ON) == 72
    assert leave_month_pct(Leave(LeaveKind.BIG, 1), None, many, ON, study_assignment=True) == 40


def test_what_the_rule_does_not_settle_is_named_before_the_month_is_paid() -> None:
    late = Violations(late_min=1)
    assert leave_warnings(Leave(LeaveKind.ANNUAL), late, ON) == ()
    assert leave_warnings(Leave(LeaveKind.BIG, 1), NOTHING, ON) == (WHOLE_MONTH,)
    assert leave_warnings(Leave(LeaveKind.BIG, 1), late, ON) == (WHOLE_MONTH, CUTS_NOT_ADDED)


def test_what_is_missing_or_cannot_be_is_refused_by_name() -> None:
    for leave, field in (
        (Leave(LeaveKind.BIG), "leave_month_index"),
        (Leave(LeaveKind.BIG, 4), "leave_month_index"),
        (Leave(LeaveKind.SICK, 0), "leave_month_index"),
        (Leave(LeaveKind.MISCARRIAGE), "leave_days"),
        (Leave(), "predikat"),
    ):
        with pytest.raises(BadInput, match=field):
            leave_month_pct(leave, None, NOTHING, ON)
    with pytest.raises(BadInput, match="leave_kind"):
        LeaveKind.parse("holiday")
    with pytest.raises(BadInput, match="absent_days"):
        Violations(absent_days=-1)
    with pytest.raises(BadInput, match="class_allowance_rp"):
        month_pay(Decimal(0), Predikat.BAIK, NOTHING, ON)
    with pytest.raises(BadInput, match="tax_pct"):
        after_tax(Decimal(1), Decimal(101))
    with pytest.raises(BadInput, match="2023-12-31"):
        rates_on(date(2023, 12, 31))


def score_of(*days: Any, people: Any = (), chosen: AttendanceSettings | None = None) -> int:
    facts = unit_period(people or [employee(1)], [], days)
    return scored(SCHEME, facts, chosen).scores["score_h"].item()


def test_each_cause_is_cut_from_one_hundred() -> None:
    bad = [
        day(date(2026, 3, 2), status="absent", late_min=None, early_min=None),
        day(date(2026, 3, 3), status="incomplete", missing_taps=1, early_min=None),
        day(date(2026, 3, 4), status="late_and_early", late_min=30, early_min=20),
    ]
    assert score_of(day(date(2026, 3, 2))) == 10_000
    assert score_of(*bad) == 10_000 - 300 - 100 - 30 - 20


def test_the_score_is_the_rule_wherever_the_frame_has_its_causes() -> None:
    days = [day(date(2026, 3, number), status="absent") for number in range(2, 7)]
    days += [day(date(2026, 3, 9), late_min=77), day(date(2026, 3, 10), early_min=5, missing_taps=1)]
    violations = Violations(absent_days=5, missing_taps=1, late_min=77, early_leave_min=5)
    left = month_pay(ALLOWANCE, Predikat.BAIK, violations, ON).attendance_part_rp
    assert score_of(*days) == left / (ALLOWANCE * 30 / 100) * 10_000


def test_an_explanation_shows_the_cut_and_what_gave_it_back() -> None:
    absent = [day(date(2026, 3, 2), status="absent")]
    senior = [employee(1, job_class=15)]
    assert score_of(*absent, people=senior) == 9_700
    result = scored(SCHEME, unit_period(senior, [], absent), SENIOR)
    assert [leaf["amount"] for leaf in result.trail(1)] == ["100.00", "-3.00", "3.00"]
    assert result.trail(1)[-1]["facts"] == {"decided_by": "uji", "job_class": "15"}
    assert score_of(*absent, people=[employee(1, job_class=14)], chosen=SENIOR) == 9_700
    assert score_of(*absent, people=[employee(1)], chosen=SENIOR) == 9_700


def test_the_score_has_a_floor() -> None:
    assert score_of(day(date(2026, 3, 2), missing_taps=101)) == 0


def test_a_month_before_the_regulation_has_no_score() -> None:
    facts = unit_period([employee(1)], [], [day(date(2023, 12, 4))], period=YearMonth(2023, 12))
    with pytest.raises(AssertionError, match="raised"):
        scored(SCHEME, facts)


def test_an_exception_must_say_who_decided_it() -> None:
    with pytest.raises(ValueError, match="senior_exception_basis"):
        AttendanceSettings(senior_exception=True)


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("ministry-70-30", eperf_ministry_70_30)
    assert registry.schemes["ministry-70-30/attendance"].part is SCHEME
    assert registry.schemes["ministry-70-30/pay"].part is PAY


def test_the_plugin_imports_only_the_faces() -> None:
    for file in Path(eperf_ministry_70_30.__file__).parent.rglob("*.py"):
        for line in file.read_text().splitlines():
            if "eperf" in line and line.startswith(("import ", "from ")):
                assert line.split()[1].startswith(("eperf.plugins", "eperf_ministry_70_30")), line


DAYS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 31),
        st.sampled_from(["present", "absent", "leave", "incomplete"]),
        st.one_of(st.none(), st.integers(0, 600)),
        st.one_of(st.none(), st.integers(0, 600)),
        st.integers(0, 2),
    ),
    max_size=20,
    unique_by=lambda row: row[:2],
)


@given(rows=DAYS, senior=st.booleans())
@settings(max_examples=15, deadline=None)
def test_the_laws_of_scoring_hold(rows: list[tuple[Any, ...]], senior: bool) -> None:
    days = [
        day(
            date(2026, 3, number),
            employee_id=person,
            status=status,
            late_min=late,
            early_min=early,
            missing_taps=taps,
        )
        for person, number, status, late, early, taps in rows
    ]
    people = [employee(1, job_class=15), employee(2, job_class=3), employee(3)]
    facts = unit_period(people, [], days)
    chosen = SENIOR if senior else AttendanceSettings()
    result = scored(SCHEME, facts, chosen)
    assert_explained(result)
    assert_order_free(SCHEME, chosen, facts)
    assert_pure(SCHEME, chosen, facts)
    assert result.scores["score_h"].drop_nulls().is_between(0, 10_000).all()
    fewer = scored(SCHEME, unit_period(people, [], days[: len(days) // 2]), chosen).scores["score_h"]
    assert all(
        before is None or after is None or before >= after
        for before, after in zip(fewer, result.scores["score_h"], strict=True)
    )


MONTH = PaySettings(deciding=Deciding.MONTH)


def whole_score(word: str | None, *days: Any) -> tuple[Any, ...]:
    told = [] if word is None else [predikat(word, period="2026-03")]
    return scored(PAY, unit_period([employee(1)], [], days, (), (), told), MONTH).scores.row(0)


@pytest.mark.parametrize("word", Predikat)
def test_the_whole_score_is_the_rule_in_per_cent_of_the_class_allowance(word: Predikat) -> None:
    days = [day(date(2026, 3, number), status="absent") for number in range(2, 7)]
    days += [day(date(2026, 3, 9), late_min=77), day(date(2026, 3, 10), early_min=5, missing_taps=1)]
    violations = Violations(absent_days=5, missing_taps=1, late_min=77, early_leave_min=5)
    exact = paid_pct(word, violations, rates_on(ON))
    assert whole_score(word.value, *days)[1] == half_up_to(exact * 100, 0)


def test_without_the_deciding_predikat_or_attendance_there_is_no_whole_score() -> None:
    assert whole_score(None, day(date(2026, 3, 2))) == (1, None, "provisional", "predikat-missing:2026-03")
    assert whole_score("baik") == (1, None, "provisional", "attendance-missing")


def test_which_predikat_decides_must_be_said() -> None:
    assert_settings_are_asked_for(PAY, {"deciding": "previous_quarter"}, ["deciding"])


@given(seed=st.integers(0, 2**32), deciding=st.sampled_from(Deciding))
@settings(max_examples=6, deadline=None)
def test_the_laws_of_scoring_hold_for_the_whole(seed: int, deciding: Deciding) -> None:
    chosen, facts = PaySettings(deciding=deciding), random_month(seed)
    result = scored(PAY, facts, chosen)
    assert_explained(result)
    assert_order_free(PAY, chosen, facts, seed)
    assert_pure(PAY, chosen, facts)
    assert result.scores["score_h"].drop_nulls().is_between(4_200, 10_000).all()
    for needed in ("days", "predikat"):
        assert_missing_is_said(PAY, chosen, random_month(seed, whole=True), needed)


ADVICE = AdviceSettings(class_of=ClassOf.LAST_DAY, punishments=PunishmentRule.PP94)
FACTS = PayFacts(
    period=YearMonth(2026, 3), first_class=10, last_class=10, score_h=1, scheme="ministry-70-30/pay"
)
SICK = LeaveTaken(
    "sick", LeaveCase.SICK, date(2026, 2, 1), date(2026, 4, 1), Counted(31, 28, 28), Counted(0, 0, 0)
)


def advised(**changes: Any) -> PayLine:
    return MinistryPay().advise(replace(FACTS, **changes), ADVICE)


@given(
    word=st.sampled_from(Predikat),
    absent=st.integers(0, 31),
    late=st.integers(0, 300),
    job_class=st.integers(1, 17),
)
@settings(max_examples=25, deadline=None)
def test_advice_is_the_rule_to_the_rupiah(word: Predikat, absent: int, late: int, job_class: int) -> None:
    days = [day(date(2026, 3, number), status="absent") for number in range(1, absent + 1)]
    days = [*days[:30], day(date(2026, 3, 31), late_min=late)]
    told = [predikat(word.value, period="2026-03")]
    leaves = scored(PAY, unit_period([employee(1)], [], days, (), (), told), MONTH).leaves
    stages = dict(leaves.group_by("stage").agg(pl.col("amount_h").sum()).iter_rows())
    violations = Violations(absent_days=min(absent, 30), late_min=late)
    allowance = Decimal(class_allowance_rp("kemnaker", job_class, ON))
    found = advised(stages=stages, last_class=job_class)
    assert found.amount_rp == month_pay(allowance, word, violations, ON).total_rounded_rp
    assert [step.step for step in found.steps] == ["class_allowance", "result", "rounding"]


def test_leave_in_part_replaces_the_result_and_study_pays_eighty_per_cent_of_it() -> None:
    assert advised(leaves=(SICK,), score_h=None).amount_rp == ALLOWANCE // 2
    study = frozenset({Standing.STUDY_ASSIGNMENT})
    assert advised(leaves=(SICK,), standings=study).amount_rp == ALLOWANCE * 2 // 5
    assert advised(standings=frozenset({Standing.UNPAID_LEAVE}), score_h=None).amount_rp == 0


def test_a_punishment_cuts_and_one_without_a_rule_leaves_the_amount_open() -> None:
    told = (Circumstance("1", CircumstanceKind.PUNISHMENT, "pay_cut_25_6m", ON, None, "SK 1"),)
    full = {"stages": {"work": 10_000, "attendance": 10_000}, "punishments": told}
    assert advised(**full).amount_rp == ALLOWANCE * 3 // 4
    none = AdviceSettings(class_of=ClassOf.FIRST_DAY, punishments=None)
    assert MinistryPay().advise(replace(FACTS, **full), none).cause == "punishment-without-rule"


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"score_h": None, "score_cause": "attendance-missing"}, "score-missing:attendance-missing"),
        ({"scheme": "eperf/norm-minutes"}, "score-of-another-scheme"),
        ({"last_class": None}, "job-class-unknown"),
        ({"last_class": 18}, "job-class-unknown"),
    ],
)
def test_what_is_not_known_is_a_cause_and_no_amount(changes: dict[str, Any], cause: str) -> None:
    found = advised(**changes)
    assert (found.amount_rp, found.cause) == (None, cause)


def test_what_the_source_does_not_say_about_pay_is_asked_for() -> None:
    assert_settings_are_asked_for(MinistryPay(), {"class_of": "last_day", "punishments": None})
    registry = registry_of("ministry-70-30", eperf_ministry_70_30)
    assert list(registry.pay_policies) == ["ministry-70-30/pay"]
