"""The share K as a score: points of the month against the standard, then the tier they reach.

Each activity keeps the share of the standard that it earned; one leaf of the month brings the sum to K.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from eperf.plugins import Frame, Scheme, StagePart, amount_text_expr, hundredths, leaves, part
from eperf.plugins.parts import Points
from eperf_surplus_tier.settings import TierSettings
from eperf_surplus_tier.tiers import BASIS, TIERS, Tiers, standard_points, tiers_in

_POINTS = "points_h"


def _standard_h(rule: Tiers) -> int:
    return hundredths(standard_points(rule.hours_per_day, rule.days))


def _latest_standard(settings: TierSettings) -> int:
    return _standard_h(TIERS[-1])


def _k_h(rule: Tiers, settings: TierSettings) -> pl.Expr:
    """K in hundredths over the column of points, the same as `tiers.k_pct`."""
    surplus = pl.col(_POINTS) - _standard_h(rule)
    k = pl.lit(None, dtype=pl.Int64)
    for tier in reversed(rule.tiers):
        reached = pl.lit(value=True) if tier.most is None else surplus <= tier.most * 100
        k = pl.when(reached).then(pl.lit(tier.k_pct * 100, dtype=pl.Int64)).otherwise(k)
    zero = pl.lit(hundredths(settings.zero_surplus_k_pct), dtype=pl.Int64)
    below = pl.lit(rule.below_k_pct * 100, dtype=pl.Int64)
    return pl.when(surplus < 0).then(below).when(surplus == 0).then(zero).otherwise(k)


@part("surplus-tier.tier", BASIS)
def tier(frame: Frame, settings: TierSettings) -> Sequence[pl.DataFrame]:
    """One leaf per employee whose share of the standard is not K already."""
    rule = tiers_in(frame.period)
    rows = frame.totals.join(frame.value(_POINTS), on="employee_id", how="inner")
    rows = rows.with_columns(k_h=_k_h(rule, settings))
    surplus = pl.col(_POINTS) - _standard_h(rule)
    found = leaves(
        rows.filter(pl.col("k_h") != pl.col("work")),
        amount=pl.col("k_h") - pl.col("work"),
        label_id=pl.format("Jenjang kelebihan poin: K {} persen", amount_text_expr(pl.col("k_h"))),
        label_en=pl.format("Tier of the surplus: K {} per cent", amount_text_expr(pl.col("k_h"))),
        evidence=frame.period,
        facts={
            "before": amount_text_expr(pl.col("work")),
            "points": amount_text_expr(pl.col(_POINTS)),
            "standard": amount_text_expr(pl.lit(_standard_h(rule), dtype=pl.Int64)),
            "surplus": amount_text_expr(surplus),
            "zero_surplus_basis": settings.zero_surplus_basis,
        },
    )
    return [found]


WORKLOAD: tuple[StagePart[Any], ...] = (
    StagePart("work", Points("surplus-tier.points", BASIS, _latest_standard, publishes=_POINTS)),
    StagePart("work", tier),
)

SCHEME = Scheme(
    name="workload",
    version="1",
    title_id="Jenjang kelebihan poin beban kerja",
    title_en="Tiers of the surplus of points",
    legal_basis=BASIS,
    settings=TierSettings,
    parts=WORKLOAD,
)
