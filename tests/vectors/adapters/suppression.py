"""Vectors of `suppression`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from eperf.domain.number import decimal_of, flag_of, whole_of
from eperf.domain.transparency.breach import breach_deadline
from eperf.domain.transparency.cells import counts_hidden, rate_published, total_published
from eperf.domain.transparency.fields import is_public
from eperf.domain.transparency.rules import SUPPRESSION_RULES
from eperf.domain.transparency.table import protect

Given = Mapping[str, Any]

RULE = SUPPRESSION_RULES[-1]


def _least(given: Given) -> int:
    least = given.get("min_publishable")
    return RULE.least() if least is None else whole_of("min_publishable", least)


def _cells(given: Given) -> dict[str, Any]:
    return {"hidden": counts_hidden(given["counts"], _least(given))}


def _rate(given: Given) -> dict[str, Any]:
    return {"published": rate_published(given["numerator"], given["denominator"], _least(given))}


def _table(given: Given) -> dict[str, Any]:
    totals = flag_of("row_and_column_totals_published", given.get("row_and_column_totals_published"))
    table = protect(given["rows"], _least(given), totals_published=totals)
    return {
        "must_hide": [list(cell) for cell in table.small_inner],
        "hidden": [list(cell) for cell in table.inner],
        "hidden_per_affected_line_min": table.fewest_in_a_line(),
        "max_hidden_cells": len(table.inner),
    }


def _breach_deadline(given: Given) -> dict[str, Any]:
    text = given["discovered_at"]
    known = datetime.fromisoformat(text)
    if known.utcoffset() is None:
        # A time without an offset stays one: seventy-two hours are as long in every zone that does not jump.
        return {"notify_by": breach_deadline(known.replace(tzinfo=UTC)).replace(tzinfo=None).isoformat()}
    deadline = breach_deadline(known).isoformat()
    return {"notify_by": deadline.replace("+00:00", "Z") if text.endswith("Z") else deadline}


def _dominance(given: Given) -> dict[str, Any]:
    contributions = [decimal_of("contributions", one) for one in given["contributions"]]
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
