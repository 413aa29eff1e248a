"""Leaves as the explanation that is stored and shown.

One shape, two ways to it: `trail` for a person, `breakdowns` for a unit's month (text built column by
column, since a Python loop over every leaf would cost more than the scoring itself). A test holds them
equal.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from eperf.domain.scoring.amounts import amount_text, amount_text_expr


def trail(leaves: pl.DataFrame) -> list[dict[str, Any]]:
    """The explanation of one employee: a list in order of computation.

    Each member has `stage`, `rule`, `label` {`id`, `en`}, `amount` (text, two decimals), `legal_basis`,
    `evidence` [{`kind`, `id`}] and `facts` {name: text}.
    """
    return [_member(row) for row in leaves.sort("seq").iter_rows(named=True)]


def breakdowns(leaves: pl.DataFrame) -> pl.DataFrame:
    """`employee_id` and `breakdown`: the JSON text of each employee who has leaves, by id."""
    head = pl.struct(
        stage="stage",
        rule="rule_id",
        label=pl.struct(id="label_id", en="label_en"),
        amount=amount_text_expr(pl.col("amount_h")),
        legal_basis="legal_basis",
    ).struct.json_encode()
    evidence = pl.struct(kind="evidence_kind", id="evidence_id").struct.json_encode()
    cited = pl.when(pl.col("evidence_kind").is_null()).then(pl.lit("")).otherwise(evidence)
    body = [head.str.strip_suffix("}"), pl.lit(',"evidence":['), cited]
    pieces = [*body, pl.lit('],"facts":'), pl.col("facts"), pl.lit("}")]
    member = leaves.sort("employee_id", "seq").select("employee_id", member=pl.concat_str(pieces))
    joined = member.group_by("employee_id", maintain_order=True).agg(pl.col("member").str.join(","))
    text = pl.concat_str([pl.lit("["), "member", pl.lit("]")])
    return joined.select("employee_id", breakdown=text)


def _member(row: dict[str, Any]) -> dict[str, Any]:
    kind, key = row["evidence_kind"], row["evidence_id"]
    return {
        "stage": row["stage"],
        "rule": row["rule_id"],
        "label": {"id": row["label_id"], "en": row["label_en"]},
        "amount": amount_text(row["amount_h"]),
        "legal_basis": row["legal_basis"],
        "evidence": [] if kind is None else [{"kind": kind, "id": key}],
        "facts": json.loads(row["facts"]),
    }
