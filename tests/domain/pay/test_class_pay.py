"""From a score to rupiah by class allowance: every step by its row, exact until one rounding, nothing guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.leave import LeaveKind
from eperf.domain.pay.circumstance import Circumstance, CircumstanceKind
from eperf.domain.pay.class_pay import advise
from eperf.domain.pay.class_settings import ClassOf, ClassPaySettings, LeaveDays, Rounding
from eperf.domain.pay.facts import PayFacts, PayLine
from eperf.domain.pay.leave import Approved, taken
from eperf.domain.pay.punishment import PunishmentRule
from eperf.domain.period import YearMonth
from eperf.domain.scoring.eligibility import Standing

MARCH = YearMonth(2026, 3)
SEVEN = 3_915_950
PLAIN = ClassPaySettings(
    basis="Contoh 1/2026 pasal 3",
    class_of=ClassOf.LAST_DAY,
    leave=None,
    eligibility=None,
    punishments=PunishmentRule.PP94,
    agency="kemnaker",
)
FACTS = PayFacts(period=MARCH, first_class=7, last_class=7, score_h=10_000)


def line(settings: ClassPaySettings = PLAIN, **changes: Any) -> PayLine:
    return advise(replace(FACTS, **changes), settings)


def on_leave(kind: LeaveKind, first: date, last: date, child: int | None = None) -> Any:
    return taken([Approved(kind, first, last, child)], [], MARCH)


def punished(word: str, since: date, until: date | None = None) -> tuple[Circumstance, ...]:
    return (Circumstance("1", CircumstanceKind.PUNISHMENT, word, since, until, "SK 7/2026"),)


def with_leave(profile: str, days: LeaveDays = LeaveDays.CALENDAR, **changes: Any) -> ClassPaySettings:
    return replace(PLAIN, leave=profile, leave_days=days, **changes)


@given(score_h=st.integers(0, 12_000), job_class=st.integers(1, 17))
def test_the_amount_is_the_share_of_the_class_allowance_rounded_once(score_h: int, job_class: int) -> None:
    found = line(score_h=score_h, last_class=job_class)
    allowance = found.steps[0].output_rp
    assert found.amount_rp is not None
    assert abs(found.amount_rp - allowance * score_h / 10_000) <= Decimal("0.5")
    assert found.steps[-1].output_rp == found.amount_rp
    assert [step.step for step in found.steps] == ["class_allowance", "score", "rounding"]


def test_a_full_score_is_the_class_allowance_and_each_step_says_by_which_rule() -> None:
    found = line()
    assert (found.amount_rp, found.cause) == (SEVEN, None)
    first, second, _ = found.steps
    assert first.inputs == {"job_class": "7", "class_of": "last_day"}
    assert first.legal_basis == "Tunjangan kinerja Kemnaker 2025, implementasi publik"
    assert (second.legal_basis, second.text_id) == (PLAIN.basis, "Dibayar 100.00 persen menurut nilai.")
    assert all(step.rule_id.startswith("class-allowance.") for step in found.steps)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        (
            {"score_h": None, "score_cause": "predikat-missing:2025Q4"},
            "score-missing:predikat-missing:2025Q4",
        ),
        ({"score_h": None}, "score-missing:not-scored"),
        ({"last_class": None}, "job-class-unknown"),
        ({"last_class": 18}, "class-allowance-unknown"),
        ({"period": YearMonth(2024, 12)}, "class-allowance-unknown"),
        ({"standings": frozenset({Standing.UNPAID_LEAVE})}, "unpaid-leave-without-rule"),
        ({"punishments": punished("pay_cut", date(2026, 1, 1))}, "punishment-unknown:pay_cut"),
    ],
)
def test_what_is_not_known_is_a_cause_and_no_amount(changes: dict[str, Any], cause: str) -> None:
    found = line(**changes)
    assert (found.amount_rp, found.cause) == (None, cause)


def test_an_amount_of_zero_is_not_a_missing_one() -> None:
    assert line(score_h=0).amount_rp == 0


@pytest.mark.parametrize(("of", "job_class"), [(ClassOf.FIRST_DAY, "6"), (ClassOf.LAST_DAY, "7")])
def test_in_a_month_with_two_classes_the_rule_says_which_counts(of: ClassOf, job_class: str) -> None:
    found = line(replace(PLAIN, class_of=of), first_class=6)
    assert found.steps[0].inputs["job_class"] == job_class


@pytest.mark.parametrize(
    ("rounding", "amount"), [(Rounding.HALF_UP, 2), (Rounding.FLOOR, 1), (Rounding.CEILING, 2)]
)
def test_the_rounding_has_a_name(rounding: Rounding, amount: int) -> None:
    own = replace(PLAIN, agency=None, amounts_rp=(3,) * 17, amounts_basis="Contoh", rounding=rounding)
    found = line(own, score_h=5_000)
    assert (found.amount_rp, found.steps[-1].inputs["exact_rp"]) == (amount, "1.5")


@pytest.mark.parametrize(
    ("standing", "paid"),
    [
        (Standing.SUSPENDED, 0),
        (Standing.WAITING_PAY, 0),
        (Standing.UNPAID_LEAVE, 0),
        (Standing.DETAINED, 100),
    ],
)
def test_a_standing_leaves_what_the_agencys_rule_says(standing: Standing, paid: int) -> None:
    kemensos = replace(PLAIN, eligibility="kemensos")
    found = line(kemensos, standings=frozenset({standing}))
    assert found.amount_rp == SEVEN * paid // 100
    assert "Perpres 71/2023 pasal 7" in [step.legal_basis for step in found.steps]


def test_whoever_is_paid_nothing_needs_neither_a_score_nor_a_class() -> None:
    kemensos = replace(PLAIN, eligibility="kemensos")
    found = line(kemensos, score_h=None, last_class=None, standings=frozenset({Standing.NO_POST}))
    assert (found.amount_rp, [step.step for step in found.steps]) == (0, ["eligibility", "rounding"])
    assert found.steps[0].inputs["lowered_by"] == "no_post"


def test_a_standing_in_part_is_taken_of_the_scored_amount() -> None:
    kkp = replace(PLAIN, eligibility="kkp")
    found = line(kkp, score_h=8_000, standings=frozenset({Standing.STUDY_EXTENSION}))
    assert found.amount_rp == SEVEN * 40 // 100


@pytest.mark.parametrize(("month", "paid"), [(3, 50), (2, 25), (1, 10)])
def test_leave_that_pays_in_part_replaces_the_whole_result_at_kemnaker(month: int, paid: int) -> None:
    leave = on_leave(
        LeaveKind.BIG, date(2026, month, 1), date(2026, 3, 31) if month == 3 else date(2026, 4, 1)
    )
    found = line(with_leave("kemnaker-2024"), leaves=leave, score_h=None)
    if month == 3:
        leave = on_leave(LeaveKind.BIG, date(2026, 3, 1), date(2026, 4, 30))
        found = line(with_leave("kemnaker-2024"), leaves=leave, score_h=None)
    assert found.amount_rp == round(SEVEN * paid / 100 + 1e-9)
    assert [step.step for step in found.steps] == ["class_allowance", "leave_replaces", "rounding"]


def test_leave_paid_in_full_replaces_nothing_and_the_score_stays() -> None:
    leave = on_leave(LeaveKind.ANNUAL, date(2026, 3, 2), date(2026, 3, 6))
    assert line(with_leave("kemnaker-2024"), leaves=leave, score_h=9_000).amount_rp == SEVEN * 9 // 10


def test_sick_days_after_the_fourteenth_of_the_year_cut_two_per_cent_each_at_the_supreme_court() -> None:
    sick = Approved(LeaveKind.SICK, date(2026, 3, 2), date(2026, 3, 11))
    earlier = Approved(LeaveKind.SICK, date(2026, 1, 5), date(2026, 1, 16))
    both = taken([earlier, sick], [], MARCH)
    assert (both[0].calendar.now, both[0].calendar.year_before) == (10, 12)
    found = line(with_leave("ma-2020"), leaves=both)
    assert found.amount_rp == round(SEVEN * 84 / 100)
    assert found.steps[2].inputs["cut_pct"] == "16"
    alone = taken([sick], [], MARCH)
    assert line(with_leave("ma-2020"), leaves=alone).amount_rp == SEVEN


def test_two_illnesses_in_a_month_share_the_free_days_of_the_year() -> None:
    first, second = (
        Approved(LeaveKind.SICK, date(2026, 3, start), date(2026, 3, end))
        for start, end in ((2, 17), (23, 24))
    )
    found = line(with_leave("ma-2020"), leaves=taken([second, first], [], MARCH))
    assert [step.inputs["cut_pct"] for step in found.steps if step.step == "leave"] == ["4", "4"]
    assert found.amount_rp == SEVEN * 92 // 100


def test_a_cut_of_the_attendance_part_needs_its_share() -> None:
    sick = on_leave(LeaveKind.SICK, date(2026, 3, 2), date(2026, 3, 6))
    settings = with_leave("kementan-2025", attendance_share_pct=Decimal(40))
    found = line(settings, leaves=sick)
    assert found.amount_rp == round(SEVEN * (100 - 5 * 2 * 0.4) / 100)
    assert found.steps[2].inputs["attendance_share_pct"] == "40"


def test_a_cut_of_the_whole_never_goes_below_nothing() -> None:
    big = on_leave(LeaveKind.BIG, date(2026, 3, 1), date(2026, 3, 31))
    settings = with_leave("kementan-2025", attendance_share_pct=Decimal(40))
    assert line(settings, leaves=big, score_h=5_000).amount_rp == 0


def test_leave_without_a_row_in_the_table_is_a_cause() -> None:
    leave = on_leave(LeaveKind.BIG, date(2026, 3, 1), date(2026, 3, 31))
    found = line(with_leave("ma-2020"), leaves=leave)
    assert (found.amount_rp, found.cause) == (None, "leave-rate-unknown:big")


@pytest.mark.parametrize(
    ("since", "cut"),
    [
        (date(2026, 4, 1), 0),
        (date(2026, 3, 31), 25),
        (date(2025, 10, 1), 25),
        (date(2025, 9, 30), 0),
    ],
)
def test_a_punishment_cuts_for_its_months_and_no_longer(since: date, cut: int) -> None:
    found = line(punishments=punished("pay_cut_25_6m", since))
    assert found.amount_rp == round(SEVEN * (100 - cut) / 100 + 1e-9)
    said = [step for step in found.steps if step.step == "punishment"]
    assert [step.inputs["decree"] for step in said] == (["SK 7/2026"] if cut else [])


def test_a_punishment_that_was_ended_early_cuts_no_more() -> None:
    told = punished("pay_cut_25_12m", date(2025, 10, 1), date(2026, 2, 28))
    assert line(punishments=told).amount_rp == SEVEN


def test_a_warning_cuts_nothing_and_several_cuts_at_once_are_a_cause() -> None:
    assert line(punishments=punished("oral_warning", date(2026, 3, 1))).amount_rp == SEVEN
    two = punished("pay_cut_25_6m", date(2026, 1, 1)) + punished("pay_cut_25_9m", date(2026, 2, 1))
    assert line(punishments=two).cause == "several-punishments"


def test_a_punishment_without_a_rule_is_a_cause() -> None:
    none = replace(PLAIN, punishments=None)
    assert (
        line(none, punishments=punished("oral_warning", date(2026, 3, 1))).cause == "punishment-without-rule"
    )
    assert line(none).amount_rp == SEVEN


def test_the_older_table_cuts_for_its_own_punishments_and_time() -> None:
    old = replace(PLAIN, punishments=PunishmentRule.KEMENTAN_2012, agency="ristekdikti")
    found = line(old, period=YearMonth(2020, 5), punishments=punished("promotion_delay", date(2020, 1, 1)))
    assert found.amount_rp == 2_616_000 // 2
    late = punished("promotion_delay", date(2022, 1, 1))
    assert line(old, punishments=late).cause == "punishment-unknown:promotion_delay"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"agency": None}, "agency or amounts_rp"),
        ({"amounts_rp": (1,) * 17}, "agency or amounts_rp"),
        ({"agency": "nobody"}, "agency"),
        ({"agency": None, "amounts_rp": (1,) * 16, "amounts_basis": "x"}, "amounts_rp"),
        ({"agency": None, "amounts_rp": (-1,) * 17, "amounts_basis": "x"}, "amounts_rp"),
        ({"agency": None, "amounts_rp": (1,) * 17}, "amounts_basis"),
        ({"basis": " "}, "basis"),
        ({"leave": "nobody", "leave_days": LeaveDays.WORKING}, "leave"),
        ({"leave": "ma-2020"}, "leave_days"),
        ({"leave": "kementan-2025", "leave_days": LeaveDays.WORKING}, "attendance_share_pct"),
        ({"attendance_share_pct": Decimal(101)}, "attendance_share_pct"),
        ({"eligibility": "nobody"}, "eligibility"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(PLAIN, **changes)


def test_a_line_has_an_amount_or_a_cause() -> None:
    with pytest.raises(ValueError, match="or a cause"):
        PayLine(None, None, ())
    with pytest.raises(ValueError, match="or a cause"):
        PayLine(1, "x", ())
