"""One worker as its supervisor sees it: a process, what it says of itself, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from eperf.app.processes.bound import OUT_SECONDS
from eperf.app.processes.tie import READY, VARIABLE, Tie

_READ = 4096


class Child:
    """A worker's process. It runs the supervisor's own command again, so it has the program that is installed now."""

    def __init__(self, command: Sequence[str], listening: socket.socket, place: int, folder: Path) -> None:
        self.place = place
        self.ready, self.ended = asyncio.Event(), asyncio.Event()
        self.code: int | None = None
        self._begun = self._heard_at = time.monotonic()
        self._line, theirs = socket.socketpair()
        self._line.setblocking(False)
        with theirs:
            tie = Tie(listening, theirs, place, folder)
            self._process = subprocess.Popen(  # noqa: S603 - our own command again
                list(command),
                stdin=subprocess.DEVNULL,
                env={**os.environ, VARIABLE: tie.in_words()},
                pass_fds=(listening.fileno(), theirs.fileno()),
                # What is typed at the terminal is for the supervisor, which passes it on.
                start_new_session=True,
            )
        self._listening = asyncio.create_task(self._listen())

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def silent(self) -> float:
        """Seconds since it last said that its loop turns."""
        return time.monotonic() - self._heard_at

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._begun

    async def is_ready(self, seconds: float) -> bool:
        """Whether it serves, within so many seconds; no when it ends before."""
        waits = [asyncio.create_task(event.wait()) for event in (self.ready, self.ended)]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return self.ready.is_set() and not self.ended.is_set()

    async def end(self, seconds: float = OUT_SECONDS) -> None:
        """Asks it to end, and kills it when it has not in time."""
        self._send(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        self.kill()
        await self.ended.wait()

    def kill(self) -> None:
        """Ends it at once."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if not self.ended.is_set():
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def look(self) -> None:
        """Sees whether it has ended."""
        self.code = self._process.poll()
        if self.code is not None and not self.ended.is_set():
            self._listening.cancel()
            self._line.close()
            self.ended.set()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while said := await loop.sock_recv(self._line, _READ):
                self._heard_at = time.monotonic()
                if READY in said:
                    self.ready.set()
