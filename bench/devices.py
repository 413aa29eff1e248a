"""Measures what machines push: eperf's whole way against a bare route that only inserts the lines, in turns.

`python -m bench.devices [--database sqlite] [--machines 500] [--rounds 5]` starts `eperf serve` and the bare route (one
uvicorn worker each, on one database), lets all machines post at once to the one and then to the other, batch size by
batch size, and prints records a second, the answers' p50 and p99, and the median of the ratios of neighbouring turns.
eperf reads and deduplicates every record, finds its owner, classifies the day, and writes the log; the bare route does
none of that. Both answer after the commit, and both databases are durable.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median

import uvloop
from rich.console import Console
from rich.table import Table

from eperf.adapters import postgres
from eperf.store import database, migrate
from tests.support.http import Connection
from tests.support.machines import Log, add_machines, push, records
from tests.support.server import Server, free_port
from tests.support.town import build

BARE, OURS = "bare route", "eperf"
Turns = dict[str, list[Log]]


async def _populate(url: str, machines: int) -> None:
    config = await database.connect(url)
    try:
        await migrate.migrate(config)
        await add_machines(await build(), machines)
    finally:
        await database.disconnect()


async def _turn(
    ports: dict[str, int], name: str, machines: int, uploads: list[list[str]]
) -> tuple[Log, float]:
    log = Log()
    connections = [Connection(ports[name]) for _ in range(machines)]

    async def machine(number: int) -> None:
        for lines in uploads:
            await push(connections[number], number, lines, log)

    for connection in connections:
        await connection.request("GET", "/readyz")
    begun = time.perf_counter()
    await asyncio.gather(*(machine(number) for number in range(machines)))
    took = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    return log, took


async def measure(
    ports: dict[str, int], machines: int, sizes: list[int], rounds: int, total: int
) -> dict[int, dict[str, list[tuple[float, float, float]]]]:
    """By batch size and build: records a second, p50 and p99 in milliseconds, of each turn."""
    found: dict[int, dict[str, list[tuple[float, float, float]]]] = {}
    lines = records()
    for size in sizes:
        found[size] = defaultdict(list)
        for round_number in range(rounds + 1):
            count = max(1, total // (machines * size))
            uploads = [list(islice(lines, size)) for _ in range(count)]
            for name in (BARE, OURS):
                log, took = await _turn(ports, name, machines, uploads)
                assert not log.lost_answers, "a server ended in the middle"
                if round_number:  # the first turn warms up
                    rate = machines * size * count / took
                    found[size][name].append((rate, log.percentile(0.5), log.percentile(0.99)))
    return found


@contextmanager
def _serving(url: str, folder: Path) -> Iterator[dict[str, int]]:
    port = free_port()
    bare = subprocess.Popen([sys.executable, "-m", "bench.bare_push", url, str(port)])
    try:
        with Server(url, folder, {"EPERF_WORKER": "false"}) as ours:
            yield {BARE: port, OURS: ours.port}
    finally:
        bare.terminate()
        bare.wait()


def _report(found: dict[int, dict[str, list[tuple[float, float, float]]]], title: str) -> Table:
    table = Table("records an upload", "build", "records/s", "p50, ms", "p99, ms", "ratio", title=title)
    for size, turns in found.items():
        ratio = median(ours[0] / bare[0] for ours, bare in zip(turns[OURS], turns[BARE], strict=True))
        for name, figures in turns.items():
            rate, middle, late = (median(column) for column in zip(*figures, strict=True))
            shown = f"{ratio:.3f}" if name == OURS else ""
            table.add_row(str(size), name, f"{rate:,.0f}", f"{middle:,.0f}", f"{late:,.0f}", shown)
    return table


def main() -> None:
    """Starts everything, measures, prints one table."""
    reader = argparse.ArgumentParser(prog="python -m bench.devices", description=__doc__.partition("\n")[0])
    reader.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    reader.add_argument("--machines", type=int, default=500, help="that post at once")
    reader.add_argument("--sizes", default="1,10,100", help="records of an upload, parted by commas")
    reader.add_argument("--rounds", type=int, default=5, help="turns of each build that count")
    reader.add_argument("--records", type=int, default=5000, help="of one turn, of all machines")
    options = reader.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="eperf-bench-devices-", dir="/tmp") as place:
        folder = Path(place)
        server = (
            postgres.start(folder / "postgres", {"max_connections": "60"})
            if options.database == "postgres"
            else None
        )
        url = server.url if server else f"sqlite://{folder / 'eperf.db'}"
        try:
            uvloop.run(_populate(url, options.machines))
            with _serving(url, folder) as ports:
                found = uvloop.run(measure(ports, options.machines, sizes, options.rounds, options.records))
        finally:
            if server:
                server.stop()
    Console().print(_report(found, f"{options.machines} machines at once, {options.database}"))


if __name__ == "__main__":
    main()
