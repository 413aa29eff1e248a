"""Builds a town once and keeps it: PostgreSQL's cluster or SQLite's file, in a folder of the machine's temporary one."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import asyncpg

from bench.dataset import Filled, Size, tables
from eperf.adapters import postgres
from eperf.adapters.postgres_home import open_home

POSTGRES_SETTINGS = {
    "shared_buffers": "2GB",
    "jit": "off",
    "max_wal_size": "4GB",
    "autovacuum": "off",
}
"""Durability stays on. Vacuum runs between the rounds instead of in one of them."""

_BATCH = 20_000
_LARGE = 5_000


def default_folder() -> Path:
    """Where towns are kept unless told otherwise."""
    return Path(tempfile.gettempdir()) / f"eperf-bench-{getpass.getuser()}"


@dataclass(frozen=True)
class Town:
    """A built town's database: its URL, and the process that serves it (None: SQLite)."""

    kind: str
    url: str
    pid: int | None
    size: Size

    def restore(self) -> None:
        """Removes what measuring writes has written, so that every run starts from the same rows."""
        if self.kind == "postgres":
            asyncio.run(_restore_postgres(self))
        else:
            _restore_sqlite(self)


@contextmanager
def opened(
    kind: str,
    folder: Path,
    size: Size,
    *,
    restored: bool = True,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Town]:
    """The town's database, built when it is not there; PostgreSQL runs as long as the context is open.

    `restored`: without what earlier runs have written. `settings` are PostgreSQL's, beside those of every bench.
    """
    home = folder / f"{kind}-{size.label}"
    home.mkdir(parents=True, exist_ok=True)
    with _postgres(home, size, settings) if kind == "postgres" else _sqlite(home, size) as town:
        if restored:
            town.restore()
        yield town


@contextmanager
def _postgres(home: Path, size: Size, settings: Mapping[str, str]) -> Iterator[Town]:
    data, whole = home / "cluster", home / "whole"
    if not whole.exists():
        for left in (data, open_home(data).folder):
            shutil.rmtree(left, ignore_errors=True)
    small = {"shared_buffers": "128MB"} if size.employees < _LARGE else {}
    server = postgres.start(data, POSTGRES_SETTINGS | small | dict(settings))
    try:
        _migrate(server.url, home)
        if not whole.exists():
            asyncio.run(_fill_postgres(server.url, size))
            whole.touch()
        pid = int((server.folder / "cluster" / "postmaster.pid").read_text().split()[0])
        yield Town("postgres", server.url, pid, size)
    finally:
        server.stop()


@contextmanager
def _sqlite(home: Path, size: Size) -> Iterator[Town]:
    file, whole = home / "eperf.db", home / "whole"
    url = f"sqlite://{file}"
    if not whole.exists():
        for part in home.glob("eperf.db*"):
            part.unlink()
    _migrate(url, home)
    if not whole.exists():
        _fill_sqlite(file, size)
        whole.touch()
    yield Town("sqlite", url, None, size)


def _migrate(url: str, home: Path) -> None:
    """The tables by eperf itself, so that what is measured is what is shipped; a kept town may be older."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
    environment |= {"EPERF_DATABASE_URL": url, "EPERF_DATA_DIR": str(home / "data")}
    command = [sys.executable, "-m", "eperf", "migrate"]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


async def _fill_postgres(url: str, size: Size) -> None:
    connection = await asyncpg.connect(url)
    try:
        # The rows refer to each other rightly by construction: checking each again takes longer than writing it.
        await connection.execute("SET session_replication_role = replica")
        for table in tables(size):
            await connection.copy_records_to_table(table.name, columns=table.columns, records=table.rows())
            await connection.execute(
                f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), max(id)) FROM \"{table.name}\""
            )
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


_WRITTEN = ("event", "idempotency", "dirty_score")


async def _restore_postgres(town: Town) -> None:
    connection = await asyncpg.connect(town.url)
    try:
        await connection.execute((Path(__file__).parent / "pgl" / "schema.sql").read_text())
        await connection.execute(f"TRUNCATE {', '.join(_WRITTEN)}")
        rows = town.size.employees * town.size.activities
        if await connection.execute("DELETE FROM activity WHERE id > $1", rows) != "DELETE 0":
            await connection.execute("VACUUM ANALYZE activity")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def _restore_sqlite(town: Town) -> None:
    with closing(sqlite3.connect(town.url.removeprefix("sqlite://"))) as connection:
        for table in _WRITTEN:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("DELETE FROM activity WHERE id > ?", (town.size.employees * town.size.activities,))
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill_sqlite(file: Path, size: Size) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA foreign_keys=OFF")
        for table in tables(size):
            _insert(connection, table)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(connection: sqlite3.Connection, table: Filled) -> None:
    columns = ", ".join(f'"{name}"' for name in table.columns)
    places = ", ".join("?" for _ in table.columns)
    statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})'
    rows = table.rows()
    while batch := [tuple(map(_stored, row)) for row in islice(rows, _BATCH)]:
        connection.execute("BEGIN")
        connection.executemany(statement, batch)
        connection.execute("COMMIT")


def _stored(value: Any) -> Any:
    """A value as the ORM writes it to SQLite."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return value
