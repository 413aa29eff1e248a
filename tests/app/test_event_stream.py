"""Event streams of a real server: an update arrives; a revoked token and a server that stops end them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from eperf.app.cli.serve import listen
from eperf.schema.ids import global_id
from eperf.settings import Settings
from eperf.store import database
from eperf.store.access import TokenRow
from tests.app.graphql.listen import Ear, ask, events, listening
from tests.faults.workload import SUBMIT, populate, report, token_of
from tests.support.database import run
from tests.support.server import Server
from tests.support.town import Town

UPDATES = """
subscription {
  performanceUpdates(kinds: ["activity.submitted"]) { cursor kind subject { ... on Activity { result } } }
}
"""
BUDI = {"authorization": f"Bearer {token_of('Budi')}"}


async def submit(host: str, town: Town, key: str) -> Any:
    given = report(global_id("CatalogueItem", town.item), key)
    async with httpx.AsyncClient(base_url=f"http://{host}") as http:
        answer = await ask(http, SUBMIT, variables={"input": given}, headers=BUDI)
    first, end = events(answer.text)
    assert end == "complete"
    return first["data"]["submitActivity"]


async def heard_after_submitting(ear: Ear, host: str, town: Town) -> list[Any]:
    """One's own report, made and heard of over streams."""
    await asyncio.sleep(0.3)  # so that the stream has begun to listen
    assert (await submit(host, town, "a"))["__typename"] == "Activity"
    assert (await submit(host, town, "b"))["__typename"] == "Activity"
    return [(await ear.hear())["data"]["performanceUpdates"] for _ in range(2)]


def test_a_report_by_stream_is_heard_of_by_stream(database_url: str, serve: Callable[..., Server]) -> None:
    town = populate(database_url)
    host = serve(database_url).url.removeprefix("http://")

    async def play() -> list[Any]:
        async with listening(host, UPDATES, **BUDI) as ear:
            return await heard_after_submitting(ear, host, town)

    first, second = run(play())
    assert (first["kind"], first["subject"]) == ("activity.submitted", {"result": "kerja a"})
    assert second["subject"] == {"result": "kerja b"}
    assert int(second["cursor"]) > int(first["cursor"])


async def _log_out(host: str, _: str, __: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://{host}") as http:
        assert (await http.post("/auth/logout", headers=BUDI)).is_success


async def _revoke_by_command(_: str, database_url: str, number: int) -> None:
    command = [sys.executable, "-m", "eperf", "token", "revoke", str(number)]
    environment = {**os.environ, "EPERF_DATABASE_URL": database_url}
    await asyncio.to_thread(subprocess.run, command, env=environment, check=True, timeout=60)


@pytest.mark.parametrize("revoke", [_log_out, _revoke_by_command])
def test_a_stream_whose_token_is_revoked_ends_within_a_second(
    revoke: Any, database_url: str, serve: Callable[..., Server]
) -> None:
    town = populate(database_url)
    host = serve(database_url).url.removeprefix("http://")
    number = run(token_number(database_url, town.accounts["Budi"]))

    async def play() -> tuple[list[Any], float]:
        sri = {"authorization": f"Bearer {token_of('Sri')}"}
        async with listening(host, UPDATES, 60, **BUDI) as ear, listening(host, UPDATES, 60, **sri) as kept:
            await asyncio.sleep(0.3)
            listener = asyncio.create_task(ear.to_the_end())
            await revoke(host, database_url, number)
            revoked = time.monotonic()
            heard = await listener
            took = time.monotonic() - revoked
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(kept.hear(), 0.5)
            return heard, took

    (refused, end), took = run(play())
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert end == "complete"
    assert took < 1


async def token_number(url: str, account: int) -> int:
    await database.connect(url)
    try:
        return (await TokenRow.get(account_id=account)).id
    finally:
        await database.disconnect()


def test_a_server_that_stops_ends_its_streams_at_once_and_does_not_wait_for_them(
    database_url: str, serve: Callable[..., Server]
) -> None:
    populate(database_url)
    server = serve(database_url)

    async def play() -> tuple[list[Any], float]:
        async with listening(server.url.removeprefix("http://"), UPDATES, **BUDI) as ear:
            await asyncio.sleep(0.3)
            listener = asyncio.create_task(ear.to_the_end())
            begun = time.monotonic()
            assert await asyncio.to_thread(server.terminate) in (0, -15)
            return await listener, time.monotonic() - begun

    heard, took = run(play())
    assert heard == []  # no `complete`: a client comes again
    assert took < 3  # the server's grace is 5 s
    assert "Traceback" not in server.last_words()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system cannot do it")
def test_a_connection_whose_peer_takes_nothing_is_dropped() -> None:
    with listen(Settings(host="127.0.0.1", port=0), stuck_seconds=1) as listener, socket.socket() as peer:
        peer.connect(listener.getsockname())
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(1)
            with pytest.raises(TimeoutError):  # the buffers are full
                connection.sendall(b"x" * 50_000_000)
            connection.settimeout(10)
            with pytest.raises(TimeoutError) as dropped:
                connection.sendall(b"x")
            assert (
                dropped.value.errno == errno.ETIMEDOUT
            )  # the connection's end, not the end of this test's patience
