"""Classifying days again, against the SQL that reads the same punches and writes the same days.

`python -m bench.reclassify` takes one month of a town of 1,000 people; `--employees 20000` a city's. Both builds take
turns on one database, each turn in a process of its own. Before each turn all days are spoilt, so that each one has to
be written; the last turn finds them true, and nothing is to be written.

The floor knows the result beforehand: it reads all punches of the month as tuples, and writes the rows of all days with
one statement for each 10,000 of them. It computes nothing, tells nobody and asks for nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from bench.dataset import SEED, Filled, Size
from bench.load import Town, default_folder, opened
from bench.processors import family_cpu_ms

MONTH = (date(2025, 3, 1), date(2025, 3, 31))
_NOW = datetime(2025, 4, 2, 3, 0, tzinfo=UTC)
_AT_ONCE = 10_000
_UNIT = 1  # the whole town
_PUNCH = (
    "source", "pin", "occurred_at", "date", "kind", "line", "digest", "received_at", "employee_id", "outcome",
)  # fmt: skip
_DAY = (
    "employee_id", "unit_id", "date", "status", "first_in", "last_out", "late_min", "early_min", "worked_min",
    "missing_taps", "policy", "policy_version", "steps",
)  # fmt: skip
_TYPES = (
    "bigint[]", "bigint[]", "date[]", "text[]", "timestamptz[]", "timestamptz[]", "int[]", "int[]", "int[]", "int[]",
    "text[]", "text[]", "jsonb[]",
)  # fmt: skip
_PUNCHES = "SELECT employee_id, date, id, occurred_at, kind, source, outcome FROM punch WHERE date >= {} AND date <= {}"
_NEW = ", ".join(f"{name} = excluded.{name}" for name in _DAY if name not in ("employee_id", "date"))
_UPSERT = " ON CONFLICT (employee_id, date) DO UPDATE SET " + _NEW
_SPOIL = "UPDATE attendance_day SET status = 'open', late_min = -1, first_in = NULL, last_out = NULL"


def main() -> None:
    """Measures and prints a table (`--json` for scripts)."""
    options = _arguments()
    if options.turn:
        print(json.dumps(asyncio.run(_TURNS[options.turn](options.url, options.kept))))
        return
    figures = {kind: _measured(kind, options) for kind in options.database}
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for kind, found in figures.items():
        table = Table(
            "measured", "figure", title=f"{kind}, {options.employees:,} employees, {found['days']:,} days"
        )
        for name, figure in found.items():
            table.add_row(name, str(figure))
        Console().print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.reclassify", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--employees", type=int, default=1000)
    parser.add_argument(
        "--database", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"]
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cache", type=Path, default=default_folder(), help="where towns are kept")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--turn", choices=sorted(_TURNS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--kept", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(kind: str, options: argparse.Namespace) -> dict[str, Any]:
    size = Size(options.employees, activities=1, submitters=8)
    rows = options.cache / f"{kind}-{size.label}" / "days.json"
    with opened(kind, options.cache, size) as town:
        _fill(town, _punches(size))
        first = _turn("eperf", town, rows)  # makes the days, and warms what is warmed by use
        _keep(town, rows)
        turns: dict[str, list[dict[str, Any]]] = {"floor": [], "eperf": []}
        for _ in range(options.rounds):
            for name, made in turns.items():
                _execute(town, _SPOIL)
                _tidy(town)
                made.append(_turn(name, town, rows))
                print(f"{kind}, {name}: {made[-1]}", file=sys.stderr)
        _require_same(town, rows)
        _tidy(town)
        still = _turn("eperf", town, rows)
    return _figures(size, turns, first, still)


def _figures(
    size: Size, turns: dict[str, list[dict[str, Any]]], first: dict[str, Any], still: dict[str, Any]
) -> dict[str, Any]:
    floor, own = ([turn["seconds"] for turn in turns[name]] for name in ("floor", "eperf"))
    days, took = turns["eperf"][0]["days"], median(own)
    return {
        "days": days,
        "floor, days/s": round(days / median(floor)),
        "eperf, days/s": round(days / took),
        "eperf, employees/s": round(size.employees / took),
        "ratio to the floor": round(median(a / b for a, b in zip(floor, own, strict=True)), 3),
        "processor time, x floor": round(_cpu(turns["eperf"]) / _cpu(turns["floor"]), 2),
        "nothing to write, days/s": round(days / still["seconds"]),
        "written then": still["written"],
        "peak memory of eperf, MiB": round(max(turn["mib"] for turn in (first, *turns["eperf"]))),
        "memory before it begins, MiB": round(turns["eperf"][0]["mib at first"]),
    }


def _cpu(turns: list[dict[str, Any]]) -> float:
    """The processor seconds of a turn, the database's included: beside other load they move less than seconds do."""
    return median(turn["cpu"] + turn["database cpu"] for turn in turns)


