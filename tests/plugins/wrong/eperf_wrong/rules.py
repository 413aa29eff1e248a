"""A rule for each law that looks at what a rule does; those found by a look at its file have one of their own."""

from dataclasses import dataclass
from datetime import datetime, time

import polars as pl

from eperf.plugins import PartOutput, leaves, part

BASIS = "Perwal Contoh 1/2026"
SEEN = {}
CALLS = [0]


@dataclass(frozen=True)
class Nothing:
    """No settings."""


@dataclass(frozen=True)
class Guessed:
    """A figure that no source prints, with a default all the same."""

    minutes: int = 6_000


def everyone(frame, amount):
    return leaves(frame.employees, amount=amount.cast(pl.Int64), label_id="Bulan", label_en="Month")


def counted(frame, rows, name):
    counts = rows.group_by("employee_id").agg(pl.len().cast(pl.Int64).alias(name))
    joined = frame.employees.join(counts, on="employee_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col(name).fill_null(0))


def per_employee(frame, rows, amount):
    found = counted(frame, rows, "count")
    return leaves(found, amount=amount.cast(pl.Int64), label_id="Bulan", label_en="Month")


@part("wrong.right", BASIS)
def right(frame, settings):
    without = frame.employees.join(frame.days, on="employee_id", how="anti").select("employee_id")
    worked = per_employee(frame, frame.verified, pl.col("count") * 10)
    return PartOutput(worked, missing=without.with_columns(cause=pl.lit("attendance-missing")))


@part("wrong.slow", BASIS)
def slow(frame, settings):
    while frame.employees.height:
        pass


@part("wrong.fails", BASIS)
def fails(frame, settings):
    end = frame.period.first.replace(day=30)
    return everyone(frame, pl.lit(end.day))


@part("wrong.pure", BASIS)
def changes(frame, settings):
    mine = frame.unit_period.employees
    mine.replace_column(mine.get_column_index("group"), pl.Series("group", ["x"] * mine.height))
    return everyone(frame, pl.lit(100))


@part("wrong.explained", BASIS)
def mute(frame, settings):
    amount = pl.lit(100, dtype=pl.Int64)
    return leaves(frame.employees, amount=amount, label_id="", label_en="")


@part("wrong.order", BASIS)
def first_come(frame, settings):
    rows = frame.verified.unique("employee_id", keep="first", maintain_order=True)
    return leaves(
        rows,
        amount=pl.col("quantity_h").clip(0, 10_000),
        label_id="Pertama",
        label_en="First",
        evidence=("activity", pl.col("activity_id")),
    )


@part("wrong.batches", BASIS)
def together(frame, settings):
    return everyone(frame, pl.lit(100 * frame.employees.height))


@part("wrong.leak", BASIS)
def remembers(frame, settings):
    rows = counted(frame, frame.verified, "count")
    kept = [SEEN.setdefault(row["employee_id"], row["count"] * 10) for row in rows.iter_rows(named=True)]
    return everyone(frame, pl.Series("kept", kept, dtype=pl.Int64).implode().explode())


@part("wrong.process", BASIS)
def hashes(frame, settings):
    return everyone(frame, pl.lit(hash("kinerja") % 9_973))


@part("wrong.zone", BASIS)
def local(frame, settings):
    begins = int(datetime.combine(frame.period.first, time()).timestamp())
    return everyone(frame, pl.lit(begins // 3_600 % 24))


@part("wrong.boundary", BASIS)
def before_the_last(frame, settings):
    rows = frame.verified.filter(pl.col("date") < frame.period.last)
    return per_employee(frame, rows, pl.col("count") * 10)


@part("wrong.bounds", BASIS)
def too_much(frame, settings):
    return everyone(frame, pl.lit(10_001))


@part("wrong.work", BASIS)
def punishes_work(frame, settings):
    return per_employee(frame, frame.verified, 5_000 - pl.col("count"))


@part("wrong.absence", BASIS)
def pays_absence(frame, settings):
    return per_employee(frame, frame.days.filter(pl.col("status") == "absent"), pl.col("count") * 10)


@part("wrong.missing", BASIS)
def zero(frame, settings):
    return per_employee(frame, frame.days, pl.col("count").clip(0, 1) * 10)


@part("wrong.settings", BASIS)
def guesses(frame, settings):
    return everyone(frame, pl.lit(settings.minutes))
