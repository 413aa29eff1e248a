"""Kills of everything that can be killed, at random, while it is written and listened.

Killed are workers (-9), the supervisor (-9, with all it holds), subscribers' connections, and connections of the server
to PostgreSQL. What must be true afterwards: every acknowledged write is there once; each subscriber has received the
cursors of the log, in order, none missing and none twice; each receiver of pushed updates has each id at least once.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

import asyncpg
import psutil

from tests.faults.load import Load
from tests.faults.workload import check, token_of
from tests.support.database import run
from tests.support.server import Server
from tests.support.subscriber import Subscriber

KINDS = ("activity.submitted",)
_WEIGHTS = {"worker": 10, "connection": 8, "client": 8, "supervisor": 1}
_CAUGHT_UP_SECONDS = 120
_TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
ORDER BY random() LIMIT 1
"""
_COMMITTED = "SELECT id, cursor FROM event WHERE kind = ANY($1) ORDER BY cursor"


class Receiver(Protocol):
    """Whoever is pushed updates (a webhook's receiver), and may get one twice."""

    def ids(self, committed: Sequence[tuple[int, int]]) -> tuple[set[str], Sequence[str | None]]:
        """The ids that it must have got for these events (id and cursor), and those of its deliveries in their order."""
        ...


@dataclass
class Kills:
    """What was killed, how often; `closings` of the subscribers' sockets by code, 0 where none was said."""

    by_kind: Counter[str] = field(default_factory=Counter)
    closings: Counter[int] = field(default_factory=Counter)
    events: int = 0


class Listeners:
    """Subscribers in a thread of their own."""

    def __init__(self, port: int, number: int) -> None:
        self.all = [Subscriber(port, token_of("Sri"), KINDS) for _ in range(number)]
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._tasks = [asyncio.run_coroutine_threadsafe(one.run(), self._loop) for one in self.all]
        return self

    def __exit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        time.sleep(0.2)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def cut(self) -> None:
        """One of them dies, and comes again with its cursor."""
        self._loop.call_soon_threadsafe(random.choice(self.all).cut)

    def require_alive(self) -> None:
        """Raises what ended one of them."""
        for task in self._tasks:
            if task.done():
                task.result()


def kill(
    server: Server,
    url: str,
    item: str,
    kills: int,
    *,
    subscribers: int = 3,
    pause: float = 0.6,
    receivers: Sequence[Receiver] = (),
    told: Callable[[str], None] = lambda line: None,
) -> Kills:
    """Kills so often, and checks what must be true. The server runs; it is ended here."""
    done, begun = Kills(), time.monotonic()
    load = Load(server.port, item, writers=4, rest=0.02)
    with Listeners(server.port, subscribers) as listeners:
        with load:
            load.wait_for(50)
            while (number := done.by_kind.total()) < kills:
                time.sleep(random.uniform(0.0, 2 * pause))
                what = random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
                done.by_kind[what] += _KILL[what](server, url, listeners)
                listeners.require_alive()
                assert server.alive, f"the supervisor ended by itself:\n{server.last_words()}"
                if number % 10 == 9:
                    load.wait_for(1)
                if number // 50 < done.by_kind.total() // 50:
                    told(
                        f"{number + 1} kills, {len(load.ledger.answers)} writes, {time.monotonic() - begun:.0f} s"
                    )
        committed = _caught_up(url, listeners)
        done.events = len(committed)
        for one in listeners.all:
            done.closings += one.closings
            _same(one.cursors, [cursor for _, cursor in committed])
    for receiver in receivers:
        at_least_once(*receiver.ids(committed))
    server.terminate()
    check(url, load.ledger)
    return done


def at_least_once(wanted: set[str], delivered: Sequence[str | None]) -> None:
    """Every id has come; whatever came twice bore its id, so that whoever receives it can tell."""
    assert None not in delivered, "a delivery without an id"
    missing = wanted - set(delivered)
    assert not missing, f"{len(missing)} never came: {sorted(missing)[:5]}"


def _same(heard: Sequence[int], committed: Sequence[int]) -> None:
    twice = [cursor for cursor, times in Counter(heard).items() if times > 1]
    assert not twice, f"heard twice: {twice[:5]}"
    missing = sorted(set(committed) - set(heard))
    assert not missing, f"missing: {missing[:5]} of {len(committed)}"
    assert list(heard) == list(committed), "heard out of order"


def _caught_up(url: str, listeners: Listeners) -> list[tuple[int, int]]:
    """The committed events, all numbered, when every subscriber has heard the last, or time is up."""
    deadline = time.monotonic() + _CAUGHT_UP_SECONDS
    while True:
        committed = run(_committed(url))
        numbered = all(cursor is not None for _, cursor in committed)
        if numbered and all(one.cursors and one.cursors[-1] == committed[-1][1] for one in listeners.all):
            return committed
        assert time.monotonic() < deadline, [len(one.cursors) for one in listeners.all]
        listeners.require_alive()
        time.sleep(0.2)


async def _committed(url: str) -> list[tuple[int, int]]:
    connection = await asyncpg.connect(url)
    try:
        return [(row["id"], row["cursor"]) for row in await connection.fetch(_COMMITTED, list(KINDS))]
    finally:
        await connection.close()


def _worker(server: Server, url: str, listeners: Listeners) -> int:
    children = psutil.Process(server.pid).children()
    if not children:
        return 0
    with contextlib.suppress(psutil.NoSuchProcess):
        random.choice(children).kill()
    return 1


def _supervisor(server: Server, url: str, listeners: Listeners) -> int:
    server.kill()
    server.start(120)
    return 1


def _connection(server: Server, url: str, listeners: Listeners) -> int:
    async def end() -> int:
        connection = await asyncpg.connect(url)
        try:
            return int(bool(await connection.fetchval(_TERMINATE)))
        finally:
            await connection.close()

    return run(end())


def _client(server: Server, url: str, listeners: Listeners) -> int:
    listeners.cut()
    return 1


_KILL = {"worker": _worker, "supervisor": _supervisor, "connection": _connection, "client": _client}
