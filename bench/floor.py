"""The floor: the same answers from bare routes with the best SQL, no GraphQL and no authorization.

`python -m bench.floor --url … --port …` serves it as `eperf serve` serves eperf: one uvicorn worker, uvloop, httptools.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import aiosqlite
import asyncpg
import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import floor_postgres, floor_sqlite
from bench.operations import gid

_JSON = "application/json"
_POSTGRES = {
    "page": floor_postgres.PAGE,
    "unit": floor_postgres.UNIT,
    "hundred": floor_postgres.HUNDRED,
    "one": floor_postgres.ONE,
}
_SQLITE = {
    "page": (floor_sqlite.PAGE, "after"),
    "unit": (floor_sqlite.UNIT, "unit"),
    "hundred": (floor_sqlite.HUNDRED, "unit"),
    "one": (floor_sqlite.ONE, "employee"),
}
Write = Callable[[int, int, dict[str, Any]], Awaitable[dict[str, Any] | None]]


class Database(Protocol):
    """What a floor does in one dialect."""

    async def read(self, name: str, number: int, period: str) -> bytes: ...

    async def submit(self, account: int, employee: int, given: dict[str, Any]) -> dict[str, Any] | None: ...

    async def steps(self, account: int, employee: int, given: dict[str, Any]) -> dict[str, Any] | None: ...


class _Unreset(asyncpg.Connection):  # type: ignore[misc]
    """Given back to the pool as it is: nothing here changes a session, and a reset costs a round trip a request."""

    def get_reset_query(self) -> str:
        return ""


class Postgres:
    """asyncpg and a pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def opened(cls, url: str, size: int, *, stock: bool = False) -> Postgres:
        kind, settings = asyncpg.Connection if stock else _Unreset, {"timezone": "UTC", "jit": "off"}
        return cls(
            await asyncpg.create_pool(
                url, min_size=size, max_size=size, connection_class=kind, server_settings=settings
            )
        )

    async def read(self, name: str, number: int, period: str) -> bytes:
        found: str = await self._pool.fetchval(_POSTGRES[name], number, period)
        return found.encode()

    async def submit(self, account: int, employee: int, given: dict[str, Any]) -> dict[str, Any] | None:
        now, day = datetime.now(UTC), date.fromisoformat(given["date"])
        new = await self._pool.fetchval(
            floor_postgres.SUBMIT, employee, account, given["key"], given["item"], day, given["minutes"],
            given["quantity"], given["result"], now, _digest(given), _payload(given), given["date"][:7],
        )  # fmt: skip
        return None if new is None else _answer(given, new, now)

    async def steps(self, account: int, employee: int, given: dict[str, Any]) -> dict[str, Any] | None:
        sql, now, day = floor_postgres, datetime.now(UTC), date.fromisoformat(given["date"])
        async with self._pool.acquire() as connection, connection.transaction():
            taken = await connection.fetchval(sql.TAKE, account, given["key"], _digest(given), now)
            may = await connection.fetchrow(sql.MAY, employee, day, given["item"])
            if taken is None or not _allowed(may, given, now, day):
                return None
            new = await connection.fetchval(
                sql.INSERT, employee, may[0], given["item"], day, given["minutes"], given["quantity"],
                given["result"], now,
            )  # fmt: skip
            await connection.execute(
                sql.AFTER, new, may[0], employee, account, now, _payload(given), given["date"][:7], taken
            )
        return _answer(given, new, now)


