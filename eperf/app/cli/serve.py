"""`eperf serve`: the server."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

import typer
import uvicorn
import uvloop

from eperf.app.cli.run import run, settings
from eperf.app.going import told
from eperf.app.graphql.front import GraphQLFront
from eperf.app.graphql.limits import Limits
from eperf.app.guests.life import Guests, living
from eperf.app.house import House, opened
from eperf.app.logs import configure
from eperf.app.processes.bound import OUT_SECONDS, end_within
from eperf.app.processes.metrics import gathered, said
from eperf.app.processes.supervisor import Supervisor
from eperf.app.processes.tie import Tie, tied
from eperf.app.told import tell
from eperf.app.web import build, closing
from eperf.app.wire import SocketProtocol, WholeProtocol
from eperf.domain.errors import Refused
from eperf.settings import Settings
from eperf.store.database import dialect_of

_BACKLOG = 2048
_GRACE_SECONDS = 5
_STUCK_SECONDS = 30


class OneProcessOnly(Refused):
    """SQLite serves one process."""

    code = "ONE_PROCESS_ONLY"
    text_id = "SQLite melayani satu proses saja; {field} tidak boleh {value}. Beberapa proses memerlukan PostgreSQL."
    text_en = "SQLite serves one process; {field} cannot be {value}. Several processes need PostgreSQL."


def serve(
    host: str | None = typer.Option(None, help="Address to listen on (EPERF_HOST)."),
    port: int | None = typer.Option(None, help="Port to listen on, 0 for a free one (EPERF_PORT)."),
    workers: int | None = typer.Option(
        None, help="Server processes on this address, on PostgreSQL (EPERF_WORKERS)."
    ),
) -> None:
    """Serve the API. The database must be migrated; `eperf migrate` does it."""
    chosen = settings(host=host, port=port, workers=workers)
    configure(chosen.log_level, chosen.log_json)
    tie = tied()
    if tie is None and chosen.workers > 1:
        raise typer.Exit(run(partial(_supervise, chosen)))
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

    async def serving() -> None:
        async with opened(chosen) as house:
            tell(house.registry.report(), strict=chosen.plugins_strict)
            await serve_house(house, tie=tie, out_seconds=OUT_SECONDS)

    run(serving)


async def _supervise(chosen: Settings) -> int:
    if dialect_of(chosen.database) == "sqlite":
        raise OneProcessOnly("workers", chosen.workers)
    listening = listen(chosen)
    command = [sys.executable, *sys.orig_argv[1:]]
    started = partial(_tell, _address(chosen, listening))
    return await Supervisor(command, listening, chosen.workers, started).run()


async def serve_house(
    house: House,
    started: Callable[[str], None] | None = None,
    tie: Tie | None = None,
    out_seconds: float | None = None,
) -> None:
    """Serves an open installation until it is told to stop; `started` gets the address once it listens.

    `tie` is that of one of several processes. With `out_seconds` the process ends so long after it was told to,
    whatever does not end by itself.
    """
    async with living(house.registry) as guests, contextlib.AsyncExitStack() as stack:
        if tie is not None:
            await stack.enter_async_context(said(tie))
        await _serve(house, guests, started or _tell, tie, out_seconds)


async def _serve(
    house: House, guests: Guests, started: Callable[[str], None], tie: Tie | None, out_seconds: float | None
) -> None:
    listening = tie.listening if tie else listen(house.settings)
    web = build(house, partial(gathered, tie) if tie else None)
    server = _Server(_config(told(web.app)), web.front, out_seconds)
    wire = house.wire()
    wired = asyncio.create_task(wire.run()) if wire else None
    leading = asyncio.create_task(house.leader(guests).run()) if house.settings.worker else None
    address = _address(house.settings, listening)
    announcing = asyncio.create_task(_announce(server, tie, partial(started, address)))
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


def _address(chosen: Settings, listening: socket.socket) -> str:
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    return f"http://{host}:{listening.getsockname()[1]}"


def _tell(address: str) -> None:
    print(f"eperf serves {address}", flush=True)


class _Server(uvicorn.Server):
    """A server that ends open streams when it is told to stop: it would wait for them to end by themselves."""

    def __init__(self, config: uvicorn.Config, front: GraphQLFront, out_seconds: float | None) -> None:
        super().__init__(config)
        self._front, self._out_seconds = front, out_seconds

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Takes INT and TERM. The server's own way would end the process by them before all else is closed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        former = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told to stop: from now on there is an end, also to what keeps the loop or a thread busy."""
        if self._out_seconds is not None and not self.should_exit:
            end_within(self._out_seconds)
        super().handle_exit(sig, frame)

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


async def _announce(server: uvicorn.Server, tie: Tie | None, started: Callable[[], None]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait for
        await asyncio.sleep(0.02)
    # What is there by now (modules, schema, routes) stays; the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    if tie is None:
        started()
    else:
        await tie.hold(partial(setattr, server, "should_exit", True))


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
