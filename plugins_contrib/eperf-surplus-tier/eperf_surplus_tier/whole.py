"""Both parts of the allowance in per cent of it: 60 % x K, and 40 % for behaviour."""

from __future__ import annotations

from collections.abc import Mapping

from eperf.plugins import Frame, PartOutput, Scheme, StagePart, YearMonth, part
from eperf.plugins.parts import Behaviour, Citing, Dimension, Full, Scale, WeighOf
from eperf.plugins.rules import Deciding
from eperf_surplus_tier.scheme import WORKLOAD
from eperf_surplus_tier.settings import Rating, TotalSettings
from eperf_surplus_tier.tiers import BASIS, tiers_in

_IN_FULL = Full("surplus-tier.behaviour", BASIS, "Bagian perilaku dibayar penuh", "Behaviour part in full")


def _rating(settings: TotalSettings) -> Rating:
    if settings.rating is None:
        raise ValueError("rating is not set")
    return settings.rating


def _dimensions(settings: TotalSettings) -> tuple[Dimension, ...]:
    return _rating(settings).dimensions


def _scale(settings: TotalSettings) -> Scale:
    return _rating(settings).scale


def _deciding(settings: TotalSettings) -> Deciding:
    return _rating(settings).deciding


def _weights(settings: TotalSettings, month: YearMonth) -> Mapping[str, int]:
    rule = tiers_in(month)
    return {"work": rule.workload_pct, "behaviour": rule.behaviour_pct}


def _rated_by(settings: TotalSettings, month: YearMonth) -> str:
    return settings.rating_basis


_RATED: Behaviour[TotalSettings] = Behaviour("surplus-tier.behaviour", BASIS, _dimensions, _scale, _deciding)


@part("surplus-tier.behaviour", BASIS)
def behaviour(frame: Frame, settings: TotalSettings) -> PartOutput:
    """The rated behaviour, or all of it where the unit pays that part in full."""
    return _IN_FULL.run(frame, settings) if settings.rating is None else _RATED.run(frame, settings)


TOTAL = Scheme(
    name="total",
    version="2",
    title_id="Jenjang kelebihan poin dan perilaku",
    title_en="Tiers of the surplus, and behaviour",
    legal_basis=BASIS,
    settings=TotalSettings,
    parts=(
        *WORKLOAD,
        StagePart("behaviour", Citing(behaviour, _rated_by)),
        StagePart("combine", WeighOf("surplus-tier.weigh", BASIS, _weights)),
    ),
)
