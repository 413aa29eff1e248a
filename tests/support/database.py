"""Real databases for tests: one kind a process, because the ORM keeps one dialect's statements for a process's life.

`EPERF_TEST_DATABASE` says which, `sqlite` or `postgres`; `make test` runs the suite once with each. PostgreSQL is the
bundled server, one for a run and all its workers, unless `EPERF_TEST_POSTGRES_URL` names another. Every test gets a
database of its own, copied from one that the project's migrations built, once for a run.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from filelock import FileLock

T = TypeVar("T")

KIND = os.environ.get("EPERF_TEST_DATABASE", "sqlite")
SERVER_VARIABLE = "EPERF_TEST_POSTGRES_URL"
FOLDER_VARIABLE = "EPERF_TEST_FOLDER"
"""Of a run, for its workers."""

if KIND not in ("sqlite", "postgres"):
    raise RuntimeError(f"EPERF_TEST_DATABASE is {KIND!r}, expected sqlite or postgres")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end in a thread of its own: in a fresh context, whether or not a loop runs here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def new_folder() -> Path:
    """A folder for a run's databases: in memory where there is room, since no test outlives the machine's power."""
    memory, room = Path("/dev/shm"), 4 * 2**30
    fast = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > room
    folder = Path(tempfile.mkdtemp(prefix="eperf-tests-", dir=memory if fast else "/tmp"))
    folder.chmod(0o711)  # root's PostgreSQL runs as another account, which must get through to its own part
    return folder


class BundledServer:
    """The PostgreSQL server of this run, which its workers find by `EPERF_TEST_POSTGRES_URL`."""

    def __init__(self, folder: Path) -> None:
        from eperf.adapters import postgres

        # Tests kill our server, never this one, so nothing would be gained by waiting for the disk.
        options = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
        options |= {"wal_level": "minimal", "max_wal_senders": "0"}
        self._server = postgres.start(folder / "postgres", options)
        os.environ[SERVER_VARIABLE] = self._server.url

    def stop(self) -> None:
        """Stops it and removes its data."""
        self._server.stop()
        shutil.rmtree(self._server.folder, ignore_errors=True)
        del os.environ[SERVER_VARIABLE]


def described() -> str:
    """The database of this process and its version, as the report shows it."""
    if KIND == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    return f"PostgreSQL {run(_server_version())}"


async def _server_version() -> str:
    connection = await asyncpg.connect(os.environ[SERVER_VARIABLE])
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    """A database, open in this process; closed whatever becomes of the test, or no other could open its own."""
    from eperf.store import database

    await database.connect(url)
    try:
        yield
    finally:
        await database.disconnect()


async def _migrate(url: str) -> None:
    from eperf.store import database, migrate

    async with opened(url):
        await migrate.migrate(database.config(url))


class SqliteDatabases:
    """Files in a run's folder, named by the process that made them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        self._numbers = count(1)

    def empty(self) -> str:
        """The URL of a database that does not exist yet."""
        return f"sqlite://{self._next()}"

    def migrated(self) -> str:
        """The URL of a fresh database with the current schema."""
        with FileLock(f"{self._template}.lock"):
            if not self._template.exists():
                made = self._next()
                run(_migrate(f"sqlite://{made}"))
                with closing(sqlite3.connect(made)) as connection:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                made.rename(self._template)
        path = self._next()
        shutil.copyfile(self._template, path)
        return f"sqlite://{path}"

    def drop(self, url: str) -> None:
        """Removes one database."""
        path = Path(url.removeprefix("sqlite://"))
        for found in path.parent.glob(f"{path.name}*"):
            found.unlink()

    def _next(self) -> Path:
        return self._folder / f"{os.getpid()}-{next(self._numbers)}.db"


class PostgresDatabases:
    """Databases of one server, named by the process that made them."""

    def __init__(self, folder: Path) -> None:
        self._server = os.environ[SERVER_VARIABLE]
        self._prefix = f"eperf_test_{os.getpid()}"
        self._template = folder / "template"
        """Holds the name of the run's template."""
        self._numbers = count(1)

    def empty(self) -> str:
        """The URL of a fresh database without tables."""
        return self._create("template1")

    def migrated(self) -> str:
        """The URL of a fresh database with the current schema."""
        with FileLock(f"{self._template}.lock"):
            if not self._template.exists():
                made = self._create("template1")
                run(_migrate(made))
                self._template.write_text(urlsplit(made).path.lstrip("/"))
        return self._create(self._template.read_text())

    def drop(self, url: str) -> None:
        """Removes one database, also when a connection was left open."""
        run(self._execute(f'DROP DATABASE IF EXISTS "{urlsplit(url).path.lstrip("/")}" WITH (FORCE)'))

    def _create(self, template: str) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        run(self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
        return urlunsplit(urlsplit(self._server)._replace(path=f"/{name}"))

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


Databases = SqliteDatabases | PostgresDatabases


def databases() -> Databases:
    """The source of this process's databases."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    return SqliteDatabases(folder) if KIND == "sqlite" else PostgresDatabases(folder)


def forget_template(folder: Path) -> None:
    """Drops a run's template, which another's server would keep."""
    template = folder / "template"
    if template.exists():
        PostgresDatabases(folder).drop(f"postgres:///{template.read_text()}")
