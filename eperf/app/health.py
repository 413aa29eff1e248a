"""Liveness, readiness and measurements."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eperf.app.house import House
from eperf.domain.errors import Refused
from eperf.store import migrate

_SECONDS = 3
_REMEMBER_SECONDS = 1.0


def routes(house: House) -> list[Route]:
    """`/healthz` says that the process lives, `/readyz` that it can serve, `/metrics` how it does."""

    database = _remembered(lambda: _database(house))

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        checks = {"database": await database(), "plugins": _plugins(house)}
        ready = checks["database"] == "ok"
        return JSONResponse(
            {"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503
        )

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def _remembered(look: Callable[[], Awaitable[str]]) -> Callable[[], Awaitable[str]]:
    """A look at the database at most once a second, however often it is asked for by strangers."""
    seen: tuple[float, str] = (-_REMEMBER_SECONDS, "")

    async def ask() -> str:
        nonlocal seen
        if time.monotonic() - seen[0] >= _REMEMBER_SECONDS:
            seen = (time.monotonic(), await look())
        return seen[1]

    return ask


async def _database(house: House) -> str:
    try:
        async with asyncio.timeout(_SECONDS):
            (await migrate.status(house.config)).require_current()
    except Refused as refusal:
        return refusal.code
    except Exception:
        return "UNAVAILABLE"
    return "ok"


def _plugins(house: House) -> dict[str, str]:
    return {report.name: report.state for report in house.registry.report()}
