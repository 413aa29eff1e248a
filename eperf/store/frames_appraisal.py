"""Reading what plans, ratings and superiors say of people, as columns for scoring.

Nothing but integers of our own tables and days is written into a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import polars as pl

from eperf.domain.appraisal.term import handed_from, predikat_from
from eperf.domain.period import YearMonth
from eperf.domain.scoring import BEHAVIOUR, PREDIKAT, TARGETS
from eperf.store import database

_TARGETS = """
SELECT t.id, p.employee_id, p.id, p.period, t.kind, t.title, t.aspect, t.measure, t.target_h, r.realised_h, r.through,
       t.lower_is_better, t.weight_h
FROM work_target t JOIN work_plan p ON p.id = t.plan_id
LEFT JOIN realisation r ON r.id = (
    SELECT one.id FROM realisation one
    WHERE one.target_id = t.id AND one.state = 'accepted' AND one.through <= '{month}'
    ORDER BY one.through DESC, one.id DESC LIMIT 1
)
WHERE p.employee_id IN ({ids}) AND p.state = 'agreed' AND p.first_day <= '{last}' AND p.last_day >= '{since}'
"""
_BEHAVIOUR = """
SELECT employee_id, period, dimension, score_h, lowest_h, highest_h, raters, state, known_on
FROM behaviour WHERE employee_id IN ({ids}) AND first_day <= '{last}' AND last_day >= '{since}'
"""
_PREDIKAT = """
SELECT employee_id, period, work, behaviour, predikat, known_on
FROM predikat WHERE employee_id IN ({ids}) AND first_day <= '{last}' AND last_day >= '{since}'
"""


async def targets(ids: Sequence[int], period: YearMonth) -> pl.DataFrame:
    """Targets of agreed plans, with what was accepted of each up to the month (`eperf.domain.scoring.TARGETS`)."""
    return await _read(_TARGETS, ids, period, handed_from(period), TARGETS)


async def behaviour(ids: Sequence[int], period: YearMonth) -> pl.DataFrame:
    """Figures of closed rounds (`eperf.domain.scoring.BEHAVIOUR`)."""
    return await _read(_BEHAVIOUR, ids, period, handed_from(period), BEHAVIOUR)


async def predikat(ids: Sequence[int], period: YearMonth) -> pl.DataFrame:
    """Decided predikat (`eperf.domain.scoring.PREDIKAT`)."""
    return await _read(_PREDIKAT, ids, period, predikat_from(period), PREDIKAT)


async def _read(
    sql: str, ids: Sequence[int], period: YearMonth, since: date, schema: pl.Schema
) -> pl.DataFrame:
    text = sql.format(
        ids=database.listed(ids), month=period, last=period.last.isoformat(), since=since.isoformat()
    )
    _, rows = await database.connection().execute_query(text)
    makers = _makers(schema)
    ready = [[make(value) for make, value in zip(makers, _values(row), strict=True)] for row in rows]
    return pl.DataFrame(ready, schema=schema, orient="row")


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(row.values()) if hasattr(row, "values") else tuple(row)


def _makers(schema: pl.Schema) -> list[Callable[[Any], Any]]:
    """What makes of each column's value, as the two drivers give it, the value of the frame."""
    return [
        _day if kind == pl.Date() else _flag if kind == pl.Boolean() else _same for kind in schema.dtypes()
    ]


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _flag(value: Any) -> Any:
    return None if value is None else bool(value)


def _same(value: Any) -> Any:
    return value
