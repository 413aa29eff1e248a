"""Tiers of punishment for working days absent without a valid reason, as data.

PP 94/2021 bands the days of one calendar year; ten days in a row lead to dismissal whatever the band says. Which
table holds is asked by a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eperf.domain.attendance.ladder import Mark
from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force


class PenaltyClass(StrEnum):
    """How heavy a punishment is (tingkat hukuman disiplin)."""

    NONE = "none"
    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class Tier:
    """A band of days, both bounds inclusive (None = no end), and the punishment it leads to."""

    id: str
    penalty_class: PenaltyClass
    from_days: int
    to_days: int | None
    text_id: str
    text_en: str
    pay_cut_pct: int = 0
    """What is cut of the allowance while the punishment lasts."""
    months: int | None = None
    """How long it lasts; None where the punishment has no length."""

    def holds(self, days: int) -> bool:
        """Whether so many days fall into the band."""
        return self.from_days <= days and (self.to_days is None or days <= self.to_days)


@dataclass(frozen=True, slots=True)
class Duty:
    """What the law asks of people before and after a proposal."""

    id: str
    legal_basis: str
    mark: Mark
    text_id: str
    text_en: str


@dataclass(frozen=True, slots=True)
class TierTable:
    """The tiers of a regulation, lowest first and without a gap, with its validity."""

    name: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    mark: Mark
    tiers: tuple[Tier, ...]
    run_days: int
    """So many consecutive working days of absence lead to `run_tier`, whatever the band says."""
    run_tier: str
    run_stops_salary: bool
    """Whether the salary stops in the month after such a run (PP 94/2021 art. 15, recalled)."""
    duties: tuple[Duty, ...] = ()

    def __post_init__(self) -> None:
        ends = [-1, *(tier.to_days for tier in self.tiers)]
        starts = [tier.from_days - 1 for tier in self.tiers]
        if ends[:-1] != starts or ends[-1] is not None:
            raise ValueError(f"the tiers of {self.name} leave a gap")

    def by_days(self, days: int, field: str = "absent_days_in_year") -> Tier:
        """The tier of the year's total; refuses a number below 0."""
        if days < 0:
            raise BadInput(field, days, "0 or more")
        return next(tier for tier in self.tiers if tier.holds(days))

    def by_run(self, longest_run: int) -> Tier | None:
        """The tier of a run of consecutive working days; None for a run that is too short."""
        if longest_run < 0:
            raise BadInput("longest_consecutive_run", longest_run, "0 or more")
        if longest_run < self.run_days:
            return None
        return next(tier for tier in self.tiers if tier.id == self.run_tier)


_L, _M, _H = PenaltyClass.LIGHT, PenaltyClass.MEDIUM, PenaltyClass.HEAVY

PP94 = TierTable(
    "PP 94/2021", "PP 94/2021 pasal 8-11", date(2021, 8, 31), None, Mark.PRESS,
    (
        Tier("none", PenaltyClass.NONE, 0, 2, "Belum ada hukuman disiplin", "No punishment"),
        Tier("oral_warning", _L, 3, 3, "Teguran lisan", "Oral warning"),
        Tier("written_warning", _L, 4, 6, "Teguran tertulis", "Written warning"),
        Tier(
            "written_statement", _L, 7, 10, "Pernyataan tidak puas secara tertulis",
            "Written statement of dissatisfaction",
        ),
        Tier(
            "pay_cut_25_6m", _M, 11, 13, "Pemotongan tunjangan kinerja 25 % selama 6 bulan",
            "Allowance cut by 25 % for 6 months", 25, 6,
        ),
        Tier(
            "pay_cut_25_9m", _M, 14, 16, "Pemotongan tunjangan kinerja 25 % selama 9 bulan",
            "Allowance cut by 25 % for 9 months", 25, 9,
        ),
        Tier(
            "pay_cut_25_12m", _M, 17, 20, "Pemotongan tunjangan kinerja 25 % selama 12 bulan",
            "Allowance cut by 25 % for 12 months", 25, 12,
        ),
        Tier(
            "demotion_12m", _H, 21, 24, "Penurunan jabatan setingkat lebih rendah selama 12 bulan",
            "A post one level lower for 12 months", 0, 12,
        ),
        Tier(
            "release_12m", _H, 25, 27, "Pembebasan dari jabatan menjadi pelaksana selama 12 bulan",
            "Release to an implementer's post for 12 months", 0, 12,
        ),
        Tier(
            "dismissal", _H, 28, None, "Pemberhentian dengan hormat tidak atas permintaan sendiri",
            "Honourable dismissal, not at one's own request",
        ),
    ),
    run_days=10, run_tier="dismissal", run_stops_salary=True,
    duties=(
        Duty(
            "summon", "PP 94/2021 pasal 26", Mark.PRESS, "Atasan langsung wajib memanggil pegawai.",
            "The direct superior must summon the employee.",
        ),
        Duty(
            "examine", "PP 94/2021", Mark.PRESS,
            "Hukuman hanya boleh dijatuhkan setelah pemeriksaan; ini baru usulan.",
            "No punishment without an examination first; this is only a proposal.",
        ),
        Duty(
            "act", "PP 94/2021 pasal 28", Mark.PRESS,
            "Atasan yang tidak bertindak dijatuhi hukuman yang lebih berat.",
            "A superior who does not act is punished more heavily.",
        ),
    ),
)  # fmt: skip
"""Government Regulation 94/2021 on the discipline of civil servants, of 31 August 2021."""

TABLES: tuple[TierTable, ...] = (PP94,)
"""All tables that are known. A later regulation is a further row and closes the earlier one."""


def tiers_on(day: date) -> TierTable:
    """The table in force on a day; a day before the first is refused."""
    return in_force(TABLES, day, "day", "disiplin")
