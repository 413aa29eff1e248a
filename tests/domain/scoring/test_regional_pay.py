from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.scoring.regional_pay import BASES, by_discipline_and_productivity, cut_off_rp

AMOUNTS = st.dictionaries(st.sampled_from(BASES), st.integers(0, 10**8).map(Decimal))
PERCENT = st.integers(0, 100).map(Decimal)


@given(bases=AMOUNTS, discipline=PERCENT, productivity=PERCENT)
def test_no_base_pays_more_than_itself_and_full_marks_pay_all_of_it(
    bases: dict[str, Decimal], discipline: Decimal, productivity: Decimal
) -> None:
    paid = by_discipline_and_productivity(bases, discipline, productivity)
    assert all(0 <= paid[base] <= amount for base, amount in bases.items())
    assert by_discipline_and_productivity(bases, Decimal(100), Decimal(100)) == bases


def test_discipline_weighs_forty_and_productivity_sixty() -> None:
    bases = {"workload": Decimal(1000)}
    assert by_discipline_and_productivity(bases, Decimal(100), Decimal(0)) == {"workload": 400}
    assert by_discipline_and_productivity(bases, Decimal(0), Decimal(100)) == {"workload": 600}


def test_an_amount_is_cut_off_and_not_rounded() -> None:
    assert cut_off_rp(Decimal(1_000_001), Decimal("99.9999")) == 999_999
    assert cut_off_rp(Decimal(1_000_001), Decimal(100)) == 1_000_001


def test_what_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"bases_rp.*scarcity"):
        by_discipline_and_productivity({"travel": Decimal(1)}, Decimal(1), Decimal(1))
    with pytest.raises(BadInput, match="productivity_pct"):
        by_discipline_and_productivity({}, Decimal(1), Decimal(101))
    with pytest.raises(BadInput, match=r"bases_rp.workload"):
        by_discipline_and_productivity({"workload": Decimal(-1)}, Decimal(1), Decimal(1))
    with pytest.raises(BadInput, match="final_pct"):
        cut_off_rp(Decimal(1), Decimal(-1))
