"""What late evidence changes of closed months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import strawberry

from eperf.domain.access import Operation
from eperf.domain.scoring.adjusting import balance
from eperf.planner.mapping import batch_field, column, computed, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.schema.lists import many
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import DateTime, Hundredths, YearMonth
from eperf.schema.scoring.types import Score, ScoreLeaf, leaves_of
from eperf.services.adjustment import differences_of
from eperf.store.adjustment import AdjustmentRow
from eperf.store.condition import Condition, Is
from eperf.store.scope import Columns, reach

_ORDERS = {"OLDEST": (("id", False),), "LATEST": (("id", True),)}


@strawberry.type(description="A fact that is other than before (sebab penyesuaian).")
class AdjustmentCause:
    """A fact that is other than before."""

    kind: str = strawberry.field(
        description="`activity`, `day`, `target`, `behaviour`, `predikat`, `employee`, `unit` or `scheme`."
    )
    id: strawberry.ID = strawberry.field(
        description="An activity's or a target's id, a day's date, a period, or a code."
    )
    change: str = strawberry.field(description="`added`, `changed` or `removed`.")
    event: str | None = strawberry.field(description="What last happened to it, if the log tells.")
    at: str | None = strawberry.field(description="When that was, ISO 8601.")


def _causes(row: Mapping[str, Any], _: Context) -> list[AdjustmentCause]:
    return [
        AdjustmentCause(
            kind=one["kind"], id=_named(one["kind"], one["id"]), change=one["change"], event=one["event"], at=one["at"]
        )
        for one in row["causes"]
    ]  # fmt: skip


def _named(kind: str, number: str) -> strawberry.ID:
    noun = {"activity": "Activity", "target": "Target"}.get(kind)
    return strawberry.ID(global_id(noun, int(number)) if noun else number)


@mapped(AdjustmentRow, Operation.SCORE_READ, partial(reach, columns=Columns()))
@strawberry.type(
    description="What late evidence changes of a closed month: an entry beside the score (penyesuaian)."
)
class Adjustment(Node):
    """An adjusting entry."""

    period: YearMonth = column("period", "The month.")
    before: Hundredths | None = column("before_h", "The figure before; null where there was none.")
    after: Hundredths = column("after_h", "The figure that came out.")
    difference: Hundredths = column("difference_h", "What is to be settled.")
    recorded_at: DateTime = column("recorded_at", "When it was made.")
    scheme: str = column("scheme", "The scheme of the run, `plugin/part`.")
    scheme_version: str = column("scheme_version", "That plugin's version.")
    settings_digest: str = column("settings_digest", "The fingerprint of the settings used.")
    input_digest: str = column("input_digest", "The fingerprint of what went in.")
    employee: Employee | None = relation("employee_id", Employee, "Whose month it is.")
    unit: Unit | None = relation("unit_id", Unit, "The unit whose rules made it.")
    score: Score | None = relation("score_id", Score, "The score beside which it stands.")
    caused_by: Employee | None = relation("caused_by_id", Employee, "Who changed the last of the facts.")
    causes: list[AdjustmentCause] = computed(
        ("causes",), _causes, "The facts that are other than before, at most 50.", kind=list[AdjustmentCause]
    )
    breakdown: list[ScoreLeaf] = computed(
        ("breakdown",), leaves_of, "The parts that sum to the figure after, in order.", kind=list[ScoreLeaf]
    )


async def _balances(rows: Sequence[Mapping[str, Any]], _: Context) -> list[Hundredths | None]:
    found = await differences_of({row["id"] for row in rows})
    return [
        Hundredths(balance(row["score_h"], found[row["id"]])) if row["id"] in found else None for row in rows
    ]


def _of_period(_: Context, period: YearMonth | None = None) -> Condition | None:
    return None if period is None else Is("period", period)


CONTRIBUTION = Contribution(
    types=(Adjustment,),
    extends={
        "Score": {
            "adjustments": many(
                Adjustment, _ORDERS, "OLDEST", "Entries that were made since the month was closed.", back="score_id"
            ),
            "balance": batch_field(
                ("id", "score_h"), _balances, "The score with all its entries; null where there are none.",
                kind=Hundredths | None,
            ),
        },
        "Employee": {
            "adjustments": many(
                Adjustment, _ORDERS, "LATEST", "Entries to closed months, the latest first.", back="employee_id",
                narrow=_of_period,
            )
        },
        "Unit": {
            "adjustments": many(
                Adjustment, _ORDERS, "LATEST", "Entries to the unit's closed months, the latest first.",
                back="unit_id", narrow=_of_period,
            )
        },
    },
)  # fmt: skip
