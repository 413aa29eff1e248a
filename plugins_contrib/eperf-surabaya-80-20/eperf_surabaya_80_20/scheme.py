"""score = 80 % work + 20 % behaviour; work is the weighted mean of cost, quality and time of the targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from eperf.plugins import Frame, Scheme, StagePart, YearMonth, amount_text, hundredths, leaves, part
from eperf.plugins.parts import Achievement, Behaviour, Dimension, Factor, Scale, WeighOf
from eperf.plugins.rules import Deciding, weights_of
from eperf_surabaya_80_20.settings import ASPECTS, SurabayaSettings

BASIS = "Buku pedoman e-performance Surabaya bab 3"
_LEAST = "Perwali Surabaya 83/2012, prosedur P06"


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
            facts={"least": text, "basis": settings.tables_basis},
        )
    ]


SCHEME = Scheme(
    name="performance",
    version="1",
    title_id="Kinerja 80 persen, perilaku 20 persen",
    title_en="Work 80 per cent, behaviour 20 per cent",
    legal_basis=BASIS,
    settings=SurabayaSettings,
    parts=(
        StagePart("work", Achievement("surabaya-80-20.work", BASIS, _deciding, _aspects, _factors)),
        StagePart("behaviour", Behaviour("surabaya-80-20.behaviour", BASIS, _dimensions, _scale, _deciding)),
        StagePart("combine", WeighOf("surabaya-80-20.weigh", BASIS, _weights)),
        StagePart("combine", least),
    ),
)
