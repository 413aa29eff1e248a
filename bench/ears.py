"""Thousands of subscribers in a process of their own: `Ears` starts it and speaks to it, `main` is what runs in it.

Its share of a processor is in every result, to show that it is not what was measured.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import uvloop

from bench.ear import CURSOR, CountingEar, Ear, Log
from bench.heard import NO_CURSOR, Heard, instant

_OCCURRED = re.compile(rb'"occurredAt":\s*"([^"]+)"')
_OPEN_SECONDS = 120
_FIELDS = 4


@dataclass(frozen=True)
class Crowd:
    """Who subscribes: the `connection_init` and the `subscribe` message of each, and how many may be opening together.

    With `counts_after` everybody asks for everything after that cursor, and cursors are counted instead of kept.
    `receive_buffer` is the system's for each socket (bytes; 0: its own choice).
    """

    port: int
    messages: Sequence[tuple[bytes, bytes]]
    at_once: int = 200
    receive_buffer: int = 0
    counts_after: int | None = None


class Ears:
    """The process, from outside. Subscribers are numbered in the order in which their crowds were opened."""

    def __init__(self, module: str = "bench.ears") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid
        self.errors: Counter[str] = Counter()
        """Answers that held no update, by what they held."""

    def open(self, crowd: Crowd) -> dict[str, Any]:
        """Opens a crowd; gives its `first` number, the seconds it took, and how those ended who are over already."""
        with tempfile.NamedTemporaryFile(suffix=".crowd") as file:
            pickle.dump(crowd, file)
            file.flush()
            return self.ask("open", file=file.name)

    def let_in(self, crowd: Crowd) -> dict[str, Any]:
        """Like `open`, and ends the run when somebody is not let in."""
        found = self.open(crowd)
        if found["ends"]:
            raise SystemExit(f"{len(found['ends'])} were not let in, the first: {found['ends'][0]}")
        return found

    def heard(self) -> Heard:
        """What was heard since the last time, and forgets it."""
        with tempfile.NamedTemporaryFile(suffix=".heard") as file:
            self.errors.update(self.ask("heard", file=file.name)["errors"])
            columns = [array("q") for _ in range(_FIELDS)]
            size = Path(file.name).stat().st_size // 8 // _FIELDS
            for column in columns:
                column.fromfile(file, size)
            return Heard(*columns)

    def ask(self, command: str, **given: Any) -> dict[str, Any]:
        """Any command and its answer."""
        self._send(command, **given)
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The next answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the subscribers' process ended")
        found: dict[str, Any] = json.loads(line)
        return found

    def _send(self, command: str, **given: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": command, **given}) + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


class Hearing:
    """A process that hears, from inside: a method for each command, and the log of what came."""

    def __init__(self) -> None:
        self._log: Log = []

    async def do(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Does a command; gives its answer."""
        command = asked.pop("command")
        done: Any = getattr(self, f"_{command}")(**asked)
        found: dict[str, Any] = (await done if asyncio.iscoroutine(done) else done) or {}
        return found

    def _count(self) -> dict[str, Any]:
        return {"count": len(self._log)}

    def _heard(self, file: str) -> dict[str, Any]:
        """Columns: who, cursor, when it occurred and when it was read, both in nanoseconds."""
        columns = [array("q") for _ in range(_FIELDS)]
        occurred: dict[bytes, int] = {}
        errors: Counter[str] = Counter()
        for place, now, data in self._log:
            at, cursor = _OCCURRED.search(data), CURSOR.search(data)
            if at is None or cursor is None:
                # An answer without an update: the judge sees a cursor that nobody wanted, and misses one.
                errors[data[data.find(b'"payload"') :][:300].decode(errors="replace")] += 1
                row = (place, NO_CURSOR, now, now)
            else:
                if at[1] not in occurred:
                    occurred[at[1]] = instant(at[1].decode())
                row = (place, int(cursor[1]), occurred[at[1]], now)
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        self._log.clear()
        with Path(file).open("wb") as out:
            for column in columns:
                column.tofile(out)
        return {"errors": dict(errors)}


class _Holder(Hearing):
    """Of subscribers."""

    def __init__(self) -> None:
        super().__init__()
        self._ears: list[Ear] = []

    async def _open(self, file: str) -> dict[str, Any]:
        crowd: Crowd = pickle.loads(Path(file).read_bytes())
        first, begun = len(self._ears), time.time_ns()
        made = [self._made(crowd, place) for place in range(len(crowd.messages))]
        self._ears += made
        gate = asyncio.Semaphore(crowd.at_once)
        tasks = [asyncio.create_task(_connected(ear, crowd, gate)) for ear in made]
        await asyncio.wait(tasks, timeout=_OPEN_SECONDS)
        for ear in made:
            if not ear.ready.done():
                ear.over(0, f"not let in within {_OPEN_SECONDS} s")
        await asyncio.gather(*tasks)
        return {"first": first, "seconds": (time.time_ns() - begun) / 1e9, "ends": self._ended(first)}

    def _made(self, crowd: Crowd, place: int) -> Ear:
        given = (len(self._ears) + place, crowd.port, crowd.messages[place], self._log)
        return Ear(*given) if crowd.counts_after is None else CountingEar(*given, crowd.counts_after)

    def _ended(self, first: int = 0) -> list[tuple[int, int, str]]:
        return [(ear.place, *ear.end) for ear in self._ears[first:] if ear.end is not None]

    def _ends(self) -> dict[str, Any]:
        return {"ends": self._ended()}

    def _counted(self, first: int) -> dict[str, Any]:
        names = ("place", "last", "wrong", "bytes", "began", "latest")
        ears = [ear for ear in self._ears[first:] if isinstance(ear, CountingEar)]
        return {"each": [{name: getattr(ear, name) for name in names} for ear in ears]}

    def _stop(self, place: int) -> None:
        self._ears[place].transport.pause_reading()

    def _go(self, place: int) -> None:
        self._ears[place].transport.resume_reading()

    async def _close(self) -> None:
        for ear in self._ears:
            ear.transport.abort()
        await asyncio.sleep(0.1)
        self._ears.clear()
        self._log.clear()


async def _connected(ear: Ear, crowd: Crowd, gate: asyncio.Semaphore) -> None:
    async with gate:
        plug = socket.socket()
        plug.setblocking(False)
        if crowd.receive_buffer:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, crowd.receive_buffer)
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(plug, ("127.0.0.1", crowd.port))
            await loop.create_connection(lambda: ear, sock=plug)
        except OSError as refused:
            plug.close()
            ear.over(0, str(refused))
        await ear.ready


async def serve(made: Callable[[], Hearing]) -> None:
    """Does what the lines of the input say, until there are no more."""
    holder, loop = made(), asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        print(json.dumps(await holder.do(json.loads(line))), flush=True)


def main() -> None:
    """Does what the lines of its input say, until there are no more."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(serve(_Holder))


if __name__ == "__main__":
    main()
