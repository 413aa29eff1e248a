"""Applying migrations so that a kill at any statement is harmless.

The ORM's executor commits a migration's tables first and its record second; a process that dies between the two can
never migrate again. Here table changes and record are one transaction, under a lock that spans processes, and a
database that is newer than the program is refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import asyncpg
from filelock import AsyncFileLock
from filelock import Timeout as LockTimeout
from tortoise.context import require_context
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddField, AddIndex, CreateModel, RunSQL
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.transactions import in_transaction

from eperf.domain.errors import Refused
from eperf.store import database

LOCK = 0x65706572  # the advisory lock's number, "eper"
_ADDS = frozenset({CreateModel, AddField, AddIndex, RunSQL})
"""Operations that do not look at the state before them."""


class SchemaNewer(Refused):
    """The database has migrations that this program does not know."""

    code = "SCHEMA_NEWER"
    text_id = (
        "Basis data memuat migrasi {value} yang tidak dikenal oleh versi ini; pasang versi yang lebih baru."
    )
    text_en = "The database has migration {value}, which this version does not know; install a newer version."


class SchemaBehind(Refused):
    """The database lacks migrations of this program."""

    code = "SCHEMA_BEHIND"
    text_id = "Basis data belum memuat migrasi {value}; jalankan `eperf migrate`."
    text_en = "The database lacks migration {value}; run `eperf migrate`."


class MigrationBusy(Refused):
    """Another process holds the migration lock for longer than we wait."""

    code = "MIGRATION_BUSY"
    text_id = "Proses lain sedang menjalankan migrasi."
    text_en = "Another process is running migrations."


class MigrationOneWay(Refused):
    """A migration of a plugin cannot be taken back, so its tables cannot be removed."""

    code = "MIGRATION_ONE_WAY"
    text_id = "Migrasi {value} tidak dapat dibatalkan."
    text_en = "The migration {value} cannot be taken back."


class TableNotOwn(Refused):
    """A migration of a plugin makes a table whose name does not begin with the plugin's label, or is the core's."""

    code = "TABLE_NOT_OWN"
    text_id = "Tabel {value} dari migrasi {migration} tidak diawali dengan {label} atau milik eperf."
    text_en = "The table {value} of migration {migration} does not begin with {label}, or is eperf's own."


@dataclass(frozen=True)
class Status:
    """Migrations as `app.name`: applied, still to apply, and applied but unknown to this program."""

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    unknown: tuple[str, ...]

    def require_current(self) -> None:
        """Refuses to run on a database that is newer or older than the program."""
        if self.unknown:
            raise SchemaNewer("database", self.unknown[0])
        if self.pending:
            raise SchemaBehind("database", self.pending[0])


def _executor(apps: Mapping[str, Mapping[str, Any]]) -> MigrationExecutor:
    return MigrationExecutor(database.connection(), {label: dict(app) for label, app in apps.items()})


def _name(key: MigrationKey) -> str:
    return f"{key.app_label}.{key.name}"


def require_there(url: str) -> None:
    """Refuses a file of SQLite that is not there, before opening it makes an empty one."""
    if database.dialect_of(url) == "sqlite" and not Path(database.sqlite_path(url)).exists():
        raise SchemaBehind("database", min(known(database.config(url)["apps"])))


def _step(step: Any) -> str:
    return f"{step.migration.app_label}.{step.migration.name}"


def known(apps: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The migrations of this program and of the plugins as they are installed, as `app.name`; needs no database."""
    packages = {label: import_module(app["migrations"]) for label, app in apps.items()}
    return frozenset(
        f"{label}.{found.name}"
        for label, package in packages.items()
        for found in iter_modules(package.__path__)
    )


async def status(config: Mapping[str, Any]) -> Status:
    """Compares the open database with the migrations of `config` (see `database.config`)."""
    executor = _executor(config["apps"])
    await executor.loader.build_graph()
    applied = await executor.recorder.applied_migrations()
    known = executor._full_plan()
    return Status(
        applied=tuple(_name(key) for key in applied),
        pending=tuple(_name(key) for key in known if key not in set(applied)),
        unknown=tuple(
            _name(key) for key in applied if key not in set(known) and key.app_label in config["apps"]
        ),
    )


async def migrate(
    config: Mapping[str, Any],
    wait: float = 60,
    progress: Callable[[str], None] | None = None,
    only: Collection[str] | None = None,
) -> Status:
    """Applies what is pending, one transaction each, and gives the new status; waits for another migrator.

    `only`: of these (as `app.name`), for tables as an older program had them.
    """
    async with _locked(config, wait), _foreign_keys_off():
        found = await status(config)
        if found.unknown:
            raise SchemaNewer("database", found.unknown[0])
        executor = _executor(config["apps"])
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        plan = [step for step in await executor.plan() if only is None or _step(step) in only]
        if not plan:
            return found  # without the state of all that is applied, which takes longer than all else
        for step in plan:
            _require_own_tables(step.migration)
        state = await executor._project_state(set(await executor.recorder.applied_migrations()))
        # One for all: each recorder makes a class of its own, by reading and parsing its module.
        recorder = copy(executor.recorder)
        for step in plan:
            key = MigrationKey(app_label=step.migration.app_label, name=step.migration.name)
            async with in_transaction("default") as connection:
                editor = executor._schema_editor()
                editor.client = connection
                await _apply(step.migration, state, editor)
                recorder.connection = connection
                await recorder.record_applied(key.app_label, key.name)
                await _require_references(connection)
            if progress:
                progress(_name(key))
    return await status(config)


