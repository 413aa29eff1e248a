"""The deadlines of units, and setting them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from functools import partial
from typing import Annotated, Any

import strawberry

from eperf.domain.access import Operation
from eperf.domain.deadline import CountedFrom, Deadlines, Silence
from eperf.domain.errors import BadInput
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, DateTime
from eperf.services import deadline
from eperf.store.deadline import DeadlineRow
from eperf.store.scope import Columns, reach

strawberry.enum(
    CountedFrom, name="DeadlineStart", description="From where the days to report in are counted."
)
strawberry.enum(Silence, description="What follows when nobody decides in time (akibat tidak diputuskan).")
_ORDERS = {"SINCE": (("valid_from", True), ("id", True))}
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAY_MIN = 24 * 60


def _days(row: Mapping[str, Any], _: Context) -> int | None:
    until = row["report_until_min"]
    return None if until is None else (until - 1) // _DAY_MIN


def _time(row: Mapping[str, Any], _: Context) -> str | None:
    until = row["report_until_min"]
    if until is None or until % _DAY_MIN == 0:
        return None
    hour, minute = divmod(until % _DAY_MIN, 60)
    return f"{hour:02d}:{minute:02d}"


@mapped(DeadlineRow, Operation.DEADLINE_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(
    description="Until when work of a day is reported and decided on in a unit and all below it (tenggat)."
)
class UnitDeadlines(Node):
    """The deadlines of a unit."""

    valid_from: Date = column("valid_from", "The first day whose work they are for, until the unit's next.")
    legal_basis: str = column("legal_basis", "Who says so (dasar hukum).")
    counted_from: CountedFrom | None = column(
        "counted_from", "From where reporting is counted; null: no deadline for it.", render=CountedFrom
    )
    report_days: int | None = computed(
        ("report_until_min",), _days, "So many civil days after that.", kind=int | None
    )
    report_time: str | None = computed(
        ("report_until_min",), _time, "Before this time, HH:MM in the unit's zone; null: until the day's end.",
        kind=str | None,
    )  # fmt: skip
    mend_days: int | None = column(
        "mend_days", "Civil days after a return until which it is sent again; null: without end."
    )
    verify_days: int | None = column(
        "verify_days", "Working days after the day of sending until which it is decided; null: without end."
    )
    silence: Silence = column("silence", "What follows when nobody decides in time.", render=Silence)
    withdraw_days: int | None = column(
        "withdraw_days",
        "Civil days after the month's end until which a verification may be withdrawn; null: never.",
    )
    recorded_at: DateTime = column("recorded_at", "When it was recorded.")
    unit: Unit | None = relation("unit_id", Unit, "The unit.")


DeadlinesPayload = Annotated[
    UnitDeadlines | Problem,
    strawberry.union("DeadlinesPayload", description="The deadlines, or why they were not set."),
]


@strawberry.input(description="The deadlines of a unit from a day on; what is left out has no deadline.")
class SetDeadlinesInput:
    """The deadlines of a unit from a day on."""

    unit: strawberry.ID
    valid_from: Date = strawberry.field(description="Today or later; the same day again corrects.")
    legal_basis: str = strawberry.field(description="The regulation with its article.")
    counted_from: CountedFrom | None = None
    report_days: int = strawberry.field(default=0, description="0 to 366 civil days.")
    report_time: str | None = strawberry.field(default=None, description="HH:MM; without it the day's end.")
    mend_days: int | None = None
    verify_days: int | None = None
    silence: Silence = Silence.NOTHING
    withdraw_days: int | None = None
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


async def _set(context: Context, input: SetDeadlinesInput) -> int:  # noqa: A002
    rule = Deadlines(
        valid_from=input.valid_from,
        legal_basis=input.legal_basis,
        counted_from=input.counted_from,
        report_days=input.report_days,
        report_time=None if input.report_time is None else _read(input.report_time),
        mend_days=input.mend_days,
        verify_days=input.verify_days,
        silence=input.silence,
        withdraw_days=input.withdraw_days,
    )
    unit = number_of(input.unit, "Unit", "unit")
    return await deadline.set_deadlines(context.call(input.idempotency_key), unit, rule)


def _read(text: str) -> time:
    found = _TIME.fullmatch(text)
    if found is None:
        raise BadInput("reportTime", text, "a time is written HH:MM")
    return time(int(found[1]), int(found[2]))


CONTRIBUTION = Contribution(
    types=(UnitDeadlines,),
    mutation={
        "set_deadlines": verb(
            UnitDeadlines,
            DeadlinesPayload,
            _set,
            "The deadlines of a unit for reporting and deciding, and what silence means (atur tenggat).",
        )
    },
    extends={
        "Unit": {
            "deadlines": many(
                UnitDeadlines, _ORDERS, "SINCE", "The unit's own deadlines, the latest first.", back="unit_id"
            )
        }
    },
)
