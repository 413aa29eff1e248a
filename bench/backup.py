"""How long a backup and a restore of a gigabyte take: `python -m bench.backup [--database postgres]`.

The real commands on a town's database that is filled up with events and punches, and a folder of contents, on this
machine's disk; PostgreSQL is the bundled one, with its durability on. Each is also asked how much memory it had at most.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.machine import described
from eperf.adapters import postgres
from eperf.store import database, migrate

GOAL_SECONDS = 600.0
_BYTES_A_ROW = 780
_FILES_SHARE = 0.2
_FILE_BYTES = 1 << 20
_EVENTS = {
    "sqlite": "INSERT INTO event (cursor, kind, version, subject_type, subject_id, occurred_at, payload) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
    "SELECT i, 'score.changed', 1, 'Score', i, '2026-11-01 00:00:00+00:00', "
    "json_object('period', '2026-10', 'why', hex(randomblob(300))) FROM n",
    "postgres": "INSERT INTO event (cursor, kind, version, subject_type, subject_id, occurred_at, payload) "
    "SELECT i, 'score.changed', 1, 'Score', i, now(), jsonb_build_object('period', '2026-10', 'why', "
    "(SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 19) j)) FROM generate_series(1, {rows}) i",
}


def main() -> None:
    """Measures and prints a table (`--json` for scripts)."""
    parser = argparse.ArgumentParser(prog="python -m bench.backup", description=__doc__.partition("\n")[0])
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, help="Where to do it; else a temporary folder.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eperf-bench-", dir=options.folder) as folder:
        found = _measured(Path(folder), options.database, options.gigabytes)
    if options.json:
        print(json.dumps({**found, "machine": described()}, indent=1))
        return
    table = Table("measured", "figure", title=f"eperf backup and restore, {options.database}")
    for name, value in found.items():
        table.add_row(name, str(value))
    Console().print(table)


def _measured(folder: Path, kind: str, gigabytes: float) -> dict[str, object]:
    server = postgres.start(folder / "postgres") if kind == "postgres" else None
    try:
        url = server.url if server else f"sqlite://{folder / 'town.db'}"
        other = _beside(url) if server else f"sqlite://{folder / 'other.db'}"
        rows = int(gigabytes * 1e9 * (1 - _FILES_SHARE) / _BYTES_A_ROW)
        asyncio.run(_filled(url, rows, other if server else None))
        _contents(folder / "data", int(gigabytes * 1e9 * _FILES_SHARE))
        archive = folder / "town.tar"
        backup = _timed(url, folder / "data", "backup", str(archive))
        check = _timed(url, folder / "data", "backup", "--check", str(archive))
        restore = _timed(other, folder / "place", "restore", str(archive))
        slowest = max(backup[0], restore[0]) / min(1.0, archive.stat().st_size / 1e9)
        return {
            "archive": f"{archive.stat().st_size / 1e9:.2f} GB, {rows} events",
            **{
                f"{name}, seconds": round(seconds, 1)
                for name, (seconds, _) in (("backup", backup), ("check", check), ("restore", restore))
            },
            "most memory of a command": f"{max(one[1] for one in (backup, check, restore))} MiB",
            "goal": f"1 GB in <= {GOAL_SECONDS:.0f} s: {'met' if slowest <= GOAL_SECONDS else 'not met'} ({slowest:.0f} s)",
        }
    finally:
        if server:
            server.stop()


def _beside(url: str) -> str:
    return url.rpartition("/")[0] + "/other"


async def _filled(url: str, rows: int, other: str | None) -> None:
    config = await database.connect(url)
    try:
        await migrate.migrate(config)
        connection = database.connection()
        if database.dialect() == "postgres":
            await connection.execute_script("SET statement_timeout = 0")
        for start in range(0, rows, 100_000):
            text = _EVENTS[database.dialect()].format(rows=min(100_000, rows - start))
            await connection.execute_query(text.replace("SELECT i, 'score", f"SELECT i + {start}, 'score"))
        if other is not None:
            await connection.execute_query(f'CREATE DATABASE "{other.rpartition("/")[2]}"')
    finally:
        await database.disconnect()


def _contents(folder: Path, size: int) -> None:
    for number in range(size // _FILE_BYTES):
        data = random.Random(number).randbytes(_FILE_BYTES)
        name = hashlib.sha256(data).hexdigest()
        place = folder / "files" / name[:2] / name[2:4] / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _timed(url: str, data: Path, *words: str) -> tuple[float, int]:
    """Seconds of the clock, and the most memory of any command so far in MiB."""
    kept: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if not name.startswith("EPERF_")
    }
    begun = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "eperf", *words],
        env={**kept, "EPERF_DATABASE_URL": url, "EPERF_DATA_DIR": str(data)},
        check=True,
        stdout=sys.stderr,
    )
    return time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


if __name__ == "__main__":
    main()
