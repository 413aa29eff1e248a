"""What a decided predikat is worth in the month that it decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

import polars as pl

from eperf.domain.appraisal.predikat import Predikat
from eperf.domain.period import YearMonth
from eperf.domain.scoring import Frame, PartOutput, hundredths, leaves
from eperf.domain.scoring.deciding import Deciding

S = TypeVar("S")

TERMS = {
    Predikat.SANGAT_BAIK: "Sangat Baik",
    Predikat.BAIK: "Baik",
    Predikat.BUTUH_PERBAIKAN: "Butuh Perbaikan",
    Predikat.KURANG: "Kurang",
    Predikat.SANGAT_KURANG: "Sangat Kurang",
}
"""The words of PermenPANRB 6/2022."""


@dataclass(frozen=True, eq=False)
class PredikatPays(Generic[S]):
    """The per cent that the predikat of the deciding period pays; without that predikat there is no figure.

    `deciding`: which period decides a month. `pays`: per cent (two decimals) by predikat, for the month that is
    scored. A predikat is never guessed: who has none for that period is provisional with `predikat-missing:PERIOD`.
    """

    rule_id: str
    legal_basis: str
    deciding: Callable[[S], Deciding]
    pays: Callable[[S, YearMonth], Mapping[Predikat, Decimal]]

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """One leaf per employee, which cites the predikat's period."""
        period = self.deciding(settings).period(frame.period)
        rates = self.pays(settings, frame.period)
        decided = frame.predikat.filter(pl.col("period") == period)
        words = pl.col("predikat")
        found = leaves(
            decided,
            amount=_chosen(words, {word: hundredths(rate) for word, rate in rates.items()}, pl.Int64()),
            label_id=pl.lit(f"Predikat {period}: ") + _chosen(words, TERMS, pl.String()),
            label_en=pl.lit(f"Predikat of {period}: ") + _chosen(words, TERMS, pl.String()),
            evidence=("predikat", pl.col("period")),
            facts={"predikat": words, "decided_on": pl.col("known_on").dt.to_string("%Y-%m-%d")},
        )
        unknown = frame.employees.select("employee_id").join(decided, on="employee_id", how="anti")
        return PartOutput(found, missing=unknown.with_columns(cause=pl.lit(f"predikat-missing:{period}")))


def _chosen(words: pl.Expr, values: Mapping[Predikat, object], dtype: pl.DataType) -> pl.Expr:
    return words.replace_strict({word.value: value for word, value in values.items()}, return_dtype=dtype)
