"""Parts that fail are left alone for a while in the unit where they do, and tried again with one of its months.

Before a batch is computed the breakers of its units are looked at (`Tries.of`); after it they are told what came of it.
While one is open the unit's months are provisional and say so, and nothing of the part runs there. When its time has
come, one month is marked dirty (`try_again`) and tried; when that goes well, all that waits is scored again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import polars as pl
import structlog

from eperf.domain.scoring import breaker as rules
from eperf.domain.scoring.digest import settings_digest
from eperf.services.call import Call, announce, work
from eperf.services.parts import Bound
from eperf.store import breaker as store
from eperf.store.breaker import BreakerRow, Failure
from eperf.store.outbox import mark_dirty
from eperf.store.scoring import ScoreRow

_log = structlog.get_logger("eperf.breaker")


@dataclass(frozen=True)
class Tries:
    """A scheme about to run in some units: which are left alone, with the cause, and what has failed before."""

    scheme: Bound
    revision: str
    known: dict[int, BreakerRow]
    skipped: dict[int, str]

    @classmethod
    async def of(cls, scheme: Bound, units: Collection[int]) -> Tries:
        """Looks the units up, and takes the trials that are due."""
        revision = f"{scheme.registered.version} {settings_digest(scheme.settings)}"[:130]
        known, skipped = {}, {}
        for row in await store.of(units, scheme.registered.key):
            known[row.unit_id] = row
            again = row.revision != revision or row.state == rules.CLOSED
            if not again and not await store.try_again(row):
                skipped[row.unit_id] = rules.skipped(row.cause)
        return cls(scheme, revision, known, skipped)

    async def told(self, call: Call, computed: pl.DataFrame) -> None:
        """What came of the units that were tried: failures are counted, and what does well is closed again."""
        failed = _failed(computed)
        for unit_id, told in failed.items():
            part, cause = self.scheme.registered, told.removeprefix(rules.SKIPPED)
            failure = Failure(unit_id, part.plugin, part.key, self.revision, cause, tried=cause == told)
            state, failures = await store.failed(failure)
            _log.warning(
                "plugin.breaker", plugin=part.plugin, part=part.key, unit_id=unit_id, cause=cause, state=state,
                failures=failures,
            )  # fmt: skip
        tried = set(computed.get_column("unit_id"))
        well = [self.known[one] for one in sorted(tried - set(failed)) if one in self.known]
        if well:
            await store.forget(well)
            await _mark_waiting(call, well)
            _log.info(
                "plugin.recovered", part=self.scheme.registered.key, units=[row.unit_id for row in well]
            )


async def try_again(call: Call) -> int:
    """Marks one month for each breaker whose time has come; gives how many. A unit where nothing waits is let go."""
    marked = 0
    for row in await store.due():
        waiting = await _waiting([row])
        if not waiting:
            await store.forget([row])
            continue
        # Another month each time: it may be one month's facts over which the part stumbles.
        period = sorted({period for _, period in waiting}, reverse=True)[
            (row.failures - 1) % _periods(waiting)
        ]
        async with work(call):
            await mark_dirty([one for one in waiting if one[1] == period], fresh=False)
        if row.state == rules.CLOSED:
            await store.put_off(row, rules.wait(row.failures))
        marked += 1
    if marked:
        announce()
    return marked


def _periods(waiting: Iterable[tuple[int, str]]) -> int:
    return len({period for _, period in waiting})


async def _mark_waiting(call: Call, rows: Collection[BreakerRow]) -> None:
    async with work(call):
        await mark_dirty(await _waiting(rows), fresh=False)
    announce()


async def _waiting(rows: Collection[BreakerRow]) -> list[tuple[int, str]]:
    """The months of these units that failed, or were not tried."""
    found = ScoreRow.filter(unit_id__in=[row.unit_id for row in rows], state="provisional")
    return sorted(
        (row.employee_id, row.period)
        for row in await found.only("id", "employee_id", "period", "cause")
        if str(row.cause).startswith((*rules.FAILED, rules.SKIPPED))
    )


def _failed(computed: pl.DataFrame) -> dict[int, str]:
    """The units whose month failed as a whole, or was not asked for after others had, with the cause."""
    causes = computed.select("unit_id", "cause").unique().sort("unit_id", "cause").drop_nulls()
    return {
        unit: cause for unit, cause in causes.iter_rows() if cause.startswith((*rules.FAILED, rules.SKIPPED))
    }
