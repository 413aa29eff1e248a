"""What a report must keep to, told as the reason for a refusal: the reporter, the catalogue, the deadlines.

The statement that writes a report asks the same of the database (`eperf.store.terms`); a test compares the two.
"""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from eperf.domain.access import Operation, Subject
from eperf.domain.activity import MOST_EVIDENCE, Report, checked
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.catalogue import Attached, require_evidence, require_for, require_norm
from eperf.domain.deadline import Deadlines, report_until
from eperf.domain.errors import Forbidden, NotFound, ReportTooLate
from eperf.services.call import Call, usable
from eperf.store import reporting
from eperf.store.activity import EvidenceRow
from eperf.store.catalogue import ItemRow
from eperf.store.deadline import DeadlineRow
from eperf.store.file import FileRow
from eperf.store.items import item_of, post_of
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.overdue import deadlines_of
from eperf.store.reporting import Facts


async def facts_of(call: Call, report: Report) -> Facts:
    """What is true of the caller and of what they report; refuses who is not in service."""
    key = call.key if call.key is not None and usable(call.key) else None
    asked = dataclasses.replace(report, evidence=report.evidence[: MOST_EVIDENCE + 1])
    facts = await reporting.facts(call.viewer.employee_id or 0, call.viewer.account_id, asked, key)
    if facts is None:
        raise Forbidden(Operation.ACTIVITY_SUBMIT.value)
    return facts


def require_reporter(call: Call, facts: Facts) -> int:
    """The employee who reports; refuses whoever may not."""
    call.require(
        Operation.ACTIVITY_SUBMIT, Subject(facts.above, call.viewer.employee_id, facts.supervisor_id)
    )
    return cast(int, call.viewer.employee_id)


def allowed(call: Call, report: Report, facts: Facts) -> Report:
    """The report with its text cleaned, if the caller may report and its day has come in their unit."""
    require_reporter(call, facts)
    return checked(report, civil_day(call.now, zone_named(facts.zone)))


async def require_terms(report: Report, facts: Facts) -> None:
    """Refuses what the catalogue does not take: an item of elsewhere or for others, minutes, missing evidence."""
    row = await ItemRow.get_or_none(id=report.item_id) if facts.nearest == report.item_id else None
    if row is None:
        raise NotFound("item", report.item_id)
    require_owned(report, facts)
    item = item_of(row)
    if item.positions:
        require_for(item, post_of(await PositionRow.get_or_none(id=facts.post or 0)))
    require_norm(item, report.minutes, report.quantity_h)
    if item.evidence or item.evidence_bytes is not None:
        files = await FileRow.filter(id__in=list(report.evidence))
        require_evidence(item, [Attached(one.media_type, one.size) for one in files], len(report.links))


def require_owned(report: Report, facts: Facts) -> None:
    """Refuses files of others: citing one would open it to the superior."""
    for file_id in report.evidence:
        if file_id not in facts.owned:
            raise NotFound("evidence", file_id)


async def require_in_time(call: Call, worked: date, facts: Facts) -> None:
    """Refuses work of a day whose deadline for reporting is over."""
    rule = await DeadlineRow.get_or_none(id=facts.rule) if facts.rule else None
    if rule is not None:
        known, unit = deadlines_of(rule), await UnitRow.get(id=facts.placed)
        zone = zone_named(unit.zone)
        require_before(call, "date", worked, report_until(known, worked, zone), known, zone)


def require_before(
    call: Call, field: str, value: object, until: datetime | None, rule: Deadlines, zone: ZoneInfo
) -> None:
    """Refuses with `REPORT_TOO_LATE` at a deadline and after it."""
    if until is not None and call.now >= until:
        shown = f"{until.astimezone(zone):%Y-%m-%d %H:%M}"
        raise ReportTooLate(field, value, until=shown, basis=rule.legal_basis)


async def attach(activity_id: int, report: Report) -> None:
    """Replaces the files that an activity cites."""
    await EvidenceRow.filter(activity_id=activity_id).delete()
    rows = [EvidenceRow(activity_id=activity_id, file_id=file_id) for file_id in report.evidence]
    if rows:
        await EvidenceRow.bulk_create(rows)
