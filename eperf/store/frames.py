"""Reading a unit's month as columns. Rows come from the driver as tuples and go straight into a frame.

No model objects: they would cost more than everything that is computed from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import polars as pl

from eperf.domain.period import YearMonth
from eperf.domain.scoring import ACTIVITIES, DAYS, EMPLOYEES
from eperf.store import database

_EMPLOYEES = """
SELECT e.id, e.nip, p.code, p.job_class, NULL
FROM employee e LEFT JOIN position p ON p.id = e.position_id WHERE e.id IN ({ids})
"""
_ACTIVITIES = """
SELECT a.id, a.employee_id, a.date, i.code, i.name, a.minutes, a.quantity_h, i.points_per_unit_h, i.unit_size_h,
       i.norm_min, i.fraction_policy, a.state
FROM activity a JOIN catalogue_item i ON i.id = a.item_id
WHERE a.employee_id IN ({ids}) AND a.date >= {first} AND a.date <= {last} AND a.state <> 'draft'
"""
_DAYS = """
SELECT employee_id, date, status, late_min, early_min, worked_min, missing_taps
FROM attendance_day WHERE employee_id IN ({ids}) AND date >= {first} AND date <= {last}
"""


async def employees(ids: Sequence[int]) -> pl.DataFrame:
    """The people of a unit-period, as `eperf.domain.scoring.EMPLOYEES` describes."""
    return _frame(await _read(_EMPLOYEES, ids, ()), EMPLOYEES)


async def activities(ids: Sequence[int], period: YearMonth) -> pl.DataFrame:
    """Their activities of the month in every state but drafts, with what the catalogue says of each."""
    return _frame(await _read(_ACTIVITIES, ids, (period.first, period.last)), ACTIVITIES)


async def days(ids: Sequence[int], period: YearMonth) -> pl.DataFrame:
    """Their classified days of the month."""
    return _frame(await _read(_DAYS, ids, (period.first, period.last)), DAYS)


async def _read(sql: str, ids: Sequence[int], bounds: Sequence[date]) -> Iterable[tuple[Any, ...]]:
    # The ids are integers of our own tables: written into the text they need no parameter limit.
    postgres = database.dialect() == "postgres"
    marks = {"first": "$1", "last": "$2"} if postgres else {"first": "?", "last": "?"}
    text = sql.format(ids=",".join(str(int(number)) for number in ids), **marks)
    values: list[Any] = list(bounds) if postgres else [bound.isoformat() for bound in bounds]
    _, rows = await database.connection().execute_query(text, values)
    return (tuple(row.values()) if hasattr(row, "values") else tuple(row) for row in rows)


def _frame(rows: Iterable[tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    place = list(schema).index("date") if "date" in schema else -1
    ready = [
        row
        if place < 0 or isinstance(row[place], date)
        else (*row[:place], date.fromisoformat(row[place]), *row[place + 1 :])
        for row in rows
    ]
    return pl.DataFrame(ready, schema=schema, orient="row")
