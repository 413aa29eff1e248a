"""Days and what they are made of, by sets: tuples from the driver, and one statement that writes what differs.

No model objects: a city's month is a million rows. What is asked is a span of days for each person, so that a month of
some people is one range of the index for each, and single days of many people are no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from eperf.store import database
from eperf.store.sqlite import stored_instant

Key = tuple[int, date]
"""An employee and a civil day."""

Spans = Mapping[int, tuple[date, date]]
"""The first and the last day that is wanted of each employee."""

WRITTEN = (
    "unit_id", "status", "first_in", "last_out", "late_min", "early_min", "worked_min", "missing_taps",
    "policy", "policy_version", "steps",
)  # fmt: skip
"""The columns of a day that a classification gives; `steps` as JSON text."""

Punch = tuple[int, date, int, datetime, str, str]
"""An employee, a civil day, and the record's id, instant, kind and source."""

_TYPES = ("bigint", "text", "timestamptz", "timestamptz", "int", "int", "int", "int", "text", "text", "jsonb")
_COLUMNS = ("employee_id", "date", *WRITTEN)
_SQLITE_ROWS = 500
_POSTGRES_WANTED = "unnest($1::bigint[], $2::date[], $3::date[]) AS wanted(employee_id, first, last)"
_SQLITE_WANTED = (
    "(SELECT json_extract(value, '$[0]') AS employee_id, json_extract(value, '$[1]') AS first,"
    " json_extract(value, '$[2]') AS last FROM json_each(?1)) AS wanted"
)
_OF = "FROM {wanted} CROSS JOIN {table} AS found WHERE found.employee_id = wanted.employee_id"
_BETWEEN = " AND found.date >= wanted.first AND found.date <= wanted.last"
_PUNCHES = (
    "SELECT found.employee_id, found.date, found.id, found.occurred_at, found.kind, found.source "
    + _OF.replace("{table}", "punch")
    + _BETWEEN
    + " AND found.outcome <> 'withdrawn' ORDER BY found.employee_id, found.occurred_at, found.id"
)
_KNOWN = (
    "SELECT found.employee_id, found.date "
    + _OF.replace("{table}", "attendance_day")
    + _BETWEEN
    + " UNION SELECT found.employee_id, found.date "
    + _OF.replace("{table}", "punch")
    + _BETWEEN
    + " AND found.outcome <> 'withdrawn' ORDER BY 1, 2"
)
_ROSTER = (
    "SELECT found.employee_id, found.date, found.name, found.start_time, found.end_time, found.break_min "
    + _OF.replace("{table}", "roster_day")
    + _BETWEEN
)
_PLACED = (
    "SELECT found.employee_id, found.unit_id, found.valid_from, found.valid_to "
    + _OF.replace("{table}", "placement")
    + " AND found.valid_from <= wanted.last ORDER BY found.employee_id, found.valid_from DESC"
)
_DIFFERS = {
    "postgres": "({old}) IS DISTINCT FROM ({given})".format(
        old=", ".join(f"old.{name}" for name in WRITTEN), given=", ".join(f"given.{name}" for name in WRITTEN)
    ),
    "sqlite": " OR ".join(f"old.{name} IS NOT given.{name}" for name in WRITTEN),
}
_WRITE = """
WITH given ({columns}) AS ({given})
INSERT INTO attendance_day ({columns})
SELECT {selected} FROM given
LEFT JOIN attendance_day AS old ON old.employee_id = given.employee_id AND old.date = given.date
WHERE old.id IS NULL OR {differs}
ON CONFLICT (employee_id, date) DO UPDATE SET {new}
RETURNING id, employee_id, date
"""


def spans(days: Iterable[Key]) -> dict[int, tuple[date, date]]:
    """The first and the last of the days of each employee."""
    found: dict[int, tuple[date, date]] = {}
    for employee, day in days:
        first, last = found.get(employee, (day, day))
        found[employee] = (min(first, day), max(last, day))
    return found


