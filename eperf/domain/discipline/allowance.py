"""What a punishment cut of the allowance before 2021: Permentan 68/2012.

PP 94/2021 replaced the medium punishments of this table by the 25 per cent cut that its own tiers hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eperf.domain.attendance.ladder import Mark
from eperf.domain.discipline.tiers import PenaltyClass
from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force


@dataclass(frozen=True, slots=True)
class PunishmentCut:
    """A punishment of a profile, and what it cuts of the allowance for how many months (None: while it lasts)."""

    profile: str
    punishment: str
    penalty_class: PenaltyClass
    cut_pct: Decimal
    months: int | None
    legal_basis: str = "Permentan 68/2012"
    mark: Mark = Mark.LAW
    valid_from: date = date(2012, 1, 1)
    valid_to: date | None = date(2021, 8, 31)


def _row(punishment: str, penalty_class: PenaltyClass, cut: int, months: int | None) -> PunishmentCut:
    return PunishmentCut("kementan-2012", punishment, penalty_class, Decimal(cut), months)


_L, _M, _H = PenaltyClass.LIGHT, PenaltyClass.MEDIUM, PenaltyClass.HEAVY

PUNISHMENT_CUTS: tuple[PunishmentCut, ...] = (
    _row("oral", _L, 20, 1),
    _row("written", _L, 30, 2),
    _row("statement", _L, 40, 3),
    _row("increment_delay", _M, 40, 6),
    _row("promotion_delay", _M, 50, 8),
    _row("grade_down_1y", _M, 60, 10),
    _row("grade_down_3y", _H, 60, 12),
    _row("demotion", _H, 70, 12),
    _row("removal", _H, 80, 12),
    _row("dismissal_under_appeal", _H, 100, None),
)
"""Source: http://banten.litbang.pertanian.go.id/new/index.php/profil/kepegawaian/561"""


def punishment_cut(profile: str, punishment: str, on: date | None = None) -> PunishmentCut:
    """The row of a punishment, in force on the day if one is given. Unknown names are refused."""
    rows = [row for row in PUNISHMENT_CUTS if row.profile == profile]
    if not rows:
        raise BadInput("profile", profile, "one of " + ", ".join({row.profile for row in PUNISHMENT_CUTS}))
    row = next((row for row in rows if row.punishment == punishment), None)
    if row is None:
        raise BadInput("punishment", punishment, "one of " + ", ".join(row.punishment for row in rows))
    return row if on is None else in_force([row], on, "punishment", punishment)
