"""A demo town, built and served by `eperf demo` in a process of its own, with a token for each role."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_REPOSITORY = Path(__file__).resolve().parents[2]
_SECONDS = 120


@contextmanager
def demo_town(folder: Path, database: str, employees: int = 100) -> Iterator[dict[str, Any]]:
    """A town, served; the value is what `--access` wrote. Fails when its log holds a traceback."""
    access, log = folder / "access.json", folder / "log"
    command = [sys.executable, "-m", "eperf", "demo", "--port", "0", "--database", database]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [
                *command,
                "--employees",
                str(employees),
                "--access",
                str(access),
                "--folder",
                str(folder / "town"),
            ],
            cwd=_REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
    try:
        _wait(process, access, log)
        yield json.loads(access.read_text())
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in log.read_text()


def _wait(process: subprocess.Popen[bytes], access: Path, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while not access.exists():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    # The file is written as the server begins to listen.
    time.sleep(0.2)