async def punches(wanted: Spans) -> list[Punch]:
    """The records that count, by employee and in the order of time."""
    rows = await _read(_PUNCHES, wanted)
    if database.dialect() == "postgres":
        return [tuple(row) for row in rows]
    return [
        (who, date.fromisoformat(day), number, datetime.fromisoformat(at), kind, source)
        for who, day, number, at, kind, source in rows
    ]


async def known(wanted: Spans) -> list[Key]:
    """The days that have been classified before, and those with records that no classification has seen, in order."""
    return [(who, _day(day)) for who, day in await _read(_KNOWN, wanted)]


async def rostered(wanted: Spans) -> list[tuple[int, date, str, str | None, str | None, int]]:
    """What rosters say: employee, day, name, start, end, break in minutes."""
    return [(who, _day(day), *rest) for who, day, *rest in await _read(_ROSTER, wanted)]


async def placed(wanted: Spans) -> list[tuple[int, int, date, date | None]]:
    """Placements that began by the last day: employee, unit, first day, end; of each employee the latest first."""
    rows = await _read(_PLACED, wanted)
    return [(who, unit, _day(first), None if end is None else _day(end)) for who, unit, first, end in rows]


async def write(rows: Sequence[tuple[Any, ...]]) -> list[tuple[int, int, date]]:
    """Writes days (`employee_id`, `date`, then `WRITTEN`), those alone that differ; gives id, employee and day of each.

    The caller holds the days of these people (`lock.take_days`): of two who write one day the second sees the first.
    """
    if not rows:
        return []
    if database.dialect() == "postgres":
        columns = [list(column) for column in zip(*rows, strict=True)]
        return [tuple(row) for row in await _execute(_postgres_text(), columns)]
    written: list[tuple[int, int, date]] = []
    for start in range(0, len(rows), _SQLITE_ROWS):
        some = rows[start : start + _SQLITE_ROWS]
        values = [_sqlite(value) for row in some for value in row]
        written += [
            (number, who, _day(day)) for number, who, day in await _execute(_sqlite_text(len(some)), values)
        ]
    return written


def _postgres_text() -> str:
    arrays = ", ".join(
        f"${place}::{'text' if kind == 'jsonb' else kind}[]"
        for place, kind in enumerate(("bigint", "date", *_TYPES), 1)
    )
    names = ", ".join("steps::jsonb" if name == "steps" else name for name in _COLUMNS)
    return _text("postgres", f"SELECT {names} FROM unnest({arrays}) AS given({', '.join(_COLUMNS)})")  # noqa: S608


def _sqlite_text(rows: int) -> str:
    row = f"({', '.join('?' * len(_COLUMNS))})"
    return _text("sqlite", f"VALUES {', '.join([row] * rows)}")


def _text(dialect: str, given: str) -> str:
    return _WRITE.format(
        columns=", ".join(_COLUMNS),
        given=given,
        selected=", ".join(f"given.{name}" for name in _COLUMNS),
        differs=_DIFFERS[dialect],
        new=", ".join(f"{name} = excluded.{name}" for name in WRITTEN),
    )


async def _read(text: str, wanted: Spans) -> Sequence[Any]:
    if not wanted:
        return []
    if database.dialect() == "postgres":
        firsts, lasts = zip(*wanted.values(), strict=True)
        return await _execute(text.format(wanted=_POSTGRES_WANTED), [list(wanted), list(firsts), list(lasts)])
    given = orjson.dumps([(who, first, last) for who, (first, last) in wanted.items()]).decode()
    return await _execute(text.format(wanted=_SQLITE_WANTED), [given])


async def _execute(text: str, values: list[Any]) -> Sequence[Any]:
    _, rows = await database.connection().execute_query(text, values)
    return rows


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return stored_instant(value)
    return value.isoformat() if isinstance(value, date) else value
