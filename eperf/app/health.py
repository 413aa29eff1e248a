"""Liveness, readiness and measurements."""

from __future__ import annotations

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eperf.app.house import House
from eperf.domain.errors import Refused
from eperf.store import migrate

_SECONDS = 3


def routes(house: House) -> list[Route]:
    """`/healthz` says that the process lives, `/readyz` that it can serve, `/metrics` how it does."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        checks = {"database": await _database(house), "plugins": _plugins(house)}
        ready = checks["database"] == "ok"
        return JSONResponse(
            {"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503
        )

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


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