def _turn(name: str, town: Town, rows: Path) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "bench.reclassify",
        "--turn",
        name,
        "--url",
        town.url,
        "--kept",
        str(rows),
    ]
    before = family_cpu_ms(town.pid) if town.pid else 0.0
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    # SQLite works in the process itself.
    found["database cpu"] = (family_cpu_ms(town.pid) - before) / 1000 if town.pid else 0.0
    return found


async def _eperf(url: str, _: Path) -> dict[str, Any]:
    from eperf.domain.access import SYSTEM
    from eperf.plugins import registry
    from eperf.services.attendance.days import close_day, reclassify
    from eperf.services.call import Call
    from eperf.store import database, stale
    from eperf.store.attendance import DayRow
    from eperf.store.event import EventRow

    await database.connect(url)
    try:
        call = Call(SYSTEM, _NOW, registry=registry.load(strict=True))
        days = [MONTH[0] + timedelta(days=n) for n in range((MONTH[1] - MONTH[0]).days + 1)]
        if not await DayRow.exists():
            for day in days:
                await close_day(call, day)
        async with database.transaction():
            await stale.mark(days, _UNIT)
        told, at_first = await EventRow.all().count(), _peak_mib()
        begun, cpu = time.perf_counter(), time.process_time()
        while await reclassify(call):
            pass
        took, cpu = time.perf_counter() - begun, time.process_time() - cpu
        return {
            "seconds": took, "cpu": cpu, "days": await DayRow.all().count(), "written": await EventRow.all().count() - told,
            "mib": _peak_mib(), "mib at first": at_first,
        }  # fmt: skip
    finally:
        await database.disconnect()


async def _floor(url: str, kept: Path) -> dict[str, Any]:
    rows = [tuple(row) for row in json.loads(kept.read_text())]
    if url.startswith("sqlite"):
        took, cpu = _floor_sqlite(url, rows)
    else:
        took, cpu = await _floor_postgres(url, rows)
    return {"seconds": took, "cpu": cpu, "days": len(rows)}


def _floor_sqlite(url: str, rows: list[tuple[Any, ...]]) -> tuple[float, float]:
    with closing(sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)) as connection:
        for pragma in ("synchronous=FULL", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        statement = (
            f"INSERT INTO attendance_day ({', '.join(_DAY)}) VALUES ({', '.join('?' * len(_DAY))}){_UPSERT}"
        )
        begun, cpu = time.perf_counter(), time.process_time()
        connection.execute(_PUNCHES.format("?", "?"), [day.isoformat() for day in MONTH]).fetchall()
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, rows[start : start + _AT_ONCE])
            connection.execute("COMMIT")
        return time.perf_counter() - begun, time.process_time() - cpu


async def _floor_postgres(url: str, rows: list[tuple[Any, ...]]) -> tuple[float, float]:
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    columns[2] = [date.fromisoformat(day) for day in columns[2]]
    for place in (4, 5):
        columns[place] = [None if at is None else datetime.fromisoformat(at) for at in columns[place]]
    given = ", ".join(f"${place}::{kind}" for place, kind in enumerate(_TYPES, 1))
    statement = f"INSERT INTO attendance_day ({', '.join(_DAY)}) SELECT * FROM unnest({given}){_UPSERT}"
    connection = await asyncpg.connect(url)
    try:
        begun, cpu = time.perf_counter(), time.process_time()
        await connection.fetch(_PUNCHES.format("$1", "$2"), *MONTH)
        for start in range(0, len(rows), _AT_ONCE):
            await connection.execute(statement, *(column[start : start + _AT_ONCE] for column in columns))
        return time.perf_counter() - begun, time.process_time() - cpu
    finally:
        await connection.close()


