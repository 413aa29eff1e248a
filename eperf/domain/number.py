"""Numbers from outside, refused by name when they cannot be."""

from __future__ import annotations

from decimal import Decimal

from eperf.domain.errors import BadInput


def in_range(field: str, value: Decimal | int, least: int = 0, most: int | None = None) -> None:
    """Raises `BadInput` unless the value is a number from `least` to `most` (None: no upper bound)."""
    if not Decimal(value).is_finite():
        raise BadInput(field, value, "not a number")
    if value < least:
        raise BadInput(field, value, f"below {least}")
    if most is not None and value > most:
        raise BadInput(field, value, f"above {most}")


def positive(field: str, value: Decimal | int) -> None:
    """Raises `BadInput` unless the value is a number above zero: it is divided by."""
    if not Decimal(value).is_finite():
        raise BadInput(field, value, "not a number")
    if value <= 0:
        raise BadInput(field, value, "not above zero")
