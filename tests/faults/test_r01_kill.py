"""R01: kill -9 of the server under load. Nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from eperf.schema.ids import global_id
from tests.faults.workload import Ledger, check, populate, push_until_answered, report, submit_until_answered
from tests.support.http import Connection
from tests.support.server import Server

ROUNDS = int(os.environ.get("EPERF_R01_ROUNDS", "3"))
WRITERS = 8


@pytest.mark.fault
@pytest.mark.timeout(3000)
def test_r01_every_acknowledged_write_survives_kill_9_once(
    database_url: str, serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    town = populate(database_url)
    server = serve(database_url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"})
    ledger = Ledger()
    item = global_id("CatalogueItem", town.item)
    server.kill()
    alone = _started(server)
    worst_start = asyncio.run(_storm(server, ledger, item))
    server.kill()
    check(database_url, ledger)
    written = len(ledger.answers) + len(ledger.punches)
    record_property(
        "R01", f"{ROUNDS} kills, {written} writes, {ledger.lost_answers} answers lost, {worst_start:.1f} s"
    )
    print(f"R01: {ROUNDS} kills, {written} acknowledged writes, {ledger.lost_answers} lost answers retried by key, "
          f"slowest start {worst_start:.2f} s, alone {alone:.2f} s")  # fmt: skip
    assert written >= 200 * ROUNDS
    # Five seconds; on a machine on which a start that nobody disturbs takes long, in proportion.
    assert worst_start <= max(5, 4 * alone)


def _started(server: Server) -> float:
    begun = time.monotonic()
    server.start()
    return time.monotonic() - begun


async def _storm(server: Server, ledger: Ledger, item: str) -> float:
    stop = asyncio.Event()
    writers = [
        asyncio.create_task(_write(server.port, ledger, item, number, stop)) for number in range(WRITERS)
    ]
    worst = 0.0
    for round_number in range(ROUNDS):
        goal = 200 * (round_number + 1)
        await asyncio.sleep(random.uniform(0.3, 0.9))
        while len(ledger.answers) + len(ledger.punches) < goal:
            await asyncio.sleep(0.05)
            failed = next((task for task in writers if task.done() and task.exception()), None)
            if failed is not None:
                failed.result()
        server.kill()
        worst = max(worst, await asyncio.to_thread(_started, server))
    stop.set()
    await asyncio.gather(*writers)
    return worst


async def _write(port: int, ledger: Ledger, item: str, number: int, stop: asyncio.Event) -> None:
    connection = Connection(port)
    count = 0
    # Clock records of one machine are at distinct seconds of the past.
    first = datetime(2026, 1, 5 + number, 6, 0)
    while not stop.is_set():
        count += 1
        if count % 4 == 0:
            await push_until_answered(
                connection, ledger, str(1 + number % 3), first + timedelta(seconds=count)
            )
        else:
            who = ("Budi", "Wati")[number % 2]
            # Over two years, as people do: one month of thousands would be scored over and over.
            day = (datetime(2026, 10, 31) - timedelta(days=count * 7 % 700)).date().isoformat()
            await submit_until_answered(connection, ledger, who, report(item, f"w{number}-{count}", date=day))
    connection.close()
