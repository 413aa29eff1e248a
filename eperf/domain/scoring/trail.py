"""Leaves as the explanation that is shown.

`trail` makes it of whole leaves, `stored.expanded` of what is stored of a unit's month. A test holds them equal.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from eperf.domain.scoring.amounts import amount_text


def trail(leaves: pl.DataFrame) -> list[dict[str, Any]]:
    """The explanation of one employee: a list in order of computation.

    Each member has `stage`, `rule`, `label` {`id`, `en`}, `amount` (text, two decimals), `legal_basis`,
    `evidence` [{`kind`, `id`}] and `facts` {name: text}.
    """
    return [_member(row) for row in leaves.sort("seq").iter_rows(named=True)]


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
