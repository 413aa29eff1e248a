"""One turn of fanning out: so many subscribers, so many events a second, and what a delivery takes in time, processor, memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bench.audience import (
    Stage,
    cursors_since,
    head,
    messages,
    ordinary,
    served,
    serving,
    unit_of,
    until_quiet,
)
from bench.dataset import LEAVES
from bench.ears import Crowd
from bench.heard import Faults, Heard, faults, percentile
from bench.processors import cpu_ms, family_cpu_ms, family_mib, family_waited_ms
from bench.reclassify import _query

_PATIENCE_SECONDS = 60
_NUMBERED = """
SELECT e.cursor, (extract(epoch FROM pg_xact_commit_timestamp(e.xmin)) * 1000000)::bigint,
  (extract(epoch FROM pg_xact_commit_timestamp(s.xmin)) * 1000000)::bigint
FROM event e JOIN score s ON s.id = e.subject_id AND s.computed_at = e.occurred_at WHERE e.cursor > {}
"""


@dataclass(frozen=True)
class Load:
    """A build, its subscribers, the events a second; `flood`: more than it can bear, so nobody waits for the rest."""

    build: str
    subscribers: int
    rate: float
    flood: bool = False

    @property
    def name(self) -> str:
        """What a table calls it."""
        return f"{self.build}, {self.subscribers:,} at {self.rate:g}/s"

    @property
    def asked(self) -> float:
        """Deliveries a second, if all come."""
        return self.rate * self.subscribers / LEAVES


@dataclass(frozen=True)
class Pace:
    """How long the events come before, while and after it is measured, in seconds."""

    warm: float = 3.0
    seconds: float = 10.0
    tail: float = 1.0

    @property
    def whole(self) -> float:
        """All of it."""
        return self.warm + self.seconds + self.tail


@dataclass(frozen=True)
class Turn:
    """What one turn found.

    Times in milliseconds: to the reading from the event's own time, before its transaction began; from its commit; from the
    commit of its number. Processor: microseconds of the server for each delivery and to let each subscriber in; everybody's
    share of one processor, and the share of the time in which the server waited for one.
    """

    delivered: float
    p50_ms: float
    p99_ms: float
    committed_p99_ms: float
    numbered_p50_ms: float
    numbered_p99_ms: float
    cpu_us: float
    kib_each: float
    kib_each_after: float
    open_seconds: float
    open_cpu_us: float
    told: float
    shares: Mapping[str, float]
    faults: Faults | None
    ended: int

    def figures(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def turn(load: Load, stage: Stage, pace: Pace, say: Callable[[str], None]) -> Turn:
    """Starts the build, lets its crowd in, tells, measures, and ends it."""
    eperf = load.build == "eperf"
    with serving(served() if eperf else ordinary(), stage.town, stage.folder) as build:
        assert build.process is not None
        after, alone = head(stage.town), family_mib(build.process.pid)
        crowd = Crowd(build.port, messages(range(load.subscribers), after))
        opening = family_cpu_ms(build.process.pid)
        entered = stage.ears.let_in(crowd)
        opening = family_cpu_ms(build.process.pid) - opening
        time.sleep(1)
        together = family_mib(build.process.pid)
        begin, end, spent, told = _told(load, stage, pace, build.process.pid)
        count = 0 if load.flood else _drained(load, stage, pace)
        grown = family_mib(build.process.pid)
        ended = len(stage.ears.ask("ends")["ends"])
        heard = stage.ears.heard()
        stage.ears.ask("close")
    measured = heard.between(begin, end)
    if not len(measured):
        raise SystemExit(f"{load.name}: nothing was heard")
    found = Turn(
        delivered=len(measured) / pace.seconds,
        cpu_us=spent["server"] * 1000 / len(measured),
        kib_each=(together - alone) * 1024 / load.subscribers,
        kib_each_after=(grown - alone) * 1024 / load.subscribers,
        open_seconds=entered["seconds"],
        open_cpu_us=opening * 1000 / load.subscribers,
        told=told,
        shares={name: taken / pace.seconds / 1000 for name, taken in spent.items()},
        faults=_faults(load, stage, heard, after) if eperf and not load.flood else None,
        ended=ended,
        **_latencies(measured, stage, after if eperf else None),
    )
    left = "" if load.flood else f", {count} in all, {found.faults or 'not compared'}"
    say(f"{load.name}: {found.delivered:,.0f}/s, p99 {found.p99_ms:.1f} ms, {found.cpu_us:.1f} us{left}")
    return found


def _told(load: Load, stage: Stage, pace: Pace, pid: int) -> tuple[int, int, dict[str, float], float]:
    """Has the events committed; gives when the measured time began and ended, and the processor time of each in it."""

    def spent() -> dict[str, float]:
        database = family_cpu_ms(stage.town.pid) if stage.town.pid else 0.0
        ears, teller = cpu_ms(stage.ears.pid), cpu_ms(stage.teller.pid)
        found = {"server": family_cpu_ms(pid), "postgres": database, "subscribers": ears, "writer": teller}
        return {**found, "server waiting for a processor": family_waited_ms(pid)}

    stage.teller.begin(int(load.rate * pace.whole), load.rate, complete=load.build != "eperf")
    time.sleep(pace.warm)
    before, begin = spent(), time.time_ns()
    time.sleep(pace.seconds)
    after, end = spent(), time.time_ns()
    told = stage.teller.wait()["per_second"]
    return begin, end, {name: after[name] - before[name] for name in before}, told


def _drained(load: Load, stage: Stage, pace: Pace) -> int:
    """Waits until everything told has come, or nothing comes any more; gives how many messages did."""
    wanted = int(load.rate * pace.whole) * load.subscribers / LEAVES
    return until_quiet(stage, _PATIENCE_SECONDS, wanted)


def _faults(load: Load, stage: Stage, heard: Heard, after: int) -> Faults:
    theirs = cursors_since(stage.town, after)
    return faults(heard.cursors(), {who: theirs[unit_of(who)] for who in range(load.subscribers)})


def _latencies(measured: Heard, stage: Stage, after: int | None) -> dict[str, float]:
    numbered: dict[int, int] = {}
    committed: dict[int, int] = {}
    if after is not None:
        for cursor, number_us, change_us in _query(stage.town, _NUMBERED.format(after)):
            numbered[cursor], committed[cursor] = number_us * 1000, change_us * 1000
    all_told, since_number = measured.milliseconds(), measured.milliseconds(numbered)
    return {
        "p50_ms": percentile(all_told, 0.5),
        "p99_ms": percentile(all_told, 0.99),
        "committed_p99_ms": percentile(measured.milliseconds(committed), 0.99),
        "numbered_p50_ms": percentile(since_number, 0.5),
        "numbered_p99_ms": percentile(since_number, 0.99),
    }
