"""Scores of an employee and of a unit."""

from __future__ import annotations

from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.lists import many, one
from eperf.schema.scalars import YearMonth
from eperf.schema.scoring.types import Score
from eperf.store.condition import Condition, Is

_ORDERS = {
    "LATEST": (("period", True), ("id", True)),
    "EMPLOYEE": (("employee_id", False), ("id", False)),
}


def _of_period(_: Context, period: YearMonth) -> Condition:
    return Is("period", period)


CONTRIBUTION = Contribution(
    types=(Score,),
    extends={
        "Employee": {
            "scores": many(Score, _ORDERS, "LATEST", "Monthly scores, the latest first.", back="employee_id"),
            "score": one(
                Score, _of_period, "The score of one month; null when there is none.", back="employee_id"
            ),
        },
        "Unit": {
            "scores": many(
                Score,
                _ORDERS,
                "EMPLOYEE",
                "Scores of one month, by employee.",
                back="unit_id",
                narrow=_of_period,
            )
        },
    },
)
