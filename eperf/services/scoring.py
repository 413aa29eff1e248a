"""Keeping scores true: take what is dirty, compute unit by unit, write what differs, tell who listens.

Marks are read before data: whatever changes afterwards raises its mark again, and the row stays dirty. What is computed
is written only while it is still claimed (`eperf.store.claims`), so several workers may do this at once, and an older
result never overwrites a newer one. Units are read, computed and written some thousand people at a time: while the
database sends one batch another is computed, and memory does not grow with the number of units.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date

import polars as pl

from eperf.domain.errors import Refused
from eperf.domain.events import ScoreChanged
from eperf.domain.period import YearMonth
from eperf.domain.scoring import PROVISIONAL, UnitPeriod
from eperf.domain.scoring.joint import results
from eperf.services.call import Call, work
from eperf.services.months import Ruled, ruled, unusable
from eperf.services.parts import Bound
from eperf.store import claims, frames, scores
from eperf.store.claims import Claim, Dirty
from eperf.store.days import placed as placements
from eperf.store.late import hand_over
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.scores import SCORES
from eperf.store.scoring import ScoreRow

_AT_ONCE = 500
_BATCH_PEOPLE = 2000
"""So many people's months are in memory as one batch, unless one unit alone has more."""
_BATCHES = 2
"""Under way at the same time: one that the database works at, one that we work at."""
_SMALL = 200
"""Units with no more people than that are scored together where they are under one rule."""
_WRITE_PEOPLE = 1000
"""Whoever marks one of these months again waits for the transaction that writes them."""
_RENEW_SECONDS = claims.LEASE_SECONDS / 4
_PUT_OFF_SECONDS = 1

Progress = Callable[[int], None]
_Place = tuple[int, YearMonth]
"""A unit and a period."""


async def score_dirty(
    call: Call, limit: int = 10_000, progress: Progress | None = None, *, fresh: bool | None = None
) -> int:
    """Scores up to `limit` dirty months again; gives how many rows were taken. Zero means that all is true.

    `fresh`: only those that one person's change made dirty, or only the others; None: both.
    """
    taken = 0
    for lane in (True, False) if fresh is None else (fresh,):
        claim = await claims.take(limit, fresh=lane)
        taken += len(claim.rows)
        if claim.rows:
            async with _renewed(claim):
                await _Round(call, claim, progress).run()
    return taken


async def take_over() -> None:
    """Takes the work of a process that died: all that is claimed may be claimed again. For the only worker there is."""
    await claims.forget()


async def mark_provisional(call: Call) -> int:
    """Marks every provisional month, so that it is tried again: what kept it from a score may have been mended."""
    rows = await ScoreRow.filter(state=PROVISIONAL).only("id", "employee_id", "period")
    async with work(call):
        await mark_dirty(sorted((row.employee_id, row.period) for row in rows), fresh=False)
    return len(rows)


