"""Trials of a scheme, of a version or of settings, and what they would move."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import orjson
import strawberry

from eperf.domain.access import Operation
from eperf.domain.errors import BadInput, TooMany
from eperf.domain.period import YearMonth as Month
from eperf.domain.scoring.what_if import MOST_BANDS
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import DateTime, Hundredths, YearMonth
from eperf.services import what_if
from eperf.store.scope import Columns, reach
from eperf.store.what_if import MoveRow, TrialRow

_MOST_SETTINGS = 16_384
_TRIALS = {"LATEST": (("id", True),)}
_MOVES = {"BIGGEST": (("size_h", True), ("id", False))}


@strawberry.type(description="How many people go from one band to another.")
class BandMove:
    """How many people go from one band to another."""

    before: int
    after: int
    people: int


@strawberry.type(description="What a stage adds to all scores together.")
class StageMove:
    """What a stage adds to all scores together."""

    stage: str
    difference: Hundredths


@strawberry.type(description="A trial in figures (ringkasan simulasi).")
class WhatIfSummary:
    """A trial in figures."""

    people: int = strawberry.field(description="Scores that were tried.")
    up: int
    down: int
    same: int
    provisional: int = strawberry.field(description="Scores for which the candidate gives no figure.")
    overtaken: int = strawberry.field(description="People whose rank in the month changes.")
    sum_before: Hundredths
    sum_after: Hundredths
    bands: list[BandMove]
    stages: list[StageMove]


def _summary(row: Mapping[str, Any], _: Context) -> WhatIfSummary | None:
    found = row["summary"]
    if found is None:
        return None
    counts = {name: found[name] for name in ("people", "up", "down", "same", "provisional", "overtaken")}
    return WhatIfSummary(
        **counts,
        sum_before=Hundredths(found["sum_before_h"]),
        sum_after=Hundredths(found["sum_after_h"]),
        bands=[BandMove(before=one, after=other, people=people) for one, other, people in found["bands"]],
        stages=[StageMove(stage=stage, difference=Hundredths(moved)) for stage, moved in found["stages"]],
    )


def _settings(row: Mapping[str, Any], _: Context) -> str:
    # In order of the keys: the databases keep them in orders of their own.
    return orjson.dumps(row["settings"], option=orjson.OPT_SORT_KEYS).decode()


@mapped(TrialRow, Operation.PLUGIN_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(
    description="What a candidate would make of stored scores; it changes none of them (simulasi)."
)
class WhatIf(Node):
    """A trial."""

    scheme: str | None = column("scheme", "The candidate; null: each unit's own, as it is installed today.")
    settings: str = computed(("settings",), _settings, "The candidate's settings as JSON.")
    first: YearMonth = column("first_month", "The first month.")
    last: YearMonth = column("last_month", "The last month.")
    state: str = column("state", "waiting, done or failed.")
    cause: str | None = column("cause", "Why it failed.")
    asked_at: DateTime = column("asked_at", "When it was asked for.")
    done_at: DateTime | None = column("done_at", "When it was done.")
    stale: int = column("stale", "Scores that were waiting to be computed when it ran.")
    unit: Unit | None = relation("unit_id", Unit, "The unit; all units below it are tried with it.")
    summary: WhatIfSummary | None = computed(
        ("summary",), _summary, "What it comes to; null until it is done.", kind=WhatIfSummary | None
    )


@mapped(MoveRow, Operation.SCORE_READ, partial(reach, columns=Columns()))
@strawberry.type(description="What a trial would make of one person's month.")
class WhatIfMove(Node):
    """What a trial would make of one person's month."""

    period: YearMonth = column("period", "The month.")
    before: Hundredths | None = column("before_h", "What counts today; null while provisional.")
    after: Hundredths | None = column("after_h", "What the candidate gives; null while provisional.")
    difference: Hundredths | None = column("delta_h", "After less before.")
    cause: str | None = column("cause", "Why the candidate gives no figure.")
    rank_before: int | None = column("rank_before", "The rank in the trial's month, from 1.")
    rank_after: int | None = column("rank_after", "The rank by the candidate.")
    band_before: int | None = column("band_before", "The band, from 0.")
    band_after: int | None = column("band_after", "The band by the candidate.")
    stage: str | None = column("stage", "The stage that moved it most.")
    stage_difference: Hundredths | None = column("stage_delta_h", "By how much.")
    employee: Employee | None = relation("employee_id", Employee, "Whose month it is.")
    unit: Unit | None = relation("unit_id", Unit, "The unit.")
    trial: WhatIf | None = relation("trial_id", WhatIf, "The trial.")


WhatIfPayload = Annotated[
    WhatIf | Problem, strawberry.union("WhatIfPayload", description="The trial, or why there is none.")
]


@strawberry.input(description="What to try, over which months of which unit.")
class TrySchemeInput:
    """What to try."""

    unit: strawberry.ID = strawberry.field(description="The unit; all units below it are tried with it.")
    first: YearMonth
    last: YearMonth = strawberry.field(description="At most twelve months.")
    scheme: str | None = strawberry.field(
        default=None, description="`plugin/part`; without it each unit's own, as it is installed today."
    )
    settings: str = strawberry.field(
        default="{}", description="A JSON object, checked by the scheme's own model."
    )
    bands: list[Hundredths] = strawberry.field(
        default_factory=list, description="Lower bounds of the bands above the lowest, ascending, at most 20."
    )
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


async def _try(context: Context, input: TrySchemeInput) -> int:  # noqa: A002
    if len(input.bands) > MOST_BANDS:
        raise TooMany("bands", MOST_BANDS, len(input.bands))
    candidate = what_if.Candidate(
        number_of(input.unit, "Unit", "unit"),
        Month.parse(input.first),
        Month.parse(input.last),
        input.scheme,
        _read(input.settings),
        tuple(input.bands),
    )
    return await what_if.ask(context.call(input.idempotency_key), candidate)


def _read(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text) if len(text) <= _MOST_SETTINGS else None
    except orjson.JSONDecodeError as wrong:
        raise BadInput("settings", text, "not JSON") from wrong
    if not isinstance(found, dict):
        raise BadInput("settings", text, "not a JSON object of at most 16,384 characters")
    return found


CONTRIBUTION = Contribution(
    types=(WhatIf, WhatIfMove),
    query={"what_ifs": many(WhatIf, _TRIALS, "LATEST", "The trials in reach, the latest first (simulasi).")},
    mutation={
        "try_scheme": verb(
            WhatIf, WhatIfPayload, _try, "I try a scheme or settings over past months before it counts (simulasikan)."
        )
    },
    extends={
        "WhatIf": {
            "moves": many(WhatIfMove, _MOVES, "BIGGEST", "People in reach, the biggest movers first.", back="trial_id")
        }
    },
)  # fmt: skip
