"""The year of a staffing proposal: what it compares, and until when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force


@dataclass(frozen=True, slots=True)
class ProposalRule:
    """The days of a year, as (month, day). People are counted in the year before."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    counted_on: tuple[int, int]
    proposed_by: tuple[int, int]
    decided_by: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ProposalYear:
    """The days of one year's proposal."""

    counted_on: date
    """Existing staff are those of this day, the last one of the year before."""
    proposed_by: date
    """To the ministry."""
    decided_by: date
    """By the ministry, for the whole nation."""
    legal_basis: str


PROPOSAL_RULES: tuple[ProposalRule, ...] = (
    ProposalRule(date(2020, 1, 1), None, "PermenPANRB 1/2020", (12, 31), (3, 31), (5, 31)),
)
"""Since the regulation on workload analysis in force."""


def proposal_year(year: int) -> ProposalYear:
    """The days of a year; `NotInForce` before the first rule."""
    if not 1900 <= year <= 9999:
        raise BadInput("year", year, "not between 1900 and 9999")
    rule = in_force(PROPOSAL_RULES, date(year, 1, 1), "year")
    return ProposalYear(
        date(year - 1, *rule.counted_on),
        date(year, *rule.proposed_by),
        date(year, *rule.decided_by),
        rule.legal_basis,
    )
