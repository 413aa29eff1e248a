"""Scores of an employee and of a unit."""

from __future__ import annotations

import strawberry

from eperf.plugins.api import Contribution
from eperf.schema.lists import Connection, connection, wanted
from eperf.schema.organisation.queries import After, First, Info
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import YearMonth
from eperf.schema.scoring.types import Score
from eperf.store.scope import Q

_ORDERS = {
    "LATEST": (("period", True), ("id", True)),
    "EMPLOYEE": (("employee_id", False), ("id", False)),
}


async def scores(self: Employee, info: Info, first: First = None, after: After = None) -> Connection[Score]:
    """The employee's scores, the latest first."""
    asked = wanted(_ORDERS, "LATEST", first, after, None, None)
    return connection(Score, await info.context.rows.page_of(Score, "employee_id", self.row.id, asked), after)


async def score(self: Employee, info: Info, period: YearMonth) -> Score | None:
    """The employee's score of one month."""
    asked = wanted(_ORDERS, "LATEST", 1, None, Q(period=period), period)
    page = await info.context.rows.page_of(Score, "employee_id", self.row.id, asked)
    return Score(row=page.rows[0]) if page.rows else None


async def of_unit(
    self: Unit, info: Info, period: YearMonth, first: First = None, after: After = None
) -> Connection[Score]:
    """Scores that this very unit's rules made of one month."""
    asked = wanted(_ORDERS, "EMPLOYEE", first, after, Q(period=period), period)
    return connection(Score, await info.context.rows.page_of(Score, "unit_id", self.row.id, asked), after)


CONTRIBUTION = Contribution(
    types=(Score,),
    extends={
        "Employee": {
            "scores": strawberry.field(resolver=scores, description="Monthly scores, the latest first."),
            "score": strawberry.field(
                resolver=score, description="The score of one month; null when there is none."
            ),
        },
        "Unit": {
            "scores": strawberry.field(resolver=of_unit, description="Scores of one month, by employee.")
        },
    },
)
