"""Writing plans, agreeing to them, and reporting what was reached."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.appraisal import deadline as deadlines
from eperf.domain.appraisal import plan as domain
from eperf.domain.appraisal.plan import MOST_FILES, MOST_TARGETS, Reported, Verdict
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import TooMany
from eperf.domain.period import YearMonth as Month
from eperf.schema.appraisal.types import AppraisalDeadline, Plan, Realisation, Target
from eperf.schema.appraisal.words import Aspect, PlanLevel, Step, TargetKind
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, Hundredths, YearMonth
from eperf.services.appraisal import deadline, plan, realisation

PlanPayload = Annotated[
    Plan | Problem,
    strawberry.union("PlanPayload", description="The plan as it is now, or why it was not changed."),
]
TargetPayload = Annotated[
    Target | Problem,
    strawberry.union("TargetPayload", description="The target as it is now, or why it was not changed."),
]
RealisationPayload = Annotated[
    Realisation | Problem,
    strawberry.union(
        "RealisationPayload", description="The realisation as it is now, or why it was not changed."
    ),
]
AppraisalDeadlinePayload = Annotated[
    AppraisalDeadline | Problem,
    strawberry.union("AppraisalDeadlinePayload", description="The deadline, or why it was not set."),
]


@strawberry.input(description="A target as it is written down.")
class TargetInput:
    """A target as it is written down."""

    title: str = strawberry.field(description="The result, at most 500 characters; its aspects share it.")
    aspect: Aspect
    measure: str = strawberry.field(description="What it is counted in: documents, per cent, days…")
    target: Hundredths = strawberry.field(description="Above zero.")
    kind: TargetKind = TargetKind.MAIN
    lower_is_better: bool = False
    weight: Hundredths | None = strawberry.field(
        default=None, description="For all targets of the plan or for none: then all count equally."
    )
    parent: strawberry.ID | None = strawberry.field(
        default=None, description="The target it serves: of the superior, the unit, or one's own longer plan."
    )

    def target_of(self, path: str) -> domain.Target:
        """The target with a number for its parent's id."""
        parent = None if self.parent is None else number_of(self.parent, "Target", f"{path}.parent")
        return domain.Target(
            self.title,
            self.aspect,
            self.measure,
            self.target,
            self.kind,
            self.lower_is_better,
            self.weight,
            parent,
        )


@strawberry.input(description="A plan to write: one's own, or a unit's.")
class DraftPlanInput:
    """A plan to write."""

    period: str = strawberry.field(description="A month, quarter or year: 2026-03, 2026Q1, 2026.")
    targets: list[TargetInput] = strawberry.field(description="At most 100.")
    unit: strawberry.ID | None = strawberry.field(default=None, description="Without it: one's own plan.")
    level: PlanLevel = strawberry.field(default=PlanLevel.INDIVIDUAL, description="IKU or IKK for a unit's.")
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.input(description="The targets of a draft, written anew.")
class EditPlanInput:
    """The targets of a draft, written anew."""

    plan: strawberry.ID
    targets: list[TargetInput] = strawberry.field(description="At most 100.")
    idempotency_key: str | None = None


@strawberry.input(description="Which target a target serves.")
class LinkTargetInput:
    """Which target a target serves."""

    target: strawberry.ID
    parent: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="A draft to hand over.")
class SubmitPlanInput:
    """A draft to hand over."""

    plan: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="A plan to agree to, or to return.")
class PlanDecisionInput:
    """A plan to agree to, or to return."""

    plan: strawberry.ID
    note: str | None = strawberry.field(default=None, description="Needed to return it.")
    idempotency_key: str | None = None


@strawberry.input(description="An agreed plan to take up again.")
class RevisePlanInput:
    """An agreed plan to take up again."""

    plan: strawberry.ID
    reason: str
    idempotency_key: str | None = None


@strawberry.input(description="What was reached of a target.")
class ReportRealisationInput:
    """What was reached of a target."""

    target: strawberry.ID
    through: YearMonth = strawberry.field(description="Up to the end of which month.")
    realised: Hundredths = strawberry.field(description="Since the plan began, not in that month alone.")
    note: str = ""
    files: list[strawberry.ID] = strawberry.field(default_factory=list, description="Evidence, at most 10.")
    idempotency_key: str | None = strawberry.field(default=None, description="Makes a retry safe.")


@strawberry.input(description="A realisation to accept, or to return.")
class RealisationDecisionInput:
    """A realisation to accept, or to return."""

    realisation: strawberry.ID
    note: str | None = strawberry.field(default=None, description="Needed to return it.")
    idempotency_key: str | None = None


@strawberry.input(description="The last day of a step for a period.")
class SetAppraisalDeadlineInput:
    """The last day of a step for a period."""

    unit: strawberry.ID
    step: Step
    period: str = strawberry.field(description="A realisation's is its month; else the period of the plan.")
    until: Date
    legal_basis: str = strawberry.field(description="The circular with its number.")
    idempotency_key: str | None = None


