"""R17: a backup of a served town under load, put into an empty place that is then served.

Every write that was acknowledged before the backup began is there, once; keys answer as before; ids and cursors go on.
The restore is killed again and again before it is let through.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from eperf.schema.ids import global_id
from eperf.store import database, log
from eperf.store.activity import ActivityRow
from eperf.store.attendance import PunchRow
from eperf.store.event import EventRow
from tests.faults.workload import Ledger, populate, push_until_answered, report, submit_until_answered
from tests.support.database import opened, run
from tests.support.http import Connection
from tests.support.server import Server

SECONDS = float(os.environ.get("EPERF_R17_SECONDS", "2"))
KILLS = int(os.environ.get("EPERF_R17_KILLS", "3"))
WRITERS = 4


class Command:
    """`eperf` with the settings of one place."""

    def __init__(self, url: str, data: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
        self._environment = {**kept, "EPERF_DATABASE_URL": url, "EPERF_DATA_DIR": str(data)}

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "eperf", *words],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str) -> str:
        process = self.start(*words)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return said


@pytest.mark.fault
@pytest.mark.timeout(900)
def test_r17_a_backup_under_load_restores_to_a_place_that_goes_on(
    new_database: Callable[..., str],
    serve: Callable[..., Server],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    url, empty, archive, place = (
        new_database(),
        new_database(empty=True),
        tmp_path / "town.tar",
        tmp_path / "place",
    )
    town = populate(url)
    server = serve(url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"})
    item, ledger = global_id("CatalogueItem", town.item), Ledger()
    before, took = asyncio.run(_load(server, ledger, item, Command(url, tmp_path / "data"), archive))
    server.kill()
    Command(url, tmp_path / "data").run("backup", "--check", str(archive))
    restore = Command(empty, place)
    for number in range(KILLS):
        process = restore.start("restore", str(archive))
        time.sleep(random.uniform(0.5, 3.5) + number / 10)
        process.kill()
        process.communicate()
    if not _is_done(empty, place):
        restore.run("restore", str(archive))
    head = run(_checked(empty, before))
    again = serve(empty, {"EPERF_DATA_DIR": str(place), "EPERF_REQUESTS_PER_MINUTE": "1000000"})
    asyncio.run(_goes_on(again, before, item))
    again.kill()
    last = run(_checked(empty, before))
    assert last > head
    told = f"R17: {len(before.answers) + len(before.punches)} acknowledged before, {len(ledger.answers)} in all, backup {took:.1f} s"
    record_property("figure", told)
    assert len(ledger.answers) > len(before.answers)
    assert len(before.answers) >= 20


def _is_done(url: str, place: Path) -> bool:
    """Whether a restore that was to be killed had come to its end before."""
    if not place.exists() or (place / "restoring").exists():
        return False

    async def look() -> bool:
        async with opened(url):
            return await ActivityRow.exists()

    return (not url.startswith("sqlite") or Path(database.sqlite_path(url)).exists()) and run(look())


async def _load(
    server: Server, ledger: Ledger, item: str, command: Command, archive: Path
) -> tuple[Ledger, float]:
    stop = asyncio.Event()
    writers = [
        asyncio.create_task(_write(server.port, ledger, item, number, stop)) for number in range(WRITERS)
    ]
    await asyncio.sleep(SECONDS)
    while len(ledger.answers) < 20:
        await asyncio.sleep(0.1)
    before = Ledger(dict(ledger.answers), set(ledger.punches))
    begun = time.monotonic()
    await asyncio.to_thread(command.run, "backup", str(archive))
    took = time.monotonic() - begun
    stop.set()
    await asyncio.gather(*writers)
    return before, took


async def _write(port: int, ledger: Ledger, item: str, number: int, stop: asyncio.Event) -> None:
    connection, count = Connection(port), 0
    first = datetime(2026, 1, 5 + number, 6, 0)
    while not stop.is_set():
        count += 1
        if count % 4 == 0:
            await push_until_answered(
                connection, ledger, str(1 + number % 3), first + timedelta(seconds=count)
            )
        else:
            day = (datetime(2026, 10, 31) - timedelta(days=count * 7 % 700)).date().isoformat()
            given = report(item, f"w{number}-{count}", date=day)
            await submit_until_answered(connection, ledger, ("Budi", "Wati")[number % 2], given)
    connection.close()


async def _goes_on(server: Server, before: Ledger, item: str) -> None:
    """Keys of before answer as they did; a new one gets a new id."""
    connection, now = Connection(server.port), Ledger()
    for number in range(WRITERS):
        for count in (1, 2, 3, 5, 6, 7):
            key = f"w{number}-{count}"
            if key in before.answers:
                day = (datetime(2026, 10, 31) - timedelta(days=count * 7 % 700)).date().isoformat()
                await submit_until_answered(
                    connection, now, ("Budi", "Wati")[number % 2], report(item, key, date=day)
                )
    assert now.answers
    assert now.answers.items() <= before.answers.items()
    await submit_until_answered(connection, now, "Budi", report(item, "new"))
    assert now.answers["new"] not in before.answers.values()
    connection.close()


async def _checked(url: str, before: Ledger) -> int:
    """All that was acknowledged is there once, and the log has no gap; gives its last cursor."""
    async with opened(url):
        while await log.number():
            pass
        rows = await ActivityRow.all()
        keys = [row.result.removeprefix("kerja ") for row in rows]
        assert len(keys) == len(set(keys))
        assert before.answers.keys() <= set(keys)
        kept = [f"{p.pin} {p.line.split(chr(9))[1]}" for p in await PunchRow.filter(device_id__isnull=False)]
        assert len(kept) == len(set(kept))
        assert before.punches <= set(kept)
        told = [event.subject_id for event in await EventRow.filter(kind="activity.submitted")]
        assert sorted(told) == sorted(row.id for row in rows)
        cursors = sorted([int(event.cursor or 0) for event in await EventRow.all()])
        assert cursors == list(range(1, len(cursors) + 1))
        return await log.head()
