"""Real databases for tests: one kind a process, because the ORM keeps one dialect's statements for a process's life.

`EPERF_TEST_DATABASE` says which, `sqlite` or `postgres`; `make test` runs the suite once with each. PostgreSQL is the
bundled server, one for a run and all its workers, unless `EPERF_TEST_POSTGRES_URL` names another. Every test gets a
database of its own, copied from one that the project's migrations built.
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

T = TypeVar("T")

KIND = os.environ.get("EPERF_TEST_DATABASE", "sqlite")
SERVER_VARIABLE = "EPERF_TEST_POSTGRES_URL"

if KIND not in ("sqlite", "postgres"):
    raise RuntimeError(f"EPERF_TEST_DATABASE is {KIND!r}, expected sqlite or postgres")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end in a thread of its own: in a fresh context, whether or not a loop runs here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class BundledServer:
    """The PostgreSQL server of this run, which its workers find by `EPERF_TEST_POSTGRES_URL`."""

    def __init__(self) -> None:
        from eperf.adapters import postgres

        self._folder = Path(tempfile.mkdtemp(prefix="eperf-tests-", dir="/tmp"))
        # Tests kill our server, never this one, so nothing would be gained by waiting for the disk.
        options = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
        options |= {"wal_level": "minimal", "max_wal_senders": "0"}
        self._server = postgres.start(self._folder / "postgres", options)
        os.environ[SERVER_VARIABLE] = self._server.url

    def stop(self) -> None:
        """Stops it and removes its data."""
        self._server.stop()
        shutil.rmtree(self._server.folder, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)
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
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template: Path | None = None
        self._numbers = count(1)

    def empty(self) -> str:
        """The URL of a database that does not exist yet."""
        return f"sqlite://{self._next()}"

    def migrated(self) -> str:
        """The URL of a fresh database with the current schema."""
        if self._template is None:
            template = self._folder / "template.db"
            run(_migrate(f"sqlite://{template}"))
            with closing(sqlite3.connect(template)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._template = template
        path = self._next()
        shutil.copyfile(self._template, path)
        return f"sqlite://{path}"

    def drop(self, url: str) -> None:
        """Removes one database."""
        path = Path(url.removeprefix("sqlite://"))
        for found in path.parent.glob(f"{path.name}*"):
            found.unlink()

    def close(self) -> None:
        """Removes the rest."""
        if self._template is not None:
            self.drop(f"sqlite://{self._template}")

    def _next(self) -> Path:
        return self._folder / f"{next(self._numbers)}.db"


class PostgresDatabases:
    """Databases of one server, named by the process that made them."""

    def __init__(self) -> None:
        self._server = os.environ[SERVER_VARIABLE]
        self._prefix = f"eperf_test_{os.getpid()}"
        self._template: str | None = None
        self._numbers = count(1)

    def empty(self) -> str:
        """The URL of a fresh database without tables."""
        return self._create("template1")

    def migrated(self) -> str:
        """The URL of a fresh database with the current schema."""
        if self._template is None:
            made = self._create("template1")
            run(_migrate(made))
            self._template = made
        return self._create(urlsplit(self._template).path.lstrip("/"))

    def drop(self, url: str) -> None:
        """Removes one database, also when a connection was left open."""
        run(self._execute(f'DROP DATABASE IF EXISTS "{urlsplit(url).path.lstrip("/")}" WITH (FORCE)'))

    def close(self) -> None:
        """Removes the rest."""
        if self._template is not None:
            self.drop(self._template)

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


def databases(folder: Path) -> Databases:
    """The source of this process's databases; SQLite's files lie in `folder`."""
    return SqliteDatabases(folder) if KIND == "sqlite" else PostgresDatabases()
