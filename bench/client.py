"""The load: keep-alive connections that each send the next request as soon as they have their answer.

It runs as a process of its own, on bytes made beforehand, and reads of an answer only its status and its length, so that
it is never the slowest part; its own share of a processor is in every result to prove it.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import uvloop

from bench.operations import KEY

_PATIENCE_SECONDS = 30
"""How long a client waits for at least one answer when the time is over."""

_LEAST_EACH, _LONGER = 3, 4
"""It goes on up to four times as long until each connection has had three answers."""


@dataclass(frozen=True)
class Load:
    """What one client does: to which port, over how many connections, after how long a warm-up, for how long."""

    port: int
    connections: int
    warm_seconds: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What came of it. Times are of whole answers; `client_cpu` is the client's share of one processor."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bytes: int
    client_cpu: float
    failed: int
    failure: str

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Client:
    """The client's process, which is started once and then given one load after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, load: Load, requests: Sequence[bytes], mark: Callable[[], None]) -> Outcome:
        """Runs a load to its end; `mark` is called when the measured time begins and when it ends."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile(suffix=".requests") as file:
            pickle.dump((asdict(load), list(requests)), file)
            file.flush()
            self._process.stdin.write(f"{file.name}\n")
            self._process.stdin.flush()
            for line in self._process.stdout:
                if line != "mark\n":
                    return Outcome(**json.loads(line))
                mark()
        raise RuntimeError("the client ended without a result")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


class _Run:
    """What the connections share."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self.requests, self.place, self.nonce = requests, 0, os.urandom(8).hex()
        self.keyed = KEY.encode() in requests[0]
        self.times: list[float] = []
        self.bytes = self.failed = 0
        self.failure = ""
        self.measuring = self.over = False

    def next(self) -> bytes:
        """The next request, with a key of its own where it wants one."""
        request = self.requests[self.place % len(self.requests)]
        self.place += 1
        if self.keyed:
            request = request.replace(KEY.encode(), f"{self.nonce}{self.place:016x}".encode())
        return request


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run, self._got, self._wanted, self._sent = run, b"", 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def _send(self) -> None:
        self._got, self._wanted = b"", 0
        self._sent = time.perf_counter()
        self._transport.write(self._run.next())

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        if not self._wanted:
            self._wanted = _length(self._got)
        if self._wanted and len(self._got) >= self._wanted:
            self._answered()

    def _answered(self) -> None:
        run = self._run
        if not self._got.startswith(b"HTTP/1.1 200"):
            run.failed, run.failure = run.failed + 1, self._got[:2000].decode(errors="replace")
        if run.measuring:
            run.times.append(time.perf_counter() - self._sent)
            run.bytes += self._wanted
        if run.over:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._run.over:
            self._run.failed, self._run.failure = self._run.failed + 1, f"the connection was lost: {exc}"


def _length(got: bytes) -> int:
    """How long the whole answer is, or 0 while that is unknown."""
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = got[:end].lower()
    place = head.find(b"content-length:")
    if place < 0:
        raise RuntimeError("an answer without a length")
    return end + 4 + int(head[place + 15 :].split(b"\r\n", 1)[0])


def _too_few(load: Load, run: _Run, taken: float) -> bool:
    """Whether a slow server gets more time: connections that wait in step would otherwise count all or none."""
    if not run.times:
        return taken < _PATIENCE_SECONDS
    return len(run.times) < _LEAST_EACH * load.connections and taken < _LONGER * load.seconds


async def _measure(load: Load, requests: Sequence[bytes]) -> Outcome:
    loop, run = asyncio.get_running_loop(), _Run(requests)
    for _ in range(load.connections):
        await loop.create_connection(lambda: _Connection(run), "127.0.0.1", load.port)
    await asyncio.sleep(load.warm_seconds)
    print("mark", flush=True)
    run.measuring, begun, cpu = True, time.perf_counter(), time.process_time()
    await asyncio.sleep(load.seconds)
    while not run.failed and _too_few(load, run, time.perf_counter() - begun):
        await asyncio.sleep(0.05)
    run.measuring, taken, cpu = False, time.perf_counter() - begun, time.process_time() - cpu
    print("mark", flush=True)
    run.over = True
    await asyncio.sleep(0.05)
    times = sorted(run.times) or [float("nan")]
    return Outcome(
        requests=len(run.times),
        seconds=taken,
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[min(len(times) * 99 // 100, len(times) - 1)] * 1000,
        bytes=run.bytes,
        client_cpu=cpu / taken,
        failed=run.failed,
        failure=run.failure,
    )


def main() -> None:
    """Runs what each file says that is named on a line of the input."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    for line in sys.stdin:
        given, requests = pickle.loads(Path(line.strip()).read_bytes())
        print(json.dumps(asdict(asyncio.run(_measure(Load(**given), requests)))), flush=True)


if __name__ == "__main__":
    main()
