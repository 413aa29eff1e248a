"""The silence of superiors, carried out by a real server that is killed meanwhile: each activity once, none in part."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from eperf.domain.access import SYSTEM
from eperf.domain.activity import ActivityState
from eperf.services.call import Call
from eperf.services.history import Past, take_over
from eperf.store import database
from eperf.store.activity import ActivityRow, ChangeRow
from eperf.store.deadline import DeadlineRow
from eperf.store.event import EventRow
from tests.faults.workload import populate
from tests.support.database import run
from tests.support.server import Server
from tests.support.town import SINCE, Town

WAITING = int(os.environ.get("EPERF_SILENCES", "1600"))
KILLS = 3


async def _late(url: str, town: Town) -> None:
    await database.connect(url)
    try:
        now = datetime.now(UTC)
        await DeadlineRow.create(
            unit_id=town.units["city"], valid_from=SINCE, legal_basis="Perwal contoh", verify_days=1, silence="lapse",
            recorded_at=now,
        )  # fmt: skip
        sent, worked = now - timedelta(days=30), date.today() - timedelta(days=30)
        past = [
            Past(
                town.people["Budi"], town.units["office"], town.item, worked, 60, 100, f"kerja {number}",
                ActivityState.SUBMITTED, sent, None, None,
            )
            for number in range(WAITING)
        ]  # fmt: skip
        await take_over(Call(SYSTEM, now), town.units["office"], past)
    finally:
        await database.disconnect()


async def _done(url: str, *, checked: bool) -> int:
    """How many are rejected; `checked` also that what is moved is told of and kept, once, and nothing else is."""
    await database.connect(url)
    try:
        done = await ActivityRow.filter(state="rejected").count()
        if checked:
            lines = Counter(await ChangeRow.all().values_list("activity_id", flat=True))
            told = Counter(
                await EventRow.filter(kind="activity.rejected").values_list("subject_id", flat=True)
            )
            assert lines == told
            assert set(lines.values()) <= {1}
            assert len(lines) == done
        return int(done)
    finally:
        await database.disconnect()


def _wait_for(url: str, least: int) -> None:
    ends = time.monotonic() + 120
    while (done := run(_done(url, checked=False))) < least:
        assert time.monotonic() < ends, done
        time.sleep(0.05)


@pytest.mark.fault
@pytest.mark.timeout(600)
def test_a_server_killed_while_it_carries_out_silence_repeats_nothing_and_the_next_ends_it(
    database_url: str, serve: Callable[..., Server]
) -> None:
    town = populate(database_url)
    run(_late(database_url, town))
    server = serve(database_url)
    for _ in range(KILLS):
        done = run(_done(database_url, checked=False))
        _wait_for(database_url, min(done + 1, WAITING))
        server.kill()
        run(_done(database_url, checked=True))
        server.start(120)
    _wait_for(database_url, WAITING)
    server.terminate()
    assert run(_done(database_url, checked=True)) == WAITING
