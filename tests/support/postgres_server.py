"""A PostgreSQL of a test's own, durable as in earnest, that may be restarted as if its machine had failed."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from eperf.adapters import postgres
from tests.support.database import _migrate, run
from tests.support.server import free_port


class PostgresServer:
    """The bundled server on a port that it keeps; `url` is its database, with the current schema."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder / "postgres", free_port()

    def __enter__(self) -> Self:
        self._start()
        parts = urlsplit(self._server.url)
        self.url = urlunsplit(
            parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{self._port}")
        )
        run(_migrate(self.url))
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        shutil.rmtree(self._server.folder, ignore_errors=True)

    def restart_at_once(self) -> None:
        """Ends it without a checkpoint, as `pg_ctl -m immediate restart` does, and starts it again; the log has all."""
        self._server._process.send_signal(signal.SIGQUIT)
        self._server._process.wait(20)
        self._server._lock.release()
        self._start()

    def _start(self) -> None:
        self._server = postgres.start(self._folder, {"port": str(self._port)})
