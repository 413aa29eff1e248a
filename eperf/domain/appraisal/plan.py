"""Plans and their targets (SKP, perjanjian kinerja), and the states they go through.

    draft -> submitted -> agreed -> revised
    draft <- submitted                        returned with a note

A unit's key indicators (IKU) lead to its activity indicators (IKK) and these to the targets of people (SKP): a target
may cite the one that it serves. Only an agreed plan counts. An agreed plan is never changed: it is revised, which is a
further plan, and stays on record with who agreed to what and when. Nobody agrees to a plan that they submitted.

A target is one aspect of one result: quantity, quality, time and cost of the same work are targets of one title. No
known arithmetic has a value for a target of zero ("no findings"), because all divide by it; it is to be written as a
share that is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput, CascadeCycle, Conflict, NotFound, TooMany
from eperf.domain.period import YearMonth
from eperf.domain.text import bounded, clean

MOST_TARGETS = 100
MOST_HUNDREDTHS = 1_000_000_000
MOST_CASCADE = 30
"""Levels of targets above one another."""
MOST_FILES = 10


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AGREED = "agreed"
    REVISED = "revised"
    """It was agreed, and a later plan took its place."""


class PlanLevel(StrEnum):
    """Whose targets they are: a unit's key indicators, a unit's activity indicators, a person's."""

    IKU = "iku"
    IKK = "ikk"
    INDIVIDUAL = "individual"


class TargetKind(StrEnum):
    """Main work, or additional work."""

    MAIN = "main"
    ADDITIONAL = "additional"


class Aspect(StrEnum):
    """What of a result is measured."""

    QUANTITY = "quantity"
    QUALITY = "quality"
    TIME = "time"
    COST = "cost"


class RealisationState(StrEnum):
    """Where a reported realisation stands."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class Verdict(StrEnum):
    """What a superior may do with a submitted plan or a reported realisation."""

    ACCEPT = "accept"
    RETURN = "return"


@dataclass(frozen=True)
class Target:
    """A target as it is written down. `measure` is what it is counted in; `parent` the id of the target it serves.

    `weight_h` are hundredths of any whole, given for all targets of a plan or for none (then all count equally).
    """

    title: str
    aspect: Aspect
    measure: str
    target_h: int
    kind: TargetKind = TargetKind.MAIN
    lower_is_better: bool = False
    weight_h: int | None = None
    parent: int | None = None


def checked_targets(targets: Sequence[Target]) -> list[Target]:
    """The targets with their texts cleaned; refuses by the path of the field what cannot stand in one plan."""
    if len(targets) > MOST_TARGETS:
        raise TooMany("targets", MOST_TARGETS, len(targets))
    found = [_checked(f"targets.{place}", one) for place, one in enumerate(targets)]
    seen: set[tuple[str, str]] = set()
    for place, one in enumerate(found):
        if (one.title, one.aspect) in seen:
            raise BadInput(f"targets.{place}.title", one.title, f"has a target for {one.aspect} already")
        seen.add((one.title, one.aspect))
    if len({one.weight_h is None for one in found}) > 1:
        raise BadInput("targets", len(found), "all targets of a plan have a weight, or none has")
    return found


def _checked(path: str, one: Target) -> Target:
    bounded(f"{path}.target", one.target_h, 1, MOST_HUNDREDTHS)
    if one.weight_h is not None:
        bounded(f"{path}.weight", one.weight_h, 1, MOST_HUNDREDTHS)
    return replace(
        one,
        title=clean(f"{path}.title", one.title, most=500),
        measure=clean(f"{path}.measure", one.measure, most=100),
    )


def require_submittable(targets: int) -> None:
    """Refuses a plan without a target."""
    if not targets:
        raise BadInput("targets", targets, "a plan has at least one target")


def require_plan_state(state: str, expected: PlanState, plan_id: int) -> None:
    """Refuses with `CONFLICT` when the plan is elsewhere in its life."""
    if state != expected:
        raise Conflict("plan", plan_id, f"it is {state}, not {expected}")


def require_realisation_state(state: str, expected: RealisationState, number: int) -> None:
    """Refuses with `CONFLICT` when the realisation is elsewhere in its life."""
    if state != expected:
        raise Conflict("realisation", number, f"it is {state}, not {expected}")


@dataclass(frozen=True)
class Place:
    """Where a target stands: its plan's owner (a person, or with None the unit), level and term."""

    unit_id: int
    employee_id: int | None
    level: PlanLevel
    term: Term


def require_serves(
    field: str, parent_id: int, child: Place, parent: Place, superior: int | None, above: Iterable[int]
) -> None:
    """Refuses a parent that the plan may not cite: as not found when it is out of reach, else by its period.

    A person's target serves one of the superior, of the own unit or one above, or of the own plan for a longer term. A
    unit's target serves one of a unit's plan: an IKK that of its own unit or one above, an IKU that of a unit above.
    `superior` is the person's superior; `above` are the unit and those above it.
    """
    if not _serves(child, parent, superior, set(above)):
        raise NotFound(field, parent_id)
    if not child.term.within(parent.term):
        raise BadInput(field, parent_id, f"its plan is for {parent.term}, which does not hold {child.term}")


def _serves(child: Place, parent: Place, superior: int | None, above: set[int]) -> bool:
    if parent.employee_id is None:
        near = parent.unit_id in above
        if child.employee_id is not None:
            return near
        own = parent.unit_id == child.unit_id
        return near and not (own and (child.level is PlanLevel.IKU or parent.level is PlanLevel.IKK))
    if child.employee_id is None:
        return False
    if parent.employee_id == child.employee_id:
        return parent.term != child.term
    return parent.employee_id == superior


def require_no_ring(
    field: str, target_id: int | None, parent_id: int, parent_of: Callable[[int], int | None]
) -> None:
    """Refuses with `CascadeCycle` a parent that, by whatever way, serves the target itself.

    `target_id` None is a target that is not written yet: nothing can serve it, only the height is looked at.
    """
    at: int | None = parent_id
    for _ in range(MOST_CASCADE):
        if at is None:
            return
        if at == target_id:
            raise CascadeCycle(field, target_id)
        at = parent_of(at)
    if at is not None:
        raise TooMany("cascade", MOST_CASCADE, parent_id)


@dataclass(frozen=True)
class Reported:
    """What an employee says was reached of a target since the plan began, up to the end of a month."""

    through: YearMonth
    realised_h: int
    note: str
    files: tuple[int, ...] = ()


def checked_reported(reported: Reported, term: Term, today_month: YearMonth) -> Reported:
    """The report with its text cleaned; refuses a month outside the plan or ahead."""
    bounded("realised", reported.realised_h, 0, MOST_HUNDREDTHS)
    if not term.holds(reported.through):
        raise BadInput("through", str(reported.through), f"lies outside the plan's period {term}")
    if reported.through > today_month:
        raise BadInput("through", str(reported.through), "has not come yet")
    if len(reported.files) > MOST_FILES:
        raise TooMany("files", MOST_FILES, len(reported.files))
    if len(set(reported.files)) < len(reported.files):
        raise BadInput("files", list(reported.files), "names a file twice")
    return replace(reported, note=clean("note", reported.note, most=2000, least=0, lines=True))
