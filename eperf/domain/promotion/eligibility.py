"""Whether a person can be proposed for a day: every question asked, all reasons reported together.

For KPLB "eligible" means that the person may be nominated; no score promotes anybody. The day itself is judged
apart (`on_period`): being able to be promoted and there being a period are two things.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.attendance.day import Step
from eperf.domain.promotion.case import Case
from eperf.domain.promotion.checks import CHECKS
from eperf.domain.promotion.finding import Finding
from eperf.domain.promotion.kinds import kind_rule
from eperf.domain.promotion.steps import step
from eperf.domain.rank import Rank


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision with everything it rests on."""

    findings: tuple[Finding, ...]
    """Every question that the kind asks, in the order of the codes, met or not."""
    next_rank: Rank | None
    """The rank above; None at the highest, and where there is no path."""
    no_path: bool
    """Employees by contract have no promotion in rank."""
    on_period: bool
    """Whether the day is one on which promotions of the kind take effect."""
    steps: tuple[Step, ...]

    @property
    def eligible(self) -> bool:
        """Whether every question is met."""
        return not self.no_path and not self.reasons

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """What is not met."""
        return tuple(finding for finding in self.findings if not finding.met)

    @property
    def refused(self) -> bool:
        """Whether known evidence speaks against it; otherwise what is missing has only to be shown."""
        return self.no_path or any(finding.known for finding in self.reasons)

    @property
    def clears_on(self) -> date | None:
        """When all reasons have cleared by time alone; None when one does not, or there is nothing to clear."""
        days = [finding.clears_on for finding in self.reasons]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None


def decide(case: Case) -> Verdict:
    """Asks every question of the kind; refuses unknown kinds and what no table knows."""
    if case.employee_kind == "PPPK":
        return no_path(case.kind, case.target)
    rule = kind_rule(case.kind, case.target)
    asked = (check(case, rule) for check in CHECKS)
    findings = tuple(finding for finding in asked if finding is not None)
    steps = tuple(finding.step for finding in findings)
    return Verdict(findings, case.rank.next, no_path=False, on_period=rule.allows(case.target), steps=steps)


def no_path(kind: str, target: date) -> Verdict:
    """The verdict on an employee by contract (PPPK), whose grades I to XVII are no ranks."""
    rule = kind_rule(kind, target)
    said = step("no_path", rule.legal_basis)
    return Verdict((), None, no_path=True, on_period=rule.allows(target), steps=(said,))
