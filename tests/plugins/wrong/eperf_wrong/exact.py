"""Computes in floats."""

import polars as pl

from eperf.plugins import leaves, part


@part("wrong.exact", "Perwal Contoh 1/2026")
def rule(frame, settings):
    seen = int(10 * 0.1)
    return leaves(frame.employees, amount=pl.lit(seen, dtype=pl.Int64), label_id="Bulan", label_en="Month")
