"""Correcting a day by hand: asked for with evidence, signed by the unit head, kept as taps of a source of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.correction import CorrectionAsked, require_correctable, sign_until
from eperf.domain.attendance.events import (
    CorrectionCancelled,
    CorrectionRefused,
    CorrectionRequested,
    CorrectionSigned,
)
from eperf.domain.attendance.punch import PunchKind, digest
from eperf.domain.attendance.request import Span, Verdict
from eperf.domain.errors import Conflict
from eperf.domain.events import PunchRecorded
from eperf.domain.period import YearMonth
from eperf.domain.text import clean
from eperf.services.attendance import request
from eperf.services.attendance.days import BY_HAND, WITHDRAWN
from eperf.services.attendance.request import Asker, Noun
from eperf.services.call import Call, Work
from eperf.store.attendance import CorrectionFileRow, CorrectionRow, PunchRow
from eperf.store.circumstances import rosters

_LONGEST_REST = 40
"""So many days after a month are looked at for its first working days."""


async def ask(call: Call, asked: CorrectionAsked) -> int:
    """Asks for a day of one's own to be corrected; gives the correction's id."""
    asked = dataclasses.replace(asked, note=clean("note", asked.note, most=2000, lines=True))

    async def checked(asker: Asker) -> Mapping[str, Any]:
        zone = zone_named(asker.unit.zone)
        near = {asker.employee.id: (asked.date - timedelta(days=2), asked.date + timedelta(days=2))}
        shifts = (await rosters(near)).get(asker.employee.id, {})
        require_correctable(asked, zone, civil_day(call.now, zone), shifts.get)
        after = YearMonth.of(asked.date).next().first
        rest = Span(after, after + timedelta(days=_LONGEST_REST))
        free = set(rest.days()) - set(await asker.worked(rest))
        return {
            "tap_in": asked.tap_in, "tap_out": asked.tap_out, "reason": asked.reason.value, "note": asked.note,
            "sign_until": sign_until(asked.date, free),
        }  # fmt: skip

    return await request.ask(
        call, CORRECTION, dataclasses.asdict(asked), Span(asked.date, asked.date), asked.files, checked
    )


async def decide(call: Call, correction_id: int, verdict: Verdict, note: str | None = None) -> int:
    """Signs or refuses a correction; refuses with `CONFLICT` to sign after the last day for it."""
    return await request.decide(call, CORRECTION, correction_id, verdict, note)


async def cancel(call: Call, correction_id: int, note: str | None = None) -> int:
    """Takes back what waits, or, as the unit head, what was signed."""
    return await request.cancel(call, CORRECTION, correction_id, note)


def _require_in_time(row: CorrectionRow, today: date) -> None:
    if row.sign_until is not None and row.sign_until < today:
        raise Conflict("correction", row.id, f"it was to be signed by {row.sign_until.isoformat()}")


async def _apply(call: Call, opened: Work, row: CorrectionRow, approved: bool) -> None:
    taps = ((PunchKind.IN, row.tap_in), (PunchKind.OUT, row.tap_out))
    for kind, at in taps:
        if at is None:
            continue
        content = digest(BY_HAND, str(row.id), str(row.employee_id), at, 0 if kind is PunchKind.IN else 1)
        if not approved:
            await PunchRow.filter(digest=content).update(outcome=WITHDRAWN, reason="correction-cancelled")
            continue
        punch = await PunchRow.create(
            source=BY_HAND, pin=str(row.employee_id), occurred_at=at, date=row.date, kind=kind.value, line="",
            digest=content, received_at=call.now, employee_id=row.employee_id, outcome="used",
        )  # fmt: skip
        opened.emit(
            PunchRecorded(
                subject_id=punch.id, unit_id=row.unit_id, employee_id=row.employee_id, punched=kind.value,
                date=row.date,
            )
        )  # fmt: skip


CORRECTION = Noun(
    name="correction",
    row=CorrectionRow,
    files=CorrectionFileRow,
    near="correction_id",
    read=Operation.ATTENDANCE_READ,
    request=Operation.CORRECTION_REQUEST,
    decide=Operation.CORRECTION_DECIDE,
    requested=CorrectionRequested,
    verdicts={Verdict.APPROVE: CorrectionSigned, Verdict.REFUSE: CorrectionRefused},
    cancelled=CorrectionCancelled,
    ends=("date", "date"),
    field="date",
    by_superior=False,
    approvable=_require_in_time,
    applied=_apply,
)
