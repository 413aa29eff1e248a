"""Who may commend whom, and how it is done: one function that the mutation calls inside its transaction."""

from __future__ import annotations

from datetime import date, timedelta

from eperf.plugins import BadInput
from eperf.plugins.service import Desk, Permission, Reach, Role
from eperf_sample.events import Commended
from eperf_sample.models import CommendationRow

COMMEND = Permission(
    "sample.commend",
    {Role.SUPERVISOR: Reach.REPORTS, Role.UNIT_LEADER: Reach.SUBTREE},
    never_on_oneself=True,
)
READ = Permission(
    "sample.read",
    {Role.EMPLOYEE: Reach.SELF, Role.SUPERVISOR: Reach.REPORTS, Role.UNIT_LEADER: Reach.SUBTREE},
)
MOST_LETTERS = 500
OLDEST = timedelta(days=366)


async def commend(desk: Desk, employee: str, day: date, reason: str) -> int:
    """Commends an employee for a day within the last year; gives the commendation's number."""
    text = reason.strip()
    if not (0 < len(text) <= MOST_LETTERS and text.isprintable()):
        raise BadInput("reason", reason, f"not 1 to {MOST_LETTERS} printable characters")
    if not desk.today - OLDEST < day <= desk.today:
        raise BadInput("day", day.isoformat(), "not within the last year")
    person = await desk.person(employee)
    row = await CommendationRow.create(
        employee_id=person.id, day=day, reason=text, given_by=desk.account_id, given_at=desk.now
    )
    desk.emit(
        Commended(
            subject_id=person.id,
            unit_id=person.unit_id,
            employee_id=person.id,
            commendation=row.id,
            day=day,
        )
    )
    return int(row.id)
