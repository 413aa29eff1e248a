"""Jobs of plugins: each in a process of its own that ends in time, by a schedule that outlives the leader."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from eperf.adapters.broker import Bell
from eperf.app.guests import jobs as module
from eperf.plugins import registry as plugins
from eperf.plugins.registry import load
from eperf.plugins.report import Registered
from eperf.plugins.service import Job
from eperf.services import schedule
from eperf.store.guest import JobRow
from eperf.testing import candidate
from tests.plugins.samples import module as plugin
from tests.support import database as support

WRONG = """
import os, sys, time
from eperf.plugins import hookimpl
from eperf.plugins.service import Job

async def ends(desk): os._exit(5)
async def hangs(desk): time.sleep(60)
async def prints(desk):
    for _ in range(64): sys.stdout.write("x" * 2**20)
    print(f"{len(await desk.people())} people")
    raise ValueError("enough")

@hookimpl
def eperf_jobs():
    known = {ends: 60, hangs: 5, prints: 60}
    return [Job(run.__name__, "0 0 1 1 *", run, seconds) for run, seconds in known.items()]
"""
HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)


async def nothing(desk: object) -> None: ...


HOURLY = Job("tidy", "0 * * * *", nothing)


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A plugin whose every job goes wrong, installed; the value is by what its processes find it, and a database."""
    site = tmp_path / "site"
    told = site / "eperf_wrong_jobs-1.0.dist-info"
    told.mkdir(parents=True)
    (site / "eperf_wrong_jobs.py").write_text(WRONG)
    (told / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: eperf-wrong-jobs\nVersion: 1.0\nRequires-Dist: eperf>=0.1\n"
    )
    (told / "entry_points.txt").write_text("[eperf]\nwrong-jobs = eperf_wrong_jobs\n")
    monkeypatch.syspath_prepend(site)
    path = os.pathsep.join([str(site), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path, "EPERF_DATA_DIR": str(tmp_path / "data")}


async def test_a_job_that_goes_wrong_ends_in_time_and_says_how(
    wrong: dict[str, str], databases: support.Databases
) -> None:
    # Once is enough: what happens to a process does not depend on the database.
    url = databases.migrated()
    found = plugins.load().jobs
    mine = {key: one for key, one in found.items() if one.plugin == "wrong-jobs"}
    environment = {**wrong, "EPERF_DATABASE_URL": url}
    ends = await asyncio.gather(*(module.run(one, environment) for one in mine.values()))
    said = {key.partition("/")[2]: cause for key, cause in zip(mine, ends, strict=True)}
    assert said["ends"] == "ended with 5"
    assert said["hangs"].startswith("took longer than 5 seconds")
    assert said["prints"] == "ended with 1: ValueError: enough"
    databases.drop(url)


async def test_a_job_waits_for_its_schedule_runs_once_for_each_time_and_makes_up_for_missed_ones_once(
    database: str,
) -> None:
    async def due(now: datetime) -> datetime:
        return await schedule.due("p/tidy", HOURLY, now)

    assert await due(AT) == AT + HOUR / 2
    assert not await schedule.begin("p/tidy", HOURLY, AT)
    late = AT + 5 * HOUR
    assert await due(late) == AT + HOUR / 2
    begun = [await schedule.begin("p/tidy", HOURLY, late) for _ in range(2)]
    assert begun == [True, False]
    assert await due(late) == late + HOUR / 2
    await schedule.end("p/tidy", late, "ended with 1")
    row = await JobRow.get(name="p/tidy")
    assert (row.started_at, row.ended_at, row.cause) == (late, late, "ended with 1")


async def test_a_schedule_that_was_made_earlier_counts_at_once(database: str) -> None:
    yearly = Job("tidy", "0 0 1 1 *", nothing)
    assert await schedule.due("p/tidy", yearly, AT) > AT + 24 * HOUR
    assert await schedule.due("p/tidy", HOURLY, AT) == AT + HOUR / 2


async def test_one_plugins_long_job_keeps_its_own_waiting_and_no_others(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: dict[str, int] = {}
    done = asyncio.Event()

    async def run(found: Registered[Job], environment: object) -> str:
        running[found.plugin] = running.get(found.plugin, 0) + 1
        await done.wait()
        return ""

    def of(name: str) -> Any:
        both = [Job("one", "* * * * *", nothing), Job("two", "* * * * *", nothing)]
        return candidate(name, plugin(eperf_jobs=lambda: both))

    registry = load(strict=True, candidates=[of("a"), of("b")])
    for key in registry.jobs:
        await JobRow.create(name=key, due_at=AT)
    monkeypatch.setattr(module, "run", run)
    task = asyncio.create_task(module.run_all(registry, {}, Bell(), lambda: AT + HOUR))
    try:
        async with asyncio.timeout(30):
            while len(running) < 2:
                await asyncio.sleep(0.01)
        assert running == {"a": 1, "b": 1}
        done.set()
        async with asyncio.timeout(30):
            while running != {"a": 2, "b": 2} or await JobRow.filter(ended_at=None).exists():
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
