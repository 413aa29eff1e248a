"""Reported activities, and every change of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import strawberry

from eperf.domain.access import Operation, Scope
from eperf.domain.activity import ActivityState, Decision, Step
from eperf.planner.mapping import batch_field, column, computed, mapped, relation
from eperf.schema.catalogue.types import CatalogueItem
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, DateTime, Hundredths
from eperf.services.deadline import Due, Standing, due
from eperf.store.activity import ActivityRow, ChangeRow
from eperf.store.condition import Condition, Within
from eperf.store.scope import reach_of_activities

strawberry.enum(ActivityState, description="Where an activity stands (keadaan).")
strawberry.enum(Decision, name="ActivityDecision", description="What is decided on an activity (keputusan).")
strawberry.enum(Step, name="ActivityStep", description="What a change of an activity was (langkah).")
_STANDING = ("unit_id", "state", "date", "submitted_at", "decided_at")
_IDS = {"item": "CatalogueItem", "evidence": "File"}


def _standing(row: Mapping[str, Any]) -> Standing:
    decided = row["decided_at"]
    return Standing(
        row["unit_id"],
        ActivityState(row["state"]),
        date.fromisoformat(row["date"]),
        datetime.fromisoformat(row["submitted_at"]),
        None if decided is None else datetime.fromisoformat(decided),
    )


async def _due(rows: Sequence[Mapping[str, Any]], context: Context) -> list[Due]:
    return await due(context.call(), [_standing(row) for row in rows])


async def _submit_by(rows: Sequence[Mapping[str, Any]], context: Context) -> list[DateTime | None]:
    return [_instant(one.submit_by) for one in await _due(rows, context)]


async def _verify_by(rows: Sequence[Mapping[str, Any]], context: Context) -> list[DateTime | None]:
    return [_instant(one.verify_by) for one in await _due(rows, context)]


def _instant(at: datetime | None) -> DateTime | None:
    return None if at is None else DateTime(at)


def _links(row: Mapping[str, Any], _: Context) -> list[str]:
    return list(row["links"] or ())


@mapped(ActivityRow, Operation.ACTIVITY_READ, reach_of_activities)
@strawberry.type(description="A reported piece of work (aktivitas).")
class Activity(Node):
    """A reported piece of work."""

    date: Date = column("date", "The civil day on which it was done.")
    minutes: int = column("minutes", "How long it took; 0 in a draft: not known yet.")
    quantity: Hundredths = column("quantity_h", "How much was done, in the item's own count.")
    result: str = column("result", "What came of it (hasil).")
    state: ActivityState = column("state", "Where it stands.", render=ActivityState)
    submitted_at: DateTime = column("submitted_at", "When it was last submitted; of a draft: saved.")
    decided_at: DateTime | None = column("decided_at", "When it was last decided.")
    decision_note: str | None = column("decision_note", "The decider's note, or the rule that decided.")
    escalated_at: DateTime | None = column(
        "escalated_at", "Since when it is for the superior's superior too, because nobody decided (eskalasi)."
    )
    version: int = column("version", "Grows with each change.")
    employee: Employee | None = relation("employee_id", Employee, "Who did it.")
    unit: Unit | None = relation("unit_id", Unit, "The unit of that day.")
    item: CatalogueItem | None = relation("item_id", CatalogueItem, "What it counts as.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who decided; null also: a rule did.")
    decided_for: Employee | None = relation(
        "decided_for_id", Employee, "The incumbent for whom the decider acted."
    )
    escalated_to: Employee | None = relation(
        "escalated_to_id", Employee, "To whom it went when nobody decided."
    )
    links: list[str] = computed(
        ("links",),
        _links,
        "Addresses that it cites as evidence (tautan bukti); nobody has checked them.",
        kind=list[str],
    )
    submit_by: DateTime | None = batch_field(
        _STANDING,
        _submit_by,
        "Until when it may be sent, or sent anew, by the unit's deadlines (batas waktu lapor).",
        kind=DateTime | None,
    )
    verify_by: DateTime | None = batch_field(
        _STANDING,
        _verify_by,
        "Until when it is to be decided, while it waits (batas waktu verifikasi).",
        kind=DateTime | None,
    )


@strawberry.type(description="What a change made of one thing.")
class ChangedField:
    """What a change made of one thing; ids and files are global ids, several are parted by blanks."""

    name: str = strawberry.field(
        description="state, date, item, minutes, quantity, result, evidence or links."
    )
    before: str
    after: str


def _changes(row: Mapping[str, Any], _: Context) -> list[ChangedField]:
    return [_changed(one["field"], one["before"], one["after"]) for one in row["changes"]]


def _changed(name: str, before: str, after: str) -> ChangedField:
    kind = _IDS.get(name)
    if kind is None:
        return ChangedField(name=name, before=before, after=after)
    before, after = (" ".join(global_id(kind, int(one)) for one in text.split()) for text in (before, after))
    return ChangedField(name=name, before=before, after=after)


def _reach_of_changes(scope: Scope) -> Condition | None:
    within = reach_of_activities(scope)
    return None if within is None else Within("activity_id", ActivityRow, "id", within)


@mapped(ChangeRow, Operation.ACTIVITY_READ, _reach_of_changes)
@strawberry.type(description="A change of an activity since it was first sent (riwayat perubahan).")
class ActivityChange(Node):
    """A change of an activity."""

    version: int = column("version", "The activity's version after it.")
    step: Step = column("step", "What it was.", render=Step)
    at: DateTime = column("at", "When.")
    note: str | None = column("note", "The reason given.")
    by: Employee | None = relation("by_id", Employee, "Who; null also: a rule of the unit.")
    acting_for: Employee | None = relation("acting_for_id", Employee, "In whose place.")
    changes: list[ChangedField] = computed(
        ("changes",), _changes, "What was before and after, as texts.", kind=list[ChangedField]
    )
