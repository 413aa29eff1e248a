"""Looks at the clock in a way that no reader of the code sees."""

import datetime

import polars as pl

from eperf.plugins import leaves, part


@part("wrong.hidden-clock", "Perwal Contoh 1/2026")
def rule(frame, settings):
    seen = getattr(datetime.date, "to" + "day")().day
    return leaves(
        frame.employees, amount=pl.lit(seen * 0, dtype=pl.Int64), label_id="Bulan", label_en="Month"
    )
