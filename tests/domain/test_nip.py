"""Employee numbers: every fault at once, nothing but ASCII digits, and there and back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, BadNip
from eperf.domain.nip import (
    NIP_RULE,
    Nip,
    NumberRule,
    check_employee_number,
    check_ni_pppk,
    check_nip,
    full_years,
)

MALE = "198703152012041977"


def test_all_faults_are_reported_together() -> None:
    assert check_nip("198513262015133000").errors == ("birth_date", "tmt_month", "sex", "serial")
    assert check_nip("1985-13").errors == ("not_digits", "length")


def test_a_valid_number_is_taken_apart() -> None:
    nip = Nip.parse("19870315 201204 1 977")
    assert (nip.digits, nip.birth_date, nip.cpns_tmt) == (MALE, date(1987, 3, 15), date(2012, 4, 1))
    assert (nip.sex, nip.serial, nip.age_at_tmt, nip.printed) == ("male", "977", 25, "19870315 201204 1 977")


def test_a_profile_that_says_otherwise_is_a_fault() -> None:
    assert check_nip(MALE, born=date(1987, 3, 16), sex="female").errors == ("birth_date", "sex")
    assert check_nip(MALE, born=date(1987, 3, 15), sex="male").valid
    assert check_ni_pppk("198703152023211977", born=date(1980, 1, 1)).errors == ("birth_date",)


def test_a_refused_number_names_its_field_and_every_fault_in_both_languages() -> None:
    with pytest.raises(BadNip) as refused:
        Nip.parse("198703152012043000", "rows.7.nip")
    assert (refused.value.field, refused.value.errors) == ("rows.7.nip", ("sex", "serial"))
    assert "sex, serial" in refused.value.message("id")
    assert "sex, serial" in refused.value.message("en")


def test_the_age_bounds_come_from_the_rule() -> None:
    young = "199405022012051972"
    assert check_nip(young).errors == ("age_below_18",)
    assert check_nip(young, rule=NumberRule(17, 40, "a later regulation", confirmed=True)).valid
    assert check_nip(MALE, rule=NumberRule(18, 24, "a later regulation", confirmed=True)).warnings == (
        "age_above_40",
    )
    assert NIP_RULE.legal_basis


def test_a_warning_begins_above_forty_and_not_at_it() -> None:
    assert check_nip("197001012010121973").warnings == ()
    assert check_nip("197001012011011973").warnings == ("age_above_40",)


def test_a_start_before_the_birth_is_a_fault_of_age() -> None:
    assert check_nip("198703151980041977").errors == ("age_below_18",)


@pytest.mark.parametrize(
    "text",
    [
        "١٩٨٧٠٣١٥٢٠١٢٠٤١٩٧٧",  # Arabic-Indic digits
        "１９８７０３１５２０１２０４１９７７",  # full-width digits
        "19870315201204197²",
        "198703152012041977\n",
        "198703152012041977\x00",
        "+98703152012041977",
        "1987_03152012041977",
        "\ud800" * 18,
    ],
)
def test_what_only_looks_like_digits_is_none(text: str) -> None:
    assert "not_digits" in check_nip(text).errors
    assert "not_digits" in check_ni_pppk(text).errors


@pytest.mark.parametrize(
    "text", ["1987 03152012 041977", "\t198703152012041977 ", "19870315\u00a0201204\u00a01\u00a0977"]
)
def test_blanks_of_print_and_of_spreadsheets_are_removed(text: str) -> None:
    assert check_nip(text).digits == MALE


def test_a_huge_text_is_answered_at_once_and_not_repeated() -> None:
    report = check_nip("9" * 10_000_000)
    assert report.errors == ("length",)
    assert len(report.digits) == 64


def test_the_kind_of_employee_chooses_the_validator() -> None:
    contract = "198703152023211977"
    assert check_employee_number("PPPK", contract).valid
    assert check_employee_number("PNS", contract).errors == ("tmt_month",)
    assert check_employee_number("CPNS", MALE).valid
    with pytest.raises(BadInput, match="kind"):
        check_employee_number("HONORER", MALE)


@st.composite
def parts(draw: st.DrawFn) -> tuple[date, date, str, int]:
    born = draw(st.dates(date(1900, 1, 1), date(2010, 12, 31)))
    start = draw(st.dates(date(born.year + 19, 1, 1), date(born.year + 60, 12, 1))).replace(day=1)
    return born, start, draw(st.sampled_from("12")), draw(st.integers(1, 999))


@given(parts(), st.sampled_from(["", " "]))
def test_a_number_of_valid_parts_is_read_back_as_them(
    given_parts: tuple[date, date, str, int], gap: str
) -> None:
    born, start, sex, serial = given_parts
    nip = Nip.parse(gap.join((f"{born:%Y%m%d}", f"{start:%Y%m}", sex, f"{serial:03d}")))
    assert (nip.birth_date, nip.cpns_tmt, nip.serial) == (born, start, f"{serial:03d}")
    assert nip.sex == {"1": "male", "2": "female"}[sex]
    assert Nip.parse(nip.printed) == nip
    assert ("age_above_40" in nip.warnings) == (nip.age_at_tmt > 40)


@given(st.one_of(st.text(), st.from_regex(r"[0-9 ]{10,24}", fullmatch=True)))
def test_any_text_gets_a_report_that_agrees_with_itself(text: str) -> None:
    for report in (check_nip(text), check_ni_pppk(text)):
        assert report.valid == (report.errors == ())
        assert len(report.digits) <= 64
    assert (check_nip(text).nip is not None) == check_nip(text).valid


@given(st.dates(), st.dates())
def test_a_full_year_is_completed_on_the_birthday(born: date, day: date) -> None:
    years = full_years(born, day)
    assert (years >= 0) == (day >= born)
    assert (born.month, born.day) > (day.month, day.day) or years == day.year - born.year
