"""Explanations as they are stored: JSON text for each person, built in columns, and read back as lists of leaves.

    {"rules": {key: {"fixed": {…}, "phrase": [name, …], "own": [name, …]}},
     "phrases": [[key, word, …], …],
     "leaves": [[phrase, hundredths, evidence, figure, …], …]}

A leaf's fields are what its rule fixes, then its phrase's words and its own figures by the names that the rule gives
them. Rules stand by key, phrases in the order in which the leaves first use them: a person's text does not depend on
who was scored beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from eperf.domain.scoring.amounts import amount_text
from eperf.domain.scoring.phrases import COMPACT, LABEL, WHOLE, Phrases, quoted

_FACT = "facts."
_NATURAL = pl.col("evidence_id").str.len_bytes()
_ORDER = ("employee_id", "natural", "evidence_id", "label", "amount_h", "own", "phrase")


def texts(parts: Sequence[pl.DataFrame], phrases: Phrases) -> pl.DataFrame:
    """`employee_id` and `breakdown` of everyone who has leaves, by id. `parts`: each part's leaves as `COMPACT`."""
    rows = _ordered(parts, phrases)
    said = _said(rows)
    leaf = pl.concat_str(
        [pl.lit("["), "number", pl.lit(","), "amount_h", pl.lit(","), _evidence(rows), "own", pl.lit("]")]
    )
    numbered = rows.join(said.select("key", "number"), on="key", how="left", maintain_order="left")
    leaves = _by_person(numbered.select("employee_id", text=leaf), "leaves")
    spoken = pl.Series(phrases.texts, dtype=pl.String).gather(said.get_column("phrase"))
    phrased = _by_person(said.select("employee_id", text=spoken), "phrases")
    both = _rules(said, phrases).join(phrased, on="employee_id").join(leaves, on="employee_id")
    text = pl.concat_str(
        [
            pl.lit('{"rules":{'),
            "rules",
            pl.lit('},"phrases":['),
            "phrases",
            pl.lit('],"leaves":['),
            "leaves",
            pl.lit("]}"),
        ]
    )
    return both.select("employee_id", breakdown=text).sort("employee_id")


def expanded(stored: Any) -> list[dict[str, Any]]:
    """The leaves of a stored explanation, as `Scored.trail` gives them; a list is one already."""
    if not isinstance(stored, Mapping):
        return list(stored)
    rules, phrases = stored["rules"], stored["phrases"]
    found = []
    for number, amount_h, evidence, *own in stored["leaves"]:
        key, *words = phrases[number]
        rule = rules[key]
        said = (
            rule["fixed"]
            | dict(zip(rule["phrase"], words, strict=True))
            | dict(zip(rule["own"], own, strict=True))
        )
        found.append(_member(said, amount_h, evidence))
    return found


def _member(said: Mapping[str, Any], amount_h: int, evidence: str | None) -> dict[str, Any]:
    kind = said.get("kind", said.get("evidence_kind"))
    facts = {name.removeprefix(_FACT): said[name] for name in sorted(said) if name.startswith(_FACT)}
    return {
        "stage": said["stage"],
        "rule": said.get("rule", said.get("rule_id")),
        "label": {"id": said.get("label_id", said.get(LABEL)), "en": said.get("label_en", said.get(LABEL))},
        "amount": amount_text(amount_h),
        "legal_basis": said["legal_basis"],
        "evidence": [] if kind is None else [{"kind": kind, "id": evidence}],
        "facts": said.get(WHOLE, facts),
    }


def _ordered(parts: Sequence[pl.DataFrame], phrases: Phrases) -> pl.DataFrame:
    """By person, part, evidence in natural order; then by what is said, which only decides between twins."""
    ranks = {label: rank for rank, label in enumerate(sorted(set(phrases.labels)))}
    label = pl.Series([ranks[one] for one in phrases.labels], dtype=pl.UInt32)
    pieces = [
        _sorted(rows, label)
        for part in parts
        for _, rows in sorted(part.group_by("evidence_kind"), key=lambda one: str(one[0][0] or ""))
    ]
    rows = pl.concat([pl.DataFrame(schema=COMPACT), *pieces]).sort("employee_id", maintain_order=True)
    return rows.with_columns(key=pl.col("employee_id").rle_id().cast(pl.UInt64) * 2**32 + pl.col("phrase"))


def _sorted(rows: pl.DataFrame, label: pl.Series) -> pl.DataFrame:
    """Leaves that cite one kind of evidence. Most stand in order already: a part weighs activities as they come."""
    before = {name: pl.col(name).shift() for name in ("employee_id", "evidence_id")}
    same, longer = pl.col("employee_id") == before["employee_id"], _NATURAL.shift()
    later = (longer < _NATURAL) | ((longer == _NATURAL) & (pl.col("evidence_id") > before["evidence_id"]))
    rises = (pl.col("employee_id") > before["employee_id"]) | (same & later)
    if rows.height > 1 and rows.select(rises.slice(1).fill_null(value=False).all()).item():
        return rows
    ranked = rows.with_columns(natural=_NATURAL, label=label.gather(rows.get_column("phrase")))
    return ranked.sort(_ORDER).select(COMPACT.names())


def _said(rows: pl.DataFrame) -> pl.DataFrame:
    """Each person's phrases in the order of their first use: `key`, `employee_id`, `phrase`, and their `number`."""
    said = rows.select("key", "employee_id", "phrase").unique("key", keep="first", maintain_order=True)
    place = pl.int_range(pl.len(), dtype=pl.UInt32)
    return said.with_columns(place=place).with_columns(
        number=pl.col("place") - pl.col("place").first().over("employee_id")
    )


def _evidence(rows: pl.DataFrame) -> pl.Expr:
    column = rows.get_column("evidence_id")
    numbers = column.cast(pl.Int64, strict=False)
    return quoted(column, plain=numbers.null_count() == column.null_count())


def _rules(said: pl.DataFrame, phrases: Phrases) -> pl.DataFrame:
    """`employee_id` and the rules that their phrases are of, as members of an object, by key."""
    keys = sorted(set(phrases.keys))
    places = {key: place for place, key in enumerate(keys)}
    rule = pl.Series([places[key] for key in phrases.keys], dtype=pl.UInt32).gather(said.get_column("phrase"))
    members = pl.Series([f'"{key}":{phrases.rules[key]}' for key in keys], dtype=pl.String)
    used = said.select("employee_id", rule=rule).unique().sort("employee_id", "rule")
    return _by_person(used.select("employee_id", text=members.gather(used.get_column("rule"))), "rules")


def _by_person(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    joined = rows.group_by("employee_id", maintain_order=True).agg(pl.col("text").str.join(","))
    return joined.rename({"text": name})
