"""R19: a process that is paused with the lead in its hand, and wakes when another leads."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable

import asyncpg
import pytest

from eperf.app import lead as module
from eperf.schema.ids import global_id
from tests.app.test_processes import until, workers_of
from tests.faults.load import Load
from tests.faults.workload import populate
from tests.support.database import KIND, run
from tests.support.server import Server

SECONDS = float(os.environ.get("EPERF_R19_SECONDS", "20"))
ROUNDS = int(os.environ.get("EPERF_R19_ROUNDS", "1"))
pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(KIND == "sqlite", reason="SQLite serves one process"),
]
_LEADER = """
SELECT client_port FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'eperf leader'
  AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = $1)
"""


def leading(url: str, server: Server) -> int | None:
    """The process that leads, if one does."""

    async def port() -> int | None:
        connection = await asyncpg.connect(url)
        try:
            found: int | None = await connection.fetchval(_LEADER, module._LOCK)
            return found
        finally:
            await connection.close()

    number = run(port())
    for worker in workers_of(server):
        if any(line.laddr.port == number for line in worker.net_connections("tcp") if line.laddr):
            return worker.pid
    return None


def unnumbered(url: str) -> int:
    async def count() -> int:
        connection = await asyncpg.connect(url)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM event WHERE cursor IS NULL"))
        finally:
            await connection.close()

    return run(count())


@pytest.mark.timeout(3600)
def test_r19_a_leader_that_is_paused_loses_the_lead_and_does_nothing_twice_when_it_wakes(
    database_url: str, serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    town = populate(database_url)
    server = serve(database_url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"}, ("--workers", "2"))
    worst = 0.0
    for number in range(ROUNDS):
        until(lambda: leading(database_url, server) is not None)
        paused = leading(database_url, server)
        assert paused is not None
        load = Load(
            server.port, global_id("CatalogueItem", town.item), writers=2, prefix=f"r{number}-", rest=0.01
        )
        try:
            with load:
                load.wait_for(100)
                os.kill(paused, signal.SIGSTOP)
                begun = time.monotonic()
                until(lambda paused=paused: leading(database_url, server) not in (None, paused), 60)  # type: ignore[misc]
                until(lambda: unnumbered(database_url) == 0, 60)
                worst = max(worst, time.monotonic() - begun)
                time.sleep(max(0.0, SECONDS - (time.monotonic() - begun)))
                os.kill(paused, signal.SIGCONT)
                time.sleep(1)
        finally:
            os.kill(paused, signal.SIGCONT)
        _all_sent_once(database_url, load)
    assert server.terminate() == 0
    record_property("figure", f"R19: {ROUNDS} pauses, taken over after {worst:.1f} s at most")
    assert worst <= 60
    assert "Traceback" not in server.last_words()


def _all_sent_once(url: str, load: Load) -> None:
    async def look() -> None:
        connection = await asyncpg.connect(url)
        try:
            rows = await connection.fetch("SELECT result, count(*) AS times FROM activity GROUP BY result")
            kept = Counter({row["result"].removeprefix("kerja "): row["times"] for row in rows})
            assert {kept[key] for key in load.ledger.answers} == {1}
            cursors = [row["cursor"] for row in await connection.fetch(
                "SELECT cursor FROM event WHERE cursor IS NOT NULL ORDER BY cursor")]  # fmt: skip
            assert cursors == list(range(1, len(cursors) + 1))
            twice = await connection.fetchval(
                "SELECT count(*) FROM (SELECT subject_id FROM event WHERE kind = 'activity.submitted'"
                " GROUP BY subject_id HAVING count(*) > 1) AS twice"
            )
            assert twice == 0
        finally:
            await connection.close()

    run(look())
