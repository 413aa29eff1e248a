"""October of the small town: work that was verified, scores, and the month closed."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from eperf.adapters.blobs import Blobs
from eperf.domain.access import Role
from eperf.domain.activity import ActivityState
from eperf.domain.period import YearMonth
from eperf.domain.scoring.adjusting import balance
from eperf.services import closing, history
from eperf.services.adjustment import adjust_late
from eperf.services.binding import bind
from eperf.services.parts import Slot
from eperf.services.scoring import score_dirty
from eperf.store import database
from eperf.store.adjustment import AdjustmentRow
from eperf.store.closing import ClosingRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.town import NOW, SINCE, TODAY, Town

OCTOBER = YearMonth(2026, 10)
PERSONNEL = (Role.PERSONNEL_ADMIN, "city")
PLUGINS = (Role.PLUGIN_ADMIN, "city")
POINTS = "points-catalogue/points"
# All of them give a figure from activities alone: months that have none are tested beside.
SCHEMES: tuple[tuple[str, dict[str, Any]], ...] = (
    (POINTS, {}),
    (POINTS, {"monthly_target": "4000", "target_basis": "Perwal Contoh 3/2026"}),
    ("eperf/norm-minutes", {}),
    (POINTS, {"attendance": {"absent": "5", "late": [{"from_min": 1, "cut": "0.5"}], "most": "30"}}),
    ("surplus-tier/workload", {"zero_surplus_k_pct": "50", "zero_surplus_basis": "Perbup Contoh 1/2026"}),
)
APPEALS = {"raise_days": 40, "answer_days": 7, "legal_basis": "Perwal Contoh 2/2026"}


def blobs(folder: Path) -> Blobs:
    return Blobs(folder / "data")


async def worked(
    town: Town, name: str = "Budi", on: date = date(2026, 10, 5), quantity_h: int = 300, minutes: int = 60
) -> None:
    """A verified activity of a day of the past, decided by Sri."""
    past = history.Past(
        town.people[name], town.units["archive" if name == "Eka" else "office"], town.item, on, minutes, quantity_h,
        "Laporan", ActivityState.VERIFIED, NOW, NOW, town.people["Sri"],
    )  # fmt: skip
    await history.take_over(town.call("Eka", PERSONNEL), town.units["city"], [past])


async def random_work(town: Town, rng: random.Random, most: int = 12) -> None:
    """Work of anybody on any day of October."""
    for _ in range(rng.randint(1, most)):
        await worked(
            town, rng.choice(list(town.people)), date(2026, 10, rng.randint(1, 31)), rng.randint(1, 2_000),
            rng.randint(1, 480),
        )  # fmt: skip


async def scored(town: Town) -> None:
    while await score_dirty(town.call("Sri")):
        pass


async def chosen(
    town: Town, scheme: str, settings: dict[str, Any], unit: str = "city", since: date = SINCE
) -> None:
    """Binds a scheme; every score of the months before this one is marked."""
    await bind(town.call("Eka", PLUGINS), town.units[unit], Slot.SCHEME, scheme, settings, since)
    await DirtyRow.filter(period=f"{TODAY:%Y-%m}").delete()


async def with_appeals(town: Town, **changes: Any) -> None:
    call = town.call("Eka", PLUGINS)
    await bind(call, town.units["city"], Slot.APPEAL, "eperf/appeals", {**APPEALS, **changes}, SINCE)


async def closed(
    town: Town, kept: Blobs, unit: str = "city", reason: str | None = None, period: YearMonth = OCTOBER
) -> ClosingRow:
    """Closes a month and freezes all of it."""
    call = town.call("Eka", PERSONNEL)
    number = await closing.close(call, town.units[unit], period, reason)
    while await closing.freeze_closing(call, kept):
        pass
    return await ClosingRow.get(id=number)


async def adjusted(town: Town, kept: Blobs) -> None:
    """Scores what is open and adjusts what is closed until nothing waits."""
    await scored(town)
    while await adjust_late(town.call("Sri"), kept):
        pass


async def balance_of(town: Town, name: str) -> int:
    """The stored score of October with its entries."""
    score = await ScoreRow.get_or_none(employee_id=town.people[name], period=str(OCTOBER))
    entries = await AdjustmentRow.filter(employee_id=town.people[name], period=str(OCTOBER))
    return balance(score.score_h if score else None, [row.difference_h for row in entries])


async def stored_bytes() -> str:
    """Every column of every score, as the database holds it."""
    _, rows = await database.connection().execute_query("SELECT * FROM score ORDER BY id")
    return repr([tuple(row.values()) if hasattr(row, "values") else tuple(row) for row in rows])


def at(day: int, hour: int = 1, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)
