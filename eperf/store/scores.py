"""Scores by sets: what is stored of many people's months, and one statement that writes those that differ.

Whether a score differs is asked of digests in columns; the explanations themselves are only sent when they are written,
as the bytes that were computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from eperf.store import database
from eperf.store.sqlite import stored_instant

SCORES = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "unit_id": pl.Int64(),
        "score_h": pl.Int64(),
        "state": pl.String(),
        "cause": pl.String(),
        "scheme": pl.String(),
        "scheme_version": pl.String(),
        "settings_digest": pl.String(),
        "input_digest": pl.String(),
        "breakdown_digest": pl.String(),
        "breakdown": pl.String(),
    }
)
"""Computed scores of one period; `breakdown` is JSON text, and what the digest is of."""

_COMPARED = tuple(name for name in SCORES if name not in ("employee_id", "breakdown"))
_TYPES = ("bigint", "bigint", "bigint", "text", "text", "text", "text", "text", "text", "text", "text")
_COLUMNS = (*SCORES, "period", "computed_at")
_OLD = pl.Schema({"id": pl.Int64(), "employee_id": pl.Int64(), **{name: SCORES[name] for name in _COMPARED}})
_STORED = """
SELECT id, employee_id, {compared} FROM score WHERE period = {period} AND employee_id IN ({ids})
"""
_WRITE = """
WITH given ({columns}) AS ({given})
INSERT INTO score ({columns}) SELECT {selected} FROM given WHERE true
ON CONFLICT (employee_id, period) DO UPDATE SET {new}
RETURNING id, employee_id
"""
_NEW = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in ("employee_id", "period"))
_SQLITE_ROWS = 500

Changed = tuple[int, int, int, int | None, str, int | None]
"""A score that was written: its id, the employee, the unit, the score, its state, and the score before."""


async def write(computed: pl.DataFrame, period: str, now: datetime) -> list[Changed]:
    """Writes the scores that differ from what is stored; gives those, by employee. Inside the caller's transaction."""
    differing = await _differing(computed, period)
    if differing.is_empty():
        return []
    ids = await _write(differing.select(SCORES.names()), period, now)
    shown = differing.select("employee_id", "unit_id", "score_h", "state", "before")
    return [(ids[row[0]], *row) for row in shown.iter_rows()]


async def _differing(computed: pl.DataFrame, period: str) -> pl.DataFrame:
    """When it was computed does not make a score another one."""
    stored = await _stored(computed.get_column("employee_id").to_list(), period)
    both = computed.join(stored, on="employee_id", how="left", suffix=" before", maintain_order="left")
    differs = [pl.col(name).ne_missing(pl.col(f"{name} before")) for name in _COMPARED]
    found = both.filter(pl.col("id").is_null() | pl.any_horizontal(differs))
    return found.with_columns(before=pl.col("score_h before")).sort("employee_id")


async def _stored(ids: Sequence[int], period: str) -> pl.DataFrame:
    postgres = database.dialect() == "postgres"
    text = _STORED.format(
        compared=", ".join(_COMPARED),
        period="$1" if postgres else "?",
        ids=database.listed(ids),
    )
    _, rows = await database.connection().execute_query(text, [period])
    return pl.DataFrame([tuple(row) for row in rows], schema=_OLD, orient="row")


async def _write(rows: pl.DataFrame, period: str, now: datetime) -> dict[int, int]:
    """The ids of the rows by employee."""
    if database.dialect() == "postgres":
        columns = [rows.get_column(name).to_list() for name in SCORES]
        return dict(await _execute(_postgres_text(), [*columns, period, now]))
    found: dict[int, int] = {}
    for some in rows.iter_slices(_SQLITE_ROWS):
        values = [value for row in some.iter_rows() for value in (*row, period, stored_instant(now))]
        found.update(await _execute(_sqlite_text(some.height), values))
    return found


async def _execute(text: str, values: Sequence[Any]) -> list[tuple[int, int]]:
    _, rows = await database.connection().execute_query(text, list(values))
    return [(row["employee_id"], row["id"]) for row in rows]


def _postgres_text() -> str:
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(_TYPES, 1))
    names = ", ".join("breakdown::json" if name == "breakdown" else name for name in SCORES)
    period, now = len(_TYPES) + 1, len(_TYPES) + 2
    given = (
        f"SELECT {names}, ${period}::text, ${now}::timestamptz"  # noqa: S608 - our own names
        f" FROM unnest({arrays}) AS given({', '.join(SCORES)})"
    )
    return _text(given)


def _sqlite_text(rows: int) -> str:
    row = f"({', '.join('?' * len(_COLUMNS))})"
    return _text(f"VALUES {', '.join([row] * rows)}")


def _text(given: str) -> str:
    selected = ", ".join(f"given.{name}" for name in _COLUMNS)
    return _WRITE.format(columns=", ".join(_COLUMNS), given=given, selected=selected, new=_NEW)
