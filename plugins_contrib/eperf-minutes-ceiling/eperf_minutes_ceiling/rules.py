"""The rule of DKI Jakarta 2020: activity, plan of own duties, result, amount received.

Absence lowers the *ceiling* of the minutes that count, never the minutes that the month asks for: who works
less than the lowered ceiling loses nothing by having been absent. A month without working days asks for
nothing and has no score; it is refused. The source bounds neither the plan's per cent nor the amount below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from eperf.plugins import BadInput
from eperf.plugins.rules import (
    Component,
    Regulated,
    check_weights,
    effective_time,
    half_up_to,
    in_force,
    in_range,
    month_minutes,
    positive,
    weighted_score,
)

BASIS = "Pergub DKI Jakarta 19/2020, terakhir diubah dengan 64/2020"
PROFILE = "dki"


class Group(StrEnum):
    """Groups of posts with weights of their own."""

    SENIOR_LEADER = "senior_leader"
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    IMPLEMENTER = "implementer"
    FUNCTIONAL = "functional"
    TGUPP = "tgupp"
    """Members of the governor's delivery team."""

    @classmethod
    def parse(cls, text: str | None, field: str = "group") -> Group:
        """The group of that name; others are refused by the name of the field."""
        if text not in frozenset(cls):
            raise BadInput(field, text, "not one of " + ", ".join(cls))
        return cls(text)


class Part(StrEnum):
    """The components of a result."""

    PERFORMANCE_AGREEMENT = "performance_agreement"
    ACTION_PLAN = "action_plan_and_complaints"
    OWN_PLAN = "own_plan"
    """Plan of own duties (renkin)."""
    ACTIVITY = "activity"


@dataclass(frozen=True, kw_only=True)
class GroupWeights(Regulated):
    """Per cent by component. `unmapped`: weights whose components the source does not tell apart."""

    weights_pct: Mapping[Group, Mapping[Part, Decimal]]
    unmapped: Mapping[Group, tuple[int, ...]]

    def __post_init__(self) -> None:
        for weights in self.weights_pct.values():
            check_weights(weights.values())


_STAFF = MappingProxyType({Part.OWN_PLAN: Decimal(60), Part.ACTIVITY: Decimal(40)})
_OPEN = (50, 30, 20)

WEIGHTS: tuple[GroupWeights, ...] = (
    GroupWeights(
        valid_from=date(2020, 1, 1),
        legal_basis=BASIS,
        mark="press",
        weights_pct=MappingProxyType(
            {
                Group.SENIOR_LEADER: MappingProxyType({Part.PERFORMANCE_AGREEMENT: Decimal(100)}),
                Group.IMPLEMENTER: _STAFF,
                Group.FUNCTIONAL: _STAFF,
                Group.TGUPP: _STAFF,
            }
        ),
        unmapped=MappingProxyType({Group.ADMINISTRATOR: _OPEN, Group.SUPERVISOR: _OPEN}),
    ),
)


class Activities(NamedTuple):
    """Effective minutes of an activity and how often it was done."""

    minutes: Decimal
    volume: Decimal


class WorkActivity(NamedTuple):
    """Minutes reached, minutes that may count, minutes the month asks for, and the score in per cent."""

    achievement_min: Decimal
    max_limit_min: int
    month_minutes: int
    score_pct: Decimal


class Result(NamedTuple):
    """The weighted result in per cent, and the amount after insurance and lawful cuts; both exact."""

    result_pct: Decimal
    received_rp: Decimal


class Realisation(NamedTuple):
    """A target of the plan and what was done of it."""

    target: Decimal
    realisation: Decimal


def work_activity(
    working_days: int, activities: Sequence[Activities], absence_reducer_min: int, on: date
) -> WorkActivity:
    """Minutes under the ceiling as a share of the month's, half-up to two decimals."""
    asked = month_minutes(effective_time(PROFILE, on), working_days)
    positive("working_days", working_days)
    in_range("absence_reducer_min", absence_reducer_min)
    for one in activities:
        in_range("minutes", one.minutes)
        in_range("volume", one.volume)
    achieved = sum((one.minutes * one.volume for one in activities), Decimal(0))
    ceiling = max(0, asked - absence_reducer_min)
    counted = min(achieved, Decimal(ceiling))
    return WorkActivity(achieved, ceiling, asked, half_up_to(Fraction(counted) / asked * 100, 2))


def plan_pct(targets: Sequence[Realisation]) -> Decimal:
    """The mean of what was realised of each target (not the ratio of the sums), two decimals."""
    if not targets:
        raise BadInput("targets", "", "there is no target")
    for one in targets:
        positive("target", one.target)
        in_range("realisation", one.realisation)
    ratios = [Fraction(one.realisation) / Fraction(one.target) for one in targets]
    return half_up_to(sum(ratios, Fraction(0)) / len(ratios) * 100, 2)


def weights_of(group: Group, on: date, mapping: Sequence[Part] | None = None) -> Mapping[Part, Decimal]:
    """The weights of a group. Administrators and supervisors need the unit's own reading of the table.

    `mapping`: the components that weigh 50, 30 and 20 there, in this order.
    """
    rule = in_force(WEIGHTS, on)
    if group not in rule.unmapped:
        return rule.weights_pct[group]
    weights = rule.unmapped[group]
    if mapping is None or len(mapping) != len(weights) or len(set(mapping)) != len(weights):
        raise BadInput("mapping", mapping, f"{group} needs three components, those of 50, 30 and 20 per cent")
    return {part: Decimal(weight) for part, weight in zip(mapping, weights, strict=True)}


def result(
    weights: Mapping[Part, Decimal], values: Mapping[Part, Decimal], tpp_rp: Decimal, deductions_rp: Decimal
) -> Result:
    """The weighted result and what is received of the amount. A value that is missing is refused."""
    in_range("tpp_rp", tpp_rp)
    in_range("deductions_rp", deductions_rp)
    components = []
    for part, weight in weights.items():
        if part not in values:
            raise BadInput(part, None, "missing; a component is never guessed")
        in_range(part, values[part])
        components.append(Component(part, weight, values[part]))
    percent = weighted_score(components)
    return Result(percent, percent * tpp_rp / 100 - deductions_rp)
