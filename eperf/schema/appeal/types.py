"""Appeals and their two sides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import strawberry

from eperf.domain.access import Operation
from eperf.domain.appeal import AppealState
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.schema.context import Context
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, DateTime, Hundredths, YearMonth
from eperf.schema.scoring.types import Score, ScoreLeaf, shown_leaf
from eperf.store.appeal import AppealRow
from eperf.store.scope import Columns, reach

strawberry.enum(AppealState, description="Where an appeal stands (keadaan keberatan).")


def _before(row: Mapping[str, Any], context: Context) -> ScoreLeaf:
    return shown_leaf(row["leaf_before"], row["leaf"], context.language)


def _after(row: Mapping[str, Any], context: Context) -> ScoreLeaf | None:
    return row["leaf_after"] and shown_leaf(row["leaf_after"], row["leaf"], context.language)


@mapped(AppealRow, Operation.APPEAL_READ, partial(reach, columns=Columns()))
@strawberry.type(description="An appeal against one leaf of a score (keberatan).")
class Appeal(Node):
    """An appeal."""

    period: YearMonth = column("period", "The month of the score.")
    reason: str = column("reason", "What the employee says.")
    state: AppealState = column("state", "Where it stands.", render=AppealState)
    raised_at: DateTime = column("raised_at", "When it was raised.")
    raise_until: Date | None = column(
        "raise_until", "Until when it could be raised; null: the month was open."
    )
    answer_until: Date = column("answer_until", "By when it is to be answered.")
    decided_at: DateTime | None = column("decided_at", "When it was answered.")
    decision_note: str | None = column("decision_note", "The reviewer's reason.")
    settled_at: DateTime | None = column("settled_at", "When the month had been run again.")
    before: Hundredths | None = column("before_h", "The score with its entries when the appeal was raised.")
    after: Hundredths | None = column("after_h", "The score with its entries when the appeal was settled.")
    version: int = column("version", "Grows with each change.")
    employee: Employee | None = relation("employee_id", Employee, "Who raised it.")
    unit: Unit | None = relation("unit_id", Unit, "The unit whose rules made the score.")
    score: Score | None = relation("score_id", Score, "The score.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who answered.")
    leaf_before: ScoreLeaf = computed(
        ("leaf", "leaf_before"), _before, "The leaf when the appeal was raised.", kind=ScoreLeaf
    )
    leaf_after: ScoreLeaf | None = computed(
        ("leaf", "leaf_after"), _after, "The leaf that says the same after it; null where there is none.",
        kind=ScoreLeaf | None,
    )  # fmt: skip
