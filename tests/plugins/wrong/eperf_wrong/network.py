"""Asks for a socket."""

import socket

import polars as pl

from eperf.plugins import leaves, part


@part("wrong.network", "Perwal Contoh 1/2026")
def rule(frame, settings):
    with socket.socket() as made:
        seen = made.fileno()
    return leaves(
        frame.employees, amount=pl.lit(seen * 0, dtype=pl.Int64), label_id="Bulan", label_en="Month"
    )
