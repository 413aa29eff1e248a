"""Whose line it is: a fault in any way in is logged with the request's id and the account's number, and nobody's name."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from websockets.asyncio.client import connect

from eperf.adapters.broker import Bell
from eperf.app import about, logs
from eperf.app.leader import Leader
from eperf.domain.activity import Decision, Report
from eperf.services import activity
from tests.faults.workload import SUBMIT, populate, report, token_of
from tests.support.database import opened, run
from tests.support.http import Connection
from tests.support.server import Server
from tests.support.town import TODAY, build


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines that are logged meanwhile, from `debug` up."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    logs.configure("debug", True)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logs.configure("info", True)
    structlog.reset_defaults()


def test_a_line_has_the_request_and_the_account_of_its_task(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    log = structlog.get_logger()

    async def one(name: str, account: int | None) -> None:
        about.request(name)
        about.account(account)
        await asyncio.sleep(0)
        log.warning("plugin.printed", said=name)
        await asyncio.create_task(later(name))

    async def later(name: str) -> None:
        log.info("plugins", said=name)

    async def both() -> None:
        await asyncio.gather(*(asyncio.create_task(one(f"r{number}", number)) for number in range(3)))
        log.info("plugins", said="nobody")

    asyncio.run(both())
    found = lines()
    assert len(found) == 7
    for line in found[:-1]:
        assert line["request"] == line["said"]
        assert line.get("account", 0) == int(line["said"][1:])
    assert not {"request", "account"} & found[-1].keys()


def test_what_a_call_has_committed_is_told_with_its_account_and_no_content(
    lines: Callable[[], list[dict[str, Any]]], database_url: str
) -> None:
    async def work() -> tuple[int, int, int]:
        async with opened(database_url):
            town = await build()
            about.request("the-request", town.accounts["Budi"])
            number = await activity.submit(town.call("Budi"), Report(town.item, TODAY, 30, 100, "rahasia"))
            await activity.decide(town.call("Sri"), number, Decision.VERIFY)
            return number, town.accounts["Budi"], town.accounts["Sri"]

    number, budi, sri = run(work())
    told = [line for line in lines() if line["event"] == "events.written"]
    assert [(line["by"], line["events"]) for line in told] == [
        (budi, [f"activity.submitted Activity:{number}"]),
        (sri, [f"activity.verified Activity:{number}"]),
    ]
    assert {line["request"] for line in told} == {"the-request"}
    assert "rahasia" not in json.dumps(lines())


def test_a_line_of_a_duty_of_the_leader_names_the_duty(lines: Callable[[], list[dict[str, Any]]]) -> None:
    async def _classify() -> int:
        structlog.get_logger().warning("plugin.printed")
        raise asyncio.CancelledError

    async def term() -> None:
        leader = Leader({}, lambda: None, Bell(), Bell())  # type: ignore[arg-type,return-value]
        await asyncio.wait({asyncio.create_task(leader._repeat(_classify))})
        structlog.get_logger().warning("plugins")

    asyncio.run(term())
    assert [line.get("duty") for line in lines()] == ["_classify", None]


def test_nobody_pays_for_lines_that_are_not_logged() -> None:
    from eperf.services import call

    before = list(call._written)
    logs.configure("debug", True)
    assert len(call._written) == len(before) + 1
    logs.configure("info", True)
    assert call._written == before
    structlog.reset_defaults()


def test_a_served_fault_is_logged_with_request_and_account_on_each_way_in(
    database_url: str, serve: Callable[..., Server], tmp_path: Path
) -> None:
    """A database that loses a table meets every way in with a fault of ours."""
    town = populate(database_url)
    server = serve(database_url, {"EPERF_LOG_LEVEL": "debug"})
    asyncio.run(_meet(server, town, database_url))
    found = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    by_request = {line["request"]: line for line in found if line["level"] == "error" and "request" in line}
    assert by_request["over-http"]["event"] == "graphql_fault"
    assert by_request["over-http"]["account"] == town.accounts["Budi"]
    assert by_request["a-socket"]["event"] == "graphql_fault"
    assert by_request["a-socket"]["account"] == town.accounts["Budi"]
    assert by_request["a-machine"]["event"] == "devices.failed"
    assert by_request["a-file"]["event"] == "endpoint.fault"
    assert by_request["a-file"]["account"] == town.accounts["Budi"]
    written = json.dumps(found)
    assert token_of("Budi") not in written
    assert '"name": "Budi"' not in written


async def _meet(server: Server, town: Any, url: str) -> None:
    connection = Connection(server.port)
    ours = {"Authorization": f"Bearer {token_of('Budi')}", "Content-Type": "application/json"}
    body = json.dumps({"query": SUBMIT, "variables": {"input": report("", "k")}}).encode()
    await connection.request("POST", "/graphql", body, {**ours, "X-Request-Id": "warm"})
    async with opened(url):
        from eperf.store import database

        for table in ("evidence", "file", "punch", "catalogue_item"):
            cascade = "" if database.dialect() == "sqlite" else " CASCADE"
            try:
                await database.connection().execute_query(f"DROP TABLE {table}{cascade}")
            except Exception:
                continue
    from eperf.schema.ids import global_id

    body = json.dumps(
        {"query": SUBMIT, "variables": {"input": report(global_id("CatalogueItem", town.item), "k")}}
    )
    await connection.request("POST", "/graphql", body.encode(), {**ours, "X-Request-Id": "over-http"})
    await connection.request(
        "PUT",
        "/files",
        b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n",
        {**ours, "Content-Type": "application/pdf", "X-Request-Id": "a-file"},
    )
    line = b"1\t2026-01-05 06:00:00\t0\t1\t0\t0\t0\n"
    await connection.request(
        "POST",
        "/iclock/cdata?SN=OFFICE1&table=ATTLOG&Stamp=1",
        line,
        {"Content-Type": "text/plain", "X-Request-Id": "a-machine"},
    )
    connection.close()
    async with connect(
        server.url.replace("http", "ws") + "/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        additional_headers={"X-Request-Id": "a-socket"},
    ) as socket:
        await socket.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": ours["Authorization"]}})
        )
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = json.loads(body)
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        assert "INTERNAL_SERVER_ERROR" in str(await socket.recv())
