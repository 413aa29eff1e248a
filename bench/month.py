"""The town whose month is scored: everybody has 200 activities and 22 classified days in one month.

People and units are the town's of `dataset.py`. The month's rows are made by the database itself from their numbers: the
same on every machine, and four millions of them in a minute. They lie as they come in, round by round over all people.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.dataset import LEAVES, Size, tables
from bench.load import POSTGRES_SETTINGS, _migrate
from eperf.adapters import postgres
from eperf.adapters.postgres_home import open_home

PERIOD = "2025-05"
LAYOUT = 1
DAYS = 22
_SKIPPED = ("activity", "score")
_LARGE = 5_000
_ACTIVITIES = f"""
INSERT INTO activity (employee_id, unit_id, item_id, date, minutes, quantity_h, result, state, submitted_at, version)
SELECT e.id, e.unit_id, 1 + (draw >> 3) % 40, DATE '{PERIOD}-01' + (round * 31 / $1)::int, 15 + draw % 400,
       50 + (draw >> 5) % 2000, 'Laporan selesai dan diserahkan kepada atasan langsung',
       (ARRAY['verified', 'verified', 'verified', 'verified', 'submitted', 'returned'])[1 + (draw >> 9) % 6],
       timestamptz '{PERIOD}-01 08:00Z', 1
FROM generate_series(0, $1 - 1) AS round CROSS JOIN employee e
CROSS JOIN LATERAL (SELECT (hashint8(e.id * 1000 + round) & 1073741823) AS draw) AS drawn
ORDER BY round, e.id
"""
_DAYS = f"""
INSERT INTO attendance_day (employee_id, unit_id, date, status, late_min, early_min, worked_min, missing_taps, policy,
                            policy_version, steps)
SELECT e.id, e.unit_id, DATE '{PERIOD}-01' + day,
       CASE WHEN draw % 60 = 0 THEN 'absent' WHEN draw % 7 = 0 THEN 'late' ELSE 'present' END,
       CASE WHEN draw % 7 = 0 THEN draw % 90 ELSE 0 END, 0, 450, (draw % 50 = 1)::int, 'eperf/office-hours', '1', '[]'
FROM generate_series(0, {DAYS} - 1) AS day CROSS JOIN employee e
CROSS JOIN LATERAL (SELECT (hashint8(e.id * 100 + day) & 1073741823) AS draw) AS drawn
ORDER BY day, e.id
"""
_DIRTY = f"INSERT INTO dirty_score (employee_id, period) SELECT id, '{PERIOD}' FROM employee ORDER BY id"


@dataclass(frozen=True)
class Month:
    """The running database: its URL, the process that serves it, and how large the town is."""

    url: str
    pid: int
    size: Size


@contextmanager
def opened(folder: Path, size: Size) -> Iterator[Month]:
    """The town's PostgreSQL, filled when it is not there; runs as long as the context is open."""
    home = folder / f"month-{size.label}-{LAYOUT}"
    home.mkdir(parents=True, exist_ok=True)
    data, whole = home / "cluster", home / "whole"
    if not whole.exists():
        for left in (data, open_home(data).folder):
            shutil.rmtree(left, ignore_errors=True)
    small = {"shared_buffers": "256MB"} if size.employees < _LARGE else {}
    server = postgres.start(data, POSTGRES_SETTINGS | small)
    try:
        _migrate(server.url, home)
        if not whole.exists():
            asyncio.run(_fill(server.url, size))
            whole.touch()
        pid = int((server.folder / "cluster" / "postmaster.pid").read_text().split()[0])
        yield Month(server.url, pid, size)
    finally:
        server.stop()


async def emptied(url: str, people: int | None = None) -> None:
    """No score, no event, everybody dirty (or the first `people`)."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("TRUNCATE score, event, event_head, dirty_score CASCADE")
        await connection.execute(_DIRTY if people is None else f"{_DIRTY} LIMIT {int(people)}")
        for statement in (
            "VACUUM ANALYZE score",
            "VACUUM ANALYZE event",
            "ANALYZE dirty_score",
            "CHECKPOINT",
        ):
            await connection.execute(statement)
    finally:
        await connection.close()


async def scores(url: str) -> dict[int, int | None]:
    """What is stored, by employee."""
    connection = await asyncpg.connect(url)
    try:
        return dict(await connection.fetch("SELECT employee_id, score_h FROM score"))
    finally:
        await connection.close()


async def _fill(url: str, size: Size) -> None:
    connection = await asyncpg.connect(url)
    try:
        # The rows refer to each other rightly by construction: checking each again takes longer than writing it.
        await connection.execute("SET session_replication_role = replica")
        for table in tables(size):
            if table.name not in _SKIPPED:
                await connection.copy_records_to_table(
                    table.name, columns=table.columns, records=table.rows()
                )
                await connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), max(id)) FROM \"{table.name}\""
                )
        await connection.execute(_ACTIVITIES.replace("$1", str(size.activities)))
        await connection.execute(_DAYS)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def units() -> int:
    """How many units have people."""
    return LEAVES
