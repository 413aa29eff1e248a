"""Who gets the allowance at all, and what a standing leaves of it, by agency and day.

A standing that an agency's rule does not name changes nothing. Of several, the one that pays least counts,
and all that cut are given as reasons, so that a person learns every one of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from eperf.domain.errors import BadInput
from eperf.domain.regulation import Regulated, in_force


class Standing(StrEnum):
    """What a person is in, beside a post and a class."""

    PRE_RETIREMENT = "pre_retirement"
    """MPP."""
    WAITING_PAY = "waiting_pay"
    SECONDED_OUT = "seconded_out"
    UNPAID_LEAVE = "unpaid_leave"
    """CLTN."""
    BIG_LEAVE = "big_leave"
    MATERNITY_1_2 = "maternity_1_2"
    MATERNITY_3 = "maternity_3"
    """A third or later child."""
    SICK_TO_3_MONTHS = "sick_to_3_months"
    """More than two days, up to three months."""
    SUSPENDED = "suspended"
    STUDY_ASSIGNMENT = "study_assignment"
    STUDY_EXTENSION = "study_extension"
    STUDY_UNFINISHED = "study_unfinished"
    """The period ended, the study did not."""
    STUDY_FAILED = "study_failed"
    """The study failed, without permission to go on."""
    DETAINED = "detained"
    NO_POST = "no_post"
    PROBATION = "probation"
    """CPNS."""


@dataclass(frozen=True, kw_only=True)
class Eligibility(Regulated):
    """Per cent of the allowance that a standing leaves in an agency."""

    unit: str
    paid_pct: Mapping[Standing, Decimal]


class Verdict(NamedTuple):
    """What is paid, in per cent, and the standings that lowered it."""

    paid_pct: Decimal
    reasons: tuple[Standing, ...]


def _rates(**percents: int) -> Mapping[Standing, Decimal]:
    return MappingProxyType({Standing(name): Decimal(percent) for name, percent in percents.items()})


ELIGIBILITIES: tuple[Eligibility, ...] = (
    Eligibility(
        unit="dki",
        valid_from=date(2016, 1, 1),
        valid_to=date(2020, 1, 1),
        legal_basis="Pergub DKI Jakarta 108/2016",
        mark="press",
        paid_pct=_rates(
            pre_retirement=0,
            waiting_pay=0,
            seconded_out=0,
            unpaid_leave=0,
            big_leave=0,
            maternity_3=0,
            suspended=0,
            study_assignment=0,
            detained=0,
            maternity_1_2=50,
            sick_to_3_months=20,
        ),
    ),
    Eligibility(
        unit="kemensos",
        valid_from=date(2023, 1, 1),
        legal_basis="Perpres 71/2023 pasal 7",
        mark="law",
        paid_pct=_rates(no_post=0, suspended=0, waiting_pay=0, unpaid_leave=0, pre_retirement=0),
    ),
    Eligibility(
        unit="klhk",
        valid_from=date(2024, 1, 1),
        legal_basis="Permen LHK 6/2024 pasal 24",
        mark="law",
        paid_pct=_rates(study_failed=0),
    ),
    Eligibility(
        unit="kkp",
        valid_from=date(2025, 1, 1),
        legal_basis="Permen KKP 10/2025 pasal 20",
        mark="law",
        paid_pct=_rates(study_extension=50, study_unfinished=25),
    ),
    Eligibility(
        unit="esdm",
        valid_from=date(2015, 1, 1),
        legal_basis="Permen ESDM 27/2015",
        mark="law",
        paid_pct=_rates(probation=100),
    ),
    Eligibility(
        unit="norm-minutes",
        valid_from=date(2020, 1, 1),
        legal_basis="TPP menit norma kota/kabupaten, implementasi publik",
        mark="impl",
        paid_pct=_rates(probation=80),
    ),
)
"""The rules met so far; Kemnaker's are part of its own scheme, the plugin `eperf-ministry-70-30`."""


def eligibility_on(unit: str, on: date) -> Eligibility:
    """The unit's rule in force on the day; `BadInput` for a unit without one."""
    rows = [row for row in ELIGIBILITIES if row.unit == unit]
    if not rows:
        raise BadInput("unit", unit, "not one of " + ", ".join(row.unit for row in ELIGIBILITIES))
    return in_force(rows, on)


def verdict(unit: str, standings: Iterable[Standing], on: date) -> Verdict:
    """What the standings leave of the allowance in the unit."""
    paid = eligibility_on(unit, on).paid_pct
    given = set(standings)
    lowered = {one: paid[one] for one in Standing if one in given and paid.get(one, 100) < 100}
    return Verdict(min(lowered.values(), default=Decimal(100)), tuple(lowered))
