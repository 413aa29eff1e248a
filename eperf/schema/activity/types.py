"""Reported activities."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation
from eperf.domain.activity import ActivityState
from eperf.planner.mapping import column, mapped, relation
from eperf.schema.catalogue.types import CatalogueItem
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, DateTime, Hundredths
from eperf.store.activity import ActivityRow
from eperf.store.scope import Columns, reach

strawberry.enum(ActivityState, description="Where an activity stands (keadaan).")


@mapped(ActivityRow, Operation.ACTIVITY_READ, partial(reach, columns=Columns()))
@strawberry.type(description="A reported piece of work (aktivitas).")
class Activity(Node):
    """A reported piece of work."""

    date: Date = column("date", "The civil day on which it was done.")
    minutes: int = column("minutes", "How long it took.")
    quantity: Hundredths = column("quantity_h", "How much was done, in the item's own count.")
    result: str = column("result", "What came of it (hasil).")
    state: ActivityState = column("state", "Where it stands.", render=ActivityState)
    submitted_at: DateTime = column("submitted_at", "When it was last submitted.")
    decided_at: DateTime | None = column("decided_at", "When it was last decided.")
    decision_note: str | None = column("decision_note", "The decider's note.")
    version: int = column("version", "Grows with each change.")
    employee: Employee | None = relation("employee_id", Employee, "Who did it.")
    unit: Unit | None = relation("unit_id", Unit, "The unit of that day.")
    item: CatalogueItem | None = relation("item_id", CatalogueItem, "What it counts as.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who decided.")
    decided_for: Employee | None = relation(
        "decided_for_id", Employee, "The incumbent for whom the decider acted."
    )
