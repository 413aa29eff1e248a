"""The scheme: points against the target, capped; attendance cuts if the unit has them; never below zero.

score = min(points / target x 100, cap) - attendance cuts, at least 0
"""

from __future__ import annotations

from decimal import Decimal

from eperf.plugins import Scheme, StagePart, hundredths
from eperf.plugins.parts import AttendanceDeduction, Bound, Ladder, Points
from eperf_points_catalogue.settings import BASIS, PointsSettings

_CUTS_BASIS = "Ketentuan unit kerja: pengurangan kehadiran"


def _target(settings: PointsSettings) -> int:
    return hundredths(settings.monthly_target)


def _cap(settings: PointsSettings) -> int:
    return hundredths(settings.cap_percent)


def _rates(settings: PointsSettings) -> AttendanceDeduction | None:
    return settings.attendance


def _lowest_cut(settings: PointsSettings) -> int:
    return -hundredths(settings.attendance.most if settings.attendance else Decimal(0))


def _zero(settings: PointsSettings) -> int:
    return 0


SCHEME = Scheme(
    name="points",
    version="1",
    title_id="Poin kegiatan",
    title_en="Catalogue points",
    legal_basis=BASIS,
    settings=PointsSettings,
    parts=(
        StagePart("work", Points("points-catalogue.points", BASIS, _target)),
        StagePart("work", Bound("points-catalogue.cap", BASIS, "work", high_h=_cap)),
        StagePart("attendance", Ladder("points-catalogue.attendance", _CUTS_BASIS, _rates)),
        StagePart("attendance", Bound("points-catalogue.most", _CUTS_BASIS, "attendance", low_h=_lowest_cut)),
        StagePart("combine", Bound("points-catalogue.floor", BASIS, "total", low_h=_zero)),
    ),
)
