"""R05: the database is away for a while, and slow when it comes back."""

from __future__ import annotations

import http.client
import os
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from eperf.schema.ids import global_id
from tests.faults.load import Load
from tests.faults.workload import check, populate
from tests.support.database import KIND
from tests.support.proxy import Proxy
from tests.support.server import Server

SECONDS = float(os.environ.get("EPERF_R05_SECONDS", "6"))
MEBIBYTE = 2**20
pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(KIND == "sqlite", reason="SQLite is in the process"),
]


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    with Proxy(database_url) as proxy:
        yield proxy


def status(server: Server, path: str) -> int:
    """What a path answers with."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def until_status(server: Server, path: str, wanted: int, seconds: float) -> float:
    """How long it took until a path answered with a status."""
    begun = time.monotonic()
    while status(server, path) != wanted:
        assert time.monotonic() - begun < seconds, f"{path} was not {wanted} within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - begun


@pytest.mark.timeout(600)
@pytest.mark.parametrize("how", ["away", "silence"])
def test_r05_a_database_that_is_away_is_told_in_time_and_found_again(
    how: str,
    proxy: Proxy,
    database_url: str,
    serve: Callable[..., Server],
    record_property: Callable[[str, object], None],
) -> None:
    town = populate(database_url)
    server = serve(proxy.url, {"EPERF_REQUESTS_PER_MINUTE": "1000000", "EPERF_REQUEST_SECONDS": "9"})
    process = psutil.Process(server.pid)
    with Load(server.port, global_id("CatalogueItem", town.item), writers=32) as load:
        load.wait_for(200)
        before = process.memory_info().rss
        getattr(proxy, how)()
        noticed = until_status(server, "/readyz", 503, 10)
        gone = time.monotonic()
        while time.monotonic() - gone < SECONDS:
            begun = time.monotonic()
            assert status(server, "/healthz") == 200
            assert time.monotonic() - begun < 1
            time.sleep(0.2)
        grown = process.memory_info().rss - before
        proxy.back()
        proxy.delay = 0.2
        back = time.monotonic()
        found = until_status(server, "/readyz", 200, 30)
        load.wait_for(60)
        again = load.first_after(back)
        proxy.delay = 0.0
    server.terminate()
    check(database_url, load.ledger)
    record_property("figure", f"R05 {how} {SECONDS:g} s: not ready after {noticed:.1f} s, ready {found:.1f} s and writing "
                    f"{again:.1f} s after, slowest answer {load.longest:.1f} s, memory {grown / MEBIBYTE:+.0f} MiB, "
                    f"{dict(load.outcomes)}")  # fmt: skip
    assert noticed <= 5
    assert grown <= 64 * MEBIBYTE
    assert load.longest <= 10
    assert load.told == []
    assert "Traceback" not in server.last_words()
