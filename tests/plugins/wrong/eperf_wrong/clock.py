"""Looks at the clock."""

from datetime import datetime

import polars as pl

from eperf.plugins import leaves, part


@part("wrong.clock", "Perwal Contoh 1/2026")
def rule(frame, settings):
    seen = datetime.now().hour
    return leaves(
        frame.employees, amount=pl.lit(seen * 0, dtype=pl.Int64), label_id="Bulan", label_en="Month"
    )
