"""Exact figures of workload analysis, and the two ways in which they are shown.

Everything is computed as a fraction; only what is shown is rounded, half-up, and a grade is given to the figure
that is shown.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from eperf.domain.count import whole_count
from eperf.domain.errors import BadInput
from eperf.domain.number import sized
from eperf.domain.scoring.rounding import half_up

Number = Decimal | int | Fraction


def two_decimals(value: Fraction) -> Decimal:
    """Half-up to hundredths: how effectiveness is shown and graded."""
    return Decimal(half_up(value * 100)) / 100


def four_decimals(value: Fraction) -> Decimal:
    """Half-up to ten-thousandths: how a need of people is shown."""
    return Decimal(half_up(value * 10_000)) / 10_000


def exact(value: Fraction) -> Decimal:
    """A fraction whose decimals end, as it is; others half-up to ten-thousandths."""
    shown = Decimal(value.numerator) / Decimal(value.denominator)
    return shown if Fraction(shown) == value else four_decimals(value)


def amount(field: str, value: Number) -> Fraction:
    """A quantity that cannot be below zero, exact."""
    number = signed(field, value)
    if number < 0:
        raise BadInput(field, value, "below zero")
    return number


def signed(field: str, value: Number) -> Fraction:
    """A quantity of either sign, exact. What comes as a fraction was computed here and has been looked at."""
    if not isinstance(value, Fraction):
        sized(field, value)
    return Fraction(value)


def measure(field: str, value: Number) -> Fraction:
    """A quantity by which something is divided: above zero, exact."""
    number = amount(field, value)
    if number == 0:
        raise BadInput(field, value, "zero: nothing can be divided by it")
    return number


def head_count(field: str, value: int) -> int:
    """A number of people."""
    return whole_count(field, value)
