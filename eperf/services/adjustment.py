"""Late evidence: closed months that are run again beside their scores, and the entries that come of it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import Any

from eperf.adapters.blobs import Blobs
from eperf.domain.appeal import AppealState
from eperf.domain.period import YearMonth
from eperf.domain.scoring import FINAL, UnitPeriod, freeze
from eperf.domain.scoring.adjusting import Cause, causes, difference
from eperf.domain.scoring.events import ScoreAdjusted
from eperf.services.call import Call, work
from eperf.services.months import Run, run_today, thawed
from eperf.store.access import AccountRow
from eperf.store.adjustment import AdjustmentRow
from eperf.store.appeal import AppealRow
from eperf.store.attendance import DayRow
from eperf.store.closing import FrozenRow, LateRow
from eperf.store.event import EventRow
from eperf.store.late import latest
from eperf.store.scoring import ScoreRow

_RULES = ("scheme", "scheme_version", "settings_digest")
_Standing = ScoreRow | AdjustmentRow | None
"""What was last known of a month: its entry, else its score, else nothing."""
Thawed = dict[str, UnitPeriod]
"""Frozen months of whole units by the hash of their file."""


async def adjust_late(call: Call, blobs: Blobs, limit: int = 500) -> int:
    """Runs up to `limit` closed months again whose facts have changed; gives how many rows were taken.

    A month whose facts and rules are as before leaves no entry. One without a figure is held until `release_held`.
    """
    taken = await LateRow.filter(held__isnull=True).order_by("period", "id").limit(limit)
    groups: dict[tuple[int, str], list[LateRow]] = defaultdict(list)
    for row in taken:
        groups[row.unit_id, row.period].append(row)
    failures: list[Exception] = []
    for (unit_id, period), rows in groups.items():
        # As with scores, one unit's trouble is its own.
        try:
            await _adjust(call, blobs, unit_id, YearMonth.parse(period), rows)
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup("closed months could not be run again", failures)
    return len(taken)


async def differences_of(scores: Set[int]) -> dict[int, list[int]]:
    """The differences of the entries to each of these scores, in hundredths; scores without entries are left out."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in await AdjustmentRow.filter(score_id__in=sorted(scores)).only("id", "score_id", "difference_h"):
        if row.score_id is not None:
            found[row.score_id].append(row.difference_h)
    return dict(found)


async def release_held(call: Call) -> int:
    """Has months without a figure tried again: what kept them from one may have been mended."""
    return await LateRow.filter(held__isnull=False).update(held=None)


async def _adjust(call: Call, blobs: Blobs, unit_id: int, period: YearMonth, rows: Sequence[LateRow]) -> None:
    ids = [row.employee_id for row in rows]
    computed = await run_today(call, unit_id, period, ids)
    if isinstance(computed, str):
        for row in rows:
            await LateRow.filter(id=row.id, mark=row.mark).update(held=computed)
        return
    columns = await asyncio.to_thread(computed.columns)
    scores = {row.employee_id: row for row in await ScoreRow.filter(employee_id__in=ids, period=str(period))}
    entries = await latest(ids, str(period))
    known: Thawed = {}
    for row in rows:
        found = columns[row.employee_id]
        standing: _Standing = entries.get(row.employee_id) or scores.get(row.employee_id)
        if found["state"] != FINAL:
            await LateRow.filter(id=row.id, mark=row.mark).update(held=found["cause"])
        elif _same(standing, found):
            await LateRow.filter(id=row.id, mark=row.mark).delete()
        else:
            await _enter(call, blobs, row, computed, found, standing, scores.get(row.employee_id), known)


def _figure(standing: _Standing) -> int | None:
    return standing.after_h if isinstance(standing, AdjustmentRow) else standing.score_h if standing else None


