"""Leaves for storing: what many leaves say alike is said once.

A month of 200 activities explains itself in 200 leaves, and they differ in a few figures: the rule and its basis are
one, the catalogue's words recur. So a run keeps *rules* (what a call of `leaves` always says) and *phrases* (what it
says of a catalogue item), and a leaf is a phrase, an amount, a piece of evidence and its own figures. Which field goes
where follows from how the part says it, never from the data, so a person's leaves read the same alone and in a batch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from eperf.domain.scoring.amounts import amount_text_expr
from eperf.domain.scoring.said import Said, Text, text

COMPACT = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "amount_h": pl.Int64(),
        "evidence_kind": pl.String(),
        "evidence_id": pl.String(),
        "phrase": pl.UInt32(),
        "own": pl.String(),
    }
)
"""Leaves with what they say as a phrase's number and the JSON of their own figures, each after a comma."""
WHOLE = "*"
"""A rule's own field that is all facts as one object."""
LABEL = "label"
"""A field that is the label in both languages."""
_ITEM = frozenset(
    ("item_code", "item_name", "points_per_unit_h", "unit_size_h", "norm_min", "fraction_policy", "whole")
)
"""Columns that recur: those of the catalogue, and the whole that activities are shares of."""
_UNSAFE = ['"', "\\", "\x7f", *(chr(number) for number in range(32))]
_KEY = 8

Fields = dict[str, Text]


