"""The words of appraisal in the schema, and periods as an argument."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.appraisal.deadline import Step
from eperf.domain.appraisal.distribution import OrganisationPredikat
from eperf.domain.appraisal.plan import Aspect, PlanLevel, PlanState, RealisationState, TargetKind
from eperf.domain.appraisal.predikat import Expectation, Predikat
from eperf.domain.appraisal.rating import MissingRaters, RaterRole
from eperf.domain.appraisal.term import Term
from eperf.store.condition import Condition, Is

__all__ = [
    "Aspect", "Expectation", "MissingRaters", "OrganisationPredikat", "Period", "PlanLevel", "PlanState", "Predikat",
    "RaterRole", "RealisationState", "Step", "TargetKind", "of_period",
]  # fmt: skip

strawberry.enum(PlanState, description="Where a plan stands (keadaan rencana).")
strawberry.enum(
    PlanLevel, description="Key or activity indicators of a unit (IKU, IKK), or a person's targets (SKP)."
)
strawberry.enum(TargetKind, description="Main or additional work (utama, tambahan).")
strawberry.enum(Aspect, name="TargetAspect", description="What of a result is measured (aspek).")
strawberry.enum(RealisationState, description="Where a reported realisation stands (keadaan realisasi).")
strawberry.enum(Step, name="AppraisalStep", description="What has a deadline (tahapan).")
strawberry.enum(RaterRole, description="As what somebody rates (peran penilai).")
strawberry.enum(MissingRaters, description="What happens to the share of a role with too few raters.")
strawberry.enum(Expectation, description="Against what was expected (ekspektasi).")
strawberry.enum(OrganisationPredikat, description="What a unit itself achieved (predikat organisasi).")
strawberry.enum(Predikat, description="The judgement of a period (predikat kinerja).")

Period = Annotated[
    str | None, strawberry.argument(description="A month, quarter or year: 2026-03, 2026Q1, 2026.")
]


def of_period(_: object, period: Period = None) -> Condition | None:
    """The rows of one period; all of them without one."""
    return None if period is None else Is("period", Term.parse(period).text)
