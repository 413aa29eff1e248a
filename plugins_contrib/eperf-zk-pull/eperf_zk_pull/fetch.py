"""Running the client in its own process, with an end to its time and to what it may say."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any, cast

from eperf.plugins.sources import PullFailed

SECONDS = 120.0
"""The longest time for one machine's whole log."""

_MOST_BYTES = 20 * 1024 * 1024
_MOST_HEAD = 4 * 1024 * 1024
_CLIENT = Path(__file__).with_name("client.py")
_WHY = {
    "network": "it cannot be reached, or breaks off",
    "refused": "it does not accept the communication key",
    "answer": "it answers what cannot be read",
    "too_much": "it answers more than can be held",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a machine gave: how many records it counts, PINs by internal number, its log as bytes."""

    records: int
    users: dict[int, str]
    log: bytes


def fetch(address: str, port: int, comm_key: int, seconds: float = SECONDS) -> Fetched:
    """A machine's log; raises `PullFailed` with the cause for everything else."""
    asked = json.dumps({"address": address, "port": port, "comm_key": comm_key}).encode()
    # Neither the secrets of the installation nor its modules reach the process that the machine may try to take.
    with subprocess.Popen(  # noqa: S603  # our own program, its input is no argument
        [sys.executable, "-I", str(_CLIENT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/" if sys.platform != "win32" else None,
    ) as client:
        end = Timer(seconds, client.kill)
        end.start()
        try:
            told = _told(client, asked)
        finally:
            client.kill()
            end.cancel()
    if not told:
        raise PullFailed("device", f"{address}:{port}", f"it gave no whole answer within {seconds:g} seconds")
    return _read(told, f"{address}:{port}")


def _told(client: subprocess.Popen[bytes], asked: bytes) -> bytes:
    # Both are pipes by the call above.
    entry, answer = cast(IO[bytes], client.stdin), cast(IO[bytes], client.stdout)
    with contextlib.suppress(OSError):
        entry.write(asked)
        entry.close()
    return answer.read(_MOST_BYTES + 1)


def _read(told: bytes, where: str) -> Fetched:
    head, line, log = told.partition(b"\n")
    if not line or len(told) > _MOST_BYTES or len(head) > _MOST_HEAD:
        raise PullFailed("device", where, _WHY["too_much"])
    said: dict[str, Any] = json.loads(head)
    if "failed" in said:
        raise PullFailed("device", where, _WHY.get(said["failed"], _WHY["answer"]))
    return Fetched(said["records"], {int(number): pin for number, pin in said["users"].items()}, log)