class Phrases:
    """The rules and phrases of one run."""

    def __init__(self) -> None:
        self.rules: dict[str, str] = {}
        """The JSON of each rule by its key: the first letters of its digest, so that it is the same everywhere."""
        self.texts: list[str] = []
        self.keys: list[str] = []
        """Of each phrase: its JSON, and the key of its rule."""
        self.labels: list[tuple[str, str, str]] = []
        """Of each phrase: rule, and label in both languages as far as the phrase knows them; leaves of one piece of
        evidence stand in this order."""
        self._numbers: dict[str, int] = {}

    def said(self, said: Said, stage: str, rule_id: str, legal_basis: str) -> pl.DataFrame:
        """The leaves of one call as `COMPACT`; those whose explanation would not stand come whole, to be refused."""
        if not said.stands():
            return said.whole()
        fields: Fields = {"label_id": said.label_id, "label_en": said.label_en}
        if _alike(said.label_id, said.label_en):
            fields = {LABEL: said.label_id}
        fields["legal_basis"] = legal_basis if said.legal_basis is None else said.legal_basis
        fields |= {f"facts.{name}": value for name, value in sorted(said.facts.items())}
        fixed = {name: value for name, value in fields.items() if isinstance(value, str)}
        common = [name for name, value in fields.items() if _recurs(value)]
        own = [name for name in fields if name not in fixed and name not in common]
        head = {"stage": stage, "rule": said.rule_id or rule_id, "kind": said.kind, **fixed}
        key = self._rule({"fixed": head, "phrase": common, "own": own})
        evidence = (
            pl.lit(said.evidence, dtype=pl.String) if isinstance(said.evidence, str | None) else said.evidence
        )
        made = said.rows.select(
            "employee_id", amount_h=said.amount, evidence_kind=pl.lit(said.kind, dtype=pl.String),
            evidence_id=evidence.cast(pl.String), **{name: _expr(fields[name]) for name in own},
        )  # fmt: skip
        number = self._phrases(said.rows, key, head, {name: _expr(fields[name]) for name in common})
        plain = [_is_plain(fields[name], said.rows.schema) for name in own]
        figures = _joined([made.get_column(name) for name in own], plain, made.height)
        return made.select(*list(COMPACT)[:4], phrase=number, own=figures)

    def whole(self, leaves: pl.DataFrame, stage: str) -> pl.DataFrame:
        """Complete leaves, made in whatever way, as `COMPACT`."""
        fields = ["rule_id", "label_id", "label_en", "legal_basis", "evidence_kind"]
        key = self._rule({"fixed": {"stage": stage}, "phrase": fields, "own": [WHOLE]})
        number = self._phrases(leaves, key, {}, {name: pl.col(name) for name in fields})
        own = pl.concat_str([pl.lit(","), "facts"])
        return leaves.select(*list(COMPACT)[:4], phrase=number, own=own)

    def _rule(self, rule: dict[str, Any]) -> str:
        text = json.dumps(rule, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        key = digest[:_KEY] if self.rules.get(digest[:_KEY], text) == text else digest
        self.rules[key] = text
        return key

    def _phrases(
        self, rows: pl.DataFrame, key: str, fixed: dict[str, Any], fields: dict[str, pl.Expr]
    ) -> pl.Series:
        """The number of each row's phrase. Texts are made once for rows that are equal in all that is asked of them."""
        roots = sorted({name for field in fields.values() for name in field.meta.root_names()})
        if not roots:
            return pl.Series([self._number(key, fixed, {})], dtype=pl.UInt32).new_from_index(0, rows.height)
        kinds, place = _kinds(rows.select(roots))
        words = kinds.select(value.cast(pl.String).alias(name) for name, value in fields.items())
        numbers = [self._number(key, fixed, row) for row in words.iter_rows(named=True)]
        return pl.Series(numbers, dtype=pl.UInt32).gather(place)

    def _number(self, key: str, fixed: dict[str, Any], words: dict[str, Any]) -> int:
        text = json.dumps([key, *words.values()], ensure_ascii=False, separators=(",", ":"))
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            said = fixed | words
            self.texts.append(text)
            self.keys.append(key)
            labels = (said.get(name, said.get(LABEL, "")) for name in ("label_id", "label_en"))
            self.labels.append((said.get("rule", said.get("rule_id")), *labels))
        return number


def _alike(one: Text, other: Text) -> bool:
    if isinstance(one, pl.Expr) and isinstance(other, pl.Expr):
        return one.meta.eq(other)
    return isinstance(one, str) and one == other


def _recurs(value: Text) -> bool:
    if not isinstance(value, pl.Expr):
        return False
    roots = value.meta.root_names()
    return bool(roots) and set(roots) <= _ITEM and value.meta.is_row_separable()


def _expr(value: Text) -> pl.Expr:
    return text(value).cast(pl.String)


def _kinds(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The distinct rows, and for each row the place of its equal among them."""
    digests = rows.hash_rows()
    first = digests.arg_unique()
    kinds, known = rows[first], digests.gather(first)
    place = digests.replace_strict(known, pl.int_range(known.len(), dtype=pl.UInt32, eager=True))
    # Two digests that are equal by chance would let one item speak for another.
    for name in rows.columns:
        if not rows.get_column(name).eq_missing(kinds.get_column(name).gather(place)).all():
            kinds = rows.unique(maintain_order=True)
            numbered = kinds.with_row_index("place")
            both = rows.join(numbered, on=rows.columns, how="left", nulls_equal=True, maintain_order="left")
            return kinds, both.get_column("place")
    return kinds, place


def _is_plain(value: Text, schema: pl.Schema) -> bool:
    """Whether a text is that of a number or a day, and so has nothing to escape; told from how it is made."""
    if not isinstance(value, pl.Expr):
        return False
    roots = value.meta.root_names()
    if len(roots) != 1 or not (schema[roots[0]].is_integer() or schema[roots[0]] == pl.Date()):
        return False
    column = pl.col(roots[0])
    return any(value.meta.eq(way) for way in (column, column.cast(pl.String), amount_text_expr(column)))


def quoted(column: pl.Series, *, plain: bool = False) -> pl.Expr:
    """A text column as JSON. `plain`: nothing in it has to be escaped."""
    text = pl.lit(column)
    if not plain and column.str.contains_any(_UNSAFE).any():
        made = pl.struct(a=text).struct.json_encode()
        return made.str.strip_prefix('{"a":').str.strip_suffix("}")
    made = pl.concat_str([pl.lit('"'), text, pl.lit('"')])
    return pl.when(text.is_null()).then(pl.lit("null")).otherwise(made) if column.null_count() else made


def _joined(columns: Sequence[pl.Series], plain: Sequence[bool], height: int) -> pl.Series:
    """The JSON of each row's own figures, each after a comma."""
    if not columns:
        return pl.Series([""]).new_from_index(0, height)
    pieces = [quoted(column, plain=one) for column, one in zip(columns, plain, strict=True)]
    return pl.select(pl.concat_str([piece for one in pieces for piece in (pl.lit(","), one)])).to_series()