def _targets(given: list[TargetInput]) -> tuple[domain.Target, ...]:
    if len(given) > MOST_TARGETS:
        raise TooMany("targets", MOST_TARGETS, len(given))
    return tuple(one.target_of(f"targets.{place}") for place, one in enumerate(given))


async def _draft(context: Context, input: DraftPlanInput) -> int:  # noqa: A002
    unit = None if input.unit is None else number_of(input.unit, "Unit", "unit")
    given = plan.Draft(Term.parse(input.period), _targets(input.targets), unit, input.level)
    return await plan.draft(context.call(input.idempotency_key), given)


async def _edit(context: Context, input: EditPlanInput) -> int:  # noqa: A002
    number = number_of(input.plan, "Plan", "plan")
    return await plan.edit(context.call(input.idempotency_key), number, _targets(input.targets))


async def _link(context: Context, input: LinkTargetInput) -> int:  # noqa: A002
    target, parent = (
        number_of(input.target, "Target", "target"),
        number_of(input.parent, "Target", "parent"),
    )
    return await plan.link(context.call(input.idempotency_key), target, parent)


async def _submit(context: Context, input: SubmitPlanInput) -> int:  # noqa: A002
    return await plan.submit(context.call(input.idempotency_key), number_of(input.plan, "Plan", "plan"))


async def _agree(context: Context, input: PlanDecisionInput) -> int:  # noqa: A002
    return await _decide_plan(context, input, Verdict.ACCEPT)


async def _return(context: Context, input: PlanDecisionInput) -> int:  # noqa: A002
    return await _decide_plan(context, input, Verdict.RETURN)


async def _decide_plan(context: Context, given: PlanDecisionInput, verdict: Verdict) -> int:
    number = number_of(given.plan, "Plan", "plan")
    return await plan.decide(context.call(given.idempotency_key), number, verdict, given.note)


async def _revise(context: Context, input: RevisePlanInput) -> int:  # noqa: A002
    number = number_of(input.plan, "Plan", "plan")
    return await plan.revise(context.call(input.idempotency_key), number, input.reason)


async def _report(context: Context, input: ReportRealisationInput) -> int:  # noqa: A002
    if len(input.files) > MOST_FILES:
        raise TooMany("files", MOST_FILES, len(input.files))
    files = tuple(number_of(file, "File", "files") for file in input.files)
    given = Reported(Month.parse(input.through), input.realised, input.note, files)
    number = number_of(input.target, "Target", "target")
    return await realisation.report(context.call(input.idempotency_key), number, given)


async def _accept(context: Context, input: RealisationDecisionInput) -> int:  # noqa: A002
    return await _decide_realisation(context, input, Verdict.ACCEPT)


async def _send_back(context: Context, input: RealisationDecisionInput) -> int:  # noqa: A002
    return await _decide_realisation(context, input, Verdict.RETURN)


async def _decide_realisation(context: Context, given: RealisationDecisionInput, verdict: Verdict) -> int:
    number = number_of(given.realisation, "Realisation", "realisation")
    return await realisation.decide(context.call(given.idempotency_key), number, verdict, given.note)


async def _set_appraisal_deadline(context: Context, input: SetAppraisalDeadlineInput) -> int:  # noqa: A002
    unit, term = number_of(input.unit, "Unit", "unit"), Term.parse(input.period)
    given = deadlines.Deadline(unit, input.step, term, input.until, input.legal_basis)
    return await deadline.set_deadline(context.call(input.idempotency_key), given)


MUTATIONS = {
    "draft_plan": verb(Plan, PlanPayload, _draft, "I write a plan (susun rencana)."),
    "edit_plan": verb(Plan, PlanPayload, _edit, "I write the targets of a draft anew (ubah rencana)."),
    "link_target": verb(Target, TargetPayload, _link, "I say which target mine serves (tautkan sasaran)."),
    "submit_plan": verb(Plan, PlanPayload, _submit, "I hand a draft over to be agreed to (ajukan rencana)."),
    "agree_plan": verb(Plan, PlanPayload, _agree, "I agree to a plan (setujui rencana)."),
    "return_plan": verb(Plan, PlanPayload, _return, "I return a plan, with the reason (kembalikan rencana)."),
    "revise_plan": verb(Plan, PlanPayload, _revise, "I take an agreed plan up again (revisi rencana)."),
    "report_realisation": verb(
        Realisation, RealisationPayload, _report, "I report what was reached of a target (lapor realisasi)."
    ),
    "accept_realisation": verb(
        Realisation, RealisationPayload, _accept, "I accept what was reported (terima realisasi)."
    ),
    "return_realisation": verb(
        Realisation, RealisationPayload, _send_back, "I return it, with the reason (kembalikan realisasi)."
    ),
    "set_appraisal_deadline": verb(
        AppraisalDeadline,
        AppraisalDeadlinePayload,
        _set_appraisal_deadline,
        "A unit sets the last day of a step (atur batas waktu).",
    ),
}
