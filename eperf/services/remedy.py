"""What an appeal's leaf rests on: who decided on it, and how it is corrected.

A day gets taps by hand, as a signed correction gives them, and is marked to be classified again; an activity gets
another amount. What follows of that for the score follows from the marks.
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from eperf.domain.activity import (
    MOST_MINUTES,
    MOST_QUANTITY_H,
    ActivityState,
    Step,
    require_state,
    told_amount,
)
from eperf.domain.appeal import Remedy, evidence_of
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.punch import PunchKind, digest
from eperf.domain.errors import BadInput, NotFound
from eperf.domain.events import PunchRecorded
from eperf.domain.scoring.events import ActivityCorrected
from eperf.domain.text import bounded
from eperf.services.call import Call, Work
from eperf.store import changes, stale
from eperf.store.activity import ActivityRow
from eperf.store.appeal import AppealRow
from eperf.store.attendance import CorrectionRow, PunchRow
from eperf.store.leave import DutyRow, LeaveRow
from eperf.store.organisation import UnitRow
from eperf.store.plan import PlanRow, RealisationRow, TargetRow
from eperf.store.predikat import PredikatRow

_BY_HAND = "eperf/by-hand"
"""The source of taps that somebody answers for."""


async def correct(call: Call, opened: Work, appeal: AppealRow, remedy: Remedy, note: str) -> None:
    """Corrects the fact that the leaf rests on, as far as a remedy is given; inside the transaction of the answer.

    `note` is the reason of the answer, which the fact's history keeps too. Refuses with `CONFLICT` an activity that is
    no longer verified.
    """
    number = evidence_of(appeal.leaf_before)[1]
    if remedy.of_activity:
        await _correct_activity(call, opened, int(number), appeal.employee_id, remedy, note)
    if remedy.of_day:
        await _correct_day(call, opened, appeal, date.fromisoformat(number), remedy)


async def deciders(appeal: AppealRow) -> set[int]:
    """Who decided on what the leaf rests on, and for whom they did."""
    kind, number = evidence_of(appeal.leaf_before)
    rows: list[Any] = []
    if kind == "activity":
        rows = list(await ActivityRow.filter(id=int(number)))
    elif kind == "day":
        own, day = {"employee_id": appeal.employee_id}, date.fromisoformat(number)
        rows = list(await CorrectionRow.filter(**own, date=day))
        for away in (LeaveRow, DutyRow):
            rows += await away.filter(**own, first_day__lte=day, last_day__gte=day)
    elif kind == "predikat":
        rows = list(await PredikatRow.filter(employee_id=appeal.employee_id, period=number))
    elif kind == "target":
        rows = await _deciders_of_target(int(number))
    # Of behaviour nobody is named: who may not review would be told apart as one who rated.
    found = {one for row in rows for one in (row.decided_by_id, getattr(row, "decided_for_id", None))}
    return {one for one in found if one is not None}


async def _deciders_of_target(number: int) -> list[Any]:
    """The plan that sets a target, and the realisations that were accepted for it."""
    target = await TargetRow.get_or_none(id=number)
    if target is None:
        return []
    accepted = RealisationRow.filter(target_id=number, decided_by_id__isnull=False)
    return [*await PlanRow.filter(id=target.plan_id), *await accepted]


async def _correct_activity(
    call: Call, opened: Work, activity_id: int, employee_id: int, remedy: Remedy, note: str
) -> None:
    row = (await changes.locked([activity_id])).get(activity_id)
    if row is None or row.employee_id != employee_id:
        raise NotFound("activity", activity_id)
    # What counts no longer is mended by sending it again, where its superior sees it.
    require_state(row.state, ActivityState.VERIFIED, row.id)
    minutes, quantity_h = row.minutes, row.quantity_h
    if remedy.minutes is not None:
        minutes = bounded("minutes", remedy.minutes, 1, MOST_MINUTES)
    if remedy.quantity_h is not None:
        quantity_h = bounded("quantity", remedy.quantity_h, 1, MOST_QUANTITY_H)
    await changes.put([row.id], minutes=minutes, quantity_h=quantity_h)
    before, after = told_amount(row.minutes, row.quantity_h), told_amount(minutes, quantity_h)
    reviewer = cast(int, call.viewer.employee_id)
    corrected = changes.Change(row.id, row.version + 1, Step.CORRECTED, before, after)
    await changes.write([corrected], call.now, by=reviewer, notes={row.id: note})
    opened.emit(
        ActivityCorrected(
            subject_id=row.id, unit_id=row.unit_id, employee_id=row.employee_id, date=row.date, decided_by=reviewer
        )
    )  # fmt: skip


async def _correct_day(call: Call, opened: Work, appeal: AppealRow, day: date, remedy: Remedy) -> None:
    """Taps by hand, as a signed correction gives them; the day is classified again by who does that."""
    unit = await UnitRow.get(id=appeal.unit_id)
    if remedy.tap_in is not None and remedy.tap_out is not None and remedy.tap_out <= remedy.tap_in:
        raise BadInput("tapOut", remedy.tap_out.isoformat(), "lies before the coming")
    for name, kind, at in (
        ("tapIn", PunchKind.IN, remedy.tap_in),
        ("tapOut", PunchKind.OUT, remedy.tap_out),
    ):
        if at is None:
            continue
        if civil_day(at, zone_named(unit.zone)) != day:
            raise BadInput(name, at.isoformat(), "lies on another day at the workplace")
        punch = await PunchRow.create(
            source=_BY_HAND, pin=str(appeal.employee_id), occurred_at=at, date=day, kind=kind.value, line="",
            digest=digest(_BY_HAND, f"appeal-{appeal.id}", str(appeal.employee_id), at, int(kind is PunchKind.OUT)),
            received_at=call.now, employee_id=appeal.employee_id, outcome="used",
        )  # fmt: skip
        opened.emit(
            PunchRecorded(
                subject_id=punch.id, unit_id=appeal.unit_id, employee_id=appeal.employee_id, punched=kind.value,
                date=day,
            )
        )  # fmt: skip
    await stale.mark_people({appeal.employee_id: day}, day)
