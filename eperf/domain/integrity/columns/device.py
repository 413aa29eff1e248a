"""I-05, I-06, I-07 and I-25 over logins, taps and entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from eperf.domain.integrity.columns.shares import part_of
from eperf.domain.integrity.device import EntryHelper, NotByFinger, OnePhone, Pairing

NO_FINGER = ("password", "password_or_card", "card")
"""Ways of being known that another person can carry: verify codes 0 and 3, and a card by itself."""


def one_phone(logins: pl.DataFrame, settings: OnePhone | None = None) -> pl.DataFrame:
    """I-05 over `device`, `account`, `date`: for each device the most accounts within the days."""
    rule = settings or OnePhone()
    used = logins.select("device", "account", "date").unique()
    starts = used.select("device", start=pl.col("date")).unique()
    apart = (pl.col("date") - pl.col("start")).dt.total_days()
    return (
        starts.join(used, on="device")
        .filter(apart.is_between(0, rule.within_days))
        .group_by("device", "start")
        .agg(accounts=pl.col("account").n_unique().cast(pl.Int64))
        .group_by("device")
        .agg(pl.col("accounts").max())
        .with_columns(flagged=pl.col("accounts") >= rule.min_accounts)
        .sort("device")
    )


def proxy_punching(
    taps: pl.DataFrame, working_days: Sequence[date], settings: Pairing | None = None
) -> pl.DataFrame:
    """I-06 over `machine`, `person`, `date`, `at`: for each pair that ever tapped close to each other, the most
    such days among so many working days in a row.
    """
    rule = settings or Pairing()
    number = pl.DataFrame(
        {"date": list(working_days), "number": range(len(working_days))},
        schema={"date": pl.Date(), "number": pl.Int64()},
    )
    days = _close_days(taps, rule).join(number, on="date")
    key = ["machine", "person", "other"]
    within = pl.col("number_other").is_between(pl.col("number"), pl.col("number") + rule.of_days - 1)
    return (
        days.join(days.rename({"number": "number_other"}).drop("date"), on=key)
        .filter(within)
        .group_by(*key, "number")
        .agg(close_days=pl.len().cast(pl.Int64))
        .group_by(key)
        .agg(pl.col("close_days").max())
        .with_columns(flagged=pl.col("close_days") >= rule.min_days)
        .sort(key)
    )


def not_by_finger(taps: pl.DataFrame, settings: NotByFinger | None = None) -> pl.DataFrame:
    """I-07 over `unit`, `person`, `verify`: for each person own and the unit's taps, and those without a finger.

    The unit's share is that of the whole unit, the person included.
    """
    rule = settings or NotByFinger()
    other_way = pl.col("verify").is_in(list(NO_FINGER)).fill_null(value=False)
    own = taps.group_by("unit", "person").agg(
        own=other_way.sum().cast(pl.Int64), own_taps=pl.len().cast(pl.Int64)
    )
    unit = own.group_by("unit").agg(unit_own=pl.col("own").sum(), unit_taps=pl.col("own_taps").sum())
    share, over = part_of("own", "own_taps", rule.over_own_pct)
    all_share, under = part_of("unit_own", "unit_taps", rule.under_unit_pct)
    return (
        own.join(unit, on="unit")
        .with_columns(flagged=(share > over) & (all_share < under))
        .sort("unit", "person")
    )


def entry_helper(entries: pl.DataFrame, settings: EntryHelper | None = None) -> pl.DataFrame:
    """I-25 over `device`, `account`: for how many accounts each device or address made entries."""
    rule = settings or EntryHelper()
    return (
        entries.group_by("device")
        .agg(accounts=pl.col("account").n_unique().cast(pl.Int64))
        .with_columns(flagged=pl.col("accounts") >= rule.min_accounts)
        .sort("device")
    )


def _close_days(taps: pl.DataFrame, rule: Pairing) -> pl.DataFrame:
    """The days on which two people tapped one machine close to each other.

    Taps are put in buckets as long as the bound, so that each meets only its own bucket and the next ones, not the
    whole queue of the morning.
    """
    size = max(1, rule.within_seconds)
    placed = taps.select("machine", "person", "date", "at", bucket=pl.col("at").dt.epoch("s") // size)
    near = pl.concat([placed.with_columns(pl.col("bucket") + shift) for shift in (-1, 0, 1)])
    gap = (pl.col("at") - pl.col("at_other")).dt.total_microseconds().abs()
    return (
        placed.join(near.rename({"person": "other", "at": "at_other"}), on=["machine", "date", "bucket"])
        .filter(pl.col("person") < pl.col("other"), gap <= rule.within_seconds * 1_000_000)
        .select("machine", "person", "other", "date")
        .unique()
    )
