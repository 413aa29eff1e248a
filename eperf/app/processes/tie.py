"""What ties a worker to its supervisor: the socket it listens on, and a line.

On the line the worker says that it is ready, and then every second that its loop turns. The line has an end when the
supervisor is gone, however it went; then the worker ends too, so that no port stays taken and no old program stays.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "EPERF_SUPERVISED"
"""In the environment of a worker: the numbers of the two open files, its place, and the folder of all workers."""
READY, TURNS = b"r", b"t"
BEAT_SECONDS = 1.0


@dataclass(frozen=True)
class Tie:
    """The worker's end. `place` tells it from its siblings, and whoever replaces it has the same."""

    listening: socket.socket
    line: socket.socket
    place: int
    folder: Path

    def in_words(self) -> str:
        """As the value of the environment's variable."""
        return f"{self.listening.fileno()},{self.line.fileno()},{self.place},{self.folder}"

    async def hold(self, gone: Callable[[], None]) -> None:
        """Says that we are ready, and that we turn, until cancelled; `gone` is called when the supervisor is."""
        self.line.setblocking(False)
        ended = asyncio.create_task(self._ended())
        try:
            said = READY
            while not ended.done():
                self._say(said)
                said = TURNS
                await asyncio.wait({ended}, timeout=BEAT_SECONDS)
            gone()
        finally:
            ended.cancel()
            await asyncio.wait({ended})
            self.line.close()

    async def _ended(self) -> None:
        # The supervisor says nothing: whatever comes is the end.
        try:
            await asyncio.get_running_loop().sock_recv(self.line, 1)
        except OSError:
            return

    def _say(self, word: bytes) -> None:
        try:
            self.line.send(word)
        except OSError:
            return  # a supervisor that is paused reads later; one that is gone has ended the line


def tied() -> Tie | None:
    """The tie of this process, if it is a worker. It outlives an `exec`, by which a start begins anew."""
    words = os.environ.get(VARIABLE)
    if words is None:
        return None
    listening, line, place, folder = words.split(",", 3)
    ends = [socket.socket(fileno=int(number)) for number in (listening, line)]
    return Tie(ends[0], ends[1], int(place), Path(folder))
