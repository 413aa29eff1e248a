"""What attendance leaves of 100: every day costs what its lateness, early leaving, taps and absence say, at least 0."""

from __future__ import annotations

from eperf.plugins import Scheme, StagePart, YearMonth
from eperf.plugins.parts import Bound, Citing, Full, LadderOf, Needs, ladder_named
from eperf_ministry_ladder.settings import LadderSettings

BASIS = "Perma 3/2020 pasal 8, lampiran I-II"


def _profile(settings: LadderSettings) -> str:
    return settings.profile


def _zero(settings: LadderSettings) -> int:
    return 0


def _row(settings: LadderSettings, month: YearMonth) -> str:
    return ladder_named(settings.profile, month.first).legal_basis


_FULL = Full("ministry-ladder.full", BASIS)
_FLOOR = Bound("ministry-ladder.floor", BASIS, "attendance", low_h=_zero)

SCHEME: Scheme[LadderSettings] = Scheme(
    name="attendance",
    version="2",
    title_id="Tangga potongan kehadiran",
    title_en="Ladder of attendance cuts",
    legal_basis=BASIS,
    settings=LadderSettings,
    parts=(
        StagePart("capacity", Needs("ministry-ladder.days", BASIS)),
        StagePart("attendance", Citing(_FULL, _row)),
        StagePart("attendance", LadderOf("ministry-ladder.cuts", BASIS, _profile)),
        StagePart("attendance", Citing(_FLOOR, _row)),
    ),
)
