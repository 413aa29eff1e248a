"""The dossier of an extraordinary promotion (KPLB): what a nomination has to bring and the way it goes.

It is nominated with a dossier and never granted by a score. The weights of the five criteria stand in a circular that
is not at hand, so the sheet is free text: each criterion must be written about, none is added up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from eperf.domain.promotion.credit_tables import BaseCredit, base_credit, credit_table
from eperf.domain.rank import Rank

LEGAL_BASIS = "SE BKN 5/2022; SE BKN 3/2023"

CRITERIA = (
    "originality",
    "benefit",
    "effectiveness_and_efficiency",
    "recognition",
    "leverage_and_impact",
)

STEPS = (
    "proposal",
    "secretariat_verification",
    "narrative",
    "pre_hearing",
    "hearing",
    "presentation",
    "final_hearing",
    "pertek_and_decree",
)
"""In SIASN, in this order."""

PAPERS = (
    "proposal",
    "photo",
    "rank_decree",
    "post_decree",
    "inauguration_statement",
    "appraisal",
)
AWARD_PAPERS = ("award",)
"""Further papers of the winners of the national award."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What a dossier lacks, in the order of the lists."""

    papers: tuple[str, ...]
    criteria: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether it can be sent."""
        return not (self.papers or self.criteria)


def missing(papers: Collection[str], sheet: Mapping[str, str], *, award: bool = False) -> Missing:
    """What lacks; a criterion whose text is blank is not written about."""
    needed = PAPERS + (AWARD_PAPERS if award else ())
    return Missing(
        tuple(paper for paper in needed if paper not in papers),
        tuple(criterion for criterion in CRITERIA if not sheet.get(criterion, "").strip()),
    )


def credit_after(jenjang: str, new_rank: Rank, on: date) -> BaseCredit:
    """A functional official's credit points afterwards: they are set to fit the new rank in its level.

    The rank may be above the level held; then `jenjang` is the level that has it.
    """
    return base_credit(credit_table(on).level(jenjang), new_rank)
