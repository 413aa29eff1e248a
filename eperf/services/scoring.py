"""Keeping scores true: take what is dirty, compute unit by unit, write what differs, tell who listens.

Marks are read before data: whatever changes afterwards raises its mark again, and the row stays dirty. Only one worker
runs at a time (`eperf.app.leader` sees to it), so an older result never overwrites a newer one. Marks of a closed month
are handed over to whoever makes adjusting entries: what is stored of it does not change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date

from eperf.domain.events import ScoreChanged
from eperf.domain.period import YearMonth
from eperf.services.call import Call, Work, work
from eperf.services.months import Run, run_today
from eperf.store.late import hand_over
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scoring import DirtyRow, ScoreRow

_WRITTEN = (
    "unit_id", "score_h", "state", "cause", "scheme", "scheme_version", "settings_digest", "input_digest",
    "breakdown", "computed_at",
)  # fmt: skip
_AT_ONCE = 500


async def score_dirty(call: Call, limit: int = 2000, progress: Callable[[int], None] | None = None) -> int:
    """Scores up to `limit` dirty months again; gives how many rows were taken. Zero means that all is true."""
    dirty = await DirtyRow.all().order_by("period", "id").limit(limit)
    failures: list[Exception] = []
    for (unit_id, period), rows in (await hand_over(await _by_unit(dirty, call.today))).items():
        # One unit's trouble is its own: the others are scored, and then it is told.
        try:
            await _score(call, unit_id, period, rows)
        except Exception as failure:
            failures.append(failure)
        if progress:
            progress(len(rows))
    if failures:
        raise ExceptionGroup("units could not be scored", failures)
    return len(dirty)


async def mark_provisional(call: Call) -> int:
    """Marks every provisional month, so that it is tried again: what kept it from a score may have been mended."""
    rows = await ScoreRow.filter(state="provisional").only("id", "employee_id", "period")
    async with work(call):
        await mark_dirty(sorted((row.employee_id, row.period) for row in rows))
    return len(rows)


async def _by_unit(dirty: Sequence[DirtyRow], today: date) -> dict[tuple[int, YearMonth], list[DirtyRow]]:
    """Dirty rows by the unit in which the employee ends the month (or is today, while it runs)."""
    groups: dict[tuple[int, YearMonth], list[DirtyRow]] = defaultdict(list)
    wanted = sorted({row.employee_id for row in dirty})
    current: dict[int, int] = {}
    placed: dict[int, list[PlacementRow]] = defaultdict(list)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        for person in await EmployeeRow.filter(id__in=some):
            current[person.id] = person.unit_id
        for placement in await PlacementRow.filter(employee_id__in=some).order_by("-valid_from"):
            placed[placement.employee_id].append(placement)
    for row in dirty:
        period = YearMonth.parse(row.period)
        last = min(period.last, today)
        unit = next(
            (p.unit_id for p in placed[row.employee_id] if p.valid_from <= last), current[row.employee_id]
        )
        groups[unit, period].append(row)
    return groups


async def _score(call: Call, unit_id: int, period: YearMonth, rows: Sequence[DirtyRow]) -> None:
    computed = await run_today(call, unit_id, period, [row.employee_id for row in rows])
    if isinstance(computed, str):
        await _hold(call, unit_id, period, rows, computed)
        return
    async with work(call) as opened:
        await _write(call, opened, computed)
        for row in rows:
            await DirtyRow.filter(id=row.id, mark=row.mark).delete()


async def _hold(call: Call, unit_id: int, period: YearMonth, rows: Sequence[DirtyRow], cause: str) -> None:
    """Without a scheme that can be used the months are provisional: not zero, and not the last known figure."""
    held = [
        ScoreRow(
            employee_id=row.employee_id,
            unit_id=unit_id,
            period=str(period),
            score_h=None,
            state="provisional",
            cause=cause,
            scheme="",
            scheme_version="",
            settings_digest="",
            input_digest="",
            breakdown=[],
            computed_at=call.now,
        )
        for row in rows
    ]
    async with work(call) as opened:
        await _store(opened, held)
        for row in rows:
            await DirtyRow.filter(id=row.id, mark=row.mark).delete()


async def _write(call: Call, opened: Work, computed: Run) -> None:
    month = computed.scored.unit_period
    rows = [
        ScoreRow(
            employee_id=employee_id,
            unit_id=month.unit_id,
            period=str(month.period),
            computed_at=call.now,
            **columns,
        )
        for employee_id, columns in computed.columns().items()
    ]
    await _store(opened, rows)


async def _store(opened: Work, computed: Sequence[ScoreRow]) -> None:
    """Writes and tells the scores of one period that differ from what is stored."""
    period = computed[0].period
    ids = [row.employee_id for row in computed]
    before = {row.employee_id: row for row in await ScoreRow.filter(employee_id__in=ids, period=period)}
    rows = [row for row in computed if not _same(before.get(row.employee_id), row)]
    if not rows:
        return
    await ScoreRow.bulk_create(
        rows, batch_size=_AT_ONCE, on_conflict=("employee_id", "period"), update_fields=_WRITTEN
    )
    written = ScoreRow.filter(employee_id__in=[row.employee_id for row in rows], period=period)
    stored = {row.employee_id: row.id for row in await written.only("id", "employee_id")}
    for row in rows:
        old = before.get(row.employee_id)
        opened.emit(_changed(row, stored[row.employee_id], old.score_h if old else None))


def _changed(row: ScoreRow, score_id: int, previous_h: int | None) -> ScoreChanged:
    return ScoreChanged(
        subject_id=score_id,
        unit_id=row.unit_id,
        employee_id=row.employee_id,
        period=row.period,
        score_h=row.score_h,
        previous_h=previous_h,
        state=row.state,
    )


def _same(old: ScoreRow | None, new: ScoreRow) -> bool:
    # When it was computed does not make a score another one.
    return old is not None and all(
        getattr(old, name) == getattr(new, name) for name in _WRITTEN if name != "computed_at"
    )
