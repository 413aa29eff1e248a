"""Closing months: begun by a verb, done unit by unit from rows, so that it goes on whatever process ends.

A unit's month is frozen only when its facts of today, run with the scheme of today, give exactly what is stored; then
the facts are kept as a file, and the row that names the file closes the month. Of a score that is written meanwhile
either the freezing sees it and waits, or the database refuses it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set
from datetime import date, datetime

from eperf.adapters.blobs import Blobs
from eperf.domain.access import Operation
from eperf.domain.closing import PeriodState, checked_reason, require_over, require_settled
from eperf.domain.errors import NotFound, NotInForce
from eperf.domain.period import YearMonth
from eperf.domain.scoring import PROVISIONAL, UnitPeriod, freeze
from eperf.domain.scoring.events import MonthClosed, MonthClosing
from eperf.services.call import Call, Work, answer, answered, work
from eperf.services.months import Run, differing, run_today
from eperf.services.parts import Slot, bound
from eperf.store import late
from eperf.store.closing import ClosingRow, FrozenRow
from eperf.store.organisation import UnitRow
from eperf.store.outbox import mark_dirty
from eperf.store.scope import subject_of_unit
from eperf.store.scoring import DirtyRow, ScoreRow

_AT_ONCE = 200


async def close(call: Call, unit_id: int, period: YearMonth, reason: str | None = None) -> int:
    """Begins to close a month for a unit with all units below it; gives the closing's id.

    Refuses a month that is not over, scores that wait to be computed, and provisional ones unless a reason is given.
    Asking again for one that is begun gives it the reason, if any; for one that is done it changes nothing.
    """
    call.require(Operation.PERIOD_CLOSE, await subject_of_unit(unit_id), "unit")
    reason = checked_reason(reason)
    require_over(period, call.today)
    async with work(call) as opened:
        before = await answered(call, "closePeriod", [unit_id, str(period), reason])
        if before is not None:
            return before
        # One closing of a unit at a time, so that two at once do not both begin it.
        if await UnitRow.select_for_update(no_key=True).get_or_none(id=unit_id) is None:
            raise NotFound("unit", unit_id)
        row = await ClosingRow.get_or_none(unit_id=unit_id, period=str(period))
        if row is None:
            row = await _begin(call, opened, unit_id, period, reason)
        elif row.state == PeriodState.CLOSING and reason is not None:
            await ClosingRow.filter(id=row.id, state=PeriodState.CLOSING.value).update(
                reason=reason, asked_by_id=call.viewer.employee_id, held=None, version=row.version + 1
            )
        await answer(call, row.id)
        return int(row.id)


async def _begin(call: Call, opened: Work, unit_id: int, period: YearMonth, reason: str | None) -> ClosingRow:
    units = await late.below(unit_id)
    waiting = await late.waiting(set(units), str(period), period.last)
    provisional = ScoreRow.filter(unit_id__in=units, period=str(period), state=PROVISIONAL)
    require_settled(period, waiting, await provisional.count(), reason)
    row = await ClosingRow.create(
        unit_id=unit_id, period=str(period), state=PeriodState.CLOSING.value, reason=reason, asked_at=call.now,
        asked_by_id=call.viewer.employee_id,
    )  # fmt: skip
    opened.emit(MonthClosing(subject_id=row.id, unit_id=unit_id, period=str(period)))
    return row


async def freeze_closing(call: Call, blobs: Blobs, limit: int = _AT_ONCE) -> int:
    """Freezes up to `limit` units' months of the closings that are begun; gives how many, zero when all is done.

    What cannot be frozen yet is left with the cause in `held`, and tried again at the next turn.
    """
    done, failures = 0, []
    for closing in await ClosingRow.filter(state=PeriodState.CLOSING.value).order_by("id"):
        # As with scores, one unit's trouble is its own.
        try:
            done += await _freeze_some(call, blobs, closing, limit - done)
        except Exception as failure:
            failures.append(failure)
        if done >= limit:
            break
    if failures:
        raise ExceptionGroup("months could not be closed", failures)
    return done


async def _freeze_some(call: Call, blobs: Blobs, closing: ClosingRow, limit: int) -> int:
    """Freezes up to `limit` units' months of one closing, and finishes it when none is left; gives how many."""
    units, done = await _left(closing), 0
    held: str | None = None
    for unit_id in units[:limit]:
        why = await _freeze(call, blobs, closing, unit_id)
        held = held or why
        done += why is None
    if not units[limit:] and held is None:
        await _finish(call, closing)
    elif held != closing.held:
        await ClosingRow.filter(id=closing.id).update(held=held)
    return done


async def _left(closing: ClosingRow) -> list[int]:
    """The units of a closing whose month is not frozen, the lowest first."""
    units = await late.below(closing.unit_id)
    frozen = await FrozenRow.filter(period=closing.period, unit_id__in=units).values_list(
        "unit_id", flat=True
    )
    return sorted(set(units) - {int(str(one)) for one in frozen})


