"""Who makes the events: a process of eperf beside the server, as a second worker would be, that commits rows at a rate.

Each transaction is `services.call.work`: a score's row is written and its `score.changed` emitted, so an event is in the
log because its change is committed, waits for the server's sequencer to be numbered, and rings by LISTEN and NOTIFY. For
the build that has no log the same transaction also sends the update itself by NOTIFY, complete.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import uvloop

from bench.operations import gid
from eperf.app.house import House, opened
from eperf.domain.events import ScoreChanged
from eperf.schema.scalars import shown_hundredths, shown_instant
from eperf.services.call import work
from eperf.settings import read
from eperf.store import database
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.scoring import ScoreRow

CHANNEL = "bench_updates"
_AT_ONCE = 8


class Teller:
    """The process, from outside."""

    def __init__(self, url: str, folder: Path) -> None:
        command = [sys.executable, "-m", "bench.teller", "--url", url, "--folder", str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid
        self.wait()

    def begin(self, events: int, rate: float, *, complete: bool = False) -> None:
        """Begins to commit so many events, so many a second; `complete` sends each by NOTIFY too."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"events": events, "rate": rate, "complete": complete}) + "\n")
        self._process.stdin.flush()

    def wait(self) -> dict[str, Any]:
        """Waits until they are committed: how many a second it came to, and how late the latest was."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the writing process ended")
        found: dict[str, Any] = json.loads(line)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


class _Scores:
    """The rows that change one after the other, so that neighbours in time are of different units."""

    def __init__(
        self, house: House, rows: Sequence[ScoreRow], people: dict[int, str], units: dict[int, str]
    ) -> None:
        self._house, self._rows, self._people, self._units = house, rows, people, units
        self._turn = 0

    @classmethod
    async def read(cls, house: House) -> _Scores:
        rows = await ScoreRow.all().order_by("period", "employee_id")
        people = {row.id: row.name for row in await EmployeeRow.all()}
        return cls(house, rows, people, {row.id: row.name for row in await UnitRow.all()})

    async def change(self, *, complete: bool) -> None:
        """One change and its event, committed."""
        row = self._rows[self._turn % len(self._rows)]
        self._turn += 1
        score_h = self._turn % 12_000
        call = self._house.call(datetime.now(UTC))
        event = ScoreChanged(
            subject_id=row.id, unit_id=row.unit_id, employee_id=row.employee_id, period=row.period, score_h=score_h,
            previous_h=row.score_h, state="final",
        )  # fmt: skip
        async with work(call) as opened_work:
            await ScoreRow.filter(id=row.id).update(score_h=score_h, computed_at=call.now)
            opened_work.emit(event)
            if complete:
                told = json.dumps(self._complete(row, score_h, call.now))
                await database.connection().execute_query("SELECT pg_notify($1, $2)", [CHANNEL, told])

    def _complete(self, row: ScoreRow, score_h: int, now: datetime) -> dict[str, Any]:
        return {
            "cursor": str(self._turn),
            "kind": ScoreChanged.kind,
            "occurredAt": shown_instant(now),
            "unit": {"id": gid("Unit", row.unit_id), "name": self._units[row.unit_id]},
            "employee": {"id": gid("Employee", row.employee_id), "name": self._people[row.employee_id]},
            "subject": {"period": row.period, "score": shown_hundredths(score_h)},
        }


async def _tell(scores: _Scores, events: int, rate: float, complete: bool) -> dict[str, Any]:
    """Each event at its own time, whether or not the one before is committed; some together at most."""
    gate, late, begun = asyncio.Semaphore(_AT_ONCE), 0.0, time.perf_counter()

    async def one() -> None:
        try:
            await scores.change(complete=complete)
        finally:
            gate.release()

    async with asyncio.TaskGroup() as group:
        for place in range(events):
            due = begun + place / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await gate.acquire()
            late = max(late, time.perf_counter() - due)
            group.create_task(one())
    took = time.perf_counter() - begun
    return {"per_second": events / max(took, events / rate), "late_ms": late * 1000}


async def _serve(url: str, folder: Path) -> None:
    async with opened(read(database_url=url, data_dir=folder)) as house:
        wire = house.wire()
        if wire is None:
            raise SystemExit("a second process cannot write beside the server of a SQLite database")
        wired = asyncio.create_task(wire.run())
        scores = await _Scores.read(house)
        print("{}", flush=True)
        try:
            while line := await asyncio.to_thread(sys.stdin.readline):
                print(json.dumps(await _tell(scores, **json.loads(line))), flush=True)
        finally:
            wired.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await wired


def main() -> None:
    """Commits what the lines of its input say, until there are no more."""
    parser = argparse.ArgumentParser(prog="python -m bench.teller")
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(_serve(options.url, options.folder))


if __name__ == "__main__":
    main()
