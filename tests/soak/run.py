"""`python -m tests.soak --records 1000000 [--database sqlite|postgres] [--by app|http] [SOURCE…]`.

A run keeps its database and its journal in `build/soak/` until it has proved what it is for; one that was ended goes on
where it was, whichever source it was at. `--by http` speaks to a real `eperf serve`; `--by app` spares the sockets.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from eperf.adapters import postgres
from eperf.app import devices
from eperf.plugins import registry as plugins
from eperf.plugins.registry import Registry
from eperf.store import database, migrate
from tests.soak import proof
from tests.soak.journal import Journal
from tests.soak.stream import Stream
from tests.soak.town import settle
from tests.soak.ways import WAYS, Carry, in_process, over_http
from tests.support.house import house_of
from tests.support.server import Server

FOLDER = Path("build/soak")
AT_ONCE = 32
_TRIES = 5


async def send(stream: Stream, carry: Carry, journal: Journal) -> float:
    """Sends what has not been answered yet; gives the seconds that all of it has taken."""
    left = iter([block for block in range(stream.blocks) if block not in journal.done])
    began = noted = time.monotonic()

    async def some() -> None:
        nonlocal noted
        for number in left:
            await _until_answered(stream, number, carry, journal)
            journal.note("done", number)
            journal.done.add(number)
            if time.monotonic() - noted > 10:
                journal.note("seconds", time.monotonic() - noted)
                noted = time.monotonic()
                print(f"  {len(journal.done) * 100 // stream.blocks} % of {stream.records}", flush=True)

    async with asyncio.TaskGroup() as senders:
        for _ in range(AT_ONCE):
            senders.create_task(some())
    journal.note("seconds", time.monotonic() - noted)
    return journal.seconds + time.monotonic() - began


async def _until_answered(stream: Stream, number: int, carry: Carry, journal: Journal) -> None:
    """A machine that is not told OK comes again, the whole block with it."""
    for tried in range(_TRIES):
        journal.note("begun", number)
        try:
            await _block(stream, number, carry)
            return
        except Unanswered as failure:
            if tried == _TRIES - 1:
                raise
            print(f"  {failure}; sent again", flush=True)
            await asyncio.sleep(tried)


class Unanswered(Exception):
    """A request was not told OK."""


async def _block(stream: Stream, number: int, carry: Carry) -> None:
    for request in WAYS[stream.way].requests(stream, stream.block(number), datetime.now(UTC)):
        status = await carry(request)
        if status != 200:
            raise Unanswered(f"block {number} was answered {status}")


async def proved(stream: Stream, journal: Journal, registry: Registry) -> dict[str, int]:
    """The proof: see `tests.soak.proof`."""
    numbers = await proof.count(stream, journal.doubtful)
    await proof.owners(stream)
    return {**numbers, "days": await proof.days(stream, registry, datetime.now(UTC))}


@asynccontextmanager
async def _carried(by: str, url: str, folder: Path, registry: Registry) -> AsyncIterator[Carry]:
    if by == "app":
        house = house_of(url, folder / "data", registry, lambda: datetime.now(UTC))
        yield in_process(Starlette(routes=devices.routes(house)))
        return
    with Server(url, folder, {"EPERF_WORKER": "false"}) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=120, trust_env=False) as client:
            yield over_http(client)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield f"sqlite://{folder.resolve() / 'soak.db'}"
        return
    server = postgres.start(folder / "postgres")
    try:
        yield server.url
    finally:
        server.stop()


async def _source(name: str, url: str, folder: Path, given: argparse.Namespace) -> None:
    registry = plugins.load(strict=True)
    facts = {"records": given.records, "seed": given.seed, "today": datetime.now(UTC).date().isoformat()}
    journal = Journal.opened(folder / f"{name}.journal", facts)
    kept = journal.facts
    stream = Stream(kept["records"], kept["seed"], date.fromisoformat(kept["today"]), name)
    config = await database.connect(url)
    try:
        await migrate.migrate(config)
        await settle(stream)
        async with _carried(given.by, url, folder, registry) as carry:
            took = await send(stream, carry, journal)
        began = time.monotonic()
        numbers = await proved(stream, Journal.opened(journal.path, facts), registry)
    finally:
        await database.disconnect()
    rate = stream.records / took
    print(
        f"{name} on {given.database} by {given.by}: {stream.records} records in {took:.0f} s, {rate:.0f}/s "
        f"(a million: {1e6 / rate / 60:.0f} min); proved in {time.monotonic() - began:.0f} s: {_words(numbers)}",
        flush=True,
    )


def _words(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items())


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("names", nargs="*", metavar="SOURCE", help=", ".join(WAYS))
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--by", choices=("app", "http"), default="app")
    parser.add_argument("--seed", type=int, default=1)
    given: Any = parser.parse_args()
    unknown = set(given.names) - set(WAYS)
    if unknown:
        parser.error(f"no source {', '.join(sorted(unknown))}; there are {', '.join(WAYS)}")
    folder = FOLDER / given.database
    with _database(given.database, folder) as url:
        for name in given.names or WAYS:
            asyncio.run(_source(name, url, folder, given))
    if not given.names:
        shutil.rmtree(folder)
