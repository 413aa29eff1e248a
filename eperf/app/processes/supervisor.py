"""The supervisor: it holds the socket, keeps N workers running, and renews them one by one.

It serves nothing and opens no database, so there is little in it that could fail. The socket is one for all workers:
a connection that comes while one of them dies or is renewed waits in its queue and is taken by another.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from eperf.app.processes.child import Child

_READY_SECONDS = 90.0
"""How long a new worker may take before its renewal is given up."""
_SILENT_SECONDS = 60.0
"""A worker whose loop stands still for so long serves nobody and is replaced."""
_LOOK_SECONDS = 2.0
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 15.0
"""Before a worker is started again; the wait doubles while none comes to serve."""
_log = structlog.get_logger("eperf.serve")


class Supervisor:
    """Keeps `number` workers on a socket; `started` is called once, when the first of them serves."""

    def __init__(
        self, command: Sequence[str], listening: socket.socket, number: int, started: Callable[[], None]
    ) -> None:
        self._command, self._socket, self._number, self._started = command, listening, number, started
        self._places: dict[int, Child] = {}
        self._living: set[Child] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waits: defaultdict[int, float] = defaultdict(lambda: _FIRST_WAIT)
        self._ending = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None
        self._once_more = self._served = False
        self._code = 0

    async def run(self) -> int:
        """Until it is told to end (TERM, INT), or no worker can start; gives the exit code. HUP renews all workers."""
        loop, heard = asyncio.get_running_loop(), {
            signal.SIGTERM: self._end, signal.SIGINT: self._end, signal.SIGHUP: self._renew, signal.SIGCHLD: self._look,
        }  # fmt: skip
        for number, action in heard.items():
            loop.add_signal_handler(number, action)
        try:
            await self._supervised()
        finally:
            for number in heard:
                loop.remove_signal_handler(number)
        return self._code

    async def _supervised(self) -> None:
        with tempfile.TemporaryDirectory(prefix="eperf-") as folder:
            self._folder = Path(folder)
            for place in range(1, self._number + 1):
                self._places[place] = self._begin(place)
            looking = asyncio.create_task(self._look_again_and_again())
            await self._ending.wait()
            await self._all_out()
            looking.cancel()

    def _end(self) -> None:
        if self._ending.is_set():  # told twice: somebody does not want to wait
            for child in self._living:
                child.kill()
        self._ending.set()

    async def _all_out(self) -> None:
        self._socket.close()
        if self._renewing is not None:
            self._renewing.cancel()
        await asyncio.gather(*(child.end() for child in self._living))
        for task in self._tasks:
            task.cancel()

    def _begin(self, place: int) -> Child:
        child = Child(self._command, self._socket, place, self._folder)
        self._living.add(child)
        task = asyncio.create_task(self._keep(child))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return child

    async def _keep(self, child: Child) -> None:
        """Sees a worker to its end, and starts another unless it was renewed or all are ending."""
        if await child.is_ready(_READY_SECONDS):
            self._waits.pop(child.place, None)
            if not self._served:
                self._served = True
                self._started()
        await child.ended.wait()
        self._living.discard(child)
        if self._wanted(child) and not self._served and child.code is not None and child.code >= 0:
            # It ended by itself before any came to serve: the next would too. One that was killed proves nothing.
            self._code = child.code or 1
            self._ending.set()
        elif self._wanted(child):
            wait = self._waits[child.place]
            self._waits[child.place] = min(2 * wait, _LONGEST_WAIT)
            _log.warning(
                "serve.worker-died", worker=child.place, pid=child.pid, code=child.code, again_after=wait
            )
            await asyncio.sleep(wait)
            await self._replace(child)

    async def _replace(self, child: Child) -> None:
        while self._wanted(child):
            try:
                self._places[child.place] = self._begin(child.place)
            except OSError as failure:  # no memory, no more processes, a program that is being installed
                _log.error("serve.worker-not-started", worker=child.place, error=str(failure))
                await asyncio.sleep(_LONGEST_WAIT)

    def _wanted(self, child: Child) -> bool:
        return self._places.get(child.place) is child and not self._ending.is_set()

    def _renew(self) -> None:
        self._once_more = True
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew_all())

    async def _renew_all(self) -> None:
        while self._once_more:
            self._once_more = False
            for place in sorted(self._places):
                if not await self._renewed(place):
                    return
            _log.info("serve.renewed", workers=self._number)

    async def _renewed(self, place: int) -> bool:
        try:
            new = self._begin(place)
        except OSError as failure:
            _log.error("serve.renewal-given-up", worker=place, error=str(failure))
            return False
        if not await new.is_ready(_READY_SECONDS):
            _log.error("serve.renewal-given-up", worker=place, pid=new.pid, code=new.code)
            await new.end()
            return False
        old, self._places[place] = self._places[place], new
        await old.end()
        return True

    def _look(self) -> None:
        for child in tuple(self._living):
            child.look()

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._look()
            for child in self._living:
                if child.silent > (_SILENT_SECONDS if child.ready.is_set() else _READY_SECONDS):
                    _log.error("serve.worker-stands-still", worker=child.place, pid=child.pid)
                    child.kill()
