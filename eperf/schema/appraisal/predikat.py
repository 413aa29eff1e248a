"""The predikat of a period: deciding on it, reading it, what is proposed for it, and how a unit's are spread."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import strawberry

from eperf.domain.access import Operation
from eperf.domain.appraisal.decided import Judgement
from eperf.domain.appraisal.term import Term
from eperf.planner.mapping import column, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.appraisal.words import Expectation, OrganisationPredikat, Predikat, of_period
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, DateTime
from eperf.services.appraisal import predikat
from eperf.store.predikat import PredikatRow
from eperf.store.scope import Columns, reach

_LATEST = {"LATEST": (("first_day", True), ("id", True))}


@mapped(PredikatRow, Operation.PREDIKAT_READ, partial(reach, columns=Columns()))
@strawberry.type(
    description="An employee's predikat of a period, as the superior decided (predikat kinerja)."
)
class PeriodPredikat(Node):
    """An employee's predikat of a period."""

    period: str = column("period", "A month, quarter or year: `2026-03`, `2026Q1`, `2026`.")
    work: Expectation = column("work", "The work result against what was expected.", render=Expectation)
    behaviour: Expectation = column(
        "behaviour", "The behaviour against what was expected.", render=Expectation
    )
    predikat: Predikat = column("predikat", "What the matrix makes of the two.", render=Predikat)
    known_on: Date = column("known_on", "The civil day of the decision.")
    decided_at: DateTime = column("decided_at", "When it was decided.")
    decision_note: str | None = column("decision_note", "The superior's note (umpan balik).")
    version: int = column("version", "Grows with each decision.")
    employee: Employee | None = relation("employee_id", Employee, "Whose it is.")
    unit: Unit | None = relation("unit_id", Unit, "The unit on the day of the decision.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who decided.")
    decided_for: Employee | None = relation(
        "decided_for_id", Employee, "The incumbent for whom the decider acted."
    )


PredikatPayload = Annotated[
    PeriodPredikat | Problem,
    strawberry.union("PredikatPayload", description="The predikat as it is now, or why it was not decided."),
]


@strawberry.input(description="A superior's judgement of a period.")
class DecidePredikatInput:
    """A superior's judgement of a period."""

    employee: strawberry.ID
    period: str = strawberry.field(description="A month, quarter or year: 2026-03, 2026Q1, 2026.")
    work: Expectation
    behaviour: Expectation
    predikat: Predikat | None = strawberry.field(
        default=None, description="Refused when the matrix makes another one of the two."
    )
    note: str | None = None
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.type(description="What can be proposed for a predikat. Nothing is decided by it.")
class PredikatProposal:
    """What can be proposed for a predikat."""

    behaviour: Expectation | None = strawberry.field(
        description="By the figures of the period's round on the scale up to five; null: there is nothing to go by."
    )
    if_work_above: Predikat | None = strawberry.field(
        description="The predikat, were the work above expectation."
    )
    if_work_meets: Predikat | None
    if_work_below: Predikat | None


@strawberry.type(description="How many have a predikat.")
class PredikatCount:
    """How many have a predikat."""

    predikat: Predikat
    people: int


@strawberry.type(description="How the predikat of a unit are spread, held against the pattern for its own.")
class PredikatSpread:
    """How the predikat of a unit are spread."""

    counts: list[PredikatCount]
    without: int = strawberry.field(description="People whose predikat is not decided.")
    breaches: list[str] = strawberry.field(
        description="Codes of the bounds that are not kept. It is a report only."
    )


async def _decide(context: Context, input: DecidePredikatInput) -> int:  # noqa: A002
    given = Judgement(
        number_of(input.employee, "Employee", "employee"),
        Term.parse(input.period),
        input.work,
        input.behaviour,
        input.predikat,
        input.note,
    )
    return await predikat.decide(context.call(input.idempotency_key), given)


async def predikat_proposal(
    info: strawberry.Info, employee: strawberry.ID, period: str
) -> PredikatProposal | None:
    """What the period's ratings propose, and what each work result would make of it; None when out of reach."""
    number = number_of(employee, "Employee", "employee")
    found = await predikat.proposal(info.context.call(), number, Term.parse(period))
    if found is None:
        return None
    above, meets, below = (found.predikat.get(work) for work in Expectation)
    return PredikatProposal(
        behaviour=found.behaviour, if_work_above=above, if_work_meets=meets, if_work_below=below
    )


async def predikat_spread(
    info: strawberry.Info, unit: strawberry.ID, period: str, organisation: OrganisationPredikat
) -> PredikatSpread | None:
    """The predikat decided below a unit, and the bounds of the unit's own that they do not keep; None out of reach."""
    number = number_of(unit, "Unit", "unit")
    found = await predikat.spread(info.context.call(), number, Term.parse(period), organisation)
    if found is None:
        return None
    return PredikatSpread(
        counts=[PredikatCount(predikat=one, people=people) for one, people in found.counts.items()],
        without=found.without,
        breaches=list(found.breaches),
    )


CONTRIBUTION = Contribution(
    types=(PeriodPredikat,),
    query={
        "predikat_proposal": strawberry.field(
            resolver=predikat_proposal,
            description="What ratings propose for somebody's predikat; null when out of reach (usulan predikat).",
        ),
        "predikat_spread": strawberry.field(
            resolver=predikat_spread,
            description="How the predikat of a unit and all below it are spread; null out of reach (sebaran predikat).",
        ),
    },
    mutation={
        "decide_predikat": verb(
            PeriodPredikat, PredikatPayload, _decide, "I decide on the predikat of my staff (tetapkan predikat)."
        )
    },
    extends={
        "Employee": {
            "predikat": many(
                PeriodPredikat, _LATEST, "LATEST", "Predikat that were decided, the latest first.",
                back="employee_id", narrow=of_period,
            )
        }
    },
)  # fmt: skip