class _Round:
    """One claim on its way: read, computed and written batch by batch; units that fail are told at the end."""

    def __init__(self, call: Call, claim: Claim, progress: Progress | None) -> None:
        self._call, self._claim, self._progress = call, claim, progress
        self._failures: list[Exception] = []

    async def run(self) -> None:
        groups = await hand_over(await _by_unit(self._claim.rows, self._call.today))
        free = asyncio.Semaphore(_BATCHES)
        async with asyncio.TaskGroup() as batches:
            for period, some in _batches(groups):
                await free.acquire()
                batches.create_task(self._batch(period, some, free))
        if self._failures:
            raise ExceptionGroup("units could not be scored", self._failures)

    async def _batch(
        self, period: YearMonth, groups: dict[int, list[Dirty]], free: asyncio.Semaphore
    ) -> None:
        try:
            await self._scored(period, groups)
        except Exception as failure:
            self._failures.append(failure)
        finally:
            free.release()

    async def _scored(self, period: YearMonth, groups: dict[int, list[Dirty]]) -> None:
        people = {unit: [row.employee_id for row in rows] for unit, rows in groups.items()}
        found = await ruled(self._call, period, people)
        for unit, refusal in found.refused.items():
            await self._write(period, _provisional(unit, groups[unit], refusal), groups[unit])
        computed: list[pl.DataFrame] = []
        rows: list[Dirty] = []
        for scheme, months in self._alike(found, await frames.months(found.cohorts, period)):
            # One unit's trouble is its own: the others are scored, and then it is told.
            try:
                computed.append(await asyncio.to_thread(_computed, scheme, months))
                rows += [row for month in months for row in groups[month.unit_id]]
            except Exception as failure:
                self._failures.append(failure)
        if computed:
            await self._write(period, pl.concat(computed), rows)

    def _alike(
        self, found: Ruled, months: Sequence[UnitPeriod | Refused]
    ) -> Iterator[tuple[Bound, list[UnitPeriod]]]:
        """Units to be scored at once: small ones that are under one rule together, larger ones alone."""
        alike: dict[tuple[object, ...], list[UnitPeriod]] = defaultdict(list)
        for cohort, month in zip(found.cohorts, months, strict=True):
            scheme = found.schemes[cohort.unit_id]
            if isinstance(month, Refused):
                self._failures.append(month)
            elif len(cohort.employee_ids) > _SMALL:
                yield scheme, [month]
            else:
                alike[id(scheme), cohort.working_days].append(month)
        for some in alike.values():
            yield found.schemes[some[0].unit_id], some

    async def _write(self, period: YearMonth, computed: pl.DataFrame, rows: Sequence[Dirty]) -> None:
        """Writes and tells the scores that differ from what is stored, and takes the marks away that have not grown."""
        for start in range(0, len(rows), _WRITE_PEOPLE):
            some = rows[start : start + _WRITE_PEOPLE]
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
    groups: dict[_Place, list[Dirty]] = defaultdict(list)
    for row in held:
        groups[units[row.employee_id], period].append(row)
    return [row for rows in (await hand_over(groups)).values() for row in rows]


def _computed(scheme: Bound, months: Sequence[UnitPeriod]) -> pl.DataFrame:
    """The columns `SCORES` of some units' month. Runs in a thread."""
    found = results(scheme.registered.part, scheme.settings, months)
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
    row = (unit_id, None, PROVISIONAL, unusable(why), "", "", "", "", _digest("[]"), "[]")
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


async def _by_unit(dirty: Sequence[Dirty], today: date) -> dict[_Place, list[Dirty]]:
    """Dirty rows by the unit in which the employee ends the month (or is today, while it runs)."""
    last = {row.period: min(YearMonth.parse(row.period).last, today) for row in dirty}
    wanted = {row.employee_id: (date.min, max(last.values())) for row in dirty}
    placed: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for employee, unit, first, _ in await placements(wanted):
        placed[employee].append((first, unit))
    current = await _current(sorted(wanted))
    groups: dict[_Place, list[Dirty]] = defaultdict(list)
    for row in dirty:
        units = (unit for first, unit in placed[row.employee_id] if first <= last[row.period])
        groups[next(units, current[row.employee_id]), YearMonth.parse(row.period)].append(row)
    return groups


async def _current(people: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(people), _AT_ONCE):
        some = EmployeeRow.filter(id__in=people[start : start + _AT_ONCE])
        found.update(await some.values_list("id", "unit_id"))
    return found


def _batches(groups: dict[_Place, list[Dirty]]) -> Iterator[tuple[YearMonth, dict[int, list[Dirty]]]]:
    """Whole units of one period, some thousand people at a time."""
    batch: dict[int, list[Dirty]] = {}
    before: YearMonth | None = None
    for (unit, period), rows in sorted(groups.items(), key=lambda one: (one[0][1], one[0][0])):
        people = sum(map(len, batch.values()))
        if before is not None and batch and (period != before or people + len(rows) > _BATCH_PEOPLE):
            yield before, batch
            batch = {}
        before, batch[unit] = period, rows
    if before is not None and batch:
        yield before, batch


@asynccontextmanager
async def _renewed(claim: Claim) -> AsyncIterator[None]:
    """Keeps a claim ours; what is left of it at the end failed, and is tried again a little later."""

    async def renewing() -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            # One that fails is made up for by the next; a lost claim is noticed when its scores are to be written.
            with contextlib.suppress(Exception):
                await claims.renew(claim)

    task = asyncio.create_task(renewing())
    try:
        yield
    except BaseException:
        await _ended(task)
        await claims.put_off(claim, _PUT_OFF_SECONDS)
        raise
    finally:
        await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
