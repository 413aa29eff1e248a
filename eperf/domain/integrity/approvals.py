"""How work is approved and graded: I-18 to I-20, and what I-24 forbids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from eperf.domain.count import whole_count
from eperf.domain.errors import BadInput
from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Finding, counted, measured

ACTIONS = ("approve", "edit")
STATUSES = ("draft", "submitted", "returned", "approved", "rejected")


@dataclass(frozen=True, slots=True)
class ApprovalBurst:
    """I-18: so many approvals in less than so many seconds, or a median review shorter than this."""

    min_approvals: int = 20
    under_seconds: int = 60
    under_review_seconds: Decimal = Decimal(3)


@dataclass(frozen=True, slots=True)
class RubberStamp:
    """I-19: no rejection in so many items."""

    min_items: int = 200


@dataclass(frozen=True, slots=True)
class NoVariance:
    """I-20: from which share of a unit with the top grade on."""

    min_pct: Decimal = Decimal(90)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The answer of I-24: whether the step is allowed; an attempt that is not is logged as a finding."""

    finding: Finding

    @property
    def allowed(self) -> bool:
        """Whether the step may be taken."""
        return not self.finding.flagged


def approval_burst(
    approvals: int,
    window_seconds: int | None,
    median_review_seconds: Decimal | None = None,
    settings: ApprovalBurst | None = None,
) -> Finding:
    """I-18 for one approver: approvals within a span of seconds, and the median time of looking at one."""
    rule = settings or ApprovalBurst()
    counted("approvals", approvals)
    if window_seconds is not None:
        counted("window_seconds", window_seconds)
    measured("median_review_seconds", median_review_seconds)
    rows = (
        (
            "burst",
            approvals >= rule.min_approvals
            and window_seconds is not None
            and window_seconds < rule.under_seconds,
        ),
        ("review", median_review_seconds is not None and median_review_seconds < rule.under_review_seconds),
    )
    causes = tuple(name for name, applies in rows if applies)
    facts = {
        "approvals": approvals,
        "window_seconds": window_seconds,
        "median_review_seconds": median_review_seconds,
        "min_approvals": rule.min_approvals,
        "under_seconds": rule.under_seconds,
        "under_review_seconds": rule.under_review_seconds,
    }
    return Finding(indicator("I-18"), bool(causes), facts | {"causes": causes})


def quickest_span(moments: Sequence[datetime], settings: ApprovalBurst | None = None) -> int | None:
    """Whole seconds, begun ones not counted, in which an approver gave `min_approvals` in a row; None for fewer."""
    rule = settings or ApprovalBurst()
    ordered, step = sorted(moments), rule.min_approvals - 1
    spans = [last - first for first, last in zip(ordered, ordered[step:], strict=False)]
    return int(min(spans).total_seconds()) if spans else None


def rubber_stamp(rejections: int, items: int, settings: RubberStamp | None = None) -> Finding:
    """I-19 for one approver."""
    rule = settings or RubberStamp()
    whole_count("rejections", rejections, counted("items", items))
    return Finding(
        indicator("I-19"),
        rejections == 0 and items >= rule.min_items,
        {"rejections": rejections, "items": items, "min_items": rule.min_items},
    )


def no_variance(top_grade: int, unit_size: int, settings: NoVariance | None = None) -> Finding:
    """I-20 for a unit: how many have the top grade. A unit of nobody has no grades."""
    rule = settings or NoVariance()
    whole_count("top_grade", top_grade, counted("unit_size", unit_size))
    return Finding(
        indicator("I-20"),
        unit_size > 0 and top_grade * 100 >= rule.min_pct * unit_size,
        {"top_grade": top_grade, "unit_size": unit_size, "min_pct": rule.min_pct},
    )


def attempt(action: str, actor: str, owner: str, status: str, *, acting_for: str | None = None) -> Attempt:
    """I-24: nobody approves their own work, in person or through a delegate, and approved work is not edited.

    `acting_for` is the official whose delegate the actor is: neither of the two may own the work. Refuses an actor or
    an owner without a name: two who are not known are not two.
    """
    for field, person in (("actor", actor), ("owner", owner)):
        if not isinstance(person, str) or not person.strip():
            raise BadInput(field, person, "nobody is named")
    if action not in ACTIONS:
        raise BadInput("action", action, "not one of " + ", ".join(ACTIONS))
    if status not in STATUSES:
        raise BadInput("status", status, "not one of " + ", ".join(STATUSES))
    rows = (
        ("self_approval", action == "approve" and actor == owner),
        ("delegate_of_owner", action == "approve" and acting_for == owner),
        ("edit_after_approval", action == "edit" and status == "approved"),
    )
    causes = tuple(name for name, applies in rows if applies)
    facts = {"action": action, "actor": actor, "owner": owner, "status": status, "causes": causes}
    return Attempt(Finding(indicator("I-24"), bool(causes), facts))
