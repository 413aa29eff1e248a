"""Trying a rule before it counts: the candidate beside what is stored, over months that are open or closed.

A trial reads and writes rows of its own; no stored score is touched, no mark is made. What it predicts for a month is
what a scoring gives once the candidate is bound: the same facts through the same engine. A closed month is run from the
facts that were frozen, with the adjusting entries that have been made since beside its score.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
import structlog

from eperf.adapters.blobs import Blobs
from eperf.domain.access import Operation
from eperf.domain.errors import NotFound, Refused, TooMany, Unavailable
from eperf.domain.period import YearMonth
from eperf.domain.scoring import Explanation, UnitPeriod
from eperf.domain.scoring.events import TrialDone
from eperf.domain.scoring.what_if import (
    MOST_SCORES,
    MOVES,
    Summary,
    checked_bands,
    checked_months,
    moves,
    ranked,
    stored,
    summary,
)
from eperf.services.call import Call, answer, answered, work
from eperf.services.months import facts_of, run, scheme_of, thawed
from eperf.services.parts import Bound, Slot, registered, require_running, settings_of
from eperf.store import late
from eperf.store.adjustment import AdjustmentRow
from eperf.store.closing import FrozenRow, LateRow
from eperf.store.organisation import UnitRow
from eperf.store.scope import subject_of_unit
from eperf.store.scoring import ScoreRow
from eperf.store.what_if import MoveRow, TrialRow

WAITING, DONE, FAILED = "waiting", "done", "failed"
_AT_ONCE = 500
_log = structlog.get_logger("eperf.what_if")
_MOST_KEPT = 20
"""So many trials of an account are kept; the oldest goes when another is asked for."""


@dataclass(frozen=True)
class Candidate:
    """What is tried: a scheme with settings, or without one each unit's own as it is installed and set today."""

    unit_id: int
    first: YearMonth
    last: YearMonth
    scheme: str | None = None
    settings: dict[str, Any] | None = None
    bands_h: tuple[int, ...] = ()
    """Lower bounds of the bands above the lowest, in hundredths."""


@dataclass(frozen=True)
class Prediction:
    """`MOVES` of everybody, their figures, and how many stored scores were waiting to be computed meanwhile."""

    moves: pl.DataFrame
    summary: Summary
    stale: int


async def ask(call: Call, candidate: Candidate) -> int:
    """Asks for a trial, which the leader runs; gives its id. Refuses settings, months and sizes that cannot be run."""
    call.require(Operation.WHAT_IF, await subject_of_unit(candidate.unit_id), "unit")
    await _checked(call, candidate)
    async with work(call):
        before = await answered(call, "tryScheme", [str(one) for one in vars(candidate).values()])
        if before is not None:
            return before
        row = await TrialRow.create(
            unit_id=candidate.unit_id, scheme=candidate.scheme, settings=candidate.settings or {},
            first_month=str(candidate.first), last_month=str(candidate.last), bands=list(candidate.bands_h),
            state=WAITING, account_id=call.viewer.account_id or None, asked_at=call.now,
        )  # fmt: skip
        await _forget(call)
        await answer(call, row.id)
        return int(row.id)


async def _forget(call: Call) -> None:
    own = TrialRow.filter(account_id=call.viewer.account_id or None).order_by("-id")
    kept = await own.limit(_MOST_KEPT).values_list("id", flat=True)
    await TrialRow.filter(account_id=call.viewer.account_id or None, id__lt=min(kept)).delete()


async def run_trials(call: Call, blobs: Blobs) -> int:
    """Runs the trials that wait, the oldest first; gives how many. One that cannot be run says why."""
    rows = await TrialRow.filter(state=WAITING).order_by("id")
    for row in rows:
        candidate = Candidate(
            row.unit_id, YearMonth.parse(row.first_month), YearMonth.parse(row.last_month), row.scheme, row.settings,
            tuple(row.bands),
        )  # fmt: skip
        try:
            found: Prediction | Refused = await predict(call, blobs, candidate)
        except Refused as refusal:
            found = refusal
        except Exception:
            # A guest's scheme may raise anything; tried again for ever it would keep the others from their turn.
            _log.exception("what_if.failed", trial=row.id)
            found = Unavailable("scheme")
        await _keep(call, row, found)
    return len(rows)


