"""Measures a demo town: seconds and peak memory to build it, then how fast it answers.

`python -m bench town` builds the default town on SQLite; `--employees 20000 --database postgres` another. The
figures are of one machine at one time: compare two runs on the same one, with nothing else running.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from tests.support.server import free_port

_QUERIES = {
    "the smallest query": "query { __typename }",
    "the whole schema": "query { __schema { types { name fields { name type { name kind } } } } }",
}


def main() -> None:
    """Reads the arguments, measures, prints a table (`--json` for scripts)."""
    options = _arguments()
    with (
        tempfile.TemporaryDirectory(prefix="eperf-bench-") as folder,
        _town(options, Path(folder)) as (access, figures),
    ):
        queries = {**_QUERIES, **{path.stem: path.read_text() for path in options.query}}
        for name, query in queries.items():
            figures |= _answers(access, name, query, options.requests)
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    table = Table("measured", "figure", title=f"{options.employees} employees, {options.database}")
    for name, figure in figures.items():
        table.add_row(name, str(figure))
    Console().print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench town", description=__doc__)
    parser.add_argument("--employees", type=int, default=300)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--requests", type=int, default=500, help="how often each query is sent")
    parser.add_argument("--query", type=Path, action="append", default=[], help="a file with one more query")
    parser.add_argument("--role", default="auditor", help="whose token is used, if the town has one")
    parser.add_argument("--seconds", type=float, default=1800, help="how long building may take")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _town(options: argparse.Namespace, folder: Path) -> Iterator[tuple[dict[str, str], dict[str, float]]]:
    """A served town: its address and token, and what it took to build it."""
    access, log = folder / "access.json", folder / "demo.log"
    command = [sys.executable, "-m", "eperf", "demo", "--employees", str(options.employees)]
    command += ["--database", options.database, "--access", str(access)]
    environment = {**os.environ, "EPERF_PORT": str(free_port()), "EPERF_DATA_DIR": str(folder / "data")}
    begun = time.perf_counter()
    with log.open("wb") as out:
        demo = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        while not (access.exists() and _is_ready(json.loads(access.read_text() or "{}").get("url", ""))):
            if demo.poll() is not None or time.perf_counter() - begun > options.seconds:
                raise SystemExit(f"the town was not built:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)
        built = time.perf_counter() - begun
        town = json.loads(access.read_text())
        tokens = town.get("tokens", {})
        token = tokens.get(options.role) or next(iter(tokens.values()), "")
        figures = {"seconds until it serves": round(built, 2), "peak memory, MiB": _peak_mib(demo.pid)}
        yield {"url": town["url"], "token": token}, figures
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(60)


def _is_ready(url: str) -> bool:
    try:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False


def _peak_mib(pid: int) -> float:
    """The most memory the process has had, from the kernel's own account of it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def _answers(access: dict[str, str], name: str, query: str, requests: int) -> dict[str, float]:
    """Milliseconds of one request after the other on one connection."""
    connection = http.client.HTTPConnection(urlsplit(access["url"]).netloc, timeout=30)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {access['token']}"}
    body = json.dumps({"query": query})
    taken = []
    for _ in range(requests):
        begun = time.perf_counter()
        connection.request("POST", "/graphql", body, headers)
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status != http.client.OK:
            raise SystemExit(f"{name}: answered {answer.status}")
    percentiles = quantiles(taken, n=100)
    return {f"{name}, p50 ms": round(percentiles[49], 2), f"{name}, p99 ms": round(percentiles[98], 2)}


if __name__ == "__main__":
    main()
