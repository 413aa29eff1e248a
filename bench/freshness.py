"""How long after a verification its score has changed before the eyes of a subscriber: `python -m bench.freshness`.

A real server with its duties in it, real mutations at a steady rate, each of another employee's activity, and a real
`graphql-transport-ws` subscriber. A time runs from before the mutation is sent until the message that tells the new score
has been read. Then the same while a crowd of other months is dirty, as after a decree: nobody's verification may stand
behind it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import websockets
from rich.console import Console
from rich.table import Table

from bench.dataset import LEAVES, MONTHS, Size, reader_token
from bench.load import Town, default_folder, opened
from bench.machine import described
from bench.processors import cpu_ms, family_cpu_ms
from bench.reclassify import _execute, _query
from eperf.schema.ids import global_id
from tests.support.server import Server

GOAL_MS = 500.0
_HEAD = 1_000_000
"""Above every id of the town: the accounts of the heads."""
_VERIFY = """mutation Verify($input: VerifyActivityInput!) {
  verifyActivity(input: $input) { __typename ... on Problem { code message } }
}"""
_FOLLOW = """subscription {
  performanceUpdates(kinds: ["score.changed"]) { cursor employee { id } subject { ... on Score { period score } } }
}"""
_WAITING = """
SELECT min(id), employee_id FROM activity WHERE state = 'submitted' AND employee_id > {heads} AND date >= '{month}-01'
GROUP BY employee_id ORDER BY employee_id
"""


def main() -> None:
    """Measures and prints a table (`--json` for scripts)."""
    options = _arguments()
    found = {kind: _measured(kind, options) for kind in options.database}
    if options.json:
        print(json.dumps({**found, "machine": described()}, indent=1))
        return
    for kind, turns in found.items():
        table = Table("measured", *turns, title=f"{kind}: {options.rate} verifications a second")
        for name in next(iter(turns.values())):
            table.add_row(name, *(str(turn[name]) for turn in turns.values()))
        Console().print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.freshness", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--database", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"]
    )
    parser.add_argument("--employees", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=50, help="verifications a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--crowd", type=int, default=10_000, help="months that are dirty in the second turn")
    parser.add_argument("--cache", type=Path, default=default_folder(), help="where towns are kept")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _measured(kind: str, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    size = Size(options.employees, activities=60, submitters=8)
    found = {}
    with opened(kind, options.cache, size) as town, tempfile.TemporaryDirectory() as folder:
        _heads(town)
        limits = {"EPERF_REQUESTS_PER_MINUTE": "1000000", "EPERF_COST_PER_MINUTE": "2000000000"}
        waiting = _query(town, _WAITING.format(heads=LEAVES, month=MONTHS[-1]))
        count = int(options.rate * options.seconds)
        turns = {"quiet": waiting[:count], f"a crowd of {options.crowd:,}": waiting[count : 2 * count]}
        if len(waiting) < 2 * count:
            raise SystemExit(
                f"only {len(waiting)} employees have something to verify, {2 * count} are needed"
            )
        try:
            with Server(town.url, Path(folder), limits) as server:
                _settle(town)
                for name, some in turns.items():
                    if name != "quiet":
                        _crowd(town, options.crowd)
                    before = _spent(town, server)
                    found[name] = asyncio.run(_turn(server.url, some, options))
                    each = (_spent(town, server) - before) / len(some)
                    found[name]["processor ms a verification, all told"] = round(each, 1)
                    found[name]["dirty rows left at the end"] = _query(
                        town, "SELECT count(*) FROM dirty_score"
                    )[0][0]
                    print(f"{kind}, {name}: {found[name]}", file=sys.stderr)
        finally:
            _undo(town, waiting)
    return found


async def _turn(url: str, waiting: list[tuple[int, int]], options: argparse.Namespace) -> dict[str, Any]:
    begun: dict[str, float] = {}
    heard: dict[str, float] = {}
    socket = url.replace("http", "ws", 1) + "/graphql"
    async with (
        websockets.connect(
            socket, subprotocols=["graphql-transport-ws"], max_size=None, ping_interval=None
        ) as ear,  # type: ignore[list-item]
        httpx.AsyncClient(
            base_url=url, limits=httpx.Limits(max_connections=32, keepalive_expiry=1), timeout=60
        ) as http,
    ):
        await ear.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {reader_token()}"}})
        )
        await ear.recv()
        await ear.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": _FOLLOW}}))
        await asyncio.sleep(1)
        listening = asyncio.create_task(_hear(ear, begun, heard, len(waiting)))
        await _verify_all(http, waiting, begun, options.rate)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(listening, 60)
    took = sorted((heard[one] - begun[one]) * 1000 for one in heard)
    percentiles = quantiles(took, n=100)
    return {
        "verified": len(begun),
        "heard of": len(heard),
        "p50 ms": round(percentiles[49], 1),
        "p99 ms": round(percentiles[98], 1),
        "slowest ms": round(took[-1], 1),
        "goal": f"p99 < {GOAL_MS:.0f} ms: {'met' if percentiles[98] < GOAL_MS and len(heard) == len(begun) else 'not met'}",
    }


async def _hear(ear: Any, begun: dict[str, float], heard: dict[str, float], most: int) -> None:
    async for text in ear:
        at = time.perf_counter()
        message = json.loads(text)
        if message["type"] == "ping":
            await ear.send(json.dumps({"type": "pong"}))
        if message["type"] != "next":
            continue
        update = message["payload"]["data"]["performanceUpdates"]
        one = update["employee"]["id"]
        if update["subject"]["period"] == MONTHS[-1] and one in begun:
            heard.setdefault(one, at)
            if len(heard) == most:
                return


async def _verify_all(
    http: httpx.AsyncClient, waiting: list[tuple[int, int]], begun: dict[str, float], rate: float
) -> None:
    """Each at its own time, whether or not the one before has been answered."""
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for place, (activity, employee) in enumerate(waiting):
            await asyncio.sleep(max(0.0, start + place / rate - time.perf_counter()))
            group.create_task(_verify(http, activity, employee, begun))


async def _verify(http: httpx.AsyncClient, activity: int, employee: int, begun: dict[str, float]) -> None:
    given = {
        "activity": global_id("Activity", activity),
        "idempotencyKey": f"fresh-{activity}-{time.time_ns()}",
    }
    begun[global_id("Employee", employee)] = time.perf_counter()
    answer = await http.post(
        "/graphql",
        json={"query": _VERIFY, "variables": {"input": given}},
        headers={"authorization": f"Bearer {_token((employee - 1) % LEAVES)}"},
    )
    found = answer.json()
    if found.get("errors") or found["data"]["verifyActivity"]["__typename"] != "Activity":
        raise SystemExit(f"not verified: {found}")


def _token(leaf: int) -> str:
    return "eperf_" + hashlib.sha256(f"head:{leaf}".encode()).hexdigest()[:43]


def _heads(town: Town) -> None:
    """Accounts and tokens of those who lead a leaf, and so verify what its people report.

    What an earlier run has scored is made another score, so that each verification changes one.
    """
    _execute(town, f"UPDATE score SET input_digest = '' WHERE period = '{MONTHS[-1]}'")
    always = "2099-01-01 00:00:00+00:00"
    for leaf in range(LEAVES):
        number, digest = _HEAD + leaf, hashlib.sha256(_token(leaf).encode()).hexdigest()
        _execute(
            town,
            "INSERT INTO account (id, kind, name, employee_id, active)"
            f" VALUES ({number}, 'person', 'Head {leaf}', {leaf + 1}, true) ON CONFLICT DO NOTHING",
        )
        _execute(
            town,
            "INSERT INTO token (id, account_id, name, digest, created_at, expires_at)"
            f" SELECT {number}, id, 'bench', '{digest}', '{always}', '{always}' FROM account"
            f" WHERE employee_id = {leaf + 1} ON CONFLICT DO NOTHING",
        )


def _spent(town: Town, server: Server) -> float:
    """Processor time of the server, and of PostgreSQL with its backends, in milliseconds."""
    return cpu_ms(server.pid) + (family_cpu_ms(town.pid) if town.pid else 0.0)


def _settle(town: Town) -> None:
    """Waits until what a start does of itself is over: days are closed for everybody, and their months scored."""
    still = 0
    while still < 4:
        time.sleep(0.5)
        (((left,),), ((unnumbered,),)) = (
            _query(town, "SELECT count(*) FROM dirty_score"),
            _query(town, "SELECT count(*) FROM event WHERE cursor IS NULL"),
        )
        still = still + 1 if left == unnumbered == 0 else 0


def _crowd(town: Town, most: int) -> None:
    """Other months of many people, as a decree marks them."""
    _execute(
        town,
        f"INSERT INTO dirty_score (employee_id, period) SELECT e.id, m.period FROM employee e, (SELECT '{MONTHS[0]}'"
        f" AS period UNION SELECT '{MONTHS[1]}') m ORDER BY e.id LIMIT {most} ON CONFLICT DO NOTHING",
    )


def _undo(town: Town, waiting: list[tuple[int, int]]) -> None:
    numbers = ",".join(str(activity) for activity, _ in waiting)
    _execute(
        town,
        "UPDATE activity SET state = 'submitted', decided_at = NULL, decided_by_id = NULL, decided_for_id = NULL,"
        f" version = 1 WHERE id IN ({numbers})",
    )


if __name__ == "__main__":
    main()
