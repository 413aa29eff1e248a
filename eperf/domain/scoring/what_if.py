"""A candidate beside what is stored: whose score would move, by how much, past whom, and by which stage.

Pure columns: the stored scores in, the candidate's run in, one row a person out. Nothing here writes, and nothing reads
a stored score but as a figure to compare with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from eperf.domain.errors import BadInput, TooMany
from eperf.domain.period import YearMonth
from eperf.domain.scoring.scored import Scored
from eperf.domain.scoring.stage import STAGES

MOST_BANDS = 20
MOST_MONTHS = 12
MOST_SCORES = 60_000
_STAGE = {f"by_{name}": pl.Int64() for name in STAGES}

STORED = pl.Schema({"employee_id": pl.Int64(), "before_h": pl.Int64(), **_STAGE})
"""What is stored: the score in hundredths (null while provisional), and what each stage gave of it."""

MOVES = pl.Schema(
    {
        "employee_id": pl.Int64(), "unit_id": pl.Int64(), "period": pl.String(), "before_h": pl.Int64(),
        "after_h": pl.Int64(), "delta_h": pl.Int64(), "state": pl.String(), "cause": pl.String(),
        "rank_before": pl.Int64(), "rank_after": pl.Int64(), "band_before": pl.Int64(), "band_after": pl.Int64(),
        "stage": pl.String(), "stage_delta_h": pl.Int64(),
    }
)  # fmt: skip
"""One row for a person and month. Ranks count from 1 within the trial's month, equal scores share the best; bands count
from 0, the lowest. `stage` is the one that moved the score most; deltas are null where a figure is missing."""


@dataclass(frozen=True)
class Summary:
    """A trial in figures: how many scores, how many go up, down or stay, and what that comes to.

    `provisional`: the candidate gives no figure. `overtaken`: people whose rank changes. `bands`: (from, to) with how
    many go that way. `stages`: what each stage adds to all scores together, in hundredths.
    """

    people: int
    up: int
    down: int
    same: int
    provisional: int
    overtaken: int
    sum_before_h: int
    sum_after_h: int
    bands: tuple[tuple[int, int, int], ...]
    stages: tuple[tuple[str, int], ...]


def checked_bands(bands_h: Sequence[int]) -> tuple[int, ...]:
    """The lower bounds of the bands above the lowest, in hundredths: ascending, at most twenty."""
    if len(bands_h) > MOST_BANDS:
        raise TooMany("bands", MOST_BANDS, len(bands_h))
    if any(second <= first for first, second in pairwise(bands_h)):
        raise BadInput("bands", list(bands_h), "not ascending")
    return tuple(bands_h)


def checked_months(first: YearMonth, last: YearMonth) -> tuple[YearMonth, ...]:
    """The months from the first to the last, at most twelve."""
    if last < first:
        raise BadInput("last", str(last), "lies before the first month")
    months = [first]
    while months[-1] < last:
        if len(months) == MOST_MONTHS:
            raise TooMany("months", MOST_MONTHS, f"{first} to {last}")
        months.append(months[-1].next())
    return tuple(months)


def stored(rows: Iterable[tuple[int, int | None, Sequence[Mapping[str, Any]]]]) -> pl.DataFrame:
    """Stored scores (employee, hundredths, leaves) as `STORED`."""
    found = []
    for employee_id, score_h, breakdown in rows:
        sums = dict.fromkeys(STAGES, 0)
        for leaf in breakdown:
            sums[leaf["stage"]] = sums.get(leaf["stage"], 0) + _hundredths(leaf["amount"])
        found.append((employee_id, score_h, *(sums[name] for name in STAGES)))
    return pl.DataFrame(found, schema=STORED, orient="row")


def moves(before: pl.DataFrame, scored: Scored) -> pl.DataFrame:
    """`MOVES` of one unit's month, without ranks and bands."""
    ran = scored.scores.select("employee_id", "state", "cause", after_h="score_h")
    both = ran.join(before, on="employee_id", how="left").join(_stages(scored), on="employee_id", how="left")
    shifts = [
        (pl.col(f"now_{name}").fill_null(0) - pl.col(f"by_{name}").fill_null(0)).alias(name)
        for name in STAGES
    ]
    known = pl.col("before_h").is_not_null() & pl.col("after_h").is_not_null()
    sizes = pl.concat_list([pl.col(name).abs() for name in STAGES])
    most = sizes.list.arg_max()
    moved = both.with_columns(*shifts).with_columns(
        delta_h=pl.when(known).then(pl.col("after_h") - pl.col("before_h")),
        stage=pl.when(known & (sizes.list.max() > 0)).then(
            pl.lit(pl.Series([list(STAGES)])).list.get(most)
        ),
        stage_delta_h=pl.when(known & (sizes.list.max() > 0)).then(
            pl.concat_list([pl.col(name) for name in STAGES]).list.get(most)
        ),
        unit_id=pl.lit(scored.unit_period.unit_id, dtype=pl.Int64()),
        period=pl.lit(str(scored.unit_period.period)),
        rank_before=pl.lit(None, dtype=pl.Int64()), rank_after=pl.lit(None, dtype=pl.Int64()),
        band_before=pl.lit(None, dtype=pl.Int64()), band_after=pl.lit(None, dtype=pl.Int64()),
    )  # fmt: skip
    return moved.select(MOVES.names()).sort("employee_id")


def ranked(rows: pl.DataFrame, bands_h: Sequence[int]) -> pl.DataFrame:
    """The moves of all units of a trial with their ranks within the month, and their bands."""

    def rank(name: str) -> pl.Expr:
        return pl.col(name).rank("min", descending=True).over("period").cast(pl.Int64)

    def band(name: str) -> pl.Expr:
        above = [(pl.col(name) >= bound).cast(pl.Int64) for bound in bands_h]
        return pl.when(pl.col(name).is_not_null()).then(pl.sum_horizontal(pl.lit(0, dtype=pl.Int64), *above))

    return rows.with_columns(
        rank_before=rank("before_h"), rank_after=rank("after_h"),
        band_before=band("before_h"), band_after=band("after_h"),
    ).sort("period", "employee_id")  # fmt: skip


def summary(rows: pl.DataFrame) -> Summary:
    """The figures of a trial's ranked moves."""
    delta = rows.get_column("delta_h").drop_nulls()
    known = rows.drop_nulls(["before_h", "after_h"])
    ways = known.group_by("band_before", "band_after").agg(people=pl.len()).sort("band_before", "band_after")
    stages = known.drop_nulls("stage").group_by("stage").agg(pl.col("stage_delta_h").sum()).sort("stage")
    return Summary(
        people=rows.height,
        up=int((delta > 0).sum()),
        down=int((delta < 0).sum()),
        same=int((delta == 0).sum()),
        provisional=rows.get_column("after_h").null_count(),
        overtaken=known.filter(pl.col("rank_before") != pl.col("rank_after")).height,
        sum_before_h=int(known.get_column("before_h").sum()),
        sum_after_h=int(known.get_column("after_h").sum()),
        bands=tuple(ways.filter(pl.col("band_before") != pl.col("band_after")).iter_rows()),
        stages=tuple(stages.iter_rows()),
    )


def _stages(scored: Scored) -> pl.DataFrame:
    sums = [pl.col("amount_h").filter(pl.col("stage") == name).sum().alias(f"now_{name}") for name in STAGES]
    return scored.leaves.group_by("employee_id").agg(sums)


def _hundredths(text: str) -> int:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, rest = digits.partition(".")
    return sign * (int(whole) * 100 + int(rest.ljust(2, "0")))
