"""What plugins that do nothing add to a start: `python -m bench.start`.

A real `eperf serve` on a migrated SQLite database, started without plugins of the bench and with ten idle ones in turns,
each until it says that it is ready. A first start of each is not measured: it compiles. The ratio is that of processor
time, which another process beside it disturbs least; wall time is shown with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench import plugins
from bench.machine import described
from bench.processors import cpu_ms
from eperf.store import database, migrate
from tests.support.server import Server

GOAL_PCT = 3.0
COUNT = 10
_Turn = tuple[float, float]
"""Milliseconds of the processor, and of the clock."""


def main() -> None:
    """Measures and prints a table (`--json` for scripts)."""
    parser = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eperf-bench-") as folder:
        turns = _measured(Path(folder), options.rounds)
    share = median(ten[0] / none[0] for none, ten in zip(*turns.values(), strict=True))
    found = {
        "processor ms, no plugin": round(median(cpu for cpu, _ in turns["none"])),
        f"processor ms, {COUNT} idle": round(median(cpu for cpu, _ in turns["idle"])),
        "ms until ready, no plugin": round(median(wall for _, wall in turns["none"])),
        f"ms until ready, {COUNT} idle": round(median(wall for _, wall in turns["idle"])),
        "per cent a plugin": round((share - 1) * 100 / COUNT, 2),
    }
    found["goal"] = f"<= {GOAL_PCT} %: {'met' if found['per cent a plugin'] <= GOAL_PCT else 'not met'}"
    if options.json:
        print(json.dumps({**found, "rounds": turns, "machine": described()}, indent=1))
        return
    table = Table("measured", "figure", title="start of eperf serve")
    for name, value in found.items():
        table.add_row(name, str(value))
    Console().print(table)


def _measured(folder: Path, rounds: int) -> dict[str, list[_Turn]]:
    url = f"sqlite://{folder / 'start.db'}"
    asyncio.run(_migrated(url))
    settings: dict[str, Mapping[str, str]] = {
        "none": {"EPERF_PLUGINS_STRICT": "true"},
        "idle": plugins.idle(folder / "plugins", COUNT),
    }
    turns: dict[str, list[_Turn]] = {name: [] for name in settings}
    for number in range(rounds + 1):
        for name, given in settings.items():
            turn = _started(url, folder, given)
            if number:
                turns[name].append(turn)
                print(
                    f"{name}: {turn[0]:.0f} ms of the processor, ready in {turn[1]:.0f} ms", file=sys.stderr
                )
    return turns


async def _migrated(url: str) -> None:
    await database.connect(url)
    try:
        await migrate.migrate(database.config(url))
    finally:
        await database.disconnect()


def _started(url: str, folder: Path, given: Mapping[str, str]) -> _Turn:
    begun = time.perf_counter()
    with Server(url, folder, given) as server:
        return cpu_ms(server.pid), (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
