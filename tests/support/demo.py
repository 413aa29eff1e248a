"""A demo town, built and served by `eperf demo` in a process of its own."""

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

REPOSITORY = Path(__file__).resolve().parents[2]
_BUILT_SECONDS = 120


@contextmanager
def demo(
    folder: Path, database: str, *, employees: int = 100, environment: dict[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """A served town; gives what `--access` wrote. Its log holds no traceback at the end."""
    access, written = folder / "access.json", folder / "log"
    command = [
        sys.executable, "-m", "eperf", "demo", "--employees", str(employees), "--port", "0", "--database", database,
        "--access", str(access), "--folder", str(folder / "town"),
    ]  # fmt: skip
    ours = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
    with written.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=ours | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + _BUILT_SECONDS
        while not access.exists():
            assert process.poll() is None, written.read_text()
            assert time.monotonic() < deadline, written.read_text()
            time.sleep(0.1)
        time.sleep(0.2)
        yield json.loads(access.read_text())
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in written.read_text(), written.read_text()[-8000:]
