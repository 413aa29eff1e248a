"""A town of twenty units that all have scores, one of them under a scheme that is about to do something wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from eperf import __version__
from eperf.adapters.broker import Bell
from eperf.app.leader import Leader
from eperf.domain.access import SYSTEM
from eperf.plugins.discovery import Candidate
from eperf.plugins.registry import Registry, installed, load
from eperf.services.call import Call, on_commit
from eperf.store import database
from eperf.store.activity import ActivityRow
from eperf.store.binding import BindingRow
from eperf.store.breaker import BreakerRow
from eperf.store.catalogue import ItemRow
from eperf.store.organisation import UnitRow, UnitTreeRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.faults import chaos

UNITS, EACH = 20, 3
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MONTHS = ("2026-10", "2026-11")
SINCE = date(2020, 1, 1)
CHAOS = Candidate(
    "chaos", "chaos-distribution", "1.0", f"=={__version__}", lambda: chaos, where="tests.faults.chaos"
)


def registry(*others: Candidate) -> Registry:
    """The core's parts, and those of the plugins that do wrong."""
    return load(strict=True, candidates=[installed()[0], CHAOS, *others])


@dataclass(frozen=True)
class ChaosTown:
    """Units by place, the last of them the one that suffers."""

    units: tuple[int, ...]
    flag: Path
    call: Call

    @property
    def suffering(self) -> int:
        """The unit under the scheme that does wrong."""
        return self.units[-1]

    def go_wrong(self) -> None:
        """From now on the plugin does wrong."""
        self.flag.touch()

    def mend(self) -> None:
        """From now on it does right."""
        self.flag.unlink()

    async def again(self) -> None:
        """Forgets every score, and has all of them computed."""
        await ScoreRow.all().delete()
        people = await EmployeeRow.all().values_list("id", flat=True)
        await mark_dirty([(int(str(one)), month) for one in people for month in MONTHS])

    async def scores(self, *, suffering: bool) -> list[tuple[Any, ...]]:
        """Every stored byte of a score but its number and its time: of the unit that suffers, or of the others."""
        sign = "=" if suffering else "<>"
        rows = await database.connection().execute_query_dict(
            f"SELECT * FROM score WHERE unit_id {sign} {self.suffering} ORDER BY employee_id, period"
        )
        return [
            tuple((name, value) for name, value in row.items() if name not in ("id", "computed_at"))
            for row in rows
        ]

    async def causes(self) -> set[str | None]:
        """What the scores of the unit that suffers carry; a final one None."""
        rows = await ScoreRow.filter(unit_id=self.suffering)
        assert all((row.score_h is None) == (row.state == "provisional") for row in rows)
        return {row.cause for row in rows}


async def build(scheme: str, flag: Path, *, parts: Registry | None = None) -> ChaosTown:
    """Writes the town; half of the other units are under a scheme of the same plugin that does nothing wrong."""
    city = await UnitRow.create(code="city", name="Kota", kind="city", zone="Asia/Jakarta")
    await UnitTreeRow.create(ancestor_id=city.id, descendant_id=city.id, depth=0)
    item = await ItemRow.create(
        unit_id=city.id, code="1", name="Report", per="report", unit_size_h=100, points_per_unit_h=6400, norm_min=64,
        fraction_policy="proportional", valid_from=SINCE,
    )  # fmt: skip
    units = []
    for number in range(UNITS):
        unit = await UnitRow.create(
            code=f"u{number}", name=f"U{number}", kind="agency", parent_id=city.id, zone="Asia/Jakarta"
        )
        units.append(unit.id)
    tree = [UnitTreeRow(ancestor_id=one, descendant_id=one, depth=0) for one in units]
    await UnitTreeRow.bulk_create(
        [*tree, *(UnitTreeRow(ancestor_id=city.id, descendant_id=u, depth=1) for u in units)]
    )
    await EmployeeRow.bulk_create(
        EmployeeRow(kind="PNS", name=f"P{number}", active=True, unit_id=units[number // EACH])
        for number in range(UNITS * EACH)
    )
    people = await EmployeeRow.all().order_by("id")
    await PlacementRow.bulk_create(
        PlacementRow(employee_id=one.id, unit_id=one.unit_id, valid_from=SINCE) for one in people
    )
    await ActivityRow.bulk_create(
        ActivityRow(
            employee_id=one.id, unit_id=one.unit_id, item_id=item.id, date=date(2026, month, 2 + one.id % 20),
            minutes=10 + one.id, quantity_h=100 * (1 + one.id % 7), result="Laporan", state="verified", submitted_at=NOW,
        )
        for one in people for month in (10, 11)
    )  # fmt: skip
    bound = {units[-1]: scheme, **dict.fromkeys(units[UNITS // 2 : -1], "chaos/right")}
    await BindingRow.bulk_create(
        BindingRow(
            unit_id=unit, slot="scheme", part=key, settings={"wrong_while": str(flag)}, valid_from=SINCE, known_from=NOW
        )
        for unit, key in bound.items()
    )  # fmt: skip
    return ChaosTown(tuple(units), flag, Call(SYSTEM, NOW, registry=parts or registry()))


@asynccontextmanager
async def leading(town: ChaosTown, url: str) -> AsyncIterator[None]:
    """A real leader at work."""
    bell = Bell(0.02)
    forget = on_commit(bell.ring)
    credentials = database.config(url)["connections"]["default"]["credentials"]
    leader = Leader(credentials, lambda: town.call, bell, Bell(0.02), closed=NOW.date())
    task = asyncio.create_task(leader.run())
    try:
        yield
    finally:
        forget()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Waits; time is over only where nothing goes on any more."""
    last = time.monotonic() + seconds
    while not await true():
        assert time.monotonic() < last, await _standing()
        await asyncio.sleep(0.02)


async def _standing() -> str:
    """What is left to do, for a failing test's message."""
    scores = await ScoreRow.filter(state="provisional")
    return (
        f"{await ScoreRow.all().count()} scores, {[(row.employee_id, row.period, row.cause) for row in scores]};"
        f" dirty {[dict(row) for row in await DirtyRow.all()]}; breakers {[dict(row) for row in await BreakerRow.all()]}"
    )


async def all_scored() -> bool:
    """Whether everybody has a row for every month and none waits."""
    return not await DirtyRow.all().exists() and await ScoreRow.all().count() == UNITS * EACH * len(MONTHS)
