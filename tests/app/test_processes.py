"""Several server processes on one address: started, kept, renewed and ended by a supervisor."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from eperf.schema.ids import global_id
from tests.faults.load import Load
from tests.faults.workload import check, populate
from tests.support.database import KIND
from tests.support.server import Server

postgres_only = pytest.mark.skipif(KIND == "sqlite", reason="SQLite serves one process")
NO_LIMIT = {"EPERF_REQUESTS_PER_MINUTE": "1000000"}


def workers_of(server: Server) -> list[psutil.Process]:
    """The processes that serve, the oldest first."""
    found = [one for one in psutil.Process(server.pid).children() if one.status() != psutil.STATUS_ZOMBIE]
    return sorted(found, key=lambda one: one.create_time())


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def page(server: Server, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def serving(server: Server) -> set[str]:
    """The places of the workers that say their measurements."""
    lines = page(server, "/metrics").splitlines()
    return {
        line.partition('worker="')[2].partition('"')[0]
        for line in lines
        if line.startswith("eperf_graphql_sockets{")
    }


@pytest.mark.database
@pytest.mark.skipif(KIND != "sqlite", reason="PostgreSQL serves many")
def test_sqlite_refuses_several_processes_by_name(database_url: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "eperf", "serve", "--workers", "2", "--port", "0"],
        env={**os.environ, "EPERF_DATABASE_URL": database_url, "EPERF_DATA_DIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("ONE_PROCESS_ONLY: SQLite serves one process; workers cannot be 2.")


@postgres_only
def test_workers_that_cannot_start_end_the_supervisor_with_their_code(
    empty_database_url: str, tmp_path: Path
) -> None:
    server = Server(empty_database_url, tmp_path, arguments=("--workers", "2"))
    with pytest.raises(AssertionError, match=r"ended with 2[\s\S]*SCHEMA_BEHIND"):
        server.start()


@postgres_only
def test_a_worker_that_dies_is_started_again_and_no_write_is_lost(
    database_url: str, serve: Callable[..., Server]
) -> None:
    town = populate(database_url)
    server = serve(database_url, NO_LIMIT, ("--workers", "2"))
    until(lambda: serving(server) == {"1", "2"})
    before = {one.pid for one in workers_of(server)}
    with Load(server.port, global_id("CatalogueItem", town.item), writers=4) as load:
        load.wait_for(100)
        for worker in workers_of(server):
            worker.kill()
            load.wait_for(20)
            until(lambda: len(workers_of(server)) == 2)
        until(lambda: serving(server) == {"1", "2"})
    assert not before & {one.pid for one in workers_of(server)}
    assert server.terminate() == 0
    check(database_url, load.ledger)


@postgres_only
def test_hup_renews_all_workers_one_by_one_while_they_serve(
    database_url: str, serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    town = populate(database_url)
    server = serve(database_url, NO_LIMIT, ("--workers", "2"))
    until(lambda: serving(server) == {"1", "2"})
    before = {one.pid for one in workers_of(server)}
    with Load(server.port, global_id("CatalogueItem", town.item), writers=4) as load:
        load.wait_for(50)
        os.kill(server.pid, signal.SIGHUP)

        def renewed() -> bool:
            now = {one.pid for one in workers_of(server)}
            assert len(now) >= 2
            return len(now) == 2 and not now & before

        until(renewed, 120)
        load.wait_for(50)
    record_property("figure", f"renewed under load: {dict(load.outcomes)}")
    assert server.terminate() == 0
    check(database_url, load.ledger)
    assert set(load.outcomes) <= {"ANSWERED", "LOST"}
    # A request may meet a connection that is being closed because it was idle; no other is cut off.
    assert load.outcomes["LOST"] <= 8
    assert "serve.renewed" in server.last_words()


@postgres_only
def test_workers_whose_supervisor_was_killed_end_too_and_free_the_port(
    database_url: str, serve: Callable[..., Server]
) -> None:
    server = serve(database_url, {}, ("--workers", "2"))
    until(lambda: serving(server) == {"1", "2"})
    workers = workers_of(server)
    server.kill()
    until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in workers), 15)
    server.start()
    assert json.loads(page(server, "/readyz"))["status"] == "ok"


@postgres_only
def test_a_worker_that_stands_still_keeps_nobody_from_ending(
    database_url: str, serve: Callable[..., Server]
) -> None:
    server = serve(database_url, {}, ("--workers", "2"))
    until(lambda: serving(server) == {"1", "2"})
    workers_of(server)[0].suspend()
    begun = time.monotonic()
    assert server.terminate() == 0
    assert time.monotonic() - begun <= 10.5
