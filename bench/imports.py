"""Measures the import of a file of punches against a raw COPY of the same file: `python -m bench.imports`.

The floor sends the file's lines by the same driver into one table with the lines' columns as texts, and checks nothing.
The typed floor is the same with the columns' own types and a number as the key of each row, and a file without the
lines that a type refuses, as one of them ends a COPY. eperf reads, checks, explains and keeps all of them. They
take turns, so that what the machine does meanwhile happens to all; a ratio is the median of those of neighbouring turns. Each import runs in a process of its own, for its peak memory.
`--database sqlite` has no floor and gives the rate. Processor seconds are those of the database with its backends, and
of the importing process: on a busy machine they say more than the time that passed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench.load import POSTGRES_SETTINGS
from bench.machine import described
from bench.processors import family_cpu_ms
from bench.punch_file import PEOPLE, Expected, expected, rows, stick
from eperf.adapters import postgres
from eperf.app.cli.punches import carried_file
from eperf.domain.access import SYSTEM
from eperf.plugins import registry
from eperf.services.call import Call
from eperf.services.imports.punches import import_punches
from eperf.store import bulk, database, migrate
from eperf.store.attendance import DeviceRow
from eperf.store.organisation import PositionRow, UnitRow, UnitTreeRow

GOAL = 0.20
SERIAL = "BENCH1"
_UNITS = 20
_COLUMNS = ("pin", "time", "device", "state", "verify", "workcode")
_TEXTS = "pin text, time text, device text, state text, verify text, workcode text"
_TYPED = "id bigserial PRIMARY KEY, pin text, time timestamp, device int, state smallint, verify smallint, workcode int"
_FITS = re.compile(r"[^\t]+\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\t\d{1,4}){4}")
_EMPTY = ("punch", "unread_record", "stale_day", "event")


def main() -> None:
    """Reads the arguments, measures, prints."""
    options = _arguments()
    if options.one:
        print(json.dumps(asyncio.run(_one(*options.one))))
        return
    with tempfile.TemporaryDirectory(prefix="eperf-bench-") as folder:
        file = Path(folder) / "1_attlog.dat"
        lines = list(rows(options.records, options.seed))
        text = stick(iter(lines))
        file.write_text(text)
        fitting = file.with_name("fitting.dat")
        fitting.write_text("".join(line + "\n" for line in text.split("\n") if _FITS.fullmatch(line)))
        wanted = expected(iter(lines))
        del lines, text
        with _database(options.database, Path(folder)) as (url, pid):
            asyncio.run(_town(url))
            turns = [_turn(url, pid, file, fitting) for _ in range(options.repeats)]
        _report(options, turns, wanted)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", nargs=2, metavar=("URL", "FILE"), help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, int | None]]:
    if kind == "sqlite":
        yield f"sqlite://{folder / 'eperf.db'}", None
        return
    server = postgres.start(folder / "cluster", POSTGRES_SETTINGS)
    try:
        yield server.url, server._process.pid
    finally:
        server.stop()


async def _town(url: str) -> None:
    """A city of 1,000 people in 20 units, all of them enrolled at one machine."""
    config = await database.connect(url)
    try:
        await migrate.migrate(config)
        unit = await UnitRow.create(code="city", name="Kota", kind="city", zone="Asia/Jakarta")
        await UnitTreeRow.create(ancestor_id=unit.id, descendant_id=unit.id, depth=0)
        units = []
        for number in range(_UNITS):
            below = await UnitRow.create(
                code=f"office{number}", name="Dinas", kind="agency", parent_id=unit.id, zone="Asia/Jakarta"
            )
            await UnitTreeRow.create(ancestor_id=below.id, descendant_id=below.id, depth=0)
            await UnitTreeRow.create(ancestor_id=unit.id, descendant_id=below.id, depth=1)
            units.append(below.id)
        post = await PositionRow.create(
            code="staff", title="Pelaksana", unit_id=unit.id, job_class=7, kind="implementer"
        )
        device = await DeviceRow.create(
            serial=SERIAL, name="Gate", source="eperf/usb-file", unit_id=unit.id, state="active"
        )
        people = range(1, PEOPLE + 1)
        async with database.transaction():
            await bulk.insert(
                "employee",
                ("id", "kind", "name", "active", "unit_id", "position_id"),
                [(one, "PNS", f"Pegawai {one}", True, units[one % _UNITS], post.id) for one in people],
            )
            await bulk.insert(
                "enrolment",
                ("device_id", "pin", "employee_id", "valid_from"),
                [(device.id, str(one), one, date(2020, 1, 1)) for one in people],
            )
    finally:
        await database.disconnect()


def _turn(url: str, pid: int | None, file: Path, fitting: Path) -> dict[str, Any]:
    """The floors, then the import, each on empty tables."""
    turn: dict[str, Any] = {}
    if pid is not None:
        before = family_cpu_ms(pid)
        turn["floor"] = asyncio.run(_floor(url, file, _TEXTS))
        turn["floor_database_cpu"] = round((family_cpu_ms(pid) - before) / 1000, 2)
        turn["typed"] = asyncio.run(_floor(url, fitting, _TYPED))
    asyncio.run(_emptied(url))
    before = family_cpu_ms(pid) if pid else 0.0
    command = [sys.executable, "-m", "bench.imports", "--one", url, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-4000:])
    turn |= json.loads(done.stdout)
    if pid is not None:
        turn["database_cpu"] = round((family_cpu_ms(pid) - before) / 1000, 2)
        turn["ratio"] = round(turn["floor"] / turn["seconds"], 3)
        turn["typed_ratio"] = round(turn["typed"] / turn["seconds"], 3)
    print(turn, file=sys.stderr)
    return turn


async def _floor(url: str, file: Path, columns: str) -> float:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"DROP TABLE IF EXISTS land; CREATE TABLE land ({columns}); CHECKPOINT")
        begun = time.perf_counter()
        await connection.copy_to_table("land", source=file, columns=_COLUMNS, format="text")
        return round(time.perf_counter() - begun, 3)
    finally:
        await connection.close()


async def _emptied(url: str) -> None:
    await database.connect(url)
    try:
        for table in _EMPTY:
            word = "TRUNCATE TABLE {} CASCADE" if database.dialect() == "postgres" else "DELETE FROM {}"
            await database.connection().execute_script(word.format(table))
        if database.dialect() == "postgres":
            await database.connection().execute_script("CHECKPOINT")
    finally:
        await database.disconnect()


async def _one(url: str, file: str) -> dict[str, Any]:
    """One import: seconds from opening the file to the commit, and what this process needed for it."""
    await database.connect(url)
    try:
        call = Call(SYSTEM, datetime.now(UTC), registry=registry.load())
        cpu, begun = time.process_time(), time.perf_counter()
        carried, reader = carried_file(Path(file), None)
        done = await import_punches(call, SERIAL, reader, carried, {}, False)
        seconds = time.perf_counter() - begun
        kept = await database.connection().execute_query_dict(
            "SELECT (SELECT count(*) + coalesce(sum(copies), 0) FROM punch) + "
            "(SELECT count(*) + coalesce(sum(copies), 0) FROM unread_record) AS all_of_them"
        )
    finally:
        await database.disconnect()
    return {
        "seconds": round(seconds, 3),
        "cpu": round(time.process_time() - cpu, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "rows": done.rows,
        "used": done.used,
        "duplicates": done.duplicates,
        "unexplained": done.unexplained,
        "kept": int(kept[0]["all_of_them"]),
    }


def _report(options: argparse.Namespace, turns: list[dict[str, Any]], wanted: Expected) -> None:
    for turn in turns:
        found = (turn["used"], turn["duplicates"], turn["unexplained"])
        if found != (wanted.used, wanted.duplicates, wanted.unexplained):
            raise SystemExit(f"counted {found}, expected {wanted}")
        if not turn["rows"] == turn["kept"] == options.records:
            raise SystemExit(f"{options.records} came in, {turn['kept']} are kept")
    seconds = median(turn["seconds"] for turn in turns)
    figures = {
        "database": options.database,
        "records": options.records,
        "records a second": round(options.records / seconds),
        "import seconds": seconds,
        "peak memory, MiB": max(turn["peak_mib"] for turn in turns),
        "count in = count out": True,
    }
    if options.database == "postgres":
        figures["COPY seconds"] = median(turn["floor"] for turn in turns)
        figures["ratio"] = median(turn["ratio"] for turn in turns)
        figures["typed COPY seconds"] = median(turn["typed"] for turn in turns)
        figures["ratio to the typed COPY"] = median(turn["typed_ratio"] for turn in turns)
        figures["goal"] = f">= {GOAL}: {'met' if figures['ratio'] >= GOAL else 'not met'}"
        figures["COPY, processor seconds of the database"] = median(t["floor_database_cpu"] for t in turns)
        figures["import, processor seconds of the database"] = median(t["database_cpu"] for t in turns)
    figures["import, processor seconds of the process"] = median(turn["cpu"] for turn in turns)
    if options.json:
        print(json.dumps({**figures, "turns": turns}, indent=2))
        return
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    print(described())


if __name__ == "__main__":
    main()
