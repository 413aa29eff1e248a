"""Leaves: the smallest statements of an explanation, and at the same time the terms of the sum.

A score *is* the sum of its leaves, so an explanation cannot differ from the computation. A leaf that cites
a piece of evidence depends on that piece only; what depends on the whole month (rounding, a cap, a weight)
is a leaf of its own that cites the period. `docs/decisions/0004-leaves-are-the-computation.md` says why.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from eperf.domain.period import YearMonth
from eperf.domain.scoring.said import Said, Text, say

LEAVES = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "amount_h": pl.Int64(),
        "rule_id": pl.String(),
        "label_id": pl.String(),
        "label_en": pl.String(),
        "legal_basis": pl.String(),
        "evidence_kind": pl.String(),
        "evidence_id": pl.String(),
        "facts": pl.String(),
    }
)
"""Leaves as the engine keeps them; `facts` is the text of a JSON object whose values are texts."""


def leaves(
    rows: pl.DataFrame,
    *,
    amount: pl.Expr,
    label_id: Text,
    label_en: Text,
    evidence: tuple[str, pl.Expr] | YearMonth | None = None,
    facts: Mapping[str, Text] | None = None,
    rule_id: str | None = None,
    legal_basis: Text | None = None,
) -> pl.DataFrame:
    """One leaf per row of `rows`, which needs a column `employee_id`.

    `amount`: integer hundredths. `label_id`, `label_en`: what happened, Indonesian and English; a text or a
    column. `evidence`: a kind and the column with its id, or the period when the leaf depends on the month
    as a whole. `facts`: the numbers a reader needs to follow, by name. Rule and legal basis are the part's
    unless given.
    """
    kind, key = _evidence(evidence)
    return say(Said(rows, amount, label_id, label_en, kind, key, dict(facts or {}), rule_id, legal_basis))


def _evidence(evidence: tuple[str, pl.Expr] | YearMonth | None) -> tuple[str | None, Text | None]:
    if isinstance(evidence, YearMonth):
        return "period", str(evidence)
    return evidence or (None, None)
