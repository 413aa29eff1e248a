"""Reading units' months as columns: one statement a table for many units, whose text goes straight into a frame.

PostgreSQL sends the rows by COPY; SQLite joins them to one text, because handing a row to Python costs more than
finding it. No model objects, and of the catalogue only the items that occur: an activity carries its item's number, and
what the item says of it is put beside it in columns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from eperf.domain.activity import ActivityState
from eperf.domain.errors import ScoringFrameInvalid
from eperf.domain.period import YearMonth
from eperf.domain.scoring import ACTIVITIES, DAYS, EMPLOYEES, UnitPeriod
from eperf.domain.scoring.cut import Cohort, cut
from eperf.store import database, frames_appraisal

_EMPLOYEES = """
SELECT e.id, e.nip, p.code, p.job_class, NULL, e.kind, p.kind, e.rank
FROM employee e LEFT JOIN position p ON p.id = e.position_id WHERE e.id IN ({ids})
"""
_ACTIVITIES = ("id", "employee_id", "item_id", "date", "minutes", "quantity_h", "state")
_DAYS = ("employee_id", "date", "status", "late_min", "early_min", "worked_min", "missing_taps")
_ITEMS = """
SELECT id, code, name, points_per_unit_h, unit_size_h, norm_min, fraction_policy FROM catalogue_item WHERE id IN ({ids})
"""
_ITEM = pl.Schema(
    {
        "item_id": pl.Int64(),
        "item_code": pl.String(),
        "item_name": pl.String(),
        "points_per_unit_h": pl.Int64(),
        "unit_size_h": pl.Int64(),
        "norm_min": pl.Int64(),
        "fraction_policy": pl.String(),
    }
)
_REPORTED = pl.Schema(
    {"activity_id": pl.Int64(), "item_id": pl.Int64()}
    | {name: ACTIVITIES[name] for name in ("employee_id", "date", "minutes", "quantity_h", "state")}
)


async def months(cohorts: Sequence[Cohort], period: YearMonth) -> list[UnitPeriod | ScoringFrameInvalid]:
    """The facts of each cohort in the period, in order, or why they cannot be scored."""
    ids = [one for cohort in cohorts for one in cohort.employee_ids]
    tables = {
        "employees": await _employees(ids),
        "activities": await _activities(ids, period),
        "days": await _texts("attendance_day", dict(zip(_DAYS, DAYS.items(), strict=True)), ids, period),
        "targets": await frames_appraisal.targets(ids, period),
        "behaviour": await frames_appraisal.behaviour(ids, period),
        "predikat": await frames_appraisal.predikat(ids, period),
    }
    return await asyncio.to_thread(cut, cohorts, period, tables)


async def _employees(ids: Sequence[int]) -> pl.DataFrame:
    return _frame(await _rows(_EMPLOYEES, ids), EMPLOYEES)


async def _activities(ids: Sequence[int], period: YearMonth) -> pl.DataFrame:
    wanted = ("activity_id", "employee_id", "item_id", "date", "minutes", "quantity_h", "state")
    columns = {name: (own, _REPORTED[own]) for name, own in zip(_ACTIVITIES, wanted, strict=True)}
    sent = pl.col("state") != ActivityState.DRAFT.value  # a draft is its reporter's alone
    reported = (await _texts("activity", columns, ids, period)).filter(sent)
    items = reported.get_column("item_id").unique().to_list()
    known = _frame(await _rows(_ITEMS, items), _ITEM)
    return reported.join(known, on="item_id", maintain_order="left").select(ACTIVITIES.names())


async def _rows(sql: str, ids: Iterable[int]) -> Iterable[tuple[Any, ...]]:
    _, rows = await database.connection().execute_query(sql.format(ids=database.listed(ids)), [])
    return (tuple(row.values()) if hasattr(row, "values") else tuple(row) for row in rows)


def _frame(rows: Iterable[tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")


async def _texts(
    table: str, columns: Mapping[str, tuple[str, pl.DataType]], ids: Sequence[int], period: YearMonth
) -> pl.DataFrame:
    """Rows of the period as columns: `columns` says which, and how the frame calls them."""
    text = await database.csv(table, list(columns), ids, period.first, period.last)
    counted = database.dialect() == "postgres"
    return await asyncio.to_thread(_parsed, text, dict(columns.values()), period.first if counted else None)


def _parsed(text: bytes, schema: dict[str, pl.DataType], first: date | None) -> pl.DataFrame:
    """The text as columns; with `first` its days are counted from there."""
    if not text:
        return pl.DataFrame(schema=schema)
    if first is None:
        return pl.read_csv(text, has_header=False, schema=schema)
    rows = pl.read_csv(text, has_header=False, schema=schema | {"date": pl.Int32()})
    zero = (first - date(1970, 1, 1)).days
    return rows.with_columns((pl.col("date") + zero).cast(pl.Date))