_TURNS = {"eperf": _eperf, "floor": _floor}


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _punches(size: Size) -> Filled:
    """Two taps on each working day of the month: mostly on time, some late, some that are missing."""
    return Filled("punch", _PUNCH, lambda: _taps(size))


def _taps(size: Size) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(SEED + 3)
    days = [MONTH[0] + timedelta(days=n) for n in range((MONTH[1] - MONTH[0]).days + 1)]
    for day in days:
        if day.isoweekday() > 5:
            continue
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)
        for employee in range(1, size.employees + 1):
            fate = chance.random()
            came = 7 * 3600 + chance.randint(300, 1790) + (chance.randint(0, 3000) if fate < 0.1 else 0)
            went = 16 * 3600 + chance.randint(20, 4000)
            for kind, seconds, taken in (("in", came, fate > 0.02), ("out", went, fate > 0.03)):
                if taken:
                    at = midnight + timedelta(seconds=seconds)
                    line, key = f"{employee}\t{at:%Y-%m-%d %H:%M:%S}", f"{kind}{employee}-{day.isoformat()}"
                    yield "eperf/adms-push", str(employee), at, day, kind, line, key, _NOW, employee, "used"


def _fill(town: Town, punches: Filled) -> None:
    """The month's punches, once; days and what was told of them begin anew."""
    if town.kind == "sqlite":
        with closing(sqlite3.connect(town.url.removeprefix("sqlite://"))) as connection:
            connection.execute("DELETE FROM attendance_day")
            connection.execute("DELETE FROM stale_day")
            if not connection.execute("SELECT count(*) FROM punch").fetchone()[0]:
                marks = ", ".join("?" * len(_PUNCH))
                connection.executemany(
                    f"INSERT INTO punch ({', '.join(_PUNCH)}) VALUES ({marks})",
                    ([_plain(value) for value in row] for row in punches.rows()),
                )
            connection.commit()
            connection.execute("ANALYZE")
        return

    async def fill() -> None:
        connection = await asyncpg.connect(town.url)
        try:
            await connection.execute("TRUNCATE attendance_day, stale_day")
            if not await connection.fetchval("SELECT count(*) FROM punch"):
                await connection.copy_records_to_table("punch", columns=_PUNCH, records=punches.rows())
            await connection.execute("VACUUM ANALYZE")
        finally:
            await connection.close()

    asyncio.run(fill())


def _execute(town: Town, statement: str) -> None:
    _query(town, statement)


def _query(town: Town, statement: str) -> list[tuple[Any, ...]]:
    if town.kind == "sqlite":
        with closing(sqlite3.connect(town.url.removeprefix("sqlite://"))) as connection:
            found = connection.execute(statement).fetchall()
            connection.commit()
            return found

    async def ask() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(town.url)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def _tidy(town: Town) -> None:
    """What the database would do by itself some time, done before a turn and not in it."""
    if town.kind == "sqlite":
        _execute(town, "PRAGMA wal_checkpoint(TRUNCATE)")
        return
    for statement in ("VACUUM attendance_day", "VACUUM event", "VACUUM stale_day", "CHECKPOINT"):
        _execute(town, statement)


def _rows(town: Town) -> list[list[Any]]:
    found = _query(town, f"SELECT {', '.join(_DAY)} FROM attendance_day ORDER BY employee_id, date")
    return [[_plain(value) for value in row] for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


def _keep(town: Town, rows: Path) -> None:
    rows.write_text(json.dumps(_rows(town)))


def _require_same(town: Town, rows: Path) -> None:
    if _rows(town) != json.loads(rows.read_text()):
        raise SystemExit("eperf's days are other ones than those the floor writes")


if __name__ == "__main__":
    main()
