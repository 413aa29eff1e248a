"""Reads a file."""

from pathlib import Path

import polars as pl

from eperf.plugins import leaves, part


@part("wrong.files", "Perwal Contoh 1/2026")
def rule(frame, settings):
    seen = len(Path(__file__).read_text())
    return leaves(
        frame.employees, amount=pl.lit(seen * 0, dtype=pl.Int64), label_id="Bulan", label_en="Month"
    )