async def unapply(
    config: Mapping[str, Any],
    labels: Collection[str],
    also: Callable[[], Awaitable[None]],
    wait: float = 60,
) -> tuple[str, ...]:
    """Takes back every migration of plugins' labels, the last first, in one transaction with `also`; gives their names.

    Refuses one that cannot be taken back before anything is changed.
    """
    async with _locked(config, wait), _foreign_keys_off():
        executor, applied, plan, steps = await _to_unapply(config, labels)
        states, state = [], await executor._project_state(applied - set(plan))
        for step in steps:
            states.append(state.clone())
            await step.apply(state, dry_run=True, schema_editor=None)
        recorder = copy(executor.recorder)
        async with in_transaction("default") as connection:
            recorder.connection = connection
            for key, step, before in reversed(list(zip(plan, steps, states, strict=True))):
                editor = executor._schema_editor()
                editor.client = connection
                await step.unapply(before, schema_editor=editor)
                await recorder.record_unapplied(key.app_label, key.name)
            await also()
            await _require_references(connection)
    return tuple(_name(key) for key in reversed(plan))


async def require_reversible(config: Mapping[str, Any], labels: Collection[str]) -> None:
    """Refuses labels with a migration that `unapply` could not take back."""
    await _to_unapply(config, labels)


async def _to_unapply(
    config: Mapping[str, Any], labels: Collection[str]
) -> tuple[MigrationExecutor, set[MigrationKey], list[MigrationKey], list[Migration]]:
    """The executor, what is applied, and of that the labels' migrations in the order in which they were applied."""
    unknown = [name for name in (await status(config)).unknown if name.partition(".")[0] in labels]
    if unknown:
        raise SchemaNewer("database", unknown[0])
    executor = _executor(config["apps"])
    await executor.loader.build_graph()
    applied = set(await executor.recorder.applied_migrations())
    plan = [key for key in executor._full_plan() if key in applied and key.app_label in labels]
    return executor, applied, plan, [_backwards(executor.loader.graph.nodes[key], _name(key)) for key in plan]


def _backwards(step: Any, name: str) -> Migration:
    if not (isinstance(step, Migration) and all(getattr(one, "reversible", True) for one in step.operations)):
        raise MigrationOneWay("migration", name)
    return step


def _require_own_tables(migration: Migration) -> None:
    """A plugin's tables bear its label, so that they are neither the core's nor another's, and are found again."""
    label = migration.app_label
    if label == "core":
        return
    apps: Any = require_context().apps
    ours = {model._meta.db_table for model in apps["core"].values()}
    for operation in migration.operations:
        if isinstance(operation, CreateModel):
            table = str((operation.options or {}).get("table") or operation.name.lower())
            if table in ours or not table.startswith(f"{label}_"):
                raise TableNotOwn(
                    "migration", table, migration=f"{label}.{migration.name}", label=f"{label}_"
                )


async def _apply(migration: Migration, state: State, editor: BaseSchemaEditor) -> None:
    """As the ORM applies it, which copies the state before every step: most of what a first start took."""
    for operation in migration.operations:
        before = state if type(operation) in _ADDS else state.clone()
        operation.state_forward(migration.app_label, state)
        await operation.database_forward(migration.app_label, before, state, editor)
    state.validate_relations_initialized()


@asynccontextmanager
async def _locked(config: Mapping[str, Any], wait: float) -> AsyncIterator[None]:
    settings = config["connections"]["default"]["credentials"]
    if database.dialect() == "sqlite":
        try:
            async with AsyncFileLock(settings["file_path"] + ".migrate.lock", timeout=wait):
                yield
        except LockTimeout as busy:
            raise MigrationBusy("database") from busy
        return
    names = ("host", "port", "user", "password", "database")
    holder = await asyncpg.connect(**{name: settings[name] for name in names})
    try:
        await holder.execute(f"SET lock_timeout = {int(wait * 1000)}")
        try:
            await holder.execute("SELECT pg_advisory_lock($1)", LOCK)
        except asyncpg.LockNotAvailableError as busy:
            raise MigrationBusy("database") from busy
        yield
    finally:
        await holder.close()


@asynccontextmanager
async def _foreign_keys_off() -> AsyncIterator[None]:
    # SQLite alters a table by building another and dropping the old: with foreign keys on, the drop would delete
    # or refuse what refers to it. They are checked before each commit instead.
    if database.dialect() == "postgres":
        yield
        return
    await database.connection().execute_query("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await database.connection().execute_query("PRAGMA foreign_keys=ON")


async def _require_references(connection: Any) -> None:
    if database.dialect() == "sqlite":
        _, broken = await connection.execute_query("PRAGMA foreign_key_check")
        if broken:
            raise RuntimeError(f"a migration broke a reference of table {broken[0][0]}")
