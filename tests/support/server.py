"""A real `eperf serve` process for tests that need one to kill, or that speak to it as a client would."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

_POLL_SECONDS = 0.05


class Server:
    """One server, which may be started, killed and started again on the same port and the same data.

    `environment` holds its EPERF_… variables; those of the tests' own process are not passed on. `folder` is where it
    runs, and where its log and its data lie. It is stopped by `kill` or `terminate`, or by leaving `with`.
    """

    def __init__(
        self,
        database_url: str,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"serve-{self.port}.log"
        self._folder = folder
        self._command = [sys.executable, "-m", "eperf", "serve", "--port", str(self.port), *arguments]
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("EPERF_")
        }
        self._environment |= {
            "EPERF_DATABASE_URL": database_url,
            "EPERF_DATA_DIR": str(folder / "data"),
            "EPERF_HOST": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._running().pid

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._running().poll() is None

    def start(self, seconds: float = 60) -> Self:
        """Starts it and waits until `/readyz` answers 200."""
        assert self._process is None, "it runs already"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait_until_ready(seconds)
        return self

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Waits until `/readyz` answers 200; fails with the log when the process ends or time is up."""
        deadline = time.monotonic() + seconds
        while self._status() != http.client.OK:
            code = self._running().poll()
            if code is not None:
                self._process = None
                raise AssertionError(f"eperf serve ended with {code}:\n{self.last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"eperf serve was not ready in {seconds} s:\n{self.last_words()}")
            time.sleep(_POLL_SECONDS)

    def kill(self) -> None:
        """`kill -9`: no warning, no goodbye."""
        self._running().kill()
        self._running().wait()
        self._process = None

    def terminate(self, seconds: float = 30) -> int:
        """Asks it to stop, waits, and gives its exit code (minus 9 when it had to be killed)."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
        finally:
            self._process = None

    def last_words(self) -> str:
        """The end of its log, at most 8,000 characters."""
        return self.log.read_text(errors="replace")[-8000:] if self.log.exists() else ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends it in whatever state it is."""
        if self._process is not None:
            self.terminate(10)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it does not run"
        return self._process

    def _status(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


def free_port() -> int:
    """A loopback port that no one listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
