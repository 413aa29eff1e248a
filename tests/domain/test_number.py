from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.number import MOST, decimal_of, flag_of, in_range, positive, sized, whole_of

NO_NUMBERS = [
    None, "", " ", "abc", "NaN", "sNaN", "Infinity", "-Infinity", "٣", "1_000", " 5", "5\n", "0x10", "1,5", ".", "e5",
    True, False, float("nan"), float("inf"), [], {}, b"5", "1e400", "1e-400", "1e999999999", "1" * 20, 10**30,
]  # fmt: skip


@pytest.mark.parametrize("said", NO_NUMBERS, ids=repr)
def test_what_is_no_number_of_a_size_that_rules_have_is_refused_by_its_field(said: Any) -> None:
    for read in (decimal_of, whole_of):
        with pytest.raises(BadInput) as refusal:
            read("target_pct", said)
        assert refusal.value.field == "target_pct"


@given(st.decimals(-MOST, MOST, allow_nan=False, places=4) | st.integers(-MOST, MOST))
def test_a_number_is_read_as_it_is_written(value: Decimal | int) -> None:
    assert decimal_of("any", value) == decimal_of("any", str(value)) == value


def test_a_binary_number_is_what_it_prints_and_only_whole_ones_are_whole() -> None:
    assert decimal_of("any", 0.1) == Decimal("0.1")
    assert whole_of("any", "22.0") == whole_of("any", 22.0) == 22
    with pytest.raises(BadInput, match="whole"):
        whole_of("any", "1.5")


@pytest.mark.parametrize("check", [in_range, positive, sized])
@pytest.mark.parametrize(
    "value", [Decimal("sNaN"), Decimal("1e16"), Decimal("1e-61"), 10**16, "5", True, 1.5]
)
def test_a_check_never_lets_pass_what_arithmetic_would_bend(check: Any, value: Any) -> None:
    with pytest.raises(BadInput, match="days"):
        check("days", value)


def test_a_quotient_of_all_its_digits_is_a_number_like_any_other() -> None:
    in_range("pct", Decimal(1) / Decimal(30_000))


def test_only_true_false_and_silence_are_answers() -> None:
    assert flag_of("any", value=None, unsaid=True)
    assert not flag_of("any", value=None)
    assert flag_of("any", value=True)
    for said in ("false", 0, 1, [], float("nan")):
        with pytest.raises(BadInput, match="any"):
            flag_of("any", said)