class Sqlite:
    """aiosqlite: one connection that reads, one that writes."""

    def __init__(self, reader: aiosqlite.Connection, writer: aiosqlite.Connection) -> None:
        self._reader, self._writer, self._writing = reader, writer, asyncio.Lock()

    @classmethod
    async def opened(cls, url: str) -> Sqlite:
        both = [
            await aiosqlite.connect(url.removeprefix("sqlite://"), isolation_level=None) for _ in range(2)
        ]
        for connection in both:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "foreign_keys=ON"):
                await connection.execute(f"PRAGMA {pragma}")
        return cls(*both)

    async def read(self, name: str, number: int, period: str) -> bytes:
        statement, place = _SQLITE[name]
        given = {**floor_sqlite.TABLES, place: number, "period": period}
        rows = list(await self._reader.execute_fetchall(statement, given))
        found: str = rows[0][0]
        return found.encode()

    async def submit(self, account: int, employee: int, given: dict[str, Any]) -> dict[str, Any] | None:
        sql, now, day = floor_sqlite, datetime.now(UTC), date.fromisoformat(given["date"])
        at = now.isoformat(" ")
        async with self._writing:
            await self._writer.execute("BEGIN IMMEDIATE")
            try:
                taken = await self._one(sql.TAKE, (account, given["key"], _digest(given), at))
                may = await self._one(sql.MAY, (employee, given["date"], given["item"]))
                if taken is None or not _allowed(may, given, now, day):
                    await self._writer.rollback()
                    return None
                new = await self._one(
                    sql.INSERT,
                    (employee, may[0], given["item"], given["date"], given["minutes"], given["quantity"],
                     given["result"], at),
                )  # fmt: skip
                event = (new[0], may[0], employee, account, at, _payload(given))
                await self._writer.execute(sql.EVENT, event)
                await self._writer.execute(sql.MARK, (employee, given["date"][:7]))
                await self._writer.execute(sql.ANSWER, (new[0], taken[0]))
                await self._writer.commit()
            except BaseException:
                await self._writer.rollback()
                raise
        return _answer(given, new[0], now)

    steps = submit

    async def _one(self, statement: str, given: tuple[Any, ...]) -> Any:
        rows = list(await self._writer.execute_fetchall(statement, given))
        return rows[0] if rows else None


def _allowed(may: Any, given: dict[str, Any], now: datetime, day: date) -> bool:
    return may is not None and may[2] == given["item"] and day <= now.astimezone(ZoneInfo(may[1])).date()


def _digest(given: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _payload(given: dict[str, Any]) -> str:
    return orjson.dumps({"date": given["date"]}).decode()


def _answer(given: dict[str, Any], new: int, now: datetime) -> dict[str, Any]:
    return {"new": new, "at": now.replace(tzinfo=None).isoformat() + "Z", **given}


def routes(database: Database) -> list[Route]:
    """The routes, one for each operation."""

    def read(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            number = int(request.path_params["number"])
            return Response(
                await database.read(name, number, request.path_params["period"]), media_type=_JSON
            )

        return answer

    def write(verb: Write) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            account, employee = int(request.path_params["account"]), int(request.path_params["employee"])
            done = await verb(account, employee, orjson.loads(await request.body()))
            if done is None:
                return Response(status_code=403)
            return Response(orjson.dumps({"data": {"submitActivity": _shown(done)}}), media_type=_JSON)

        return answer

    reads = [Route(f"/{name}/{{number}}/{{period}}", read(name)) for name in _SQLITE]
    writes = {"submit": write(database.submit), "steps": write(database.steps)}
    return [
        *reads,
        *(
            Route(f"/{name}/{{account}}/{{employee}}", verb, methods=["POST"])
            for name, verb in writes.items()
        ),
    ]


def _shown(done: dict[str, Any]) -> dict[str, Any]:
    quantity = f"{done['quantity'] // 100}.{done['quantity'] % 100:02}"
    activity = {"id": gid("Activity", done["new"]), "date": done["date"], "minutes": done["minutes"]}
    return {**activity, "quantity": quantity, "state": "SUBMITTED", "submittedAt": done["at"]}


async def _serve(url: str, port: int, pool: int, *, stock: bool) -> None:
    opening = Sqlite.opened(url) if url.startswith("sqlite") else Postgres.opened(url, pool, stock=stock)
    database = await opening
    app = Starlette(routes=routes(database))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, loop="none", http="httptools", ws="none", lifespan="off",
        log_config=None, access_log=False, server_header=False, proxy_headers=False,
    )  # fmt: skip
    await uvicorn.Server(config).serve()


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.floor")
    parser.add_argument("--url", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pool", type=int, default=4)
    parser.add_argument("--stock", action="store_true", help="the driver's pool as it comes")
    options = parser.parse_args()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(_serve(options.url, options.port, options.pool, stock=options.stock))


if __name__ == "__main__":
    main()
