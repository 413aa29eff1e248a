"""The facts about one person and one effective date on which a promotion is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from eperf.domain.errors import BadInput
from eperf.domain.promotion.appraisal import Predikat
from eperf.domain.rank import Rank

Level = Literal["light", "medium", "heavy"]
EmployeeKind = Literal["PNS", "PPPK"]
Diklatpim = Literal["III", "IV"]
_HIGHEST_EXAM = 2


@dataclass(frozen=True, slots=True)
class Penalty:
    """A discipline punishment (PP 94/2021): imposed on `since`, running to `until` inclusive (None = open)."""

    level: Level
    since: date
    until: date | None

    def __post_init__(self) -> None:
        if self.level not in get_args(Level):
            raise BadInput("penalties.level", self.level, "not one of light, medium, heavy")
        if self.until is not None and self.until < self.since:
            raise BadInput("penalties.to", self.until.isoformat(), "before the day it was imposed")

    @property
    def counts(self) -> bool:
        """A light penalty does not block."""
        return self.level != "light"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules may know. What is not given is neutral, or unknown where a rule needs it."""

    kind: str
    """A code of `kinds`: KP-R, KP-JF, …"""
    rank: Rank
    rank_since: date | None
    """TMT of the rank held."""
    target: date
    """TMT of the promotion."""
    employee_kind: EmployeeKind = "PNS"
    education: str | None = None
    appraisals: tuple[Predikat | None, ...] = ()
    """Yearly, latest first; None where a year has none."""
    penalties: tuple[Penalty, ...] = ()
    under_examination: bool = False
    """A discipline case is open, or the person is a suspect or a defendant."""
    suspended: bool = False
    other_active_proposal: bool = False
    exam_level: int | None = 0
    """The highest service examination passed: 0 none, 1, 2; None: unknown."""
    diklatpim: Diklatpim | None = None
    superior: Rank | None = None
    """The direct superior's rank; None: nobody who binds."""
    jenjang: str | None = None
    credit: Decimal | None = None
    """Credit points reached; None: unknown."""
    credit_needed: Decimal | None = None
    """None: one rank step of the level, or what opens the next level where that is proposed."""
    echelon: str | None = None
    post_since: date | None = None
    """Inauguration into the post."""
    released: bool = False
    """On study assignment or seconded: *reguler* is open although there is a post."""
    jenjang_since: date | None = None
    """Inauguration into the level held; needed where the next one is proposed."""
    next_jenjang: str | None = None
    """The level that is proposed together with the rank, where the rank leaves the present one."""
    competency_passed: bool = False
    vacancy: bool = False
    mismatches: tuple[str, ...] = ()
    """Fields in which the profile and the national system differ."""
    unpaid_leave_until: date | None = None
    """The last day of a leave without pay that runs on the target date."""

    def __post_init__(self) -> None:
        if self.employee_kind not in get_args(EmployeeKind):
            raise BadInput("employee_kind", self.employee_kind, "not one of PNS, PPPK")
        if self.exam_level is not None and not 0 <= self.exam_level <= _HIGHEST_EXAM:
            raise BadInput("exam_level", self.exam_level, "not 0, 1 or 2")
        if self.diklatpim not in (None, *get_args(Diklatpim)):
            raise BadInput("diklatpim", self.diklatpim, "not III or IV")
