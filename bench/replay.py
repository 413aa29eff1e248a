"""A log of a million events read from its beginning: by one subscriber, and by twenty at once.

The log is built once and kept, like the bench's town. Nobody writes while it is read, so the server's duties are off. The
subscribers compare every cursor with the one before it, so a figure is of a replay without gap or repeat.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from bench.audience import admit, head, messages, served, serving
from bench.dataset import LEAVES, MONTHS, Filled, Size, leaf_unit
from bench.ears import Crowd, Ears
from bench.load import Town, _insert, opened
from bench.processors import cpu_ms, family_cpu_ms, family_mib
from bench.reclassify import _execute, _query

PLAIN = "plain"
DOCUMENTS = {
    PLAIN: "subscription Replay($after: String) { performanceUpdates(after: $after) { cursor kind occurredAt } }",
    "with unit and employee": """subscription Replay($after: String) {
  performanceUpdates(after: $after) { cursor kind occurredAt unit { id name } employee { id name } }
}""",
}
_EMPLOYEES = 2000
_COLUMNS = (
    "id", "cursor", "kind", "version", "subject_type", "subject_id", "unit_id", "employee_id", "occurred_at", "payload",
)  # fmt: skip
_FIRST = datetime(2026, 11, 1, tzinfo=UTC)
_PATIENCE_SECONDS = 600
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Replay:
    """Events a second of all readers together, of each, and what the server took: microseconds an event, MiB at most."""

    database: str
    document: str
    readers: int
    events_each: int
    per_second: float
    per_second_each: float
    first_ms: float
    cpu_us: float
    bytes_each: float
    peak_growth_mib: float
    shares: dict[str, float]
    wrong: int

    def figures(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


@contextmanager
def opened_log(kind: str, cache: Path, events: int) -> Iterator[Town]:
    """A town with a log of so many numbered events, and one integrator."""
    size = Size(min(_EMPLOYEES, events), activities=1, submitters=1)
    with opened(kind, cache / f"log-{events}", size, restored=False) as town:
        if _query(town, "SELECT count(*) FROM event")[0][0] != events:
            _fill(town, events, size.employees)
        admit(town, 1)
        yield town


def measured(
    town: Town, folder: Path, plan: list[tuple[str, int, int]], say: Callable[[str], None]
) -> list[Replay]:
    """Each of the plan (document, readers, events each) on a server that has not read the log yet."""
    found = []
    for document, readers, events in plan:
        with serving(served({"EPERF_WORKER": "false"}), town, folder) as server, Ears() as ears:
            assert server.process is not None
            found.append(_read(town, ears, server.port, server.process.pid, document, readers, events))
        one = found[-1]
        say(
            f"replay, {town.kind}, {document}, {readers}: {one.per_second:,.0f}/s, {one.cpu_us:.1f} us, {one.wrong} wrong"
        )
    return found


def _read(town: Town, ears: Ears, port: int, pid: int, document: str, readers: int, events: int) -> Replay:
    last = head(town)
    after, before, peak = last - events, family_mib(pid), 0.0
    said = messages(range(readers), after, DOCUMENTS[document], everything=True)
    spent = {"server": family_cpu_ms(pid), "subscribers": cpu_ms(ears.pid)}
    spent |= {"postgres": family_cpu_ms(town.pid)} if town.pid else {}
    begun = time.time_ns()
    ears.let_in(Crowd(port, said, counts_after=after))
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        each = ears.ask("counted", first=0)["each"]
        peak = max(peak, family_mib(pid))
        if all(one["last"] >= last for one in each):
            break
        ends = ears.ask("ends")["ends"]
        if ends or time.monotonic() > deadline:
            raise SystemExit(f"the replay broke off: {ends[:3]}, {each[:3]}")
        time.sleep(_LOOK_SECONDS)
    took = (max(one["latest"] for one in each) - begun) / 1e9
    after_cpu = {"server": family_cpu_ms(pid), "subscribers": cpu_ms(ears.pid)}
    after_cpu |= {"postgres": family_cpu_ms(town.pid)} if town.pid else {}
    taken = {name: after_cpu[name] - spent[name] for name in spent}
    total = readers * events
    slowest = [events / ((one["latest"] - begun) / 1e9) for one in each]
    return Replay(
        database=town.kind,
        document=document,
        readers=readers,
        events_each=events,
        per_second=total / took,
        per_second_each=min(slowest),
        first_ms=min(one["began"] - begun for one in each) / 1e6,
        cpu_us=taken["server"] * 1000 / total,
        bytes_each=sum(one["bytes"] for one in each) / total,
        peak_growth_mib=peak - before,
        shares={name: used / took / 1000 for name, used in taken.items()},
        wrong=sum(one["wrong"] for one in each),
    )


def _fill(town: Town, events: int, employees: int) -> None:
    log = Filled("event", _COLUMNS, lambda: _events(events, employees))
    _execute(town, "DELETE FROM event")
    if town.kind == "postgres":
        asyncio.run(_copy(town.url, log))
    else:
        with closing(sqlite3.connect(town.url.removeprefix("sqlite://"), isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            _insert(connection, log)
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _execute(town, "DELETE FROM event_head")
    _execute(town, f"INSERT INTO event_head (id, cursor) VALUES (1, {events})")


async def _copy(url: str, log: Filled) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.copy_records_to_table(log.name, columns=log.columns, records=log.rows())
        await connection.execute("SELECT setval(pg_get_serial_sequence('event', 'id'), max(id)) FROM event")
        await connection.execute("VACUUM ANALYZE event")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def _events(events: int, employees: int) -> Iterator[tuple[Any, ...]]:
    """Scores that changed, unit by unit in turn, a microsecond more than a second after one another."""
    for number in range(1, events + 1):
        employee = (number - 1) % employees + 1
        turn = (number - 1) // employees % len(MONTHS)
        payload = {"period": MONTHS[turn], "score_h": number % 12_000, "previous_h": None, "state": "final"}
        yield (
            number, number, "score.changed", 1, "Score", turn * employees + employee,
            leaf_unit((employee - 1) % LEAVES), employee, _FIRST + timedelta(microseconds=number * 1_000_001),
            json.dumps(payload),
        )  # fmt: skip
