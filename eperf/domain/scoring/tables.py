"""The three tables that scoring reads, and what must hold before any rule sees them.

A part may rely on every line here, so no part checks its input again. The shape is version 1; a change of
meaning is a new version, because receipts of old months must still be read as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from eperf.domain.errors import ScoringFrameInvalid

FRAME_VERSION = 1

EMPLOYEES = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "nip": pl.String(),
        "position_code": pl.String(),
        "job_class": pl.Int64(),
        "group": pl.String(),
    }
)
"""One row per employee of the unit. Only `employee_id` is never null."""

ACTIVITIES = pl.Schema(
    {
        "activity_id": pl.Int64(),
        "employee_id": pl.Int64(),
        "date": pl.Date(),
        "item_code": pl.String(),
        "item_name": pl.String(),
        "minutes": pl.Int64(),
        "quantity_h": pl.Int64(),
        "points_per_unit_h": pl.Int64(),
        "unit_size_h": pl.Int64(),
        "norm_min": pl.Int64(),
        "fraction_policy": pl.String(),
        "state": pl.String(),
    }
)
"""One row per reported activity, in every state. Only `norm_min` may be null; `_h` columns are hundredths."""

DAYS = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "date": pl.Date(),
        "status": pl.String(),
        "late_min": pl.Int64(),
        "early_min": pl.Int64(),
        "worked_min": pl.Int64(),
        "missing_taps": pl.Int64(),
    }
)
"""One row per employee and classified civil day. Null minutes cannot be known, which is not zero."""

FRACTION_POLICIES = ("proportional", "whole_units")
ACTIVITY_STATES = ("draft", "submitted", "returned", "verified", "rejected")
VERIFIED = "verified"

_NULLABLE = {
    "employees": {"nip", "position_code", "job_class", "group"},
    "activities": {"norm_min"},
    "days": {"late_min", "early_min", "worked_min"},
}
_MOST = 1_000_000_000
_LIMITS = {"points_per_unit_h": (0, 10_000_000), "unit_size_h": (1, _MOST)}
_ALLOWED = {"fraction_policy": FRACTION_POLICIES, "state": ACTIVITY_STATES}
_IDENTIFIERS = ("employee_id", "activity_id")


def conform(
    table: str, rows: pl.DataFrame, schema: pl.Schema, key: list[str], order: list[str] | None = None
) -> pl.DataFrame:
    """The rows with columns and lines in canonical order; refuses by `table.column` what does not fit.

    `key`: the columns that no two rows share; `order`: by what the rows stand, the key unless given.
    """
    if not isinstance(rows, pl.DataFrame):
        raise ScoringFrameInvalid(table, type(rows).__name__, "not a polars DataFrame")
    _check_columns(table, rows.schema, schema)
    rows = rows.select(schema.names())
    for name, dtype in schema.items():
        _check_values(table, rows.get_column(name), dtype)
    rises = _rises(rows, key)
    if not rises and rows.select(key).is_duplicated().any():
        raise ScoringFrameInvalid(f"{table}.{key[-1]}", "+".join(key), "the same key stands in two rows")
    return sorted_rows(_in_order(rows, order or key, rises))


def sorted_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that stand by `employee_id`, with that said: whoever groups them by it need not find out."""
    return rows.with_columns(pl.col("employee_id").set_sorted())


def _rises(rows: pl.DataFrame, key: list[str]) -> bool:
    """Whether each row's key is above the one before: then none stands twice, and nothing need be sorted."""
    *heads, last = key
    rises = pl.col(last) > pl.col(last).shift()
    for name in reversed(heads):
        before = pl.col(name).shift()
        rises = (pl.col(name) > before) | ((pl.col(name) == before) & rises)
    return bool(rows.select(rises.all(ignore_nulls=True)).item())


def _in_order(rows: pl.DataFrame, order: list[str], rises: bool) -> pl.DataFrame:
    """Rows by an order; those that `rises` by its last column need only be parted by the others."""
    if _rises(rows, order):
        return rows
    return rows.sort(order[:-1], maintain_order=True) if rises and order[:-1] else rows.sort(order)


def known_employees(table: str, rows: pl.DataFrame, employees: pl.DataFrame) -> None:
    """Refuses rows of somebody who is not an employee of the unit: others' data must not even be near."""
    people = rows.select(pl.col("employee_id").unique(maintain_order=True))
    strangers = people.join(employees, on="employee_id", how="anti", maintain_order="left")
    if strangers.height:
        first = strangers.get_column("employee_id")[0]
        raise ScoringFrameInvalid(f"{table}.employee_id", first, "not an employee of this unit and period")


def within(table: str, rows: pl.DataFrame, first: date, last: date) -> None:
    """Refuses a civil day outside the period."""
    days = rows.get_column("date")
    if days.len() and not (first <= days.min() and days.max() <= last):  # type: ignore[operator]
        outside = days.filter(~days.is_between(first, last))
        raise ScoringFrameInvalid(f"{table}.date", outside[0], f"outside {first} to {last}")


def _check_columns(table: str, found: Mapping[str, pl.DataType], wanted: pl.Schema) -> None:
    for name, dtype in wanted.items():
        if name not in found:
            raise ScoringFrameInvalid(f"{table}.{name}", None, "the column is missing")
        if found[name] != dtype:
            raise ScoringFrameInvalid(f"{table}.{name}", str(found[name]), f"the type must be {dtype}")
    for name in found:
        if name not in wanted:
            raise ScoringFrameInvalid(f"{table}.{name}", None, "the column is unknown")


def _check_values(table: str, column: pl.Series, dtype: pl.DataType) -> None:
    field = f"{table}.{column.name}"
    if column.null_count() and column.name not in _NULLABLE[table]:
        raise ScoringFrameInvalid(field, None, "a value is missing")
    if column.name in _ALLOWED:
        _check_words(field, column, _ALLOWED[column.name])
    elif dtype == pl.Int64() and column.name not in _IDENTIFIERS:
        _check_range(field, column, *_LIMITS.get(column.name, (0, _MOST)))


def _check_words(field: str, column: pl.Series, allowed: tuple[str, ...]) -> None:
    # Comparing with each word is quicker than looking it up: words are short.
    known = pl.any_horizontal([pl.first() == word for word in allowed])
    if not column.to_frame().select(known.all()).item():
        wrong = column.filter(~column.is_in(list(allowed)))
        raise ScoringFrameInvalid(field, wrong[0], "not one of " + ", ".join(allowed))


def _check_range(field: str, column: pl.Series, least: int, most: int) -> None:
    lowest, highest = column.min(), column.max()
    if lowest is not None and not (least <= lowest and highest <= most):  # type: ignore[operator]
        wrong = column.filter(~column.is_between(least, most))
        raise ScoringFrameInvalid(field, wrong.drop_nulls()[0], f"not between {least} and {most}")
