"""A reader in the process: an outlet that may hold back, and a follower who is cut off and comes again."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from graphql import OperationType

from eperf.app.following import LogShares
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.outlet import Parcel
from eperf.app.graphql.prepared import Prepared
from eperf.app.graphql.request import Request
from eperf.schema.context import Context
from tests.support.asking import decoded

KINDS = frozenset({OperationType.SUBSCRIPTION})


def cursor_of(answer: bytes) -> str:
    """The cursor in an answer, whatever its root field is called."""
    (update,) = decoded(answer)["data"].values()
    return str(update["cursor"])


class Ear:
    """Hears answers; while `held` is set nothing can be put."""

    def __init__(self, *, piped: bool = True) -> None:
        self.heard: list[bytes] = []
        self.piped = piped
        self._released = asyncio.Event()
        self._released.set()

    def hold(self, held: bool) -> None:
        """Stops taking, or goes on."""
        if held:
            self._released.clear()
        else:
            self._released.set()

    async def send(self, answer: bytes) -> None:
        """One answer, without a pipe."""
        await asyncio.sleep(0)
        self.heard.append(answer)

    def free(self) -> bool:
        """Whether something can be put."""
        return self.piped and self._released.is_set()

    def put(self, parcel: Parcel) -> None:
        """Some answers."""
        assert self.free()
        self.heard += parcel.answers

    async def drained(self, position: str) -> None:
        """Waits until it takes again."""
        assert position.isdigit()
        await self._released.wait()


@dataclass
class Follower:
    """A subscription that survives being cut: it comes again with the last cursor that it has heard."""

    engine: Engine
    shares: LogShares
    context: Context
    document: str
    variables: dict[str, Any]
    after: str | None
    piped: bool = True
    past: list[bytes] = field(default_factory=list)
    ear: Ear = field(default_factory=Ear)
    task: asyncio.Task[None] | None = None

    @property
    def heard(self) -> list[bytes]:
        """Everything so far."""
        return [*self.past, *self.ear.heard]

    def prepared(self, after: str | None) -> Prepared:
        """Its request."""
        request = Request(self.document, None, {**self.variables, "after": after})
        return self.engine.prepare(request, self.context.fresh(), self.context.language, KINDS)

    def begin(self) -> None:
        """Subscribes, from where it stands."""
        last = cursor_of(self.heard[-1]) if self.heard else self.after
        self.past, self.ear = self.heard, Ear(piped=self.piped)
        served = self.shares.take(self.prepared(last))
        assert served is not None
        self.task = asyncio.create_task(served(self.ear))

    async def cut(self) -> None:
        """The connection is lost."""
        assert self.task is not None
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    async def own(self, count: int) -> list[bytes]:
        """What is answered to the same subscription when it is executed by itself."""
        stream = self.engine.own_stream(self.prepared(self.after))
        try:
            async with asyncio.timeout(30):
                return [await anext(stream) for _ in range(count)]
        finally:
            await stream.aclose()
