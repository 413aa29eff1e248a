"""Scalars, each with one rendering and one strict reading."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from eperf.domain.errors import Refused
from eperf.domain.period import YearMonth as Month
from eperf.planner.sql import Form
from eperf.plugins.fields import Date, DateTime, Hundredths, YearMonth

__all__ = [
    "CONFIG", "FORMS", "SCALARS", "Date", "DateTime", "Hundredths", "YearMonth", "read_hundredths", "shown_hundredths",
    "shown_instant",
]  # fmt: skip

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"(-?)(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,2}))?")


def _wrong(value: Any, expected: str) -> GraphQLError:
    shown = value if isinstance(value, str) else type(value).__name__
    return GraphQLError(f"Expected {expected}, found {shown[:40]!r}.")


def _read_date(value: Any) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value) and value.isascii():
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _wrong(value, "a civil day YYYY-MM-DD")


def _read_instant(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and value.isascii() else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _wrong(value, "an instant with a zone")
    return found.astimezone(UTC)


def shown_instant(value: datetime) -> str:
    """An instant in UTC with `Z`, to the microsecond when it has any."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def shown_hundredths(value: int) -> str:
    """Hundredths as a decimal with two places: 1234 is `12.34`."""
    sign, size = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{size // 100}.{size % 100:02d}"


def read_hundredths(value: Any) -> int:
    """A decimal string with at most two places as hundredths; no exponent, no sign but minus, no other digits."""
    found = _DECIMAL.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    if found is None:
        raise _wrong(value, "a decimal string with at most two places")
    size = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
    return -size if found[1] else size


def _read_month(value: Any) -> str:
    try:
        return _month(value if isinstance(value, str) else "")
    except Refused as refused:
        raise _wrong(value, "a month YYYY-MM") from refused


@lru_cache(1_200)
def _month(text: str) -> str:
    return str(Month.parse(text))


SCALARS: dict[object, Any] = {
    Date: strawberry.scalar(
        name="Date",
        description="A civil day at the workplace, `YYYY-MM-DD` (tanggal).",
        serialize=lambda day: day.isoformat(),
        parse_value=_read_date,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC, ISO 8601 with `Z` (waktu).",
        serialize=shown_instant,
        parse_value=_read_instant,
    ),
    Hundredths: strawberry.scalar(
        name="Decimal",
        description="An exact decimal as a string, at most two places: `12.50`.",
        serialize=shown_hundredths,
        parse_value=read_hundredths,
    ),
    YearMonth: strawberry.scalar(
        name="YearMonth", description="A month, `YYYY-MM` (bulan).", serialize=str, parse_value=_read_month
    ),
}

FORMS = {
    "ID": Form.TEXT,
    "String": Form.TEXT,
    "YearMonth": Form.TEXT,
    "Int": Form.INTEGER,
    "Boolean": Form.BOOLEAN,
    "Date": Form.DATE,
    "DateTime": Form.INSTANT,
    "Decimal": Form.HUNDREDTHS,
}
"""How the database writes what each scalar serialises: the same bytes, by the other read path."""

CONFIG = StrawberryConfig(scalar_map=SCALARS)
