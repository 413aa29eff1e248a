"""A copy of PostgreSQL's tables as of one instant, and a copy put into tables that are there and empty.

Everything is read in one transaction that sees one snapshot, table by table by COPY, so that nothing is needed on this
machine but the driver, and no writer waits. The tables are all of the schema, those of plugins included, whether or not
the plugins are installed. What makes the tables are the migrations: they are run again before the rows are put back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from eperf.domain.errors import BackupDamaged, Unavailable
from eperf.store import database, migrate

_WAIT_MS = 60_000
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_PAUSE = "UPDATE webhook SET state = 'paused', changed_at = now() WHERE state IN ('active', 'paused')"
"""A copy of a server that lives must not send. The time of a pause begins anew with the place."""
_TABLES = """
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = """
SELECT t.relname AS "table", a.attname AS "column", s.relname AS name, pg_sequence_last_value(s.oid) AS last
FROM pg_class s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
  AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND t.relnamespace = current_schema()::regnamespace ORDER BY t.relname, a.attname
"""
_REFERENCES = """
SELECT c.conrelid::regclass::text AS "table", quote_ident(c.conname) AS name, pg_get_constraintdef(c.oid) AS definition
FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Facts:
    """What a snapshot holds: migrations as `app.name`, the columns of each table, and by table and column the last
    number that its sequence gave out, or none.
    """

    migrations: tuple[str, ...]
    tables: Mapping[str, tuple[str, ...]]
    sequences: Sequence[tuple[str, str, int | None]]


@dataclass
class Snapshot:
    """An open snapshot."""

    facts: Facts
    _connection: Any

    async def rows(self, table: str, take: Callable[[bytes], Awaitable[None]]) -> int:
        """Gives the rows of a table in COPY's text form, in pieces of any size; returns how many rows."""
        columns = self.facts.tables[table]
        return _count(await self._connection.copy_from_table(table, columns=columns, output=take))


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[Snapshot]:
    """Opens a snapshot; refuses a database in which migrations run, and one that is not eperf's."""
    async with _connected(url) as connection:
        await connection.execute(f"SET lock_timeout = {_WAIT_MS}")
        try:
            # No table changes while it is copied.
            await connection.execute("SELECT pg_advisory_lock_shared($1)", migrate.LOCK)
        except asyncpg.LockNotAvailableError as busy:
            raise migrate.MigrationBusy("database") from busy
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            tables = {row["name"]: tuple(row["columns"]) for row in await connection.fetch(_TABLES)}
            if "tortoise_migrations" not in tables:
                raise BackupDamaged("database", "it is no database of eperf: run `eperf migrate` first")
            # After the snapshot is taken: what has been given out by then covers every row that it shows.
            last = await connection.fetch(_SEQUENCES)
            sequences = [(row["table"], row["column"], row["last"]) for row in last]
            yield Snapshot(Facts(await _migrations(connection), tables, sequences), connection)


async def holds_rows(url: str) -> str | None:
    """A table of the schema that has rows, other than the record of migrations; None in an empty place."""
    async with _connected(url) as connection:
        for row in await connection.fetch(_TABLES):
            name = row["name"]
            if name != "tortoise_migrations" and await connection.fetchval(
                f"SELECT EXISTS (SELECT 1 FROM {_quoted(name)})"  # noqa: S608 - quoted
            ):
                return str(name)
    return None


async def restored_from(url: str) -> str | None:
    """The seal of the archive whose rows lie here since a restore."""
    async with _connected(url) as connection:
        there = await connection.fetchval("SELECT to_regclass('tortoise_migrations')::oid")
        found: str | None = await connection.fetchval("SELECT obj_description($1, 'pg_class')", there)
        return found


async def load(
    url: str,
    facts: Facts,
    rows: Callable[[str], AsyncIterator[bytes]],
    counts: Mapping[str, int],
    seal: str,
    ahead: int,
) -> tuple[str, ...]:
    """Fills the tables in one transaction: all of it, or nothing. Gives tables of somebody else's, which it leaves out.

    `rows` gives a table's pieces, and is asked for the tables in the order of `facts`. References are made anew behind
    the rows, which checks each. Jobs of plugins wait for their next time, webhooks that were active are paused; `ahead`
    numbers are left free everywhere.
    """
    async with _connected(url) as connection:
        async with connection.transaction():
            tables = await _ours(connection, facts)
            references = await connection.fetch(_REFERENCES)
            for one in references:
                await connection.execute(f"ALTER TABLE {one['table']} DROP CONSTRAINT {one['name']}")
            for table in tables:
                await connection.execute(f"ALTER TABLE {_quoted(table)} DISABLE TRIGGER USER")
            await connection.execute(f"TRUNCATE {', '.join(map(_quoted, tables))}")
            for table, columns in tables.items():
                await _filled(connection, table, columns, rows(table), counts[table])
            await _numbered(connection, facts, ahead)
            for table in tables:
                await connection.execute(f"ALTER TABLE {_quoted(table)} ENABLE TRIGGER USER")
            for one in references:
                await connection.execute(
                    f"ALTER TABLE {one['table']} ADD CONSTRAINT {one['name']} {one['definition']}"
                )
            if "plugin_job" in tables:
                await connection.execute("UPDATE plugin_job SET due_at = $1", _NEVER)
            if "webhook" in tables:
                await connection.execute(_PAUSE)
            await connection.execute(f"COMMENT ON TABLE tortoise_migrations IS '{_text(seal)}'")
        await connection.execute("ANALYZE")
    return tuple(sorted(facts.tables.keys() - tables.keys()))


async def _filled(
    connection: Any, table: str, columns: Sequence[str], pieces: AsyncIterator[bytes], count: int
) -> None:
    try:
        found = _count(await connection.copy_to_table(table, columns=columns, source=pieces))
    except asyncpg.DataError as wrong:
        raise BackupDamaged(table, str(wrong)) from wrong
    if found != count:
        raise BackupDamaged(table, f"{found} rows instead of {count}")


async def _numbered(connection: Any, facts: Facts, ahead: int) -> None:
    last = {(table, column): number for table, column, number in facts.sequences}
    for row in await connection.fetch(_SEQUENCES):
        number = last.get((row["table"], row["column"])) or 0
        await connection.execute(
            "SELECT setval($1::text::regclass, $2, $3)",
            _quoted(row["name"]),
            max(1, number + ahead),
            number + ahead > 0,
        )
    if ahead:
        await connection.execute("UPDATE event_head SET cursor = cursor + $1", ahead)


async def _ours(connection: Any, facts: Facts) -> dict[str, tuple[str, ...]]:
    """The tables that the migrations of an archive make; refuses one whose columns a plugin has changed since."""
    found = {row["name"]: set(row["columns"]) for row in await connection.fetch(_TABLES)}
    for table, columns in facts.tables.items():
        if table in found and found[table] != set(columns):
            raise BackupDamaged(table, "the migrations that it names make another table")
    return {table: columns for table, columns in facts.tables.items() if table in found}


async def _migrations(connection: Any) -> tuple[str, ...]:
    rows = await connection.fetch("SELECT app, name FROM tortoise_migrations ORDER BY id")
    return tuple(f"{row['app']}.{row['name']}" for row in rows)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    """A connection of its own, without the bound of time that statements of the pool have."""
    known = database.config(url)["connections"]["default"]["credentials"]
    names = ("host", "port", "user", "password", "database", "server_settings")
    try:
        connection = await asyncpg.connect(**{name: known[name] for name in names}, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as away:
        raise Unavailable("database") from away
    try:
        yield connection
    finally:
        await connection.close()


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _text(value: str) -> str:
    return value.replace("'", "''")
