"""Days with the steps that led to their status, punches, machines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import strawberry

from eperf.domain.access import Operation, Scope
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.schema.context import Context
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, DateTime
from eperf.store.attendance import DayRow, DeviceRow, PunchRow
from eperf.store.condition import Condition, Either, Every, Missing, Within
from eperf.store.scope import Columns, reach


def of_devices(scope: Scope) -> Condition | None:
    """Rows of machines, by their column `device_id`, that stand in units within the scope."""
    within = reach(scope, Columns(employee=None))
    return None if within is None else Within("device_id", DeviceRow, "id", within)


@strawberry.type(description="A rule as it was applied to a day, with its legal basis (langkah).")
class DayStep:
    """A rule as it was applied to a day."""

    rule: str
    legal_basis: str
    text: str


def _steps(row: Mapping[str, Any], context: Context) -> list[DayStep]:
    return [_step(step, context.language) for step in row["steps"]]


def _step(step: dict[str, Any], language: str) -> DayStep:
    text = (
        step["text"]["id" if language == "id" else "en"]
        if "text" in step
        else step.get(f"text_{language}", "")
    )
    return DayStep(rule=str(step["rule"]), legal_basis=str(step["legal_basis"]), text=str(text))


@mapped(DayRow, Operation.ATTENDANCE_READ, partial(reach, columns=Columns()))
@strawberry.type(description="An employee's civil day as the unit's work-time policy reads it (hari kerja).")
class AttendanceDay(Node):
    """A classified day."""

    date: Date = column("date", "The civil day at the workplace.")
    status: str = column(
        "status", "present, late, early_leave, late_and_early, absent, incomplete, off, holiday…"
    )
    first_in: DateTime | None = column("first_in", "The first accepted tap in.")
    last_out: DateTime | None = column("last_out", "The accepted tap out.")
    late_min: int | None = column("late_min", "Minutes late; null when unknown.")
    early_min: int | None = column("early_min", "Minutes left early; null when unknown.")
    worked_min: int | None = column("worked_min", "Minutes worked; null when unknown.")
    missing_taps: int = column("missing_taps", "Taps that are missing.")
    policy: str = column("policy", "The work-time policy that read the day.")
    employee: Employee | None = relation("employee_id", Employee, "Whose day it is.")
    unit: Unit | None = relation("unit_id", Unit, "The unit in which it was served.")

    steps: list[DayStep] = computed(
        ("steps",), _steps, "The rules applied, in order, in the caller's language.", kind=list[DayStep]
    )


def _punches(scope: Scope) -> Condition | None:
    """Somebody's punches with the somebody; nobody's with the unit that their machine stands in."""
    owned = reach(scope, Columns(unit=None))
    if owned is None:
        return None
    return Either((owned, Every((Missing("employee_id"), of_devices(scope)))))


@mapped(PunchRow, Operation.ATTENDANCE_READ, _punches)
@strawberry.type(description="A clock record as received (rekaman presensi).")
class Punch(Node):
    """A clock record."""

    occurred_at: DateTime = column("occurred_at", "When, by the machine's clock, or corrected.")
    device_time: DateTime | None = column(
        "device_at", "The machine's own time where `occurredAt` is corrected; null where they are the same."
    )
    received_at: DateTime = column("received_at", "When it reached us.")
    date: Date = column("date", "The civil day it belongs to.")
    kind: str = column("kind", "in, out, break_out, break_in, overtime_in, overtime_out or unknown.")
    verify: str | None = column("verify", "How the machine knew the person: finger, face, card…")
    source: str = column("source", "The source it came by.")
    pin: str = column("pin", "The user number in the machine.")
    line: str = column("line", "The record as received.")
    outcome: str = column("outcome", "used, or unexplained.")
    reason: str | None = column("reason", "Why it is unexplained.")
    employee: Employee | None = relation("employee_id", Employee, "Whose it is.")


@mapped(DeviceRow, Operation.DEVICE_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(description="An attendance machine (mesin presensi).")
class Device(Node):
    """An attendance machine."""

    serial: str = column("serial", "The serial number.")
    name: str = column("name", "What it is called.")
    source: str = column("source", "The source that reads it.")
    state: str = column("state", "active or inactive.")
    last_seen_at: DateTime | None = column("last_seen_at", "When it was last heard of.")
    pulled_at: DateTime | None = column(
        "pulled_at", "When it was last asked for its records and gave them all."
    )
    pull_failed_at: DateTime | None = column("pull_failed_at", "When asking it last failed.")
    pull_error: str | None = column("pull_error", "Why asking it fails; null when it last went well.")
    pull_at: DateTime | None = column("pull_at", "When it is asked again.")
    firmware: str | None = computed(
        ("facts",), lambda row, _: row["facts"].get("firmware"), "Its firmware, if it said."
    )
    unit: Unit | None = relation("unit_id", Unit, "The unit it stands in.")
