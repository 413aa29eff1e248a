"""Opening the database, and the one transaction helper.

One URL names it: `sqlite:///folder/eperf.db` (three slashes and an absolute path, or two and a relative one) or
`postgres://user:password@host:port/name`. SQLite serves one process; PostgreSQL serves many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from eperf.domain.errors import BadInput, Unavailable
from eperf.store import sound
from eperf.store.away import CONNECT_SECONDS, SESSION
from eperf.store.load import Load
from eperf.store.nouns import MODULES
from eperf.store.postgres import PostgresClient, given_back
from eperf.store.sqlite import Unfit

Dialect = Literal["sqlite", "postgres"]
Apps = Mapping[str, Mapping[str, Any]]
_CONNECTION = "default"
_POSTGRES = ("postgres", "postgresql")
_opened: list[BaseDBAsyncClient] = []
"""The client outside any transaction: asking the ORM for it takes as long as sending a short statement."""


_CLOCK: dict[Dialect, str] = {
    "postgres": "extract(epoch FROM clock_timestamp())::bigint",
    "sqlite": "CAST(strftime('%s', 'now') AS integer)",
}


def dialect_of(url: str) -> Dialect:
    """Which database a URL names; refuses other schemes by name."""
    scheme = url.partition("://")[0]
    if scheme in _POSTGRES:
        return "postgres"
    if scheme == "sqlite" and len(url) > len("sqlite://"):
        return "sqlite"
    raise BadInput("database_url", url.split("@")[-1], "expected sqlite:///PATH or postgres://USER@HOST/NAME")


def sqlite_path(url: str) -> str:
    """The file that a SQLite URL names."""
    return url.removeprefix("sqlite://")


def _credentials(url: str, pool: int) -> dict[str, Any]:
    if dialect_of(url) == "sqlite":
        return {
            "file_path": sqlite_path(url),
            "synchronous": "FULL",
            "busy_timeout": 10000,
            # In KiB when negative: a city's database is larger than SQLite's own 2 MB by far.
            "cache_size": -65536,
            "journal_size_limit": 67108864,
        }
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "host": query.get("host") or parts.hostname or "127.0.0.1",
        "port": parts.port or int(query.get("port", "5432")),
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": parts.path.lstrip("/"),
        "minsize": 0,  # the driver's own care for a least number is loud while the server is away
        "maxsize": pool,
        "server_settings": {
            "timezone": "UTC",
            "datestyle": "ISO",
            "jit": "off",
            "plan_cache_mode": "force_generic_plan",
            **SESSION,
        },
        "command_timeout": 60,
        "timeout": CONNECT_SECONDS,
        "reset": given_back,
    }


def config(url: str, plugin_apps: Apps | None = None, pool: int = 10) -> dict[str, Any]:
    """The ORM's configuration: the core's app and those of plugins with tables of their own."""
    engine = "eperf.store.sqlite" if dialect_of(url) == "sqlite" else "eperf.store.postgres"
    core = {
        "models": list(MODULES),
        "migrations": "eperf.store.migrations",
        "default_connection": _CONNECTION,
    }
    return {
        "connections": {_CONNECTION: {"engine": engine, "credentials": _credentials(url, pool)}},
        "apps": {"core": core, **{label: dict(app) for label, app in (plugin_apps or {}).items()}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str, plugin_apps: Apps | None = None, pool: int = 10) -> dict[str, Any]:
    """Opens the database for the whole process and gives its configuration."""
    chosen = config(url, plugin_apps, pool)
    # Requests run in other tasks than the start: without the fallback the ORM forgets its state there.
    await Tortoise.init(config=chosen, _enable_global_fallback=True)
    _opened[:] = [connection()]
    return chosen


async def disconnect() -> None:
    """Closes every connection."""
    _opened.clear()
    await Tortoise.close_connections()


def connection() -> BaseDBAsyncClient:
    """The connection of this task: the transaction's inside one, else the pool's."""
    return get_connection(_CONNECTION)


def _outside() -> BaseDBAsyncClient:
    if not _opened:
        # A request that outlived its time is still at work while the server goes.
        raise Unavailable("database")
    return _opened[0]


def dialect() -> Dialect:
    """The dialect of the open database."""
    return "sqlite" if _outside().capabilities.dialect == "sqlite" else "postgres"


def require_sound(url: str, *, may_be_empty: bool = False) -> None:
    """Refuses a database that must not be written to as it is, before it is opened; see `eperf.store.sound`.

    An empty file is what is left when making one was cut off at once: only who makes tables may take it.
    """
    path = Path(sqlite_path(url)) if dialect_of(url) == "sqlite" else None
    if path is not None and path.exists() and not (may_be_empty and path.stat().st_size == 0):
        sound.require_sound(path)


def is_open() -> bool:
    """Whether the database is open in this process."""
    return bool(_opened)


def load() -> Load:
    """How much is asked of this process's connections now."""
    client: Any = _outside()
    found: Load = client.load()
    return found


def clock() -> str:
    """The seconds of the database's clock, as SQL: workers on several machines agree on it."""
    return _CLOCK[dialect()]


def listed(ids: Iterable[int]) -> str:
    """Ids of our own tables for `IN (…)`: integers written into the text need no parameter limit."""
    # NULL: an empty list is no SQL.
    return ",".join(str(int(one)) for one in ids) or "NULL"


async def text(sql: str, values: Sequence[Any]) -> str | None:
    """The single value of a statement that only reads, outside any transaction: the way of compiled reads."""
    client: Any = _outside()
    try:
        found: str | None = await client.text(sql, values)
    except asyncpg.ProgramLimitExceededError as error:
        raise Unfit(str(error)) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise OperationalError(error) from error
    return found


async def csv(table: str, columns: Sequence[str], employees: Sequence[int], first: date, last: date) -> bytes:
    """Rows of employees from `first` to `last`, as CSV without a head, null as an empty field; outside transactions.

    `table` has `employee_id` and `date`; `columns` hold numbers, `date`, and words of our own without comma or quote.
    PostgreSQL gives `date` in days from `first`, SQLite as it is stored, `YYYY-MM-DD`.
    """
    client: Any = _outside()
    found: bytes = await client.csv(table, columns, employees, first, last)
    return found


async def row(sql: str, values: Sequence[Any], *, keyed: bool) -> Mapping[str, Any] | None:
    """The one row of a statement of PostgreSQL that writes, inside the transaction if there is one.

    `keyed` says that it changes nothing when it is sent again.
    """
    client: Any = connection()
    if isinstance(client, PostgresClient):
        found: Mapping[str, Any] | None = await client.row(sql, values, writes=True, keyed=keyed)
        return found
    rows: list[dict[str, Any]] = await client.execute_query_dict(sql, list(values))
    return rows[0] if rows else None


def transaction() -> AbstractAsyncContextManager[Any]:
    """One transaction, one call of a verb: commits at the end, rolls back on any exception."""
    return in_transaction(_CONNECTION)
