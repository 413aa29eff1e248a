"""Leaves: the smallest statements of an explanation, and at the same time the terms of the sum.

A score *is* the sum of its leaves, so an explanation cannot differ from the computation. A leaf that cites
a piece of evidence depends on that piece only; what depends on the whole month (rounding, a cap, a weight)
is a leaf of its own that cites the period. `docs/decisions/0004-leaves-are-the-computation.md` says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import polars as pl

from eperf.domain.period import YearMonth

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

Text = str | pl.Expr

UNEXPLAINED = "unexplained"
"""The column that marks leaves without an explanation."""

_amounts_alone: ContextVar[bool] = ContextVar("amounts_alone", default=False)


@contextmanager
def amounts_alone() -> Iterator[None]:
    """Within it leaves are amounts without an explanation: most of the work is texts, and not everybody asks why."""
    before = _amounts_alone.set(True)
    try:
        yield
    finally:
        _amounts_alone.reset(before)


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
    columns = {
        "amount_h": amount,
        "label_id": _text(label_id),
        "label_en": _text(label_en),
        "evidence_kind": kind,
        "evidence_id": key,
        "facts": _facts(facts),
        "rule_id": None if rule_id is None else pl.lit(rule_id),
        "legal_basis": None if legal_basis is None else _text(legal_basis),
    }
    given = {name: value for name, value in columns.items() if value is not None}
    if _amounts_alone.get() and _explicable(rows, given):
        return rows.select("employee_id", amount_h=amount, **{UNEXPLAINED: pl.lit(value=True)})
    return rows.select("employee_id", **given)


def _explicable(rows: pl.DataFrame, columns: Mapping[str, pl.Expr]) -> bool:
    """Whether the explanation would stand: its columns exist and fit, and no text that is needed is missing."""
    rows.lazy().select("employee_id", **columns).collect_schema()
    needed = [columns[name] for name in ("label_id", "label_en", "legal_basis") if name in columns]
    return not rows.select(pl.any_horizontal([text.is_null().any() for text in needed])).item()


def _text(value: Text) -> pl.Expr:
    return pl.lit(value, dtype=pl.String) if isinstance(value, str) else value


def _facts(facts: Mapping[str, Text] | None) -> pl.Expr | None:
    named = sorted((facts or {}).items())
    return pl.struct([_text(value).cast(pl.String).alias(name) for name, value in named]) if named else None


def _evidence(evidence: tuple[str, pl.Expr] | YearMonth | None) -> tuple[pl.Expr, pl.Expr]:
    if evidence is None:
        return pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.String)
    if isinstance(evidence, YearMonth):
        return pl.lit("period"), pl.lit(str(evidence))
    return pl.lit(evidence[0]), evidence[1].cast(pl.String)
