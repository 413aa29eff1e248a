"""What `/metrics` says beside what the parts of the process count: the pool, the lead, and what waits in the database.

The database is asked when somebody asks for the figures, at most every five seconds and for three at most, and what was
found is said while it is fresh. Of several processes therefore only those say it that were asked lately.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from eperf.app.house import House
from eperf.services.backup import last_made
from eperf.store import database, standing_work
from eperf.store.standing_work import Standing, Waiting

_LOOK_AGAIN = 5.0
_FRESH_SECONDS = 15.0
_SECONDS = 3


class Since:
    """For how long the first of what waits has been the first, as far as this process has looked."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def seconds(self, name: str, waiting: Waiting, at: float) -> float:
        """The seconds; 0 when nothing waits."""
        first, since = self._seen.get(name, (0, at))
        if waiting.first != first:
            self._seen[name] = first, since = waiting.first, at
        return at - since if waiting.count else 0.0


class Figures(Collector):
    """The figures of this process."""

    def __init__(self) -> None:
        self.house: House | None = None
        """The installation that is served."""
        self._looked = self._found = float("-inf")
        self._standing: Standing | None = None
        self._since = Since()
        self._ages: dict[str, float] = {}
        self._looking = asyncio.Lock()

    async def look(self) -> None:
        """Looks into the database, unless that was done a moment ago."""
        async with self._looking:
            if self.house is None or time.monotonic() - self._looked < _LOOK_AGAIN:
                return
            try:
                async with asyncio.timeout(_SECONDS):
                    self._keep(await standing_work.look(self.house.now()))
            except Exception:
                self._standing = None
            self._looked = time.monotonic()

    def collect(self) -> Iterable[Metric]:
        """The figures as the library shows them."""
        if self.house is None or not database.is_open():
            return
        yield from _pool()
        yield from _folder(self.house.settings.data_dir)
        yield _by(
            "eperf_plugins", "Plugins by what became of them at the start.", "state", _states(self.house)
        )
        if time.monotonic() - self._looked > _FRESH_SECONDS:
            return
        yield _one("eperf_database_up", "Whether the database answered.", float(self._standing is not None))
        if self._standing is not None:
            yield from _waiting(self._standing, self._ages)
            yield from _others(self._standing)

    def _keep(self, found: Standing) -> None:
        at = time.monotonic()
        lanes = {**found.dirty, "stale_day": found.stale, "stale_span": found.stale_spans}
        self._ages = {name: self._since.seconds(name, waiting, at) for name, waiting in lanes.items()}
        self._standing = found


def _pool() -> Iterable[Metric]:
    found = database.load()
    connections = {"used": found.used, "idle": found.idle}
    yield _by("eperf_database_connections", "Connections to the database.", "state", connections)
    yield _one("eperf_database_waiting", "Who waits for a connection.", found.waiting)
    for name, meaning, value in (
        ("eperf_database_waits", "How often somebody had to wait for a connection.", found.waits),
        ("eperf_database_wait_seconds", "How long all of them waited.", found.wait_seconds),
    ):
        family = CounterMetricFamily(name, meaning)
        family.add_metric((), value)
        yield family


def _folder(folder: Path) -> Iterable[Metric]:
    yield _one(
        "eperf_data_free_bytes", "Room on the disk of the data folder.", shutil.disk_usage(folder).free
    )
    made = last_made(folder)
    if made is not None:
        yield _one("eperf_backup_timestamp_seconds", "When the last backup was made.", made.timestamp())


def _states(house: House) -> Mapping[str, int]:
    return Counter(report.state for report in house.registry.report())


def _waiting(found: Standing, ages: Mapping[str, float]) -> Iterable[Metric]:
    yield _one("eperf_event_cursor", "The last cursor given out.", found.cursor)
    yield _one("eperf_event_waiting", "Committed events without a cursor.", found.unnumbered)
    yield _one("eperf_event_waiting_seconds", "Age of the oldest of them.", found.unnumbered_seconds)
    counts = {lane: waiting.count for lane, waiting in found.dirty.items()}
    yield _by("eperf_scoring_waiting", "Months to score again.", "lane", counts)
    oldest = {lane: ages[lane] for lane in found.dirty}
    yield _by("eperf_scoring_waiting_seconds", "How long the first of them has waited.", "lane", oldest)
    stale = found.stale.count + found.stale_spans.count
    yield _one("eperf_attendance_stale", "Marks of days to classify again.", stale)
    oldest_mark = max(ages["stale_day"], ages["stale_span"])
    yield _one("eperf_attendance_stale_seconds", "How long the first of them has waited.", oldest_mark)


def _others(found: Standing) -> Iterable[Metric]:
    behind = {name: max(0, found.cursor - cursor) for name, cursor, _ in found.sinks}
    yield _by("eperf_sink_behind", "Events that a sink has still to be asked about.", "sink", behind)
    failures = {name: failures for name, _, failures in found.sinks}
    yield _by("eperf_sink_failures", "Failures since it last took something.", "sink", failures)
    failed = {name: float(wrong) for name, wrong, _ in found.jobs}
    yield _by("eperf_job_failed", "Whether a job's last run failed.", "job", failed)
    ended = {name: at for name, _, at in found.jobs if at is not None}
    yield _by("eperf_job_ended_timestamp_seconds", "When it ended.", "job", ended)
    yield _by(
        "eperf_breakers_open", "Units in which a plugin's part is left alone.", "plugin", found.breakers
    )
    machines = found.machines
    states = {"active": machines.active, "silent": machines.silent, "failing": machines.failing}
    yield _by("eperf_devices", "Machines: registered, silent for a day, asked in vain.", "state", states)
    yield _one("eperf_device_backlog", "Records that machines say they hold back.", machines.backlog)
    yield _one("eperf_device_commands_waiting", "Commands that have not ended.", found.commands)


def _one(name: str, meaning: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, meaning)
    family.add_metric((), value)
    return family


def _by(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for word, value in values.items():
        family.add_metric((word,), value)
    return family


FIGURES = Figures()
REGISTRY.register(FIGURES)
