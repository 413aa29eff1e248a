"""Fifty hostile inputs to the machines' edge and to GraphQL of a real server: typed refusals, nothing half written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from eperf.schema.ids import global_id
from eperf.store import database
from eperf.store.activity import ActivityRow
from eperf.store.attendance import DeviceRow, PunchRow
from eperf.store.event import EventRow
from tests.faults.workload import SUBMIT, populate, report, token_of
from tests.support.database import run
from tests.support.http import Connection, Unknown
from tests.support.server import Server

GOOD = "2\t2026-11-23 07:25:00\t0\t1\t0\t0\t0\n"
BODIES: list[bytes] = [
    b"", b"\x00", b"\x00" * 10_000, b"\xff\xfe\xfd", b"\n" * 5000, b"\r\n\r\n", b"\t\t\t\t", b"2", b"2\t", b"2\tnow\t0",
    b"2\t2026-13-45 25:61:61\t0\t1\n", b"2\t0000-00-00 00:00:00\t0\n", b"2\t9999-12-31 23:59:59\t0\t1\n",
    b"2\t1970-01-01 00:00:00\t0\t1\n", b"2\t-1\t0\n", b"2\t99999999999999999999\t0\n", b"2\t1e308\t0\n",
    b"2\t2026-11-23 07:25:00\t99999999999999999999999\t1\n", b"2\t2026-11-23 07:25:00\t-1\t-1\n",
    b"2\t2026-11-23 07:25:00\t\xf0\x9f\x98\x80\t1\n", b"9" * 100_000 + b"\t2026-11-23 07:25:00\t0\n",
    b"'; DROP TABLE punch; --\t2026-11-23 07:25:00\t0\n", b"<script>\t2026-11-23 07:25:00\t0\n", b"PIN=\tDateTime=\n",
    b"PIN=2\tDateTime=x\n", b"PIN=2\tPIN=3\tDateTime=2026-11-23 07:25:00\n", b"ATTLOG\n", b"ATTLOG ATTLOG ATTLOG\n",
    b"2\t2026-11-23 07:25:00" + b"\t0" * 5000 + b"\n", b"2\t2026-11-23 07:25:00\t0\t1\t\x00\x00\n", b"%s%n%x\t%d\t%d\n",
    ("\u0662\t2026-11-23 07:25:00\t0\n").encode(), ("2\t\u0662\u0660\u0662\u0666-11-23 07:25:00\t0\n").encode(),
    "\ud83d".encode("utf-16-le", "surrogatepass"), GOOD.encode("utf-16"), b"{" * 50_000, b"a,b,c,d\n1,2,3,4\n",
    b"2\t2026-02-30 07:25:00\t0\n", b"2\t2026-11-23T07:25:00Z\t0\n", b"2\t2026-11-23 07:25\t0\n", b"\x1b[31m2\t2026\n",
]  # fmt: skip
QUERIES = [
    "", "SN=", "SN=OFFICE1", "table=ATTLOG", "SN=OFFICE1&table=", "SN=OFFICE1&table=" + "A" * 5000, "SN=" + "A" * 65,
    "SN=OFFICE1&SN=OTHER&table=ATTLOG", "SN=%00&table=ATTLOG", "SN=%ff%fe&table=ATTLOG", "SN=..%2f..%2fetc&table=ATTLOG",
    "SN=OFFICE1&table=ATTLOG&Stamp=" + "9" * 500, "SN=OFFICE1&table=%00", "SN=OFFICE1%0d%0aX:1&table=ATTLOG",
    "SN=OFFICE1&table=OPERLOG", "SN=OFFICE1&table=BIODATA", "&&&===", "SN=OFFICE1&table=ATTLOG&" + "a=b&" * 500,
]  # fmt: skip


def test_fifty_hostile_uploads_break_nothing(database_url: str, serve: Callable[..., Server]) -> None:
    town = populate(database_url)
    server = serve(database_url)
    sent = asyncio.run(_uploads(server.port))
    assert sent >= 50
    server.terminate()
    assert "Traceback" not in server.last_words()

    async def look() -> None:
        await database.connect(database_url)
        try:
            punches = await PunchRow.all()
            assert {p.device_id for p in punches} <= {town.device}
            for punch in punches:
                assert 2000 <= punch.occurred_at.year <= 2099
                assert await EventRow.filter(kind="attendance.punched", subject_id=punch.id).count() == bool(
                    punch.employee_id
                )
            assert all(d.state == "inactive" for d in await DeviceRow.exclude(id=town.device))
        finally:
            await database.disconnect()

    run(look())


async def _uploads(port: int) -> int:
    connection = Connection(port)
    sent = 0
    for body in BODIES:
        await _post(connection, "SN=OFFICE1&table=ATTLOG&Stamp=1", body)
        sent += 1
    for query in QUERIES:
        await _post(connection, query, GOOD.encode())
        sent += 1
    status, answer = await connection.request(
        "POST", "/iclock/cdata?SN=OFFICE1&table=ATTLOG&Stamp=2", GOOD.encode()
    )
    assert (status, answer[:5]) == (200, b"OK: 1")
    connection.close()
    return sent


async def _post(connection: Connection, query: str, body: bytes) -> None:
    path = f"/iclock/cdata?{query}"
    status, answer = await connection.request("POST", path, body, {"Content-Type": "text/plain"})
    assert status in (200, 400, 403, 404, 413, 414, 431), (query[:60], body[:40], status)
    assert b"Traceback" not in answer
    assert b"Error" not in answer


def test_fifty_hostile_operations_break_nothing(database_url: str, serve: Callable[..., Server]) -> None:
    town = populate(database_url)
    server = serve(database_url)
    item = global_id("CatalogueItem", town.item)
    sent = asyncio.run(_operations(server.port, item))
    assert sent >= 50
    server.terminate()
    assert "Traceback" not in server.last_words()

    async def look() -> None:
        await database.connect(database_url)
        try:
            assert await ActivityRow.all().count() == 0
            assert await EventRow.filter(kind__startswith="activity.").count() == 0
        finally:
            await database.disconnect()

    run(look())


def _bad_inputs(item: str) -> list[dict[str, Any]]:
    wrong: list[tuple[str, Any]] = [
        ("item", ""), ("item", "x"), ("item", item + "="), ("item", item[:-1]), ("item", "\x00"), ("item", "A" * 10_000),
        ("item", global_id("Employee", 1)), ("item", global_id("CatalogueItem", 2**62)), ("item", None), ("item", 1),
        ("date", "2026-02-30"), ("date", "tomorrow"), ("date", "9999-12-31"), ("date", "2026-1-1"), ("date", ""),
        ("date", 20261124), ("date", "1900-01-01"), ("minutes", 0), ("minutes", -1), ("minutes", 2**31), ("minutes", 2**63),
        ("minutes", 1.5), ("minutes", "30"), ("minutes", None), ("quantity", "0"), ("quantity", "-1"), ("quantity", "1e3"),
        ("quantity", "NaN"), ("quantity", "Infinity"), ("quantity", "1.001"), ("quantity", "9" * 400), ("quantity", "١"),
        ("quantity", True), ("quantity", [1]), ("result", ""), ("result", " " * 10), ("result", "a\x00b"),
        ("result", "\x1b[2J"), ("result", "x" * 20_000), ("result", {"a": 1}), ("evidence", ["nothing"]),
        ("evidence", [global_id("File", 99)]), ("evidence", ["x"] * 100), ("evidence", "\x00"), ("idempotencyKey", ""),
        ("idempotencyKey", "k" * 200), ("idempotencyKey", "a\nb"), ("unknownField", 1),
    ]  # fmt: skip
    return [{**report(item, f"h{number}"), name: value} for number, (name, value) in enumerate(wrong)]


async def _operations(port: int, item: str) -> int:
    connection, sent = Connection(port), 0
    for given in _bad_inputs(item):
        answer = await connection.graphql(token_of("Budi"), SUBMIT, {"input": given})
        done = (answer.get("data") or {}).get("submitActivity")
        code = done["code"] if done else answer["errors"][0]["extensions"]["code"]
        assert code in ("BAD_INPUT", "NOT_FOUND", "BAD_USER_INPUT", "BAD_REQUEST", "LIMIT_EXCEEDED"), (
            given,
            answer,
        )
        sent += 1
    for query in ("node", "unit", "employee"):
        for name in (
            "",
            "x",
            "%00",
            "\x00",
            "é",
            "A" * 5000,
            global_id("Activity", 1),
            "../../etc/passwd",
            "1 OR 1=1",
        ):
            text = "query($id: ID!) { %s(id: $id) { __typename } }" % query
            answer = await connection.graphql(token_of("Budi"), text, {"id": name})
            assert "Traceback" not in json.dumps(answer)
            assert all(e["extensions"]["code"] != "INTERNAL_SERVER_ERROR" for e in answer.get("errors", []))
            sent += 1
    for path in (
        "/graphql?query=" + quote("{" * 500),
        "/graphql?query=%00",
        "/graphql?variables=[]&query={__typename}",
    ):
        try:
            status, _ = await connection.request("GET", path, headers={"Accept": "application/json"})
            assert status < 500
        except Unknown as cut_off:
            raise AssertionError(path) from cut_off
        sent += 1
    connection.close()
    return sent
