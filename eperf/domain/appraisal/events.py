"""What happened to plans, realisations, rounds of ratings and predikat.

That somebody gave a rating is no event: its place in the log would tell whose it is. What a round came to is told when
it has been closed, of all whom it rates at once, by their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfAPlan(Event):
    # No month is marked here: a plan is felt in many, and only those that are scored are marked.
    period: str


@dataclass(frozen=True, kw_only=True)
class PlanDrafted(_OfAPlan):
    """A draft of a plan was written or changed, or a plan was taken up to be revised."""

    kind = "plan.drafted"
    subject_type = "Plan"


@dataclass(frozen=True, kw_only=True)
class TargetLinked(_OfAPlan):
    """A target serves another one from now on."""

    kind = "plan.target-linked"
    subject_type = "Target"


@dataclass(frozen=True, kw_only=True)
class PlanSubmitted(_OfAPlan):
    """A plan of a person or of a unit waits to be agreed to."""

    kind = "plan.submitted"
    subject_type = "Plan"


@dataclass(frozen=True, kw_only=True)
class PlanAgreed(_OfAPlan):
    """A plan was agreed to; its targets count from now on, and those of the plan that it revises no longer."""

    kind = "plan.agreed"
    subject_type = "Plan"
    decided_by: int | None


@dataclass(frozen=True, kw_only=True)
class PlanReturned(_OfAPlan):
    """A plan was sent back with a reason."""

    kind = "plan.returned"
    subject_type = "Plan"
    decided_by: int | None


@dataclass(frozen=True, kw_only=True)
class PlanRevised(_OfAPlan):
    """A plan that had been agreed to was replaced by a later one."""

    kind = "plan.revised"
    subject_type = "Plan"


@dataclass(frozen=True, kw_only=True)
class _OfATarget(Event):
    through: str


@dataclass(frozen=True, kw_only=True)
class RealisationReported(_OfATarget):
    """What was reached of a target was reported."""

    kind = "realisation.reported"
    subject_type = "Realisation"


@dataclass(frozen=True, kw_only=True)
class RealisationAccepted(_OfATarget):
    """A reported realisation was accepted; it counts from now on."""

    kind = "realisation.accepted"
    subject_type = "Realisation"
    decided_by: int | None


@dataclass(frozen=True, kw_only=True)
class RealisationReturned(_OfATarget):
    """A reported realisation was sent back with a reason."""

    kind = "realisation.returned"
    subject_type = "Realisation"
    decided_by: int | None


@dataclass(frozen=True, kw_only=True)
class DeadlineSet(Event):
    """A unit set the last day of a step for a period."""

    kind = "appraisal.deadline-set"
    subject_type = "Deadline"
    step: str
    period: str
    until: date


@dataclass(frozen=True, kw_only=True)
class DimensionsAdded(Event):
    """A unit added a list of dimensions of behaviour."""

    kind = "behaviour.dimensions-added"
    subject_type = "DimensionList"
    name: str


@dataclass(frozen=True, kw_only=True)
class RoundOpened(Event):
    """A round of ratings was opened in a unit; those who are asked find it among their ratings to give."""

    kind = "behaviour.round-opened"
    subject_type = "RatingRound"
    period: str
    until: date


@dataclass(frozen=True, kw_only=True)
class RoundClosed(Event):
    """A round of ratings was closed; its figures are there."""

    kind = "behaviour.round-closed"
    subject_type = "RatingRound"
    period: str


@dataclass(frozen=True, kw_only=True)
class BehaviourSettled(Event):
    """An employee's behaviour of a period has its figures, or too few raters."""

    kind = "behaviour.settled"
    subject_type = "RatingRound"
    period: str


@dataclass(frozen=True, kw_only=True)
class PredikatDecided(Event):
    """A superior, or who acts for them, decided on an employee's predikat of a period."""

    kind = "predikat.decided"
    subject_type = "PeriodPredikat"
    period: str
    predikat: str
    decided_by: int


KINDS: tuple[type[Event], ...] = (
    PlanDrafted,
    TargetLinked,
    PlanSubmitted,
    PlanAgreed,
    PlanReturned,
    PlanRevised,
    RealisationReported,
    RealisationAccepted,
    RealisationReturned,
    DeadlineSet,
    DimensionsAdded,
    RoundOpened,
    RoundClosed,
    BehaviourSettled,
    PredikatDecided,
)
