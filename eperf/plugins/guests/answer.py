"""What a guest's process hands back is checked before it counts: its columns, whose rows they are, and every figure."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from eperf.domain.scoring import FINAL, PROVISIONAL, UnitPeriod
from eperf.domain.scoring.joint import RESULTS
from eperf.domain.scoring.output import AMOUNT_LIMIT
from eperf.plugins.guests.wire import Garbled

SCORES = pl.Schema({name: RESULTS[name] for name in ("employee_id", "score_h", "state", "cause")})
MOST_CAUSE = 200
"""Letters of a cause that are kept."""


def sound(found: pl.DataFrame, months: Sequence[UnitPeriod], settings_digest: str) -> pl.DataFrame:
    """Results as `RESULTS`, by unit and employee as asked; raises `Garbled` when they are anything else."""
    _is(found.schema == RESULTS, "other columns than asked for")
    asked = [(month.unit_id, one) for month in months for one in month.employees.get_column("employee_id")]
    _is(set(found.select("unit_id", "employee_id").iter_rows()) == set(asked), "rows of others, or too few")
    _is(found.height == len(asked), "rows twice")
    _is(found.get_column("settings_digest").eq_missing(settings_digest).all(), "other settings")
    _figures(found)
    told = found.get_column("breakdown")
    # A NUL is valid in JSON, and no database keeps it.
    unkept = told.str.contains("\\u0000", literal=True) | told.str.contains("\0", literal=True)
    _is(not unkept.fill_null(value=True).any(), "an explanation that cannot be stored")
    return _causes(found)


def sound_scores(found: pl.DataFrame, month: UnitPeriod) -> pl.DataFrame:
    """The scores of one unit; raises `Garbled` when they are anything else."""
    _is(found.schema == SCORES, "other columns than asked for")
    asked = month.employees.get_column("employee_id")
    _is(found.get_column("employee_id").equals(asked), "rows of others, or too few")
    _figures(found)
    return _causes(found)


def _figures(found: pl.DataFrame) -> None:
    final, score = pl.col("state") == FINAL, pl.col("score_h")
    whole = final & score.is_between(-AMOUNT_LIMIT * 100, AMOUNT_LIMIT * 100) & pl.col("cause").is_null()
    missing = (pl.col("state") == PROVISIONAL) & score.is_null() & pl.col("cause").is_not_null()
    _is(
        found.select((whole | missing).fill_null(value=False).all()).item(),
        "a state without its figure or cause",
    )


def _causes(found: pl.DataFrame) -> pl.DataFrame:
    """Causes as they can be kept: a plugin writes them."""
    cause = pl.col("cause").str.replace_all(r"[\x00-\x1f\x7f]", " ").str.slice(0, MOST_CAUSE)
    return found.with_columns(cause)


def _is(holds: bool, why: str) -> None:
    if not holds:
        raise Garbled(why)