def _same(standing: _Standing, found: Mapping[str, Any]) -> bool:
    """Whether nothing at all is other than before: late evidence that moves no figure is an entry too, of nothing."""
    return (
        standing is not None
        and _figure(standing) == found["score_h"]
        and all(getattr(standing, name) == found[name] for name in (*_RULES, "input_digest", "breakdown"))
    )


async def _enter(
    call: Call, blobs: Blobs, row: LateRow, computed: Run, found: Mapping[str, Any], standing: _Standing,
    score: ScoreRow | None, known: Thawed,
) -> None:  # fmt: skip
    facts = computed.scored.unit_period.only([row.employee_id])
    sha256 = await blobs.put(freeze(facts).data)
    why = causes(await _before(blobs, row, standing, known), facts, row.employee_id)
    if standing is not None and any(getattr(standing, name) != found[name] for name in _RULES):
        why = [Cause("scheme", str(found["scheme"]), "changed"), *why]
    told, caused_by = await _by_whom(row.employee_id, why)
    before_h = _figure(standing)
    appeals = AppealRow.filter(
        employee_id=row.employee_id, period=row.period, state=AppealState.ACCEPTED.value
    )
    appeal = await appeals.order_by("id").first()
    receipt = {name: found[name] for name in (*_RULES, "input_digest")}
    async with work(call) as opened:
        if not await LateRow.filter(id=row.id, mark=row.mark).delete():
            return  # marked again meanwhile: the next turn sees more
        entry = await AdjustmentRow.create(
            employee_id=row.employee_id,
            unit_id=row.unit_id,
            score_id=score.id if score else None,
            period=row.period,
            before_h=before_h,
            after_h=found["score_h"],
            difference_h=difference(before_h, found["score_h"]),
            causes=told,
            caused_by_id=caused_by,
            appeal_id=appeal.id if appeal else None,
            recorded_at=call.now,
            scheme_revision=computed.revision,
            settings=computed.settings,
            breakdown=found["breakdown"],
            sha256=sha256,
            **receipt,
        )
        opened.emit(
            ScoreAdjusted(
                subject_id=entry.id, unit_id=row.unit_id, employee_id=row.employee_id, period=row.period,
                before_h=before_h, after_h=entry.after_h, difference_h=entry.difference_h,
            )
        )  # fmt: skip


async def _before(blobs: Blobs, row: LateRow, standing: _Standing, known: Thawed) -> UnitPeriod | None:
    """The facts that the last known figure was made from; those of a whole unit are `known` to all its people."""
    if isinstance(standing, AdjustmentRow):
        return await thawed(blobs, standing.sha256)
    if standing is None:
        return None
    frozen = await FrozenRow.get_or_none(unit_id=standing.unit_id, period=row.period)
    if frozen is None or not frozen.sha256:
        return None
    if frozen.sha256 not in known:
        known[frozen.sha256] = await thawed(blobs, frozen.sha256)
    return known[frozen.sha256]


async def _by_whom(employee_id: int, why: Sequence[Cause]) -> tuple[list[dict[str, object]], int | None]:
    """The causes with the kind and the instant of the last event of each, as the log has it; who caused the last."""
    told: list[dict[str, object]] = []
    last: EventRow | None = None
    for cause in why:
        event = await _event(employee_id, cause)
        if event is not None and event.account_id is not None and (last is None or event.id > last.id):
            last = event
        logged = {"event": event and event.kind, "at": event and event.occurred_at.isoformat()}
        told.append({**dataclasses.asdict(cause), **logged})
    account = await AccountRow.get_or_none(id=last.account_id) if last else None
    return told, account.employee_id if account else None


async def _event(employee_id: int, cause: Cause) -> EventRow | None:
    if cause.kind == "activity":
        about = ("Activity", int(cause.id))
    elif cause.kind == "day" and (day := await DayRow.get_or_none(employee_id=employee_id, date=cause.id)):
        about = ("AttendanceDay", day.id)
    else:
        return None
    return await EventRow.filter(subject_type=about[0], subject_id=about[1]).order_by("-id").first()
