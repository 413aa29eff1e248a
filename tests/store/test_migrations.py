"""Migrations: no drift, no half step, one migrator at a time, and no old program on a new database."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.context import require_context
from tortoise.indexes import Index
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.models import Model

from eperf.store import database, migrate

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("EPERF_R16_KILLS", "4"))
MORE_THAN_ALL = 10**6

# Runs `eperf migrate` in a process that dies by SIGKILL before the Nth statement that changes anything.
DIES = """
import asyncio, os, signal, sys
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.sqlite.client import SqliteClient
from eperf.store import database, migrate

left = int(sys.argv[2])
def dying(method):
    async def wrapped(self, query, *args):
        global left
        if not query.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
        return await method(self, query, *args)
    return wrapped
for client in (SqliteClient, AsyncpgDBClient):
    for name in ("execute_query", "execute_script", "execute_insert"):
        setattr(client, name, dying(getattr(client, name)))

async def main():
    config = await database.connect(sys.argv[1])
    try:
        await migrate.migrate(config)
    finally:
        await database.disconnect()
asyncio.run(main())
print(int(sys.argv[2]) - left)
"""

MIGRATES = DIES.replace("left = int(sys.argv[2])", "left = -1").replace("print(int(sys.argv[2]) - left)", "")


def process(script: str, url: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", script, url, *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def schema_of(url: str) -> list[tuple[str, ...]]:
    """Every column and index of a database, without the names that are drawn by a hash."""
    if database.dialect_of(url) == "sqlite":
        with sqlite3.connect(database.sqlite_path(url)) as connection:
            return sorted(
                connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
            )
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            "SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '') "
            "FROM information_schema.columns WHERE table_schema = 'public'"
        )
        indexes = await connection.fetch(
            "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        )
        return sorted(tuple(row) for row in [*columns, *indexes])
    finally:
        await connection.close()


async def test_models_and_migrations_say_the_same(database_url: str) -> None:
    config = await database.connect(database_url)
    try:
        detector = MigrationAutodetector(require_context().apps, config["apps"])
        assert [writer.operations for writer in await detector.changes()] == []
    finally:
        await database.disconnect()


async def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    config = await database.connect(empty_database_url)
    try:
        first = await migrate.migrate(config)
        steps: list[str] = []
        assert await migrate.migrate(config, progress=steps.append) == first
        assert steps == []
        assert first.pending == ()
        assert first.unknown == ()
    finally:
        await database.disconnect()


@pytest.mark.fault
async def test_a_migration_killed_before_any_statement_runs_on_at_the_next_start(
    new_database: Callable[..., str], database_url: str
) -> None:
    """R16: SIGKILL before a statement, the first and the last among them; the next run ends with a fresh database's schema.

    `make fault` kills before every single one.
    """
    fresh = await schema_of(database_url)
    whole = process(DIES, new_database(empty=True), str(MORE_THAN_ALL))
    told, errors = await asyncio.to_thread(whole.communicate, timeout=60)
    assert whole.returncode == 0, errors.decode()
    statements = int(told)
    assert statements > 30
    for statement in sorted({place * (statements - 1) // (KILLS - 1) for place in range(KILLS)}):
        url = new_database(empty=True)
        dying = process(DIES, url, str(statement))
        _, errors = await asyncio.to_thread(dying.communicate, timeout=60)
        assert dying.returncode == -9, errors.decode()
        config = await database.connect(url)
        try:
            await migrate.migrate(config)
        finally:
            await database.disconnect()
        assert await schema_of(url) == fresh, f"killed before statement {statement}"


@pytest.mark.fault
async def test_of_two_migrators_one_migrates_and_the_other_waits(
    empty_database_url: str, database_url: str
) -> None:
    both = [process(MIGRATES, empty_database_url) for _ in range(2)]
    for one in both:
        _, errors = await asyncio.to_thread(one.communicate, timeout=60)
        assert one.returncode == 0, errors.decode()
    assert await schema_of(empty_database_url) == await schema_of(database_url)


async def test_an_old_program_refuses_a_newer_database(database_url: str) -> None:
    config = await database.connect(database_url)
    try:
        await database.connection().execute_query(
            "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('core', '9999_future', '2030-01-01')"
        )
        with pytest.raises(migrate.SchemaNewer, match="9999_future"):
            (await migrate.status(config)).require_current()
        with pytest.raises(migrate.SchemaNewer):
            await migrate.migrate(config)
    finally:
        await database.disconnect()


async def test_a_program_refuses_a_database_that_is_behind(empty_database_url: str) -> None:
    config = await database.connect(empty_database_url)
    try:
        with pytest.raises(migrate.SchemaBehind, match="eperf migrate"):
            (await migrate.status(config)).require_current()
    finally:
        await database.disconnect()


async def test_every_index_that_the_models_name_is_there(database_url: str) -> None:
    """SQLite makes a table anew to change a column, and the ORM forgets its indexes on the way."""
    await database.connect(database_url)
    try:
        apps = require_context().apps
        assert apps is not None
        for model in apps["core"].values():
            named = {tuple(_columns(model, index)) for index in model._meta.indexes}
            named |= {tuple(_columns(model, fields)) for fields in model._meta.unique_together}
            assert named <= await _indexed(model._meta.db_table), model.__name__
    finally:
        await database.disconnect()


def _columns(model: type[Model], index: Any) -> list[str]:
    names = index.fields if isinstance(index, Index) else index
    return [model._meta.fields_db_projection.get(name, name) for name in names]


async def _indexed(table: str) -> set[tuple[str, ...]]:
    connection = database.connection()
    if database.dialect() == "sqlite":
        listed = await connection.execute_query_dict(f"PRAGMA index_list({table})")
        return {
            tuple(
                row["name"]
                for row in await connection.execute_query_dict(f"PRAGMA index_info({one['name']})")
            )
            for one in listed
        }
    rows = await connection.execute_query_dict(
        "SELECT array_agg(a.attname ORDER BY k.place) AS columns FROM pg_index i"
        " CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(number, place)"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number"
        " WHERE i.indrelid = $1::text::regclass GROUP BY i.indexrelid",
        [table],
    )
    return {tuple(row["columns"]) for row in rows}
