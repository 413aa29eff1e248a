"""Throws dice."""

import random

import polars as pl

from eperf.plugins import leaves, part


@part("wrong.randomness", "Perwal Contoh 1/2026")
def rule(frame, settings):
    seen = random.randrange(6)
    return leaves(
        frame.employees, amount=pl.lit(seen * 0, dtype=pl.Int64), label_id="Bulan", label_en="Month"
    )
