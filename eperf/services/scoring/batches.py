"""One claim on its way, batch by batch: read, computed, and written while it is still ours."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import polars as pl

from eperf.adapters.spans import span
from eperf.domain.errors import Refused
from eperf.domain.events import ScoreChanged
from eperf.domain.period import YearMonth
from eperf.domain.scoring import PROVISIONAL, UnitPeriod
from eperf.services.call import Call, work
from eperf.services.guests import results_of
from eperf.services.months import Ruled, ruled, unusable
from eperf.services.parts import Bound
from eperf.services.scoring.breakers import Tries
from eperf.services.scoring.groups import Groups, Place, batches, by_unit
from eperf.store import claims, frames, scores
from eperf.store.claims import Claim, Dirty
from eperf.store.late import hand_over
from eperf.store.scores import SCORES

BATCHES = 2
"""Under way at the same time: one that the database works at, one that we work at."""
SMALL = 200
"""Units with no more people than that are scored together where they are under one rule."""
WRITE_PEOPLE = 1000
"""Whoever marks one of these months again waits for the transaction that writes them."""

Progress = Callable[[int], None]
Alike = Sequence[tuple[Bound, Sequence[UnitPeriod]]]
"""Units to be scored at once, with their scheme."""


class Round:
    """One claim on its way: read, computed and written batch by batch; units that fail are told at the end."""

    def __init__(self, call: Call, claim: Claim, progress: Progress | None) -> None:
        self._call, self._claim, self._progress = call, claim, progress
        self._failures: list[Exception] = []

    async def run(self) -> None:
        """Scores what is claimed; raises an `ExceptionGroup` of what failed when all the rest is written."""
        groups = await hand_over(await by_unit(self._claim.rows, self._call.today))
        free = asyncio.Semaphore(BATCHES)
        async with asyncio.TaskGroup() as running:
            for period, some in batches(groups):
                await free.acquire()
                running.create_task(self._batch(period, some, free))
        if self._failures:
            raise ExceptionGroup("units could not be scored", self._failures)

    async def _batch(self, period: YearMonth, groups: Groups, free: asyncio.Semaphore) -> None:
        try:
            with span(
                "score batch", period=str(period), units=len(groups), people=sum(map(len, groups.values()))
            ):
                await self._scored(period, groups)
        except Exception as failure:
            self._failures.append(failure)
        finally:
            free.release()

    async def _scored(self, period: YearMonth, groups: Groups) -> None:
        people = {unit: [row.employee_id for row in rows] for unit, rows in groups.items()}
        found = await ruled(self._call, period, people)
        computed = [_provisional(unit, groups[unit], refusal) for unit, refusal in found.refused.items()]
        rows = [row for unit in found.refused for row in groups[unit]]
        if computed:
            await self._write(period, pl.concat(computed), rows)
        alike = list(self._alike(found, await frames.months(found.cohorts, period)))
        # Whoever waits for a guest keeps nobody else waiting.
        own = [(scheme, months) for scheme, months in alike if not scheme.registered.where]
        guests = [(scheme, months) for scheme, months in alike if scheme.registered.where]
        await self._together(period, own, groups)
        await asyncio.gather(*(self._together(period, [one], groups) for one in guests))

    async def _together(self, period: YearMonth, alike: Alike, groups: Groups) -> None:
        """Computes and writes; one unit's trouble is its own: the others are scored, and then it is told."""
        computed: list[pl.DataFrame] = []
        rows: list[Dirty] = []
        for scheme, months in alike:
            try:
                computed.append(await self._tried(scheme, months, groups))
                rows += [row for month in months for row in groups[month.unit_id]]
            except Exception as failure:
                self._failures.append(failure)
        try:
            if computed:
                await self._write(period, pl.concat(computed), rows)
        except Exception as failure:
            self._failures.append(failure)

    async def _tried(self, scheme: Bound, months: Sequence[UnitPeriod], groups: Groups) -> pl.DataFrame:
        """The columns `SCORES` of some units' month, those of units where the part is left alone provisional."""
        tries = await Tries.of(scheme, [month.unit_id for month in months])
        asked = [month for month in months if month.unit_id not in tries.skipped]
        found = [_skipped(unit, groups[unit], why) for unit, why in tries.skipped.items()]
        if asked:
            computed = await results_of(scheme, asked)
            await tries.told(self._call, computed)
            found.append(await asyncio.to_thread(_named, scheme, computed))
        return pl.concat(found)

    def _alike(
        self, found: Ruled, months: Sequence[UnitPeriod | Refused]
    ) -> Iterator[tuple[Bound, list[UnitPeriod]]]:
        """Units to be scored at once: small ones that are under one rule together, larger ones alone."""
        alike: dict[tuple[object, ...], list[UnitPeriod]] = defaultdict(list)
        rules: dict[int, tuple[str, str]] = {}
        for cohort, month in zip(found.cohorts, months, strict=True):
            scheme = found.schemes[cohort.unit_id]
            if isinstance(month, Refused):
                self._failures.append(month)
            elif len(cohort.employee_ids) > SMALL:
                yield scheme, [month]
            else:
                # Two bindings with the same settings, to the letter, are one rule.
                rule = rules.setdefault(id(scheme), (scheme.registered.key, repr(scheme.settings)))
                alike[rule, cohort.working_days].append(month)
        for some in alike.values():
            yield found.schemes[some[0].unit_id], some

    async def _write(self, period: YearMonth, computed: pl.DataFrame, rows: Sequence[Dirty]) -> None:
        """Writes and tells the scores that differ from what is stored, and takes the marks away that have not grown."""
        for start in range(0, len(rows), WRITE_PEOPLE):
            some = rows[start : start + WRITE_PEOPLE]
            async with work(self._call) as opened:
                held = await _still_open(period, await claims.held(self._claim, some), computed)
                ours = pl.Series([one.employee_id for one in held], dtype=pl.Int64)
                mine = computed.filter(pl.col("employee_id").is_in(ours.implode()))
                changed = await scores.write(mine, str(period), self._call.now)
                opened.emit(*(_changed(str(period), *one) for one in changed))
                await claims.done(some, held)
            if self._progress:
                self._progress(len(some))


