"""score = 80 % work + 20 % behaviour; work is the weighted mean of cost, quality and time of the targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from eperf.plugins import Frame, Scheme, StagePart, YearMonth, amount_text, hundredths, leaves, part
from eperf.plugins.parts import Achievement, Behaviour, Citing, Dimension, Factor, Scale, WeighOf
from eperf.plugins.rules import Deciding, weights_of
from eperf_surabaya_80_20.settings import ASPECTS, SurabayaSettings

BASIS = "Buku pedoman e-performance Surabaya bab 3"
_LEAST = "Pemberitaan jatim.antaranews.com/berita/169031; angka minimum tidak disebut sumber"


def _deciding(settings: SurabayaSettings) -> Deciding:
    return settings.deciding


def _aspects(settings: SurabayaSettings) -> Mapping[str, int]:
    return {name: getattr(settings, name).weight_pct for name in ASPECTS}


def _factors(settings: SurabayaSettings) -> Mapping[str, tuple[Factor, ...]]:
    return {name: getattr(settings, name).factors for name in ASPECTS}


def _dimensions(settings: SurabayaSettings) -> tuple[Dimension, ...]:
    return settings.dimensions


def _scale(settings: SurabayaSettings) -> Scale:
    return settings.scale


def _weights(settings: SurabayaSettings, month: YearMonth) -> Mapping[str, int]:
    weights = weights_of("surabaya", month.first).weights
    return {"work": int(weights["nki"]), "behaviour": int(weights["behaviour"])}


def _told_by(settings: SurabayaSettings, month: YearMonth) -> str:
    """The handbook gives the shape; weights, tables and dimensions are the city's."""
    return f"{BASIS}; {settings.tables_basis}"


def _least_by(settings: SurabayaSettings, month: YearMonth) -> str:
    return f"{_LEAST}; {settings.tables_basis}"


@part("surabaya-80-20.least", _LEAST)
def least(frame: Frame, settings: SurabayaSettings) -> Sequence[pl.DataFrame]:
    """Takes a score away that does not reach the least that counts."""
    bound = hundredths(settings.least_score)
    below = frame.totals.filter((pl.col("total") < bound) & (pl.col("total") != 0))
    text = amount_text(bound)
    return [
        leaves(
            below,
            amount=0 - pl.col("total"),
            label_id=f"Di bawah nilai minimum {text}",
            label_en=f"Below the least score of {text}",
            evidence=frame.period,
            facts={"least": text},
        )
    ]


_WORK = Achievement("surabaya-80-20.work", BASIS, _deciding, _aspects, _factors)
_BEHAVIOUR = Behaviour("surabaya-80-20.behaviour", BASIS, _dimensions, _scale, _deciding)

SCHEME = Scheme(
    name="performance",
    version="2",
    title_id="Kinerja 80 persen, perilaku 20 persen",
    title_en="Work 80 per cent, behaviour 20 per cent",
    legal_basis=BASIS,
    settings=SurabayaSettings,
    parts=(
        StagePart("work", Citing(_WORK, _told_by)),
        StagePart("behaviour", Citing(_BEHAVIOUR, _told_by)),
        StagePart("combine", WeighOf("surabaya-80-20.weigh", BASIS, _weights)),
        StagePart("combine", Citing(least, _least_by)),
    ),
)
