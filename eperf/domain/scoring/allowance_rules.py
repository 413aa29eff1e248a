"""Rules on the amount that single regulations add: acting posts, transfers, study, profession allowances.

Each is small, belongs to one agency today and is stated in words that others use too, so they stand side
by side. Amounts are exact; whoever pays rounds once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range, positive
from eperf.domain.regulation import Regulated, in_force
from eperf.domain.scoring.rounding import half_up_to


@dataclass(frozen=True, kw_only=True)
class ActingRule(Regulated):
    """Per cent of the acting class that each working day as acting officer adds."""

    day_pct: Decimal


ACTING_RULES: tuple[ActingRule, ...] = (
    ActingRule(
        valid_from=date(2015, 1, 1), legal_basis="Permen ESDM 27/2015", mark="law", day_pct=Decimal("2.5")
    ),
)


@dataclass(frozen=True, kw_only=True)
class StudyExtension(Regulated):
    """Per cent of the study rate that is paid in the extension, and its months by level of study."""

    of_study_rate_pct: Decimal
    months_diploma: int
    months_degree: int


STUDY_EXTENSIONS: tuple[StudyExtension, ...] = (
    StudyExtension(
        valid_from=date(2024, 1, 1),
        legal_basis="Permen LHK 6/2024 pasal 23-24",
        mark="law",
        of_study_rate_pct=Decimal(50),
        months_diploma=6,
        months_degree=12,
    ),
)

DIPLOMAS = ("D-I", "D-II", "D-III")
DEGREES = ("D-IV", "S-1", "S-2", "S-3")


def acting_addition_rp(acting_class_allowance_rp: Decimal, working_days: int, on: date) -> Decimal:
    """What an acting officer gets on top for so many working days in the acting post."""
    rule = in_force(ACTING_RULES, on)
    in_range("acting_class_allowance_rp", acting_class_allowance_rp)
    in_range("working_days", working_days, most=31)
    return acting_class_allowance_rp * rule.day_pct * working_days / 100


def study_extension_rp(study_rate_rp: Decimal, education: str, month_index: int, on: date) -> Decimal:
    """What month `month_index` (from 1) of an extended study pays; nothing after the extension ends."""
    rule = in_force(STUDY_EXTENSIONS, on)
    in_range("study_rate_rp", study_rate_rp)
    in_range("month_index", month_index, 1)
    if education not in DIPLOMAS + DEGREES:
        raise BadInput("education", education, "not one of " + ", ".join(DIPLOMAS + DEGREES))
    months = rule.months_diploma if education in DIPLOMAS else rule.months_degree
    return study_rate_rp * rule.of_study_rate_pct / 100 if month_index <= months else Decimal(0)


def transfer_share_rp(allowance_rp: Decimal, days_served: int, working_days: int) -> Decimal:
    """The month of an incoming transfer, by working days, half-up to a rupiah (BP2MI 2/2024 art. 7)."""
    in_range("allowance_rp", allowance_rp)
    positive("working_days", working_days)
    in_range("days_served", days_served, most=working_days)
    return half_up_to(Fraction(allowance_rp) * days_served / working_days, 0)


def beside_profession_allowance_rp(allowance_rp: Decimal, profession_rp: Decimal) -> Decimal:
    """What is paid beside a profession allowance (Perpres 109/2015 art. 8).

    The difference when the profession allowance is lower; nothing when it is higher.
    """
    in_range("allowance_rp", allowance_rp)
    in_range("profession_rp", profession_rp)
    return max(Decimal(0), allowance_rp - profession_rp)
