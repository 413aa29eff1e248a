"""The six tables that scoring reads, and what must hold before any rule sees them.

A part may rely on every line here, so no part checks its input again. The shape is version 2; a change of
meaning is a new version, because receipts of old months must still be read as they were written. Version 2
added targets, behaviour and predikat, and of employees what rules of groups ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from eperf.domain.errors import ScoringFrameInvalid

FRAME_VERSION = 2

EMPLOYEES = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "nip": pl.String(),
        "position_code": pl.String(),
        "job_class": pl.Int64(),
        "group": pl.String(),
        "kind": pl.String(),
        "position_kind": pl.String(),
        "rank_code": pl.String(),
    }
)
"""One row per employee of the unit. Only `employee_id` is never null.

`kind` is `PNS`, `CPNS` or `PPPK`; `position_kind` a word of `eperf.domain.organisation.PositionKind`;
`rank_code` as in decrees (`III/a`, for a PPPK `IX`).
"""

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

TARGETS = pl.Schema(
    {
        "target_id": pl.Int64(),
        "employee_id": pl.Int64(),
        "plan_id": pl.Int64(),
        "period": pl.String(),
        "kind": pl.String(),
        "title": pl.String(),
        "aspect": pl.String(),
        "unit": pl.String(),
        "target_h": pl.Int64(),
        "realised_h": pl.Int64(),
        "realised_through": pl.String(),
        "lower_is_better": pl.Boolean(),
        "weight_h": pl.Int64(),
    }
)
"""One row per target of an agreed plan: one aspect of one result, so rows of the same `plan_id` and `title`
are the aspects of one task.

`period` is the plan's (`2026-03`, `2026Q1` or `2026`): plans that cover the month, and those that ended in the
three months before it, for rules that lag. `realised_h` is what the superior accepted as reached since the
plan began; null is missing, and never a guessed zero. `realised_through` is the month it was reported for, at
the latest the month that is scored. `weight_h` null: all targets of the plan count equally.
"""

BEHAVIOUR = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "period": pl.String(),
        "dimension": pl.String(),
        "score_h": pl.Int64(),
        "lowest_h": pl.Int64(),
        "highest_h": pl.Int64(),
        "raters": pl.Int64(),
        "state": pl.String(),
        "known_on": pl.Date(),
    }
)
"""One row per employee, period and dimension of a closed round, combined over the roles of the assessors.

Who rated is not told. `score_h` lies on the scale `lowest_h` to `highest_h`; null is missing. `raters` counts
those whose rating is in the score; `state` is `enough` or `too_few` by the rules of the round. Periods as in
`TARGETS`; `known_on` is the day on which the round was closed.
"""

PREDIKAT = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "period": pl.String(),
        "work": pl.String(),
        "behaviour": pl.String(),
        "predikat": pl.String(),
        "known_on": pl.Date(),
    }
)
"""One row per employee and period whose predikat was decided (PermenPANRB 6/2022), of the year of the month and
the two before it, for rules that lag. No row is a predikat that is missing.

`work` and `behaviour` are the expectations `above`, `meets` or `below`, null where only the predikat was
handed over; `known_on` is the day on which it was decided, which may lie after the month.
"""

FRACTION_POLICIES = ("proportional", "whole_units")
ACTIVITY_STATES = ("draft", "submitted", "returned", "verified", "rejected")
VERIFIED = "verified"
EMPLOYEE_KINDS = ("PNS", "CPNS", "PPPK")
TARGET_KINDS = ("main", "additional")
ASPECTS = ("quantity", "quality", "time", "cost")
RATED = ("enough", "too_few")
EXPECTATIONS = ("above", "meets", "below")
PREDIKATS = ("sangat_baik", "baik", "butuh_perbaikan", "kurang", "sangat_kurang")

_NULLABLE = {
    "employees": set(EMPLOYEES) - {"employee_id"},
    "activities": {"norm_min"},
    "days": {"late_min", "early_min", "worked_min"},
    "targets": {"realised_h", "realised_through", "weight_h"},
    "behaviour": {"score_h"},
    "predikat": {"work", "behaviour"},
}
_MOST = 1_000_000_000
_LIMITS = {
    "points_per_unit_h": (0, 10_000_000), "norm_min": (0, 100_000), "unit_size_h": (1, _MOST), "target_h": (1, _MOST),
}  # fmt: skip
_ALLOWED = {
    "activities.fraction_policy": FRACTION_POLICIES,
    "activities.state": ACTIVITY_STATES,
    "employees.kind": EMPLOYEE_KINDS,
    "targets.kind": TARGET_KINDS,
    "targets.aspect": ASPECTS,
    "behaviour.state": RATED,
    "predikat.work": EXPECTATIONS,
    "predikat.behaviour": EXPECTATIONS,
    "predikat.predikat": PREDIKATS,
}
_IDENTIFIERS = ("employee_id", "activity_id", "target_id", "plan_id")
_PERIODS = {"period": r"^\d{4}(-(0[1-9]|1[0-2])|Q[1-4])?$", "realised_through": r"^\d{4}-(0[1-9]|1[0-2])$"}


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


def on_scale(rows: pl.DataFrame) -> None:
    """Refuses a behaviour score outside its scale, and one of too few raters, which nobody may know."""
    lowest, highest, score = pl.col("lowest_h"), pl.col("highest_h"), pl.col("score_h")
    outside = rows.filter((lowest >= highest) | ~score.is_between(lowest, highest))
    if outside.height:
        raise ScoringFrameInvalid("behaviour.score_h", outside["score_h"][0], "outside the scale")
    hidden = rows.filter((pl.col("state") == "too_few") & score.is_not_null())
    if hidden.height:
        raise ScoringFrameInvalid("behaviour.score_h", hidden["score_h"][0], "too few raters for a score")


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
    if field in _ALLOWED:
        _check_words(field, column, _ALLOWED[field])
    elif column.name in _PERIODS:
        _check_periods(field, column, _PERIODS[column.name])
    elif dtype == pl.Int64() and column.name not in _IDENTIFIERS:
        _check_range(field, column, *_LIMITS.get(column.name, (0, _MOST)))


def _check_words(field: str, column: pl.Series, allowed: tuple[str, ...]) -> None:
    # Comparing with each word is quicker than looking it up: words are short.
    known = pl.any_horizontal([pl.first() == word for word in allowed])
    if not column.to_frame().select(known.all()).item():
        wrong = column.filter(~column.is_in(list(allowed)))
        raise ScoringFrameInvalid(field, wrong[0], "not one of " + ", ".join(allowed))


def _check_periods(field: str, column: pl.Series, shape: str) -> None:
    wrong = column.filter(~column.str.contains(shape))
    if wrong.len():
        raise ScoringFrameInvalid(field, wrong[0], "not a period")


def _check_range(field: str, column: pl.Series, least: int, most: int) -> None:
    lowest, highest = column.min(), column.max()
    if lowest is not None and not (least <= lowest and highest <= most):  # type: ignore[operator]
        wrong = column.filter(~column.is_between(least, most))
        raise ScoringFrameInvalid(field, wrong.drop_nulls()[0], f"not between {least} and {most}")