async def _keep(call: Call, row: TrialRow, found: Prediction | Refused) -> None:
    came: dict[str, Any] = {"done_at": call.now}
    if isinstance(found, Refused):
        came |= {"state": FAILED, "cause": found.message("en")[:300]}
    else:
        came |= {"state": DONE, "summary": asdict(found.summary), "stale": found.stale}
    async with work(call) as opened:
        if not await TrialRow.filter(id=row.id, state=WAITING).update(**came):
            return  # it was forgotten meanwhile: a later one took its place
        if isinstance(found, Prediction):
            made = [_move(row.id, one) for one in found.moves.iter_rows(named=True)]
            await MoveRow.bulk_create(made, batch_size=_AT_ONCE)
        opened.emit(TrialDone(subject_id=row.id, unit_id=row.unit_id, state=came["state"]))


def _move(trial_id: int, one: dict[str, Any]) -> MoveRow:
    size = -1 if one["delta_h"] is None else abs(one["delta_h"])
    return MoveRow(trial_id=trial_id, size_h=size, **one)


async def predict(call: Call, blobs: Blobs, candidate: Candidate) -> Prediction:
    """What the candidate makes of the stored scores of a unit and all below it. Writes nothing."""
    months, scheme = await _checked(call, candidate)
    units = await late.below(candidate.unit_id)
    found = [pl.DataFrame(schema=MOVES)]
    stale = 0
    for month in months:
        found += [one async for one in _month(call, blobs, units, month, scheme)]
        stale += await late.waiting(set(units), str(month), month.last)
        stale += await LateRow.filter(unit_id__in=units, period=str(month)).count()
    rows = ranked(pl.concat(found), candidate.bands_h)
    return Prediction(rows, summary(rows), stale)


async def _month(
    call: Call, blobs: Blobs, units: Sequence[int], month: YearMonth, scheme: Bound | None
) -> AsyncIterator[pl.DataFrame]:
    for unit_id in units:
        rows = await ScoreRow.filter(unit_id=unit_id, period=str(month)).order_by("employee_id")
        entries = await late.latest([row.employee_id for row in rows], str(month))
        before = stored(_standing(row, entries.get(row.employee_id)) for row in rows)
        async for facts in _facts(
            call, blobs, unit_id, month, [row.employee_id for row in rows], entries, scheme
        ):
            chosen = scheme or await scheme_of(call, facts.unit_id, month)
            ran = await run(chosen, facts, Explanation.WHOLE)
            yield await asyncio.to_thread(moves, before, ran.scored)


def _standing(
    row: ScoreRow, entry: AdjustmentRow | None
) -> tuple[int, int | None, Sequence[Mapping[str, Any]]]:
    """What counts today: the stored score, or the last adjusting entry of a closed month."""
    if entry is not None:
        return row.employee_id, entry.after_h, entry.breakdown
    return row.employee_id, row.score_h, row.breakdown


async def _facts(
    call: Call, blobs: Blobs, unit_id: int, month: YearMonth, ids: Sequence[int],
    entries: Mapping[int, AdjustmentRow], scheme: Bound | None,
) -> AsyncIterator[UnitPeriod]:  # fmt: skip
    """The facts of today; of a closed month those that its score, or its last adjusting entry, was made from."""
    frozen = await FrozenRow.get_or_none(unit_id=unit_id, period=str(month))
    if frozen is None or not frozen.sha256:
        if ids:
            yield await facts_of(call, unit_id, month, ids, scheme)
        return
    plain = [one for one in ids if one not in entries]
    if plain:
        yield (await thawed(blobs, frozen.sha256)).only(plain)
    for entry in entries.values():
        yield await thawed(blobs, entry.sha256)


async def _checked(call: Call, candidate: Candidate) -> tuple[tuple[YearMonth, ...], Bound | None]:
    """The months and the candidate's scheme; refuses what cannot be run, and more scores than a trial may have."""
    checked_bands(candidate.bands_h)
    months = checked_months(candidate.first, candidate.last)
    scheme: Bound | None = None
    if candidate.scheme is not None:
        await require_running(candidate.scheme)
        part = registered(call.parts, Slot.SCHEME, candidate.scheme)
        scheme = Bound(part, settings_of(part.part, candidate.settings or {}))
    if not await UnitRow.exists(id=candidate.unit_id):
        raise NotFound("unit", candidate.unit_id)
    units = await late.below(candidate.unit_id)
    scores = ScoreRow.filter(unit_id__in=units, period__in=[str(month) for month in months])
    count = await scores.count()
    if count > MOST_SCORES:
        raise TooMany("scores", MOST_SCORES, count)
    return months, scheme
