"""What waits in the database, in numbers for whoever operates it: bounded, however much waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from eperf.store import database

MOST = 100_000
"""More than that are not counted: it is many."""
_MOST_DEVICES = 5_000
_SILENT = timedelta(hours=24)
_EVENTS = (
    "SELECT count(*) AS n, min(occurred_at) AS oldest "
    "FROM (SELECT occurred_at FROM event WHERE cursor IS NULL LIMIT {most}) AS e"
)
_DIRTY = (
    "SELECT count(*) AS n, min(id) AS first "
    "FROM (SELECT id FROM dirty_score WHERE fresh = {fresh} ORDER BY id LIMIT {most}) AS d"
)
_COUNT = "SELECT count(*) AS n, min(id) AS first FROM (SELECT id FROM {table} ORDER BY id LIMIT {most}) AS t"
_SINKS = "SELECT name, cursor, failures FROM event_sink ORDER BY name"
_JOBS = "SELECT name, cause, ended_at FROM plugin_job ORDER BY name"
_BREAKERS = (
    "SELECT plugin, count(*) AS n FROM breaker WHERE state <> 'closed' GROUP BY plugin ORDER BY plugin"
)
_DEVICES = "SELECT last_seen_at, pull_failures, facts, kept FROM device WHERE state = 'active' ORDER BY id LIMIT {most}"
_COMMANDS = (
    "SELECT count(*) AS n FROM (SELECT id FROM device_command WHERE ended_at IS NULL LIMIT {most}) AS c"
)


@dataclass(frozen=True)
class Waiting:
    """How many wait, and the id of the first of them; 0 when none does."""

    count: int
    first: int


@dataclass(frozen=True)
class Machines:
    """Registered machines: all, those silent for a day, those that are asked in vain; records held back by them."""

    active: int
    silent: int
    failing: int
    backlog: int


@dataclass(frozen=True)
class Standing:
    """What waits. Ages are in seconds."""

    cursor: int
    unnumbered: int
    unnumbered_seconds: float
    dirty: Mapping[str, Waiting]
    stale: Waiting
    stale_spans: Waiting
    sinks: tuple[tuple[str, int, int], ...]
    """Name, cursor, failures since it last took something."""
    jobs: tuple[tuple[str, bool, float | None], ...]
    """Name, whether its last run failed, when that ended (seconds since 1970)."""
    breakers: Mapping[str, int]
    machines: Machines
    commands: int


async def look(now: datetime) -> Standing:
    """One look, a handful of short statements one after the other."""
    head = await _rows("SELECT cursor FROM event_head WHERE id = 1")
    events = (await _rows(_EVENTS))[0]
    dirty = {lane: await _waiting(_DIRTY, fresh=word) for lane, word in (("fresh", _yes()), ("crowd", _no()))}
    jobs = await _rows(_JOBS)
    return Standing(
        cursor=int(head[0]["cursor"]) if head else 0,
        unnumbered=int(events["n"]),
        unnumbered_seconds=_age(events["oldest"], now),
        dirty=dirty,
        stale=await _waiting(_COUNT, table="stale_day"),
        stale_spans=await _waiting(_COUNT, table="stale_span"),
        sinks=tuple((row["name"], int(row["cursor"]), int(row["failures"])) for row in await _rows(_SINKS)),
        jobs=tuple((row["name"], bool(row["cause"]), _seconds(row["ended_at"])) for row in jobs),
        breakers={row["plugin"]: int(row["n"]) for row in await _rows(_BREAKERS)},
        machines=_machines(await _rows(_DEVICES, most=_MOST_DEVICES), now),
        commands=int((await _rows(_COMMANDS))[0]["n"]),
    )


def _yes() -> str:
    return "true" if database.dialect() == "postgres" else "1"


def _no() -> str:
    return "false" if database.dialect() == "postgres" else "0"


async def _rows(statement: str, most: int = MOST, **words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await database.connection().execute_query_dict(
        statement.format(most=most, **words)
    )
    return found


async def _waiting(statement: str, *, table: str = "", fresh: str = "") -> Waiting:
    row = (await _rows(statement, table=table, fresh=fresh))[0]
    return Waiting(int(row["n"]), int(row["first"] or 0))


def _machines(rows: list[dict[str, Any]], now: datetime) -> Machines:
    silent = sum(
        _age(row["last_seen_at"], now, never=_SILENT.total_seconds()) >= _SILENT.total_seconds()
        for row in rows
    )
    return Machines(
        active=len(rows),
        silent=silent,
        failing=sum(row["pull_failures"] > 0 for row in rows),
        backlog=sum(_held_back(row["facts"], int(row["kept"])) for row in rows),
    )


def _held_back(facts: Any, kept: int) -> int:
    """Records that a machine says it has beyond those kept; what it says is a stranger's word."""
    said = orjson.loads(facts) if isinstance(facts, str) else facts
    held = str(said.get("logs", "")) if isinstance(said, dict) else ""
    return max(0, int(held) - kept) if held.isascii() and held.isdigit() and len(held) < 10 else 0


def _instant(value: Any) -> datetime | None:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _age(value: Any, now: datetime, never: float = 0.0) -> float:
    at = _instant(value)
    return never if at is None else max(0.0, (now - at).total_seconds())


def _seconds(value: Any) -> float | None:
    at = _instant(value)
    return None if at is None else at.timestamp()
