"""Where the answers of one operation go, and how answers that many wait for are written without a task for each.

A server that knows eperf puts a `Pipe` into a connection's scope: a way past ASGI to its transport. What is written
there is on its way when `write` returns, so one loop serves thousands of connections; a connection that holds bytes
back is not written to at all. Where there is no pipe (another server, a test's client) every answer is sent as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Protocol, cast

PIPE = "eperf.pipe"
"""The name of a pipe among a scope's extensions."""


class Pipe(Protocol):
    """The transport of one connection."""

    @property
    def style(self) -> str:
        """How it writes messages: what is the same for equal styles."""
        ...

    def free(self) -> bool:
        """Whether it is open and holds nothing back."""

    def message(self, data: bytes) -> bytes:
        """One message as it goes over the wire."""

    def write(self, messages: bytes) -> None:
        """Hands messages to the transport."""

    async def drained(self) -> None:
        """Waits until it holds nothing back, or is closed."""

    def part(self, code: int, reason: str, stay: bool) -> bool:
        """Closes a connection whose reader may have stopped; False where that cannot be said on it.

        With `stay` the connection is held until the reader has read why, within bounds.
        """


class Parcel:
    """Answers that were encoded once, and the bytes that they are for each way of addressing them."""

    __slots__ = ("_made", "answers")

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.answers = answers
        self._made: dict[Hashable, bytes] = {}

    def addressed(self, style: Hashable, wrap: Callable[[bytes], bytes]) -> bytes:
        """All of them for those who share a style: clients that number their operations alike share the bytes."""
        made = self._made.get(style)
        if made is None:
            made = self._made[style] = b"".join([wrap(answer) for answer in self.answers])
        return made


class Outlet(Protocol):
    """One operation's way to its reader."""

    async def send(self, answer: bytes) -> None:
        """Sends one answer, waiting for a slow reader but not for one who has stopped; raises when it is gone."""

    @property
    def piped(self) -> bool:
        """Whether parcels can be put at all."""

    def free(self) -> bool:
        """Whether a parcel may be put now."""

    def put(self, parcel: Parcel) -> None:
        """Writes a parcel at once."""

    async def drained(self, position: str) -> None:
        """Waits until it is free. A reader who stops is closed and told the position, and this raises."""


class _NoPipe:
    """Where the server gives none."""

    style = ""

    def free(self) -> bool:
        return False

    def message(self, data: bytes) -> bytes:
        return data

    def write(self, _messages: bytes) -> None:
        raise ConnectionResetError("there is no pipe")

    async def drained(self) -> None:
        pass

    def part(self, _code: int, _reason: str, stay: bool) -> bool:
        return False


NO_PIPE: Pipe = _NoPipe()


def pipe_of(scope: Any) -> Pipe:
    """The pipe of a connection; `NO_PIPE` where its server gives none."""
    return cast(Pipe, (scope.get("extensions") or {}).get(PIPE, NO_PIPE))
