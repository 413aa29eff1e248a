"""The ways of scoring one month that `bench.scoring` compares, each run in a process of its own."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import polars as pl
from tortoise.transactions import in_transaction

from bench import scheme
from bench.month import PERIOD
from eperf.domain.access import SYSTEM
from eperf.domain.period import YearMonth
from eperf.domain.scoring import Explanation, UnitPeriod, freeze, score, thaw
from eperf.domain.scoring.cut import Cohort
from eperf.plugins import registry
from eperf.plugins.registry import Registry
from eperf.services.call import Call
from eperf.services.parts import Slot
from eperf.services.scoring import score_dirty
from eperf.store import database, frames
from eperf.store.activity import ActivityRow
from eperf.store.attendance import DayRow
from eperf.store.binding import BindingRow
from eperf.store.catalogue import ItemRow
from eperf.store.event import EventRow
from eperf.store.people import EmployeeRow
from eperf.store.scoring import ScoreRow
from eperf.testing import candidate

NOW = datetime(2025, 6, 2, 3, 0, tzinfo=UTC)
MONTH = YearMonth.parse(PERIOD)
_KEY = "bench/three"

Figures = dict[str, Any]


def installed() -> Registry:
    """What is installed, and the bench's rule as a plugin."""
    return registry.load(strict=True, candidates=[*registry.installed(), candidate("bench", scheme)])


async def bound(url: str) -> None:
    """Binds the rule to the whole town."""
    await database.connect(url)
    try:
        await BindingRow.all().delete()
        await BindingRow.create(
            unit_id=1,
            slot=Slot.SCHEME.value,
            part=_KEY,
            settings={},
            valid_from=date(2020, 1, 1),
            known_from=NOW,
        )
    finally:
        await database.disconnect()


async def eperf(url: str, _: Path, people: int) -> Figures:
    """The service: dirty rows in, scores with their breakdown and events out."""
    await database.connect(url)
    try:
        call = Call(SYSTEM, NOW, registry=installed())
        begun, cpu = time.perf_counter(), time.process_time()
        done = 0
        while taken := await score_dirty(call):
            done += taken
        return _figures(done, begun, cpu)
    finally:
        await database.disconnect()


async def sql(url: str, _: Path, people: int) -> Figures:
    """The best single statement for this one rule: scores alone, no breakdown, no event, nobody told."""
    connection = await asyncpg.connect(url, server_settings={"jit": "off"})
    try:
        begun, cpu = time.perf_counter(), time.process_time()
        done = await connection.execute(SQL)
        return _figures(int(done.rpartition(" ")[2]), begun, cpu)
    finally:
        await connection.close()


async def orm(url: str, _: Path, people: int) -> Figures:
    """An ordinary build: the ORM's objects of an employee's month, a loop, and a row and an event for each."""
    await database.connect(url)
    try:
        everyone = await EmployeeRow.all().order_by("id").limit(people)
        items = {row.id: row for row in await ItemRow.all()}
        begun, cpu = time.perf_counter(), time.process_time()
        for person in everyone:
            await _by_objects(person, items)
        return _figures(len(everyone), begun, cpu)
    finally:
        await database.disconnect()


async def _by_objects(person: EmployeeRow, items: dict[int, ItemRow]) -> None:
    within = {"employee_id": person.id, "date__gte": MONTH.first, "date__lte": MONTH.last}
    activities = await ActivityRow.filter(**within).order_by("id")
    days = await DayRow.filter(**within).order_by("date")
    leaves: list[dict[str, Any]] = []
    points = 0
    for row in activities:
        if row.state != "verified":
            continue
        item = items[row.item_id]
        worth = _half_up(row.quantity_h * item.points_per_unit_h, item.unit_size_h)
        points += worth
        leaves.append(
            _leaf("work", item.name, _half_up(worth * 10_000, scheme.TARGET_H), "activity", str(row.id))
        )
    total = min(_half_up(points * 10_000, scheme.TARGET_H), scheme.CAP_H)
    leaves.append(_leaf("work", "rounding", total - sum(leaf["amount"] for leaf in leaves), "period", PERIOD))
    for day in days:
        cut = _cut(day)
        if cut:
            total -= cut
            leaves.append(_leaf("attendance", day.status, -cut, "day", day.date.isoformat()))
    async with in_transaction():
        stored, _ = await ScoreRow.update_or_create(
            employee_id=person.id, period=PERIOD,
            defaults={
                "unit_id": person.unit_id, "score_h": total, "state": "final", "cause": None, "scheme": _KEY,
                "scheme_version": "1", "settings_digest": "", "input_digest": "", "breakdown": leaves, "computed_at": NOW,
            },
        )  # fmt: skip
        await EventRow.create(
            kind="score.changed", version=1, subject_type="Score", subject_id=stored.id, unit_id=person.unit_id,
            employee_id=person.id, occurred_at=NOW, payload={"period": PERIOD, "score_h": total},
        )  # fmt: skip


