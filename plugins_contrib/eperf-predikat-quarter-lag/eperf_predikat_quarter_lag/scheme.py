"""score = per cent that the deciding predikat pays, less what attendance costs of it, at least 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from eperf.plugins import (
    Frame,
    PartOutput,
    Scheme,
    StagePart,
    YearMonth,
    amount_text_expr,
    half_up_expr,
    hundredths,
    leaves,
    part,
)
from eperf.plugins.parts import AttendanceDeduction, Bound, Citing, Ladder, Needs, PredikatPays
from eperf.plugins.rules import Deciding, Predikat
from eperf_predikat_quarter_lag.settings import CutsOf, LagSettings

BASIS = "PermenPANRB 6/2022; bagian yang dibayar menurut aturan instansi"
_CUTS = "Potongan kehadiran menurut ketentuan instansi"
_FULL_H = 10_000
_DAYS: Needs = Needs("predikat-quarter-lag.days", _CUTS)


def _deciding(settings: LagSettings) -> Deciding:
    return settings.deciding


def _pays(settings: LagSettings, month: YearMonth) -> Mapping[Predikat, Decimal]:
    return settings.pays(month)


def _paid_by(settings: LagSettings, month: YearMonth) -> str:
    return settings.paid_by(month)


def _cut_by(settings: LagSettings, month: YearMonth) -> str | None:
    return settings.cut_by(month)


def _rates(settings: LagSettings) -> AttendanceDeduction | None:
    return None if settings.attendance is None else settings.attendance.rates


def _lowest_cut(settings: LagSettings) -> int:
    return 0 if settings.attendance is None else -hundredths(settings.attendance.rates.most)


def _zero(settings: LagSettings) -> int:
    return 0


@part(_DAYS.rule_id, _CUTS)
def days(frame: Frame, settings: LagSettings) -> PartOutput:
    """Who has no classified day has no attendance to cut; asked only where attendance is cut at all."""
    return PartOutput() if settings.attendance is None else _DAYS.run(frame, settings)


@part("predikat-quarter-lag.received", _CUTS)
def received(frame: Frame, settings: LagSettings) -> Sequence[pl.DataFrame]:
    """Gives back what a cut of the whole takes more than one of the amount received."""
    if settings.attendance is None or settings.attendance.of is not CutsOf.RECEIVED:
        return []
    back = half_up_expr((0 - pl.col("attendance")) * (_FULL_H - pl.col("work")), _FULL_H)
    rows = frame.totals.with_columns(back=back).filter(pl.col("back") != 0)
    found = leaves(
        rows,
        amount=pl.col("back"),
        label_id="Potongan dihitung dari jumlah yang diterima",
        label_en="Cuts are taken of the amount received",
        evidence=frame.period,
        facts={
            "paid": amount_text_expr(pl.col("work")),
            "cut": amount_text_expr(0 - pl.col("attendance")),
            "rounding": "half_up",
        },
    )
    return [found]


_PREDIKAT = PredikatPays("predikat-quarter-lag.predikat", BASIS, _deciding, _pays)
_LADDER = Ladder("predikat-quarter-lag.cuts", _CUTS, _rates)
_MOST = Bound("predikat-quarter-lag.most", _CUTS, "attendance", low_h=_lowest_cut)
_FLOOR = Bound("predikat-quarter-lag.floor", BASIS, "total", low_h=_zero)

SCHEME = Scheme(
    name="paid",
    version="2",
    title_id="Predikat triwulan sebelumnya",
    title_en="Predikat of the quarter before",
    legal_basis=BASIS,
    settings=LagSettings,
    parts=(
        StagePart("capacity", days),
        StagePart("work", Citing(_PREDIKAT, _paid_by)),
        StagePart("attendance", Citing(_LADDER, _cut_by)),
        StagePart("attendance", Citing(_MOST, _cut_by)),
        StagePart("combine", Citing(received, _cut_by)),
        StagePart("combine", Citing(_FLOOR, _paid_by)),
    ),
)
