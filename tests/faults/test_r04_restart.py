"""R04: the database restarts at once under load. Nothing is lost, the server goes on by itself, and says why it waited."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eperf.schema.ids import global_id
from tests.faults.load import Load
from tests.faults.workload import check, populate
from tests.support.database import KIND
from tests.support.postgres_server import PostgresServer
from tests.support.server import Server

ROUNDS = int(os.environ.get("EPERF_R04_ROUNDS", "2"))
pytestmark = [
    pytest.mark.fault,
    pytest.mark.database,
    pytest.mark.skipif(KIND == "sqlite", reason="SQLite is in the process"),
]


@pytest.mark.timeout(1800)
def test_r04_a_database_that_restarts_under_load_costs_a_moment_and_no_write(
    tmp_path: Path, serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    with PostgresServer(tmp_path) as postgres:
        town = populate(postgres.url)
        server = serve(postgres.url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"})
        worst = 0.0
        with Load(server.port, global_id("CatalogueItem", town.item)) as load:
            for _ in range(ROUNDS):
                load.wait_for(200)
                postgres.restart_at_once()
                back = time.monotonic()
                load.wait_for(20)
                worst = max(worst, load.first_after(back))
        server.wait_until_ready(5)
        server.terminate()
        check(postgres.url, load.ledger)
    record_property("figure", f"R04: {ROUNDS} restarts, {len(load.ledger.answers)} writes, good again after "
                    f"{worst:.2f} s, {dict(load.outcomes)}")  # fmt: skip
    assert load.told == []
    assert worst <= 5
    assert "Traceback" not in server.last_words()