async def _freeze(call: Call, blobs: Blobs, closing: ClosingRow, unit_id: int) -> str | None:
    """Freezes one unit's month; gives what stands in the way, if anything does."""
    period = YearMonth.parse(closing.period)
    rows = await ScoreRow.filter(unit_id=unit_id, period=closing.period).order_by("employee_id")
    if why := await _unready(closing, unit_id, rows, period.last):
        return why
    computed = await run_today(call, unit_id, period, [row.employee_id for row in rows]) if rows else ""
    other = await asyncio.to_thread(differing, rows, computed)
    if other:
        async with work(call):
            await mark_dirty([(one, closing.period) for one in other])
        return f"{len(other)} scores are computed again"
    sha256 = ""
    if isinstance(computed, Run):
        data, _ = await asyncio.to_thread(_frozen, computed.scored.unit_period)
        sha256 = await blobs.put(data)
    until = await _appeal_until(call, unit_id)
    async with work(call):
        held = ScoreRow.select_for_update().filter(unit_id=unit_id, period=closing.period)
        await held.order_by("employee_id")
        # A new score's foreign key holds its unit: whoever inserts one has committed before we look, or waits for us.
        await UnitRow.select_for_update().get(id=unit_id)
        now = await ScoreRow.filter(unit_id=unit_id, period=closing.period).order_by("employee_id")
        if [_state(row) for row in now] != [_state(row) for row in rows] or await DirtyRow.exists(
            period=closing.period, employee_id__in=[row.employee_id for row in now]
        ):
            return "scores changed meanwhile"
        await _keep(call, closing, unit_id, rows, computed, sha256, until)
    return None


def _frozen(month: UnitPeriod) -> tuple[bytes, str]:
    """The facts as a file, and their digest, which the month keeps: both take long for a large unit."""
    return freeze(month).data, month.input_digest


def _state(row: ScoreRow) -> tuple[object, ...]:
    return row.employee_id, row.score_h, row.state, row.input_digest, row.settings_digest, row.computed_at


async def _unready(closing: ClosingRow, unit_id: int, rows: Sequence[ScoreRow], last: date) -> str | None:
    waiting = await late.waiting({unit_id}, closing.period, last)
    if waiting:
        return f"{waiting} scores wait to be computed"
    provisional = sum(row.state == PROVISIONAL for row in rows)
    if provisional and not closing.reason:
        return f"{provisional} scores are provisional"
    return None


async def _appeal_until(call: Call, unit_id: int) -> date | None:
    try:
        rule = await bound(call.parts, Slot.APPEAL, unit_id, call.today)
    except NotInForce:
        return None
    until: date = rule.settings.raise_until(call.today)
    return until


async def _keep(
    call: Call, closing: ClosingRow, unit_id: int, rows: Sequence[ScoreRow], computed: Run | str, sha256: str,
    until: date | None,
) -> None:  # fmt: skip
    ran = computed if isinstance(computed, Run) else None
    await FrozenRow.create(
        unit_id=unit_id,
        period=closing.period,
        closing_id=closing.id,
        frozen_at=call.now,
        people=len(rows),
        provisional=sum(row.state == PROVISIONAL for row in rows),
        sha256=sha256,
        input_digest=ran.scored.input_digest if ran else "",
        scheme=ran.scheme.registered.key if ran else "",
        scheme_version=ran.scheme.registered.version if ran else "",
        scheme_revision=ran.revision if ran else "",
        settings=ran.settings if ran else {},
        settings_digest=ran.scored.settings_digest if ran else "",
        appeal_until=until,
    )


async def _finish(call: Call, closing: ClosingRow) -> None:
    frozen = await FrozenRow.filter(period=closing.period, unit_id__in=await late.below(closing.unit_id))
    people, provisional = sum(row.people for row in frozen), sum(row.provisional for row in frozen)
    async with work(call) as opened:
        known = ClosingRow.filter(id=closing.id, state=PeriodState.CLOSING.value)
        done = await known.update(
            state=PeriodState.CLOSED.value, closed_at=call.now, held=None, people=people, provisional=provisional,
            version=closing.version + 1,
        )  # fmt: skip
        if done:
            opened.emit(
                MonthClosed(
                    subject_id=closing.id, unit_id=closing.unit_id, period=closing.period, people=people,
                    provisional=provisional,
                )
            )  # fmt: skip


async def closed_of(months: Set[tuple[int, str]]) -> dict[tuple[int, str], tuple[datetime, date | None]]:
    """Of the (unit, month) pairs those that are closed: since when, and until when one may appeal."""
    units, periods = {unit for unit, _ in months}, {period for _, period in months}
    rows = FrozenRow.filter(unit_id__in=sorted(units), period__in=sorted(periods))
    return {(row.unit_id, row.period): (row.frozen_at, row.appeal_until) for row in await rows}


async def months_closed(unit_id: int, months: Sequence[YearMonth]) -> bool:
    """Whether the months of a unit are all closed: what is paid by them may be paid."""
    wanted = {str(month) for month in months}
    found = await FrozenRow.filter(unit_id=unit_id, period__in=sorted(wanted)).values_list(
        "period", flat=True
    )
    return wanted == {str(one) for one in found}


async def unit_of(code: str) -> int:
    """The id of a unit by its code."""
    unit = await UnitRow.get_or_none(code=code)
    if unit is None:
        raise NotFound("unit", code)
    return int(unit.id)
