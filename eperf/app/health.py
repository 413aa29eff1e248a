"""Liveness, readiness and measurements."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eperf.app.figures import FIGURES
from eperf.app.house import House
from eperf.domain.errors import Refused
from eperf.services.plugin import reported
from eperf.store import migrate

T = TypeVar("T")
Measured = Callable[[], Awaitable[bytes]]
"""What is measured, as Prometheus reads it."""
_SECONDS = 3
_REMEMBER_SECONDS = 1.0


def routes(house: House, measured: Measured | None = None) -> list[Route]:
    """`/healthz` says that the process lives, `/readyz` that it can serve, `/metrics` how it does."""

    FIGURES.house = house
    database, plugins = _remembered(lambda: _database(house)), _remembered(lambda: _plugins(house))

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        found, states = await asyncio.gather(database(), plugins())
        checks: dict[str, Any] = {"database": found, "plugins": states}
        ready = checks["database"] == "ok"
        # Whoever runs without a plugin still serves all others.
        whole = all(state == "ok" for state in checks["plugins"].values())
        status = ("ok" if whole else "degraded") if ready else "unavailable"
        return JSONResponse({"status": status, "checks": checks}, 200 if ready else 503)

    gathered = _remembered(measured) if measured else None

    async def metrics(_: Request) -> Response:
        await FIGURES.look()
        said = await gathered() if gathered else generate_latest()
        return Response(said, media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def _remembered(look: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """A look at most once a second, and one at a time, however often it is asked for by strangers."""
    seen: tuple[float, T] | None = None
    looking = asyncio.Lock()

    async def ask() -> T:
        nonlocal seen
        async with looking:
            if seen is None or time.monotonic() - seen[0] >= _REMEMBER_SECONDS:
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


async def _plugins(house: House) -> dict[str, str]:
    """What became of each plugin: at start, or since it was stopped. Names and states only: strangers read this."""
    try:
        async with asyncio.timeout(_SECONDS):
            reports = await reported(house.call())
    except Exception:
        reports = house.registry.report()
    return {report.name: report.state for report in reports}
