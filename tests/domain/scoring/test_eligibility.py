from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.scoring.allowance_rules import (
    acting_addition_rp,
    beside_profession_allowance_rp,
    study_extension_rp,
    transfer_share_rp,
)
from eperf.domain.scoring.eligibility import ELIGIBILITIES, Standing, verdict

ON = date(2025, 6, 1)
IN_2017 = date(2017, 1, 1)
STANDINGS = st.lists(st.sampled_from(Standing), max_size=5)


@given(row=st.sampled_from(ELIGIBILITIES), standings=STANDINGS, one=st.sampled_from(Standing))
def test_a_further_standing_never_pays_more_and_order_means_nothing(
    row: object, standings: list[Standing], one: Standing
) -> None:
    unit, on = row.unit, row.valid_from  # type: ignore[attr-defined]
    found = verdict(unit, standings, on)
    assert 0 <= found.paid_pct <= 100
    assert verdict(unit, standings[::-1], on) == found
    assert verdict(unit, [*standings, one], on).paid_pct <= found.paid_pct
    assert (found.paid_pct == 100) is (found.reasons == ())


def test_the_lowest_counts_and_every_reason_is_named() -> None:
    both = [Standing.SICK_TO_3_MONTHS, Standing.DETAINED, Standing.PROBATION]
    assert verdict("dki", both, IN_2017) == (0, (Standing.SICK_TO_3_MONTHS, Standing.DETAINED))
    assert verdict("dki", [Standing.MATERNITY_1_2], IN_2017).paid_pct == 50
    assert verdict("kkp", [Standing.STUDY_EXTENSION, Standing.STUDY_UNFINISHED], ON).paid_pct == 25
    assert verdict("klhk", [Standing.STUDY_FAILED], ON).paid_pct == 0


def test_a_standing_that_a_rule_does_not_name_changes_nothing() -> None:
    assert verdict("kemensos", [Standing.PROBATION], ON) == (100, ())
    assert verdict("esdm", [Standing.PROBATION], ON) == (100, ())
    assert verdict("norm-minutes", [Standing.PROBATION], ON).paid_pct == 80
    assert verdict("kkp", [], ON) == (100, ())


def test_a_unit_or_a_day_without_a_rule_is_refused() -> None:
    with pytest.raises(BadInput, match=r"unit.*kemensos"):
        verdict("unit contoh", [], ON)
    with pytest.raises(BadInput, match="2025-06-01"):
        verdict("dki", [], ON)


def test_an_acting_officer_gets_a_part_of_the_acting_class_for_each_day() -> None:
    assert acting_addition_rp(Decimal(10_000_000), 0, ON) == 0
    assert acting_addition_rp(Decimal(10_000_000), 20, ON) == 5_000_000


@pytest.mark.parametrize(
    ("education", "month", "paid"),
    [("D-III", 6, 500), ("D-III", 7, 0), ("D-IV", 12, 500), ("D-IV", 13, 0), ("S-3", 1, 500)],
)
def test_an_extended_study_pays_half_for_its_time(education: str, month: int, paid: int) -> None:
    assert study_extension_rp(Decimal(1000), education, month, ON) == paid


@given(days=st.integers(0, 22), allowance=st.integers(0, 40_000_000))
def test_the_two_shares_of_a_transfer_are_the_month_but_for_a_rupiah(days: int, allowance: int) -> None:
    parts = [transfer_share_rp(Decimal(allowance), served, 22) for served in (days, 22 - days)]
    assert abs(sum(parts) - allowance) <= 1


@given(allowance=st.integers(0, 10**8), profession=st.integers(0, 10**8))
def test_the_higher_of_allowance_and_profession_allowance_is_what_one_gets(
    allowance: int, profession: int
) -> None:
    beside = beside_profession_allowance_rp(Decimal(allowance), Decimal(profession))
    assert beside + profession == max(allowance, profession)


def test_what_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="education"):
        study_extension_rp(Decimal(1), "SD", 1, ON)
    with pytest.raises(BadInput, match="month_index"):
        study_extension_rp(Decimal(1), "S-1", 0, ON)
    with pytest.raises(BadInput, match="days_served"):
        transfer_share_rp(Decimal(1), 23, 22)
    with pytest.raises(BadInput, match="working_days"):
        transfer_share_rp(Decimal(1), 0, 0)
    with pytest.raises(BadInput, match="profession_rp"):
        beside_profession_allowance_rp(Decimal(1), Decimal(-1))
