"""`eperf serve`: the server."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import Callable

import typer
import uvicorn
import uvloop

from eperf.app.cli.run import run, settings
from eperf.app.graphql.front import GraphQLFront
from eperf.app.graphql.limits import Limits
from eperf.app.guests.life import Guests, living
from eperf.app.house import House, opened
from eperf.app.logs import configure
from eperf.app.told import tell
from eperf.app.web import build, closing
from eperf.app.wire import SocketProtocol, WholeProtocol
from eperf.settings import Settings

_BACKLOG = 2048
_GRACE_SECONDS = 5
_STUCK_SECONDS = 30


def serve(
    host: str | None = typer.Option(None, help="Address to listen on (EPERF_HOST)."),
    port: int | None = typer.Option(None, help="Port to listen on, 0 for a free one (EPERF_PORT)."),
) -> None:
    """Serve the API. The database must be migrated; `eperf migrate` does it."""
    chosen = settings(host=host, port=port)
    configure(chosen.log_level, chosen.log_json)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

    async def serving() -> None:
        async with opened(chosen) as house:
            tell(house.registry.report(), strict=chosen.plugins_strict)
            await serve_house(house)

    run(serving)


async def serve_house(house: House, started: Callable[[str], None] | None = None) -> None:
    """Serves an open installation until it is told to stop; `started` gets the address once it listens."""
    async with living(house.registry) as guests:
        await _serve(house, guests, started)


async def _serve(house: House, guests: Guests, started: Callable[[str], None] | None) -> None:
    listening = listen(house.settings)
    address = f"http://{house.settings.host}:{listening.getsockname()[1]}"
    web = build(house)
    server = _Server(_config(web.app), web.front)
    wire = house.wire()
    wired = asyncio.create_task(wire.run()) if wire else None
    leading = asyncio.create_task(house.leader(guests).run()) if house.settings.worker else None
    announcing = asyncio.create_task(
        _announce(server, address, started or (lambda url: print(f"eperf serves {url}", flush=True)))
    )
    try:
        async with closing(web):
            await server.serve(sockets=[listening])
    finally:
        for task in (leading, wired, announcing):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        listening.close()


class _Server(uvicorn.Server):
    """A server that ends open streams when it is told to stop: it would wait for them to end by themselves."""

    def __init__(self, config: uvicorn.Config, front: GraphQLFront) -> None:
        super().__init__(config)
        self._front = front

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, end what would not end by itself, and wait for the rest."""
        await asyncio.gather(super().shutdown(sockets), self._front.aclose())


def listen(chosen: Settings, stuck_seconds: int = _STUCK_SECONDS) -> socket.socket:
    """A listening socket; a taken port is an exit with 2 that names it."""
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((chosen.host, chosen.port))
    except OSError as taken:
        listening.close()
        typer.echo(
            f"EPERF_HOST/EPERF_PORT: cannot listen on {chosen.host}:{chosen.port}: {taken.strerror}", err=True
        )
        raise typer.Exit(2) from taken
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted connections inherit it
        # A reader who takes nothing is given up by the front, but closing waits for what is in the buffers to be taken.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, stuck_seconds * 1000)
    listening.listen(_BACKLOG)
    return listening


async def _announce(server: uvicorn.Server, address: str, started: Callable[[str], None]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait for
        await asyncio.sleep(0.02)
    # What is there by now (modules, schema, routes) stays; the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    started(address)


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        loop="none",
        http=WholeProtocol,
        ws=SocketProtocol,
        ws_per_message_deflate=False,
        # The front refuses larger ones with a reason; the server must not gather sixteen megabytes first.
        ws_max_size=Limits().message_bytes,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
