"""An open house around a test's database, and a real HTTP server in the test's own process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from eperf.adapters.broker import Bell
from eperf.app.house import House
from eperf.plugins.registry import Registry
from eperf.schema.compose import compose
from eperf.settings import Settings


def house_of(
    url: str, folder: Path, registry: Registry, now: Callable[[], datetime], **settings: Any
) -> House:
    """A house whose database is open already."""
    chosen = Settings(data_dir=folder, database_url=url, **settings)
    return House(chosen, registry, compose(registry.contributions), {}, Bell(), Bell(), now)


@asynccontextmanager
async def serving(routes: Sequence[BaseRoute]) -> AsyncIterator[int]:
    """The routes behind a real server on loopback; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=routes), http="httptools", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        await task
        listener.close()
