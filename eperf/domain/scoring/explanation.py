"""How much of an explanation a run makes: all of it, what is stored, or none.

The scores are the same in each. A part that only returns its leaves takes part in every way without knowing it; one
that does more with them is run again for them whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import polars as pl

from eperf.domain.scoring.leaf import LEAVES
from eperf.domain.scoring.output import Found, checked
from eperf.domain.scoring.phrases import COMPACT, Phrases
from eperf.domain.scoring.said import Said, saying
from eperf.domain.scoring.stage import PartOutput, StagePart

_UNEXPLAINED = pl.lit(value=True).alias("unexplained")
AMOUNTS = pl.Schema({"employee_id": pl.Int64(), "amount_h": pl.Int64(), "unexplained": pl.Boolean()})
"""Leaves without an explanation, and the mark that they are."""


class Explanation(Enum):
    """What is made of it."""

    WHOLE = "whole"
    """Leaves with all their columns."""
    STORED = "stored"
    """Leaves as phrases, for the texts that are stored; several times as fast."""
    NONE = "none"
    """Amounts alone: what only an explanation would find out, a text that cannot be made, is not found out."""


@dataclass(frozen=True)
class _Way:
    say: Callable[[Said], pl.DataFrame]
    kept: pl.Schema
    as_kept: Callable[[pl.DataFrame], pl.DataFrame] | None


def found_by(
    filled: StagePart[Any],
    run: Callable[[], PartOutput],
    employees: pl.DataFrame,
    explanation: Explanation,
    phrases: Phrases,
) -> Found:
    """A part's checked output, its leaves in the way of the run."""
    way = _way(filled, explanation, phrases)
    try:
        with saying(way.say):
            return checked(run(), filled.part, employees, way.kept, way.as_kept)
    except Exception:
        if explanation is Explanation.WHOLE:
            raise
    return checked(run(), filled.part, employees, way.kept, way.as_kept)


def _way(filled: StagePart[Any], explanation: Explanation, phrases: Phrases) -> _Way:
    part, stage = filled.part, filled.stage
    if explanation is Explanation.NONE:
        return _Way(_amounts, AMOUNTS, lambda leaves: leaves.select("employee_id", "amount_h", _UNEXPLAINED))
    if explanation is Explanation.STORED:
        return _Way(
            lambda said: phrases.said(said, stage, part.rule_id, part.legal_basis),
            COMPACT,
            lambda leaves: phrases.whole(leaves, stage),
        )
    return _Way(Said.whole, LEAVES, None)


def _amounts(said: Said) -> pl.DataFrame:
    if not said.stands():
        return said.whole()
    return said.rows.select("employee_id", _UNEXPLAINED, amount_h=said.amount).select(AMOUNTS.names())
