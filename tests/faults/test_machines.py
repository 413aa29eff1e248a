"""Many machines that push at once: nothing they were told OK for is lost or doubled, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from eperf.adapters import postgres
from eperf.schema.ids import global_id
from eperf.store import database, migrate
from eperf.store.attendance import DayRow, DeviceRow, PunchRow, UnreadRow
from eperf.store.event import EventRow
from tests.faults.workload import populate, token_of
from tests.support import database as support
from tests.support.database import run
from tests.support.http import Connection
from tests.support.machines import Log, add_machines, push, records, serial
from tests.support.server import Server, free_port
from tests.support.town import build

MACHINES = int(os.environ.get("EPERF_MACHINES", "60"))
UPLOADS = int(os.environ.get("EPERF_MACHINE_UPLOADS", "6"))
LINES = 2


class OwnPostgres:
    """A durable server of this test's own, on one port, that may be stopped at once and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._options = folder, {"port": str(free_port()), "max_connections": "50"}
        self._server = postgres.start(folder, self._options)
        parts = urlsplit(self._server.url)
        self.url = urlunsplit(
            parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{self._options['port']}")
        )

    def restart(self) -> None:
        """An immediate stop, as of a crash, and a start; to be called by the main thread."""
        status = self._server.folder / "cluster" / "postmaster.pid"
        os.kill(int(status.read_text().partition("\n")[0]), signal.SIGQUIT)
        while self._server.running:
            time.sleep(0.01)
        self._server.stop()
        self._server = postgres.start(self._folder, self._options)

    def stop(self) -> None:
        self._server.stop()


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres | None]:
    """On PostgreSQL a server that only this test uses, because it is stopped in the middle."""
    if support.KIND != "postgres":
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="eperf-machines-", dir="/tmp") as folder:
        server = OwnPostgres(Path(folder) / "postgres")
        yield server
        server.stop()


async def _write(url: str, fresh: bool) -> None:
    config = await database.connect(url)
    try:
        if fresh:
            await migrate.migrate(config)
        await add_machines(await build(), MACHINES)
    finally:
        await database.disconnect()


async def _machine(port: int, number: int, log: Log) -> None:
    connection, lines = Connection(port), records()
    try:
        for _ in range(UPLOADS):
            some = list(islice(lines, LINES))
            await push(connection, number, some, log)
            if number % 10 == 0:  # a machine whose answer got lost sends again
                await push(connection, number, some, log)
    finally:
        connection.close()


async def _all(port: int, log: Log) -> None:
    await asyncio.gather(*(_machine(port, number, log) for number in range(MACHINES)))


async def _check(url: str, log: Log) -> None:
    await database.connect(url)
    try:
        serials = {row.id: row.serial for row in await DeviceRow.all()}
        punches = await PunchRow.all()
        kept = Counter((serials[punch.device_id or 0], punch.line) for punch in punches)
        assert set(kept.values()) == {1}
        assert set(kept) == log.kept
        assert len(kept) == MACHINES * UPLOADS * LINES
        assert await UnreadRow.all().count() == 0
        assert {punch.outcome for punch in punches} == {"used"}
        told = Counter(await EventRow.filter(kind="attendance.punched").values_list("subject_id", flat=True))
        assert told == Counter(punch.id for punch in punches)
        days = {(row.employee_id, row.date) for row in await DayRow.all()}
        assert days == {(punch.employee_id, punch.date) for punch in punches}
        # Each upload is known or new as a whole: what came again counts as copies of what is kept.
        assert sum(punch.copies for punch in punches) >= LINES * UPLOADS * len(range(0, MACHINES, 10))
    finally:
        await database.disconnect()


