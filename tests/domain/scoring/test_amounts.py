from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.scoring import (
    amount_text,
    amount_text_expr,
    ceiling,
    floor,
    floor_expr,
    half_up,
    half_up_expr,
    hundredths,
)

AMOUNTS = st.integers(-(10**15), 10**15)


@given(AMOUNTS)
def test_an_amount_survives_its_text(amount: int) -> None:
    assert hundredths(amount_text(amount)) == amount


@given(st.lists(AMOUNTS | st.none(), min_size=1))
def test_a_column_is_written_like_a_single_amount(amounts: list[int | None]) -> None:
    column = pl.DataFrame({"a": amounts}, schema={"a": pl.Int64}).select(amount_text_expr(pl.col("a")))
    assert column["a"].to_list() == [None if one is None else amount_text(one) for one in amounts]


def test_amounts_below_one_keep_their_sign_and_two_decimals() -> None:
    assert [amount_text(one) for one in (-5, 0, 7, 1250, -100)] == ["-0.05", "0.00", "0.07", "12.50", "-1.00"]


@pytest.mark.parametrize(
    "value", ["", "x", "NaN", "Infinity", "-Infinity", "sNaN", "1e99999999", "0.001", "1" + "0" * 20]
)
def test_what_is_no_amount_is_refused_by_the_name_of_its_field(value: str) -> None:
    with pytest.raises(BadInput) as refusal:
        hundredths(value, "settings.cap")
    assert refusal.value.field == "settings.cap"


def test_amounts_are_read_without_rounding() -> None:
    assert hundredths(Decimal("1.25")) == 125
    assert hundredths("1e2") == 10_000
    assert hundredths(-3) == -300


FRACTIONS = st.fractions(max_denominator=10**6)


@given(FRACTIONS)
def test_roundings_are_what_their_names_say(value: Fraction) -> None:
    assert floor(value) <= value < floor(value) + 1
    assert ceiling(value) - 1 < value <= ceiling(value)
    assert abs(half_up(value) - value) <= Fraction(1, 2)
    assert half_up(-value) == -half_up(value)


def test_halves_go_away_from_zero() -> None:
    assert [half_up(Fraction(n, 2)) for n in (-5, -3, -1, 1, 3, 5)] == [-3, -2, -1, 1, 2, 3]


SIXTY_FOUR = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(SIXTY_FOUR, st.integers(1, 2**63 - 1), st.integers(1, 10**6)), min_size=1))
def test_columns_round_exactly_and_never_wrap_around(rows: list[tuple[int, int, int]]) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.Int64, "b": pl.Int64, "c": pl.Int64}, orient="row")
    product = pl.col("a").cast(pl.Int128) * pl.col("c")
    found = frame.select(up=half_up_expr(product, pl.col("b")), down=floor_expr(product, pl.col("b")))
    for (a, b, c), up, down in zip(rows, found["up"], found["down"], strict=True):
        for rounding, value in ((half_up, up), (floor, down)):
            exact = rounding(Fraction(a * c, b))
            assert value == (exact if -(2**63) <= exact < 2**63 else None)