def _leaf(stage: str, label: str, amount: int, kind: str, number: str) -> dict[str, Any]:
    return {
        "stage": stage, "rule": f"bench.{stage}", "label": {"id": label, "en": label}, "amount": amount,
        "legal_basis": scheme.BASIS, "evidence": [{"kind": kind, "id": number}], "facts": {},
    }  # fmt: skip


def _cut(day: DayRow) -> int:
    late = max((cut for minutes, cut in scheme.LATE if (day.late_min or 0) >= minutes), default=0)
    return late + scheme.ABSENT_H * (day.status == "absent") + scheme.TAP_H * day.missing_taps


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


_STEPS = " ".join(f"WHEN late_min >= {minutes} THEN {cut}" for minutes, cut in reversed(scheme.LATE))
SQL = f"""
WITH work AS (
  SELECT a.employee_id, sum((2 * a.quantity_h * i.points_per_unit_h + i.unit_size_h) / (2 * i.unit_size_h))::bigint AS h
  FROM activity a JOIN catalogue_item i ON i.id = a.item_id
  WHERE a.date >= '{MONTH.first}' AND a.date <= '{MONTH.last}' AND a.state = 'verified' GROUP BY a.employee_id
), cuts AS (
  SELECT employee_id, sum(CASE {_STEPS} ELSE 0 END + CASE status WHEN 'absent' THEN {scheme.ABSENT_H} ELSE 0 END
                          + {scheme.TAP_H} * missing_taps)::bigint AS h
  FROM attendance_day WHERE date >= '{MONTH.first}' AND date <= '{MONTH.last}' GROUP BY employee_id
)
INSERT INTO score (employee_id, unit_id, period, score_h, state, scheme, scheme_version, settings_digest, input_digest,
                   breakdown, computed_at)
SELECT e.id, e.unit_id, '{PERIOD}',
       least({scheme.CAP_H}, (2 * coalesce(w.h, 0) * 10000 + {scheme.TARGET_H}) / (2 * {scheme.TARGET_H})) - coalesce(c.h, 0),
       'final', '{_KEY}', '1', '', '', '[]', now()
FROM employee e LEFT JOIN work w ON w.employee_id = e.id LEFT JOIN cuts c ON c.employee_id = e.id
ON CONFLICT (employee_id, period) DO UPDATE SET score_h = excluded.score_h
"""


async def freeze_all(url: str, folder: Path, people: int) -> Figures:
    """Not a way of scoring: writes the month of every unit as a snapshot."""
    await database.connect(url)
    try:
        members: dict[int, list[int]] = defaultdict(list)
        for person, unit in await EmployeeRow.all().order_by("id").limit(people).values_list("id", "unit_id"):
            members[unit].append(person)
        begun, cpu = time.perf_counter(), time.process_time()
        for unit, ids in members.items():
            (month,) = await frames.months([Cohort(unit, f"U-{unit}", 20, tuple(ids))], MONTH)
            assert isinstance(month, UnitPeriod)
            frozen = freeze(month)
            (folder / f"{unit}.zip").write_bytes(frozen.data)
            (folder / f"{unit}.seal").write_text(frozen.seal)
        return _figures(people, begun, cpu)
    finally:
        await database.disconnect()


def snapshot(_: str, folder: Path, people: int) -> Figures:
    """Every unit's snapshot from its file to its scores; nothing is written back, and nobody asks why."""
    files = sorted(folder.glob("*.zip"))
    seals = {file: file.with_suffix(".seal").read_text() for file in files}
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        list(threads.map(_thawed, files[:1], [seals[files[0]]]))  # what is imported once is not measured
        begun, cpu = time.perf_counter(), time.process_time()
        found = list(threads.map(_thawed, files, seals.values()))
        figures = _figures(sum(scores.height for scores in found), begun, cpu)
    return figures | {"scores": dict(pl.concat(found).iter_rows())}


def _thawed(file: Path, seal: str) -> pl.DataFrame:
    month = thaw(file.read_bytes(), seal)
    scored = score(scheme.SCHEME, scheme.Fixed(), month, explanation=Explanation.NONE)
    return scored.scores.select("employee_id", "score_h")


def _figures(done: int, begun: float, cpu: float) -> Figures:
    seconds = time.perf_counter() - begun
    return {
        "employees": done,
        "seconds": round(seconds, 3),
        "per_second": round(done / seconds, 1),
        "cpu": round(time.process_time() - cpu, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


async def _snapshot(url: str, folder: Path, people: int) -> Figures:
    return await asyncio.to_thread(snapshot, url, folder, people)


WAYS: dict[str, Callable[[str, Path, int], Awaitable[Figures]]] = {
    "eperf": eperf,
    "sql": sql,
    "orm": orm,
    "snapshot": _snapshot,
    "freeze": freeze_all,
}
