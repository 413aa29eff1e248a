"""Plans, targets, realisations and deadlines."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation, Scope
from eperf.planner.mapping import column, mapped, relation
from eperf.schema.appraisal.words import Aspect, PlanLevel, PlanState, RealisationState, Step, TargetKind
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, DateTime, Hundredths, YearMonth
from eperf.store.condition import Condition, Either, Every, Is, Missing, Within
from eperf.store.people import EmployeeRow
from eperf.store.plan import AppraisalDeadlineRow, PlanRow, RealisationRow, TargetRow
from eperf.store.scope import Columns, reach


def of_units_too(scope: Scope) -> Condition | None:
    """Rows of people in reach, and those of units, which are everybody's who may read plans at all."""
    within = reach(scope, Columns())
    return within if within is None or scope.nothing else Either((within, Missing("employee_id")))


def of_plans(scope: Scope) -> Condition | None:
    """Beside these the agreed plans of one's superior: one's own targets serve them."""
    within = of_units_too(scope)
    if within is None or scope.employee_id is None:
        return within
    superior = Within("employee_id", EmployeeRow, "supervisor_id", Is("id", scope.employee_id))
    return Either((within, Every((Is("state", PlanState.AGREED.value), superior))))


def of_targets(scope: Scope) -> Condition | None:
    """The targets of plans in reach."""
    plans = of_plans(scope)
    return None if plans is None else Within("plan_id", PlanRow, "id", plans)


@mapped(PlanRow, Operation.PLAN_READ, of_plans)
@strawberry.type(description="A plan of a person or of a unit for a period (SKP, perjanjian kinerja).")
class Plan(Node):
    """A plan."""

    level: PlanLevel = column("level", "Whose targets they are.", render=PlanLevel)
    period: str = column("period", "A month, quarter or year: `2026-03`, `2026Q1`, `2026`.")
    first_day: Date = column("first_day", "The first day of the period.")
    last_day: Date = column("last_day", "The last day of the period.")
    state: PlanState = column("state", "Where it stands; only an agreed plan counts.", render=PlanState)
    revision: int = column("revision", "0 for the first; grows with each revision.")
    reason: str | None = column("reason", "Why it revises the one before.")
    submitted_at: DateTime | None = column("submitted_at", "When it was last submitted.")
    decided_at: DateTime | None = column("decided_at", "When it was last agreed to or returned.")
    decision_note: str | None = column("decision_note", "The decider's note.")
    version: int = column("version", "Grows with each change.")
    employee: Employee | None = relation("employee_id", Employee, "Whose plan it is; null for a unit's.")
    unit: Unit | None = relation("unit_id", Unit, "The unit, or the person's unit when it was begun.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who agreed to it or returned it.")
    decided_for: Employee | None = relation(
        "decided_for_id", Employee, "The incumbent for whom the decider acted."
    )


@mapped(TargetRow, Operation.PLAN_READ, of_targets)
@strawberry.type(
    description="A target: one aspect of one result. Targets of one title are the aspects of one task (target)."
)
class Target(Node):
    """A target."""

    kind: TargetKind = column("kind", "Main or additional work.", render=TargetKind)
    title: str = column("title", "The result (rencana hasil kerja, indikator).")
    aspect: Aspect = column("aspect", "What of it is measured.", render=Aspect)
    measure: str = column("measure", "What it is counted in (satuan).")
    target: Hundredths = column("target_h", "The target.")
    lower_is_better: bool = column("lower_is_better", "Whether less is better.")
    weight: Hundredths | None = column("weight_h", "Its weight; null: all of the plan count equally.")
    plan: Plan | None = relation("plan_id", Plan, "The plan it stands in.")


@mapped(RealisationRow, Operation.PLAN_READ, of_units_too)
@strawberry.type(description="What was reached of a target up to the end of a month (realisasi).")
class Realisation(Node):
    """A realisation."""

    through: YearMonth = column("through", "Up to the end of which month.")
    realised: Hundredths = column("realised_h", "What was reached since the plan began.")
    note: str = column("note", "What the reporter says of it.")
    state: RealisationState = column("state", "Only an accepted one counts.", render=RealisationState)
    reported_at: DateTime = column("reported_at", "When it was reported.")
    decided_at: DateTime | None = column("decided_at", "When it was accepted or returned.")
    decision_note: str | None = column("decision_note", "The decider's note.")
    version: int = column("version", "Grows with each change.")
    target: Target | None = relation("target_id", Target, "Of which target.")
    employee: Employee | None = relation("employee_id", Employee, "Whose it is; null for a unit's.")
    unit: Unit | None = relation("unit_id", Unit, "The unit of the plan.")
    decided_by: Employee | None = relation("decided_by_id", Employee, "Who accepted or returned it.")
    decided_for: Employee | None = relation(
        "decided_for_id", Employee, "The incumbent for whom the decider acted."
    )


@mapped(AppraisalDeadlineRow, Operation.CALENDAR_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(description="The last day of a step for a period in a unit and all below it (batas waktu).")
class AppraisalDeadline(Node):
    """A deadline."""

    step: Step = column("step", "What has to be done.", render=Step)
    period: str = column("period", "For which period.")
    until: Date = column("until", "The last day.")
    legal_basis: str = column("legal_basis", "The circular with its number (dasar).")
    recorded_at: DateTime = column("recorded_at", "When it was recorded; the last one counts.")
    unit: Unit | None = relation("unit_id", Unit, "Where it holds, with all below.")
