"""score = weighed work (capped) + behaviour + attendance, by the ministry's own numbers."""

from __future__ import annotations

from collections.abc import Mapping

from eperf.plugins import Frame, PartOutput, Scheme, StagePart, YearMonth, hundredths, part
from eperf.plugins.parts import (
    AttendanceDeduction,
    Behaviour,
    Bound,
    Citing,
    Dimension,
    Full,
    Ladder,
    LadderOf,
    Needs,
    Points,
    Scale,
    Weigh,
)
from eperf.plugins.rules import Deciding
from eperf_kemensos_2021.settings import KemensosSettings

_PRESS = "e-Performance Kementerian Sosial (2021), pemberitaan"
BASIS = f"{_PRESS}; angka menurut ketentuan unit kerja"
_HOURS = "Permensos 7/2014 (BN 872/2014)"
_TIME = f"{_HOURS}; tabel potongan menurut ketentuan unit kerja"
_BEHAVIOUR = "Permensos 5/2012 pasal 14"


def _target(settings: KemensosSettings) -> int:
    return hundredths(settings.monthly_target)


def _cap(settings: KemensosSettings) -> int:
    return hundredths(settings.cap_percent)


def _dimensions(settings: KemensosSettings) -> tuple[Dimension, ...]:
    return settings.dimensions


def _scale(settings: KemensosSettings) -> Scale:
    return settings.scale


def _deciding(settings: KemensosSettings) -> Deciding:
    return settings.deciding


def _rates(settings: KemensosSettings) -> AttendanceDeduction | None:
    return settings.attendance_rates


def _least_attendance(settings: KemensosSettings) -> int:
    rates = settings.attendance_rates
    return 0 if rates is None else 10_000 - hundredths(rates.most)


def _weights(settings: KemensosSettings) -> Mapping[str, int]:
    given = settings.weights
    return {"work": given.work, "behaviour": given.behaviour, "attendance": given.attendance}


def _ladder(settings: KemensosSettings) -> str:
    return settings.attendance_ladder or ""


def _given_by(settings: KemensosSettings, month: YearMonth) -> str:
    return f"{_PRESS}; {settings.basis}"


def _rated_by(settings: KemensosSettings, month: YearMonth) -> str:
    return f"{_BEHAVIOUR}; {settings.basis}"


def _cut_by(settings: KemensosSettings, month: YearMonth) -> str | None:
    """The basis stands for the ministry's own table; a fallback is another regulation's."""
    return None if settings.attendance_rates is None else f"{_HOURS}; {settings.basis}"


_FALLBACK: LadderOf[KemensosSettings] = LadderOf("kemensos-2021.ladder", _TIME, _ladder)


@part(_FALLBACK.rule_id, _TIME)
def ladder(frame: Frame, settings: KemensosSettings) -> PartOutput:
    """The known ladder that the unit fell back on; its leaves cite that ladder's own regulation."""
    return _FALLBACK.run(frame, settings) if settings.attendance_ladder else PartOutput()


_POINTS = Points("kemensos-2021.activities", BASIS, _target)
_CAP = Bound("kemensos-2021.cap", BASIS, "work", high_h=_cap)
_RATED = Behaviour("kemensos-2021.behaviour", _BEHAVIOUR, _dimensions, _scale, _deciding)
_CUTS = Ladder("kemensos-2021.cuts", _TIME, _rates)
_FLOOR = Bound("kemensos-2021.floor", _TIME, "attendance", low_h=_least_attendance)

SCHEME: Scheme[KemensosSettings] = Scheme(
    name="performance",
    version="2",
    title_id="Kinerja menurut bentuk e-Performance Kemensos",
    title_en="Performance in the shape of Kemensos' e-Performance",
    legal_basis=BASIS,
    settings=KemensosSettings,
    parts=(
        StagePart("capacity", Needs("kemensos-2021.days", _TIME)),
        StagePart("work", Citing(_POINTS, _given_by)),
        StagePart("work", Citing(_CAP, _given_by)),
        StagePart("behaviour", Citing(_RATED, _rated_by)),
        StagePart("attendance", Full("kemensos-2021.full", _TIME)),
        StagePart("attendance", Citing(_CUTS, _cut_by)),
        StagePart("attendance", ladder),
        StagePart("attendance", Citing(_FLOOR, _cut_by)),
        StagePart("combine", Citing(Weigh("kemensos-2021.weigh", BASIS, _weights), _given_by)),
    ),
)
