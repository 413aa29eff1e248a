"""Closing a month, and what is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from eperf.domain.closing import PeriodState
from eperf.domain.period import YearMonth as Month
from eperf.planner.mapping import batch_field
from eperf.plugins.api import Contribution
from eperf.schema.closing.types import Closing, FrozenMonth
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many, one
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, DateTime, YearMonth
from eperf.services import closing
from eperf.store.condition import Condition, Is

_ORDERS = {"LATEST": (("period", True), ("id", True))}

ClosingPayload = Annotated[
    Closing | Problem,
    strawberry.union("ClosingPayload", description="The closing as it is now, or why the month stays open."),
]


@strawberry.input(description="A month to close.")
class ClosePeriodInput:
    """A month to close."""

    unit: strawberry.ID = strawberry.field(description="The unit; all units below it are closed with it.")
    period: YearMonth
    reason: str | None = strawberry.field(
        default=None,
        description="Closes the month although scores are provisional; at most 1,000 characters.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


async def _close(context: Context, input: ClosePeriodInput) -> int:  # noqa: A002
    unit = number_of(input.unit, "Unit", "unit")
    call = context.call(input.idempotency_key)
    return await closing.close(call, unit, Month.parse(input.period), input.reason)


@strawberry.type(description="That a score does not change any more (nilai ditutup).")
class ScoreClosed:
    """That a score does not change any more."""

    at: DateTime = strawberry.field(description="Since when.")
    appeal_until: Date | None = strawberry.field(
        description="The last day to appeal; null where no rule says one."
    )


async def _closed(rows: Sequence[Mapping[str, Any]], _: Context) -> list[ScoreClosed | None]:
    found = await closing.closed_of({(row["unit_id"], row["period"]) for row in rows})
    return [_shown(found.get((row["unit_id"], row["period"]))) for row in rows]


def _shown(found: tuple[datetime, date | None] | None) -> ScoreClosed | None:
    return (
        None
        if found is None
        else ScoreClosed(at=DateTime(found[0]), appeal_until=None if found[1] is None else Date(found[1]))
    )


def _in_state(_: Context, state: PeriodState | None = None) -> Condition | None:
    return None if state is None else Is("state", state.value)


def _of_period(_: Context, period: YearMonth) -> Condition:
    return Is("period", period)


CONTRIBUTION = Contribution(
    types=(Closing, FrozenMonth),
    query={
        "closings": many(
            Closing, _ORDERS, "LATEST", "Months that are closed or about to be, the latest first.", narrow=_in_state
        )
    },
    mutation={
        "close_period": verb(
            Closing, ClosingPayload, _close, "I close a month for a unit and all below it (tutup periode)."
        )
    },
    extends={
        "Unit": {
            "closings": many(
                Closing, _ORDERS, "LATEST", "Months closed for the unit by itself, the latest first.", back="unit_id"
            ),
            "frozen_month": one(
                FrozenMonth, _of_period, "The unit's month as it was closed; null while it is open.", back="unit_id"
            ),
        },
        "Score": {
            "closed": batch_field(
                ("unit_id", "period"), _closed, "That it does not change any more; null while its month is open.",
                kind=ScoreClosed | None,
            )
        },
    },
)  # fmt: skip