async def _still_open(period: YearMonth, held: Sequence[Dirty], computed: pl.DataFrame) -> list[Dirty]:
    """Those whose month has not been closed since it was read; the marks of the others are handed over."""
    units = dict(computed.select("employee_id", "unit_id").iter_rows())
    groups: dict[Place, list[Dirty]] = defaultdict(list)
    for row in held:
        groups[units[row.employee_id], period].append(row)
    return [row for rows in (await hand_over(groups)).values() for row in rows]


def _named(scheme: Bound, found: pl.DataFrame) -> pl.DataFrame:
    """Results with what computed them: the columns `SCORES`. Runs in a thread."""
    digests = [_digest(text) for text in found.get_column("breakdown")]
    return found.with_columns(
        scheme=pl.lit(scheme.registered.key),
        scheme_version=pl.lit(scheme.registered.version),
        breakdown_digest=pl.Series(digests, dtype=pl.String),
    ).select(SCORES.names())


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _provisional(unit_id: int, rows: Sequence[Dirty], why: Refused) -> pl.DataFrame:
    """Without a scheme that can be used the months are provisional: not zero, and not the last known figure."""
    return _skipped(unit_id, rows, unusable(why))


def _skipped(unit_id: int, rows: Sequence[Dirty], cause: str) -> pl.DataFrame:
    """Months that were not computed."""
    row = (unit_id, None, PROVISIONAL, cause, "", "", "", "", _digest("[]"), "[]")
    return pl.DataFrame([(one.employee_id, *row) for one in rows], schema=SCORES, orient="row")


def _changed(
    period: str,
    score_id: int,
    employee_id: int,
    unit_id: int,
    score_h: int | None,
    state: str,
    before: int | None,
) -> ScoreChanged:
    return ScoreChanged(
        subject_id=score_id,
        unit_id=unit_id,
        employee_id=employee_id,
        period=period,
        score_h=score_h,
        previous_h=before,
        state=state,
    )
