"""R20: the network between the server and its database: cut off in a commit, dead without a word, slow."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from eperf.schema.ids import global_id
from eperf.store import database
from eperf.store.postgres import PostgresClient
from tests.faults.load import Load
from tests.faults.workload import check, populate
from tests.support.database import KIND
from tests.support.proxy import Proxy
from tests.support.server import Server

CUTS = int(os.environ.get("EPERF_R20_CUTS", "30"))
pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(KIND == "sqlite", reason="SQLite is in the process"),
]


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    with Proxy(database_url) as proxy:
        yield proxy


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("where", ["before", "behind"])
def test_r20_a_commit_whose_end_is_unknown_is_safe_to_send_again(
    where: str,
    proxy: Proxy,
    database_url: str,
    serve: Callable[..., Server],
    record_property: Callable[[str, object], None],
) -> None:
    town = populate(database_url)
    server = serve(proxy.url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"})
    with Load(server.port, global_id("CatalogueItem", town.item)) as load:
        load.wait_for(100)
        proxy.every, proxy.cut = 7, where
        deadline = time.monotonic() + 10 + CUTS
        while proxy.cuts < CUTS:
            assert time.monotonic() < deadline, proxy.cuts
            time.sleep(0.05)
        proxy.cut = ""
        load.wait_for(50)
    server.terminate()
    check(database_url, load.ledger)
    record_property("figure", f"R20 cut {where} the commit: {proxy.cuts} cuts, {len(load.ledger.answers)} writes, "
                    f"{dict(load.outcomes)}")  # fmt: skip
    assert load.outcomes["UNAVAILABLE"] > 0
    assert load.told == []
    assert "Traceback" not in server.last_words()


@pytest.mark.timeout(600)
def test_r20_connections_that_are_dead_without_a_word_are_given_up(
    proxy: Proxy,
    database_url: str,
    serve: Callable[..., Server],
    record_property: Callable[[str, object], None],
) -> None:
    town = populate(database_url)
    server = serve(proxy.url, {"EPERF_REQUESTS_PER_MINUTE": "1000000", "EPERF_REQUEST_SECONDS": "9"})
    with Load(server.port, global_id("CatalogueItem", town.item)) as load:
        load.wait_for(100)
        dead = proxy.deaden()
        begun = time.monotonic()
        load.wait_for(20)
        again = load.first_after(begun)
        while proxy.still(dead):
            assert time.monotonic() - begun < 90, "a dead connection is kept"
            time.sleep(0.1)
        seen = time.monotonic() - begun
        load.wait_for(100)
    server.terminate()
    check(database_url, load.ledger)
    record_property("figure", f"R20 half-open: writing again after {again:.1f} s, the last of {len(dead)} dead connections "
                    f"given up after {seen:.1f} s, {dict(load.outcomes)}")  # fmt: skip
    assert again <= 30
    # What no caller waits for ends with the longest time of a statement. Where the network is really dead, and not a
    # proxy that still acknowledges, the system notices within 25 s: see the options below.
    assert seen <= 75
    assert load.told == []


@pytest.mark.timeout(600)
def test_r20_a_slow_network_makes_slow_answers_and_no_wrong_ones(
    proxy: Proxy, database_url: str, serve: Callable[..., Server]
) -> None:
    town = populate(database_url)
    server = serve(proxy.url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"})
    proxy.delay = 0.2
    with Load(server.port, global_id("CatalogueItem", town.item)) as load:
        load.wait_for(60)
    server.terminate()
    check(database_url, load.ledger)
    assert set(load.outcomes) == {"ANSWERED"}


async def test_connections_ask_whether_the_other_end_lives(database: str) -> None:
    client = database_client()
    leases = await client.leases()
    connection = await leases.acquire()
    try:
        line = connection._transport.get_extra_info("socket")
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        tcp = socket.IPPROTO_TCP
        assert (
            line.getsockopt(tcp, socket.TCP_KEEPIDLE) + 3 * line.getsockopt(tcp, socket.TCP_KEEPINTVL) <= 30
        )
        assert 0 < line.getsockopt(tcp, socket.TCP_USER_TIMEOUT) <= 30_000
        assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "25s"
        assert await connection.fetchval("SHOW tcp_user_timeout") in ("20s", "20000")
    finally:
        await leases.release(connection)


def database_client() -> PostgresClient:
    client = database.connection()
    assert isinstance(client, PostgresClient)
    return client
