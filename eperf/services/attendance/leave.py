"""Leave (cuti): asked for under the rule of its kind, decided on by the superior."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.attendance.events import LeaveApproved, LeaveCancelled, LeaveRefused, LeaveRequested
from eperf.domain.attendance.leave import (
    LeaveAsked,
    LeaveKind,
    Standing,
    counted,
    require_allowed,
    rule_for,
)
from eperf.domain.attendance.request import LIVING, Verdict, checked_span
from eperf.domain.nip import check_employee_number
from eperf.domain.people import PersonKind
from eperf.domain.text import clean
from eperf.services.attendance import request
from eperf.services.attendance.request import Asker, Noun
from eperf.services.call import Call
from eperf.store.leave import LeaveFileRow, LeaveRow
from eperf.store.people import EmployeeRow, PlacementRow

LEAVE = Noun(
    name="leave",
    row=LeaveRow,
    files=LeaveFileRow,
    near="leave_id",
    read=Operation.LEAVE_READ,
    request=Operation.LEAVE_REQUEST,
    decide=Operation.LEAVE_DECIDE,
    requested=LeaveRequested,
    verdicts={Verdict.APPROVE: LeaveApproved, Verdict.REFUSE: LeaveRefused},
    cancelled=LeaveCancelled,
)


async def ask(call: Call, asked: LeaveAsked) -> int:
    """Asks for leave of one's own; gives its id. Refuses what the rule of the kind does not give."""
    span = checked_span(asked.span.first, asked.span.last)
    asked = dataclasses.replace(asked, span=span, reason=clean("reason", asked.reason, most=2000, lines=True))

    async def checked(asker: Asker) -> Mapping[str, Any]:
        person = asker.employee
        rule = rule_for(asked.kind, person.kind, span.first)
        working_days = len(await asker.worked(counted(asked)))
        require_allowed(asked, rule, await _standing(person), working_days)
        return {
            "kind": asked.kind.value, "working_days": working_days, "reason": asked.reason, "child": asked.child,
            "travel_days": asked.travel_days,
        }  # fmt: skip

    return await request.ask(call, LEAVE, dataclasses.asdict(asked), span, asked.files, checked)


async def decide(call: Call, leave_id: int, verdict: Verdict, note: str | None = None) -> int:
    """Approves or refuses a leave."""
    return await request.decide(call, LEAVE, leave_id, verdict, note)


async def cancel(call: Call, leave_id: int, note: str | None = None) -> int:
    """Takes a leave back, or calls somebody back from it."""
    return await request.cancel(call, LEAVE, leave_id, note)


async def _standing(person: EmployeeRow) -> Standing:
    """What is known of somebody: their start by the NIP, the leave of the years that are recorded here."""
    used: dict[int, int] = defaultdict(int)
    big: set[int] = set()
    for row in await LeaveRow.filter(employee_id=person.id, state__in=[one.value for one in LIVING]):
        if row.kind == LeaveKind.ANNUAL:
            used[row.first_day.year] += row.working_days
        elif row.kind == LeaveKind.BIG:
            big.add(row.first_day.year)
    placed = await PlacementRow.filter(employee_id=person.id).order_by("valid_from").first()
    return Standing(
        employee_kind=person.kind,
        in_service_since=_start(person),
        known_since=placed.valid_from if placed else None,
        used=used,
        big_in=frozenset(big),
    )


def _start(person: EmployeeRow) -> date | None:
    if person.nip is None or person.kind not in (PersonKind.PNS, PersonKind.CPNS):
        return None
    found = check_employee_number(person.kind, person.nip).nip
    return None if found is None else found.cpns_tmt
