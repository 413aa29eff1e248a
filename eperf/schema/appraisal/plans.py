"""Plans of an employee, of a unit, of all in reach; the cascade from target to target; what waits for a decision."""

from __future__ import annotations

import strawberry

from eperf.domain.access import Operation, scope
from eperf.domain.appraisal.plan import MOST_FILES, PlanState, RealisationState
from eperf.domain.appraisal.term import Term
from eperf.planner.mapping import relation
from eperf.plugins.api import Contribution
from eperf.schema.appraisal.types import AppraisalDeadline, Plan, Realisation, Target
from eperf.schema.appraisal.verbs import MUTATIONS
from eperf.schema.appraisal.words import Period, PlanLevel, of_period
from eperf.schema.context import Context
from eperf.schema.file.types import File
from eperf.schema.ids import number_of
from eperf.schema.lists import linked, many
from eperf.store.condition import Condition, Either, Every, Is, Missing
from eperf.store.plan import RealisationFileRow
from eperf.store.scope import Columns, reach, within_units

_LATEST = {"LATEST": (("first_day", True), ("id", True)), "OLDEST": (("id", False),)}
_WRITTEN = {"WRITTEN": (("id", False),)}
_MONTHS = {"LATEST": (("through", True), ("id", True)), "OLDEST": (("id", False),)}


@strawberry.input(description="Which plans.")
class PlanFilter:
    """Which plans."""

    unit: strawberry.ID | None = strawberry.field(default=None, description="Of this unit and all below it.")
    period: str | None = strawberry.field(default=None, description="A month, quarter or year.")
    level: PlanLevel | None = None
    state: PlanState | None = None

    def where(self) -> Condition | None:
        """The filter as a condition."""
        parts: list[Condition] = []
        if self.unit is not None:
            parts.append(within_units("unit_id", [number_of(self.unit, "Unit", "filter.unit")]))
        if self.period is not None:
            parts.append(Is("period", Term.parse(self.period, "filter.period").text))
        if self.level is not None:
            parts.append(Is("level", self.level.value))
        if self.state is not None:
            parts.append(Is("state", self.state.value))
        return Every(tuple(parts)) if parts else None


def _filtered(_: Context, filter: PlanFilter | None = None) -> Condition | None:  # noqa: A002
    return filter.where() if filter else None


def _of_unit(_: Context, period: Period = None) -> Condition:
    found = of_period(_, period)
    return Missing("employee_id") if found is None else Every((Missing("employee_id"), found))


def _plans_waiting(context: Context) -> Condition:
    return _waiting(context, PlanState.SUBMITTED.value)


def _realisations_waiting(context: Context) -> Condition:
    return _waiting(context, RealisationState.REPORTED.value)


def _waiting(context: Context, state: str) -> Condition:
    """Those of people whose superior the viewer is or acts for, and those of units that the viewer leads."""
    waits = Is("state", state)
    people = reach(scope(context.seen(), Operation.PLAN_DECIDE), Columns())
    units = reach(scope(context.seen(), Operation.UNIT_PLAN_DECIDE), Columns(employee=None))
    if people is None or units is None:
        return waits
    return Every((waits, Either((people, Every((Missing("employee_id"), units))))))


CONTRIBUTION = Contribution(
    types=(Plan, Target, Realisation, AppraisalDeadline),
    query={
        "plans": many(
            Plan, _LATEST, "LATEST", "The plans in reach, the latest first (rencana kinerja).", narrow=_filtered
        ),
        "plans_to_agree": many(
            Plan, _LATEST, "OLDEST", "Plans that wait for my decision, for whom I act included.",
            narrow=_plans_waiting,
        ),
        "realisations_to_accept": many(
            Realisation, _MONTHS, "OLDEST", "Realisations that wait for my decision, for whom I act included.",
            narrow=_realisations_waiting,
        ),
    },
    mutation=MUTATIONS,
    extends={
        "Employee": {
            "plans": many(
                Plan, _LATEST, "LATEST", "Plans, the latest first (SKP).", back="employee_id", narrow=of_period
            )
        },
        "Unit": {
            "plans": many(
                Plan, _LATEST, "LATEST", "The unit's own plans, the latest first (perjanjian kinerja).",
                back="unit_id", narrow=_of_unit,
            ),
            "appraisal_deadlines": many(
                AppraisalDeadline, _WRITTEN, "WRITTEN",
                "Deadlines of this very unit, as they were recorded (batas waktu).",
                back="unit_id", narrow=of_period,
            ),
        },
        "Plan": {
            "targets": many(Target, _WRITTEN, "WRITTEN", "Its targets, as they were written.", back="plan_id"),
            "revises": relation("revises_id", Plan, "The plan whose place it takes.", kind=Plan | None),
        },
        "Target": {
            "parent": relation("parent_id", Target, "The target it serves.", kind=Target | None),
            "children": many(Target, _WRITTEN, "WRITTEN", "The targets that serve it.", back="parent_id"),
            "realisations": many(
                Realisation, _MONTHS, "LATEST", "What was reached, the latest month first.", back="target_id"
            ),
        },
        "Realisation": {
            "files": linked(
                File, RealisationFileRow, "realisation_id", "file_id", MOST_FILES, "The evidence it cites."
            )
        },
    },
)  # fmt: skip
