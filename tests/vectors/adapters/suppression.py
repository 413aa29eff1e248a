"""Vectors of `suppression`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from eperf.domain.transparency.breach import breach_deadline
from eperf.domain.transparency.cells import counts_hidden, rate_published, total_published
from eperf.domain.transparency.fields import is_public
from eperf.domain.transparency.rules import SUPPRESSION_RULES
from eperf.domain.transparency.table import protect

Given = Mapping[str, Any]

RULE = SUPPRESSION_RULES[-1]


def _least(given: Given) -> int:
    return int(given.get("min_publishable", RULE.least()))


def _cells(given: Given) -> dict[str, Any]:
    return {"hidden": counts_hidden(given["counts"], _least(given))}


def _rate(given: Given) -> dict[str, Any]:
    return {"published": rate_published(given["numerator"], given["denominator"], _least(given))}


def _table(given: Given) -> dict[str, Any]:
    totals = given.get("row_and_column_totals_published", False)
    table = protect(given["rows"], _least(given), totals_published=totals)
    return {
        "must_hide": [list(cell) for cell in table.small_inner],
        "hidden": [list(cell) for cell in table.inner],
        "hidden_per_affected_line_min": table.fewest_in_a_line(),
        "max_hidden_cells": len(table.inner),
    }


def _breach_deadline(given: Given) -> dict[str, Any]:
    text = given["discovered_at"]
    deadline = breach_deadline(datetime.fromisoformat(text)).isoformat()
    return {"notify_by": deadline.replace("+00:00", "Z") if text.endswith("Z") else deadline}


def _dominance(given: Given) -> dict[str, Any]:
    contributions = [Decimal(one) for one in given["contributions"]]
    return {"published": total_published(contributions, RULE.dominance_pct)}


def _public_field(given: Given) -> dict[str, Any]:
    return {"public": is_public(given["field"])}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "cells": _cells,
    "rate": _rate,
    "full_share": _rate,
    "table": _table,
    "breach_deadline": _breach_deadline,
    "dominance": _dominance,
    "public_field": _public_field,
}
