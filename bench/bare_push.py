"""The floor of receiving: a bare route that inserts the lines of an upload and answers, for `bench.devices`.

`python -m bench.bare_push URL PORT`: no parsing but the split into lines and fields, no people, no days, no log, no
resend made harmless. Durable like the other: the answer leaves after the commit.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiosqlite
import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_TABLE = "CREATE TABLE IF NOT EXISTS bare_line (serial text, pin text, at text, line text, received_at text)"
_POSTGRES = "INSERT INTO bare_line SELECT $1, pin, at, line, $5 FROM unnest($2::text[], $3::text[], $4::text[]) AS u(pin, at, line)"
_SQLITE = "INSERT INTO bare_line VALUES (?, ?, ?, ?, ?)"
_POOL = 10


def _fields(body: bytes) -> list[tuple[str, str, str]]:
    lines = [line for line in body.decode().split("\n") if line]
    return [(*line.split("\t", 2)[:2], line) for line in lines]  # type: ignore[misc]


class _Postgres:
    def __init__(self, url: str) -> None:
        self._url = url

    async def open(self) -> None:
        self._pool = await asyncpg.create_pool(self._url, min_size=1, max_size=_POOL)
        await self._pool.execute(_TABLE)

    async def insert(self, serial: str, rows: list[tuple[str, str, str]], at: str) -> None:
        pins, times, lines = (list(column) for column in zip(*rows, strict=True))
        await self._pool.execute(_POSTGRES, serial, pins, times, lines, at)

    async def close(self) -> None:
        await self._pool.close()


class _Sqlite:
    def __init__(self, url: str) -> None:
        self._path = url.removeprefix("sqlite://")

    async def open(self) -> None:
        self._connection = await aiosqlite.connect(self._path, isolation_level=None)
        await self._connection.execute("PRAGMA journal_mode=WAL")
        await self._connection.execute("PRAGMA synchronous=FULL")
        await self._connection.execute("PRAGMA busy_timeout=10000")
        await self._connection.execute(_TABLE)

    async def insert(self, serial: str, rows: list[tuple[str, str, str]], at: str) -> None:
        def written(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(_SQLITE, [(serial, *row, at) for row in rows])
            db.execute("COMMIT")

        await self._connection._execute(written, self._connection._conn)

    async def close(self) -> None:
        await self._connection.close()


def application(url: str) -> Starlette:
    """The route, at the path that machines insist on."""
    store = _Postgres(url) if url.startswith("postgres") else _Sqlite(url)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await store.open()
        yield
        await store.close()

    async def cdata(request: Request) -> Response:
        rows = _fields(await request.body())
        await store.insert(request.query_params["SN"], rows, datetime.now(UTC).isoformat())
        return PlainTextResponse(f"OK: {len(rows)}")

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready")

    routes = [Route("/iclock/cdata", cdata, methods=["POST"]), Route("/readyz", ready)]
    return Starlette(routes=routes, lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        log_level="error",
    )
