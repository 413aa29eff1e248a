"""I-01 to I-04 over punches: `person`, `date`, `at`, `lat_e6`, `lon_e6` (millionths of a degree)."""

from __future__ import annotations

import math

import polars as pl

from eperf.domain.integrity.geo import EARTH_KM
from eperf.domain.integrity.place import MockPlace, NoJitter, SharedPlace, Travel

_PLACE = ["lat_e6", "lon_e6"]


def shared_place(punches: pl.DataFrame, settings: SharedPlace | None = None) -> pl.DataFrame:
    """I-01: the person-days that make the cases, `lat_e6`, `lon_e6`, `person`, `date`; none when there is no case."""
    rule = settings or SharedPlace()
    kept = punches.select(*_PLACE, "person", "date").unique()
    while True:
        fewer = kept.filter(
            pl.col("person").n_unique().over([*_PLACE, "date"]) >= rule.min_people,
            pl.col("date").n_unique().over([*_PLACE, "person"]) >= rule.min_days,
        )
        if fewer.height == kept.height:
            return kept.sort(*_PLACE, "person", "date")
        kept = fewer


def no_jitter(punches: pl.DataFrame, settings: NoJitter | None = None) -> pl.DataFrame:
    """I-02: for each person the check-ins at the place reported most."""
    rule = settings or NoJitter()
    return (
        punches.group_by("person", *_PLACE)
        .agg(identical_check_ins=pl.len().cast(pl.Int64))
        .group_by("person")
        .agg(pl.col("identical_check_ins").max())
        .with_columns(flagged=pl.col("identical_check_ins") >= rule.min_check_ins)
        .sort("person")
    )


def impossible_travel(punches: pl.DataFrame, settings: Travel | None = None) -> pl.DataFrame:
    """I-03: every punch with the one before it of the same person: distance, speed (null at one moment)."""
    rule = settings or Travel()
    before = {f"{name}_before": pl.col(name).shift(1).over("person") for name in ("at", *_PLACE)}
    pairs = (
        punches.sort("person", "at", *_PLACE)
        .with_columns(**before)
        .drop_nulls("at_before")
        .with_columns(
            seconds_between=(pl.col("at") - pl.col("at_before")).dt.total_seconds(),
            distance_km=_haversine(),
        )
    )
    moment = pl.col("seconds_between") == 0
    speed = pl.col("distance_km") / pl.col("seconds_between") * 3600
    far, fast = pl.col("distance_km") > rule.over_km, moment | (speed > rule.over_kmh)
    return pairs.select(
        "person",
        "at_before",
        "at",
        "seconds_between",
        "distance_km",
        speed_kmh=pl.when(~moment).then(speed),
        flagged=far & fast,
    )


def mock_place(punches: pl.DataFrame, settings: MockPlace | None = None) -> pl.DataFrame:
    """I-04: for each person whether a phone said that the place is a mock (`mock_flag`), and punches of one
    `accuracy_cm` (null: unknown).
    """
    rule = settings or MockPlace()
    equal = (
        punches.drop_nulls("accuracy_cm")
        .group_by("person", "accuracy_cm")
        .agg(equal=pl.len().cast(pl.Int64))
        .group_by("person")
        .agg(equal_accuracies=pl.col("equal").max())
    )
    return (
        punches.group_by("person")
        .agg(mock_flag=pl.col("mock_flag").fill_null(value=False).any())
        .join(equal, on="person", how="left")
        .with_columns(pl.col("equal_accuracies").fill_null(0))
        .with_columns(flagged=pl.col("mock_flag") | (pl.col("equal_accuracies") >= rule.min_equal))
        .sort("person")
    )


def _haversine() -> pl.Expr:
    lat1, lat2 = _radians("lat_e6_before"), _radians("lat_e6")
    half_lat, half_lon = (lat2 - lat1) / 2, (_radians("lon_e6") - _radians("lon_e6_before")) / 2
    a = half_lat.sin() ** 2 + lat1.cos() * lat2.cos() * half_lon.sin() ** 2
    return 2 * EARTH_KM * a.sqrt().clip(upper_bound=1.0).arcsin()


def _radians(column: str) -> pl.Expr:
    return pl.col(column) * (math.pi / 180e6)