@pytest.mark.fault
@pytest.mark.timeout(900)
def test_machines_at_once_lose_and_double_nothing_when_server_and_database_die(
    database_url: str,
    own_postgres: OwnPostgres | None,
    serve: Callable[..., Server],
    record_property: Callable[[str, object], None],
) -> None:
    url = own_postgres.url if own_postgres else database_url
    run(_write(url, own_postgres is not None))
    server = serve(url, {"EPERF_WORKER": "false"})
    log = Log()
    failure: list[BaseException] = []

    def storm() -> None:
        try:
            asyncio.run(_all(server.port, log))
        except BaseException as broken:
            failure.append(broken)

    machines = threading.Thread(target=storm)
    begun = time.perf_counter()
    machines.start()
    goal = MACHINES * UPLOADS * LINES

    def wait_for(share: float) -> None:
        while len(log.kept) < goal * share and machines.is_alive():
            time.sleep(0.002)

    wait_for(0.2)
    server.kill()
    killed = len(log.kept)
    server.start(180)
    if own_postgres:
        wait_for(0.6)
        own_postgres.restart()
    machines.join(600)
    took = time.perf_counter() - begun
    assert not machines.is_alive()
    assert failure == []
    assert killed < goal, "the server was killed after the storm, not in it"
    server.terminate()
    run(_check(url, log))
    record_property(
        "figure",
        f"{MACHINES} machines on {support.KIND}: {goal} records in {took:.1f} s through a SIGKILL"
        f"{' and a restart of PostgreSQL' if own_postgres else ''}; {log.lost_answers} answers lost, "
        f"{log.refused} put off; answers p50 {log.percentile(0.5):.0f} ms, p99 {log.percentile(0.99):.0f} ms",
    )


REGISTER = """
mutation Register($input: RegisterDeviceInput!) {
  registerDevice(input: $input) { __typename ... on Device { id serial state } ... on Problem { code } }
}
"""
KEPT = """
query Kept($id: ID!) { node(id: $id) { ... on Device { health { recordsKept backlog }
  unexplained(first: 100) { nodes { reason line pin receivedAt } } } } }
"""


@pytest.mark.fault
def test_a_machine_that_is_adopted_sends_all_it_kept_while_it_was_a_stranger(
    database_url: str, serve: Callable[..., Server]
) -> None:
    town = populate(database_url)

    async def grant() -> None:
        from eperf.domain.access import Role
        from eperf.store.access import GrantRow
        from tests.support.town import SINCE

        await database.connect(database_url)
        try:
            await GrantRow.create(
                account_id=town.accounts["Eka"], role=Role.PERSONNEL_ADMIN.value, unit_id=town.units["city"],
                valid_from=SINCE,
            )  # fmt: skip
        finally:
            await database.disconnect()

    run(grant())
    server = serve(database_url)

    async def play() -> None:
        connection, memory = Connection(server.port), list(islice(records(), 40))
        cdata = f"/iclock/cdata?SN={serial(7)}"
        body = "".join(f"{line}\n" for line in memory).encode()

        async def upload() -> tuple[int, bytes]:
            return await connection.request("POST", f"{cdata}&table=ATTLOG&Stamp=7", body, {})

        shake = f"{cdata}&options=all&pushver=2.4.1"
        assert (await connection.request("GET", shake))[0] == 403
        assert (await upload())[0] == 403
        given = {"serial": serial(7), "name": "Gate", "unit": global_id("Unit", town.units["office"])}
        adopted = await connection.graphql(token_of("Eka"), REGISTER, {"input": given})
        device = adopted["data"]["registerDevice"]
        assert (device["__typename"], device["state"]) == ("Device", "active")
        status, answer = await connection.request("GET", shake)
        assert status == 200
        # Nothing it sent before was acknowledged, so it is asked for everything from the beginning.
        assert b"\nATTLOGStamp=None\n" in answer
        assert await upload() == (200, b"OK: 40")
        assert b"\nATTLOGStamp=7\n" in (await connection.request("GET", shake))[1]
        found = await connection.graphql(token_of("Eka"), KEPT, {"id": device["id"]})
        shown = found["data"]["node"]
        assert shown["health"] == {"recordsKept": 40, "backlog": None}
        nodes = shown["unexplained"]["nodes"]
        assert sorted(node["line"] for node in nodes) == sorted(memory)
        assert {node["reason"] for node in nodes} == {"unknown-pin"}
        connection.close()

    asyncio.run(play())
