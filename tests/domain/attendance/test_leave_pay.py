"""Leave and pay: every row of every table, and what no figures may break."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.ladder import Base
from eperf.domain.attendance.leave_pay import LeaveCase, LeavePay, leave_cut
from eperf.domain.attendance.leave_pays import LEAVE_PAYS, leave_pay_named
from eperf.domain.errors import BadInput, NotInForce, RateUnknown


def paid(profile: str, case: str, **given: int) -> Decimal:
    return leave_cut(leave_pay_named(profile), LeaveCase(case), **given).paid_pct


def cut(profile: str, case: str, days: int) -> tuple[Decimal, str]:
    found = leave_cut(leave_pay_named(profile), LeaveCase(case), days=days)
    return found.cut_pct, found.base.value


@pytest.mark.parametrize(
    ("profile", "case", "shares"),
    [
        ("kementan-2012", "annual", [100, 100, 100]),
        ("kementan-2012", "big", [50, 25, 10]),
        ("kementan-2012", "maternity_1_2", [100, 100, 100]),
        ("kementan-2012", "maternity_3", [60, 30, 20]),
        ("kementan-2012", "important_reason", [50, 25]),
        ("pdt-2013", "annual", [100, 100]),
        ("pdt-2013", "big", [80, 60, 40]),
        ("pdt-2013", "maternity_3", [80, 60, 40]),
        ("pdt-2013", "important_reason", [80, 40]),
        ("kominfo-2014", "maternity_3", [50, 25, 10]),
        ("esdm-2014", "big", [70, 70, 70]),
        ("kemnaker-2024", "annual", [100]),
        ("kemnaker-2024", "big", [50, 25, 10]),
        ("kemnaker-2024", "maternity_1_2", [100, 100, 100]),
        ("kemnaker-2024", "maternity_3", [100, 100, 100]),
        ("kemnaker-2024", "important_reason", [100]),
        ("kemnaker-2024", "sick", [100, 50, 25, 0, 0]),
        ("dki-2016", "big", [0, 0, 0]),
        ("dki-2016", "maternity_1_2", [50, 50, 50]),
        ("dki-2016", "maternity_3", [0, 0, 0]),
    ],
)
def test_each_month_of_a_leave_is_paid_as_the_table_says(profile: str, case: str, shares: list[int]) -> None:
    months = range(1, len(shares) + 1)
    assert [paid(profile, case, month_index=month) for month in months] == shares


@pytest.mark.parametrize(
    ("profile", "shares"),
    [
        (
            "kementan-2012",
            {
                1: 100,
                2: 100,
                3: 75,
                14: 75,
                15: 50,
                30: 50,
                31: 30,
                60: 30,
                61: 20,
                180: 20,
                181: 10,
                540: 10,
            },
        ),
        ("pdt-2013", {1: 100, 2: 100, 5: 100, 6: 80, 14: 80, 15: 60, 30: 60, 31: 40, 180: 40}),
        ("dki-2016", {1: 100, 2: 100, 3: 20, 90: 20}),
        ("kumham-imipas-2025", {1: 100, 2: 100, 3: Decimal("97.5"), 42: 0, 180: 0, 181: 10, 540: 10}),
        ("kemenag-2014", {2: 100, 3: Decimal("97.5")}),
    ],
)
def test_each_length_of_an_illness_is_paid_as_the_table_says(
    profile: str, shares: dict[int, int | Decimal]
) -> None:
    assert {days: paid(profile, "sick", days=days) for days in shares} == shares


@pytest.mark.parametrize(
    ("profile", "case", "days", "expected"),
    [
        ("kementan-2025", "big", 1, ("4", "whole")),
        ("kementan-2025", "big", 25, ("100", "whole")),
        ("kementan-2025", "big", 26, ("100", "whole")),
        ("kementan-2025", "important_reason", 2, ("8", "whole")),
        ("kementan-2025", "close_relative_death", 4, ("4", "whole")),
        ("kementan-2025", "sick", 4, ("8", "attendance")),
        ("kementan-2025", "duty_accident", 365, ("0", "attendance")),
        ("kementan-2025", "duty_accident", 366, ("2", "attendance")),
        ("kementan-2025", "in_patient", 90, ("0", "attendance")),
        ("kementan-2025", "in_patient", 92, ("4", "attendance")),
        ("kementan-2025", "special_condition", 400, ("0", "attendance")),
        ("kementan-2025", "miscarriage", 45, ("0", "attendance")),
        ("kementan-2025", "miscarriage", 46, ("2", "attendance")),
        ("ristekdikti-2016", "maternity_3", 10, ("20", "whole")),
        ("kemenag-2014", "sick", 4, ("5", "whole")),
        ("kemnaker-2024", "miscarriage", 30, ("0", "whole")),
        ("kemnaker-2024", "miscarriage", 31, ("1", "whole")),
        ("kemnaker-2024", "miscarriage", 45, ("15", "whole")),
        ("kemnaker-2024", "miscarriage", 50, ("15", "whole")),
        ("kemnaker-2024", "big", 29, ("0", "whole")),
    ],
)
def test_each_day_of_a_leave_is_cut_as_the_table_says(
    profile: str, case: str, days: int, expected: tuple[str, str]
) -> None:
    assert cut(profile, case, days) == (Decimal(expected[0]), expected[1])


@pytest.mark.parametrize(
    ("before", "now", "expected"), [(0, 14, 0), (0, 15, 2), (13, 2, 2), (14, 3, 6), (10, 10, 12), (20, 0, 0)]
)
def test_illness_is_free_for_the_first_fourteen_days_of_a_year(before: int, now: int, expected: int) -> None:
    found = leave_cut(leave_pay_named("ma-2020"), LeaveCase.SICK, days=now, days_before=before)
    assert found.cut_pct == expected


def test_a_leave_of_no_more_than_a_month_is_in_its_first() -> None:
    assert [paid("kementan-2012", "important_reason", days=days) for days in (1, 30)] == [50, 50]
    assert [paid("kemnaker-2024", "big", days=days) for days in (1, 29, 30)] == [100, 100, 50]
    assert paid("kominfo-2014", "maternity_3", month_index=2, days=20) == 25


def test_days_before_matter_only_where_the_year_is_counted() -> None:
    found = leave_cut(leave_pay_named("kemenag-2014"), LeaveCase.SICK, days=2, days_before=30)
    assert found.cut_pct == 0


def test_a_case_that_a_table_does_not_list_is_refused_not_guessed() -> None:
    for profile, case in [("pdt-2013", "maternity_1_2"), ("kominfo-2014", "annual"), ("ma-2020", "big")]:
        with pytest.raises(RateUnknown) as refusal:
            paid(profile, case, month_index=1)
        assert (refusal.value.field, refusal.value.value) == ("kind", case)


@pytest.mark.parametrize(
    ("profile", "case", "given", "field"),
    [
        ("kementan-2012", "big", {}, "month_index"),
        ("kementan-2012", "big", {"month_index": 4}, "month_index"),
        ("kementan-2012", "big", {"month_index": 0}, "month_index"),
        ("kementan-2012", "sick", {}, "days"),
        ("kementan-2012", "sick", {"days": 541}, "days"),
        ("kementan-2012", "sick", {"days": -1}, "days"),
        ("ma-2020", "sick", {"days": 1, "days_before": -1}, "days_before"),
        ("ma-2020", "sick", {}, "days"),
        ("dki-2016", "sick", {"days": 91}, "days"),
        ("kemnaker-2024", "big", {"days": 31}, "month_index"),
        ("kementan-2012", "big", {"days": 60}, "month_index"),
    ],
)
def test_what_lies_beyond_a_table_is_refused_by_name(
    profile: str, case: str, given: dict[str, int], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        paid(profile, case, **given)
    assert refusal.value.field == field


ASKED = [
    (table, case)
    for table in LEAVE_PAYS
    for case in LeaveCase
    if any(row.case is case for row in (*table.shares, *table.cuts))
]


@given(st.sampled_from(ASKED), st.integers(0, 540))
def test_what_is_paid_and_what_is_cut_make_the_whole(asked: tuple[LeavePay, LeaveCase], days: int) -> None:
    table, case = asked
    try:
        found = leave_cut(table, case, days=days)
    except BadInput:
        return
    assert 0 <= found.cut_pct <= 100
    assert found.cut_pct + found.paid_pct == 100
    assert found.legal_basis == table.legal_basis


@given(st.sampled_from(ASKED), st.integers(0, 365), st.integers(0, 365), st.integers(0, 365))
def test_a_day_more_is_never_cut_less_where_days_are_cut(
    asked: tuple[LeavePay, LeaveCase], days: int, more: int, before: int
) -> None:
    table, case = asked
    for row in table.cuts:
        if row.case is case:
            assert row.counted(days, before) <= row.counted(days + more, before) <= days + more
            assert row.counted(days, before) + row.counted(more, before + days) == row.counted(
                days + more, before
            )


@given(st.sampled_from(ASKED))
def test_no_day_of_leave_costs_nothing(asked: tuple[LeavePay, LeaveCase]) -> None:
    table, case = asked
    if not any(share.case is case and share.months == (1, None) for share in table.shares):
        assert leave_cut(table, case, days=0).cut_pct == 0


def test_tables_are_found_by_name_and_day() -> None:
    assert leave_pay_named("kementan-2012", date(2024, 12, 31)).legal_basis == "Permentan 68/2012"
    with pytest.raises(NotInForce):
        leave_pay_named("kementan-2012", date(2025, 1, 1))
    with pytest.raises(BadInput, match=r"profile.*one of"):
        leave_pay_named("kemenag")
    with pytest.raises(BadInput, match="kind"):
        LeaveCase.parse("sabbatical")
    assert len({table.profile for table in LEAVE_PAYS}) == len(LEAVE_PAYS) == 11


def test_only_illness_under_kementan_2025_is_cut_of_the_attendance_part() -> None:
    of_attendance = {
        (table.profile, row.case) for table in LEAVE_PAYS for row in table.cuts if row.base is Base.ATTENDANCE
    }
    assert {profile for profile, _ in of_attendance} == {"kementan-2025"}
    assert LeaveCase.BIG not in {case for _, case in of_attendance}
