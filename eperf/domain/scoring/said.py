"""What a call of `leaves` said: the rows, their amounts and what explains them, before any text is made.

Making the texts is most of the work of scoring, so it is done in the way that the run needs (`saying`): whole, as the
columns `LEAVES`; as phrases, for storing; or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

import polars as pl

Text = str | pl.Expr
_NULL = pl.lit(None, dtype=pl.String)


@dataclass(frozen=True, eq=False)
class Said:
    """Leaves to be: one for each row. A text is the same for all rows, or an expression over their columns."""

    rows: pl.DataFrame
    amount: pl.Expr
    label_id: Text
    label_en: Text
    kind: str | None
    evidence: Text | None
    facts: Mapping[str, Text]
    rule_id: str | None
    legal_basis: Text | None

    def texts(self) -> dict[str, pl.Expr]:
        """The columns of the explanation, but for those that are the part's."""
        given = {
            "label_id": text(self.label_id),
            "label_en": text(self.label_en),
            "evidence_kind": _NULL if self.kind is None else pl.lit(self.kind),
            "evidence_id": _NULL if self.evidence is None else text(self.evidence).cast(pl.String),
            "rule_id": None if self.rule_id is None else pl.lit(self.rule_id),
            "legal_basis": None if self.legal_basis is None else text(self.legal_basis),
        }
        if self.facts:
            members = [text(value).cast(pl.String).alias(name) for name, value in sorted(self.facts.items())]
            given["facts"] = pl.struct(members)
        return {name: value for name, value in given.items() if value is not None}

    def whole(self) -> pl.DataFrame:
        """The leaves with their explanation."""
        return self.rows.select("employee_id", amount_h=self.amount, **self.texts())

    def stands(self) -> bool:
        """Whether the explanation would stand: its columns exist, and no text that is needed is missing."""
        given = [self.label_id, self.label_en, self.legal_basis, self.evidence, *self.facts.values()]
        roots = {name for one in given if isinstance(one, pl.Expr) for name in one.meta.root_names()}
        needed = [one for one in given[:3] if isinstance(one, pl.Expr)]
        return roots <= set(self.rows.columns) and not any(_misses(self.rows, one) for one in needed)


def _misses(rows: pl.DataFrame, value: pl.Expr) -> bool:
    if value.meta.is_column():
        return rows.get_column(value.meta.output_name()).null_count() > 0
    return bool(rows.select(value.is_null().any()).item())


def text(value: Text) -> pl.Expr:
    """A text as an expression."""
    return pl.lit(value, dtype=pl.String) if isinstance(value, str) else value


_say: ContextVar[Callable[[Said], pl.DataFrame]] = ContextVar("say", default=Said.whole)


@contextmanager
def saying(way: Callable[[Said], pl.DataFrame]) -> Iterator[None]:
    """Within it leaves are made in this way."""
    before = _say.set(way)
    try:
        yield
    finally:
        _say.reset(before)


@contextmanager
def citing(legal_basis: str) -> Iterator[None]:
    """Within it leaves that name no basis of their own cite this one."""
    way = _say.get()
    with saying(
        lambda said: way(said if said.legal_basis is not None else replace(said, legal_basis=legal_basis))
    ):
        yield


def say(said: Said) -> pl.DataFrame:
    """The leaves, made in the way of the run."""
    return _say.get()(said)
