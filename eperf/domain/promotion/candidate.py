"""Finding candidates without an application: what the records know of a person becomes a case.

Records know little yet: no education, no yearly appraisal, no echelon. What they do not know is left open and said
(`Finding.known`), so that a search lists who only has something to show, apart from those whom a known fact stops.
Where a record would say only the bad (a punishment, another proposal) and there is none, the question is not asked at
all (`NOT_RECORDED`): silence would read as a clean record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from eperf.domain.organisation import PositionKind
from eperf.domain.promotion.case import Case
from eperf.domain.promotion.eligibility import Verdict, decide
from eperf.domain.promotion.finding import Code
from eperf.domain.rank import Rank

NOT_RECORDED = (Code.DISCIPLINE, Code.SUSPENDED, Code.PROPOSAL, Code.DATA, Code.UNPAID_LEAVE)
"""Questions that a person has to answer; no record of ours does."""

_WITHOUT_POST = frozenset({PositionKind.IMPLEMENTER})


@dataclass(frozen=True, slots=True)
class Known:
    """What the records know of a civil servant (PNS)."""

    rank: Rank
    rank_since: date | None
    post: PositionKind | None
    post_since: date | None
    """Since when the person has held this post without a break."""
    superior: Rank | None


class State(StrEnum):
    """What a search says of a person."""

    ELIGIBLE = "eligible"
    TO_BE_SHOWN = "to_be_shown"
    """Nothing that is known stops it; some evidence is missing."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Judged:
    """The kind that fits best, and the verdict on it."""

    kind: str
    verdict: Verdict

    @property
    def state(self) -> State:
        """In one word."""
        if self.verdict.eligible:
            return State.ELIGIBLE
        return State.REFUSED if self.verdict.refused else State.TO_BE_SHOWN


def kinds_for(post: PositionKind | None) -> tuple[str, ...]:
    """The kinds that a post makes possible. KPLB is nominated by people, never found."""
    if post is None or post in _WITHOUT_POST:
        return ("KP-R",)
    return ("KP-JF",) if post is PositionKind.FUNCTIONAL else ("KP-S2", "KP-S1")


def judge(known: Known, target: date) -> Judged:
    """The first kind that nothing known stops; the first of all when each is stopped."""
    judged = [Judged(kind, _recorded(decide(_case(known, kind, target)))) for kind in kinds_for(known.post)]
    return next((one for one in judged if one.state is not State.REFUSED), judged[0])


def _case(known: Known, kind: str, target: date) -> Case:
    return Case(
        kind=kind,
        rank=known.rank,
        rank_since=known.rank_since,
        target=target,
        superior=known.superior,
        post_since=known.post_since,
        exam_level=None,
    )


def _recorded(verdict: Verdict) -> Verdict:
    """The verdict on what records can tell."""
    findings = tuple(finding for finding in verdict.findings if finding.code not in NOT_RECORDED)
    return replace(verdict, findings=findings, steps=tuple(finding.step for finding in findings))
