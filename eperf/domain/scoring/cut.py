"""The facts of many units in one period, checked as one and cut into a `UnitPeriod` for each.

Units may be small, and a check costs the same Python for ten rows as for a hundred thousand. What holds of all rows
holds of each unit's; so one pass checks them all. Where it refuses, each unit is made and checked alone, so that one
unit's bad row is that unit's trouble and nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from eperf.domain.errors import ScoringFrameInvalid
from eperf.domain.period import YearMonth
from eperf.domain.scoring.frame import UnitPeriod, whole_days

_PLACE = "place of the cohort"


@dataclass(frozen=True)
class Cohort:
    """Some people of a unit, whose month is to be scored. `working_days` is 0 to 31; nobody is in two cohorts."""

    unit_id: int
    unit_code: str
    working_days: int
    employee_ids: tuple[int, ...]


def cut(
    cohorts: Sequence[Cohort], period: YearMonth, tables: Mapping[str, pl.DataFrame]
) -> list[UnitPeriod | ScoringFrameInvalid]:
    """The month of each cohort in order, or why it cannot be scored. `tables`: the frames of `UnitPeriod` by name."""
    try:
        whole = _whole(cohorts, period, tables)
    except ScoringFrameInvalid:
        return [_judged(*one, period) for one in zip(cohorts, _pieces(cohorts, tables), strict=True)]
    checked = whole.content()
    pieces = [checked] if len(cohorts) == 1 else list(_pieces(cohorts, checked))
    return [
        UnitPeriod.of_checked(**_head(cohort, period), **piece)
        for cohort, piece in zip(cohorts, pieces, strict=True)
    ]


def _whole(cohorts: Sequence[Cohort], period: YearMonth, tables: Mapping[str, pl.DataFrame]) -> UnitPeriod:
    """All of them as one unit: the checks do not ask which unit it is."""
    for days in {cohort.working_days for cohort in cohorts}:
        whole_days(days, period)
    return _alone(Cohort(0, "", 0, ()), tables, period)


def _alone(cohort: Cohort, tables: Mapping[str, pl.DataFrame], period: YearMonth) -> UnitPeriod:
    fields: dict[str, Any] = {**_head(cohort, period), **tables}
    return UnitPeriod(**fields)


def _judged(
    cohort: Cohort, tables: Mapping[str, pl.DataFrame], period: YearMonth
) -> UnitPeriod | ScoringFrameInvalid:
    try:
        return _alone(cohort, tables, period)
    except ScoringFrameInvalid as refusal:
        return refusal


def _head(cohort: Cohort, period: YearMonth) -> dict[str, Any]:
    return {
        "unit_id": cohort.unit_id,
        "unit_code": cohort.unit_code,
        "working_days": cohort.working_days,
        "period": period,
    }


def _pieces(
    cohorts: Sequence[Cohort], tables: Mapping[str, pl.DataFrame]
) -> Iterator[dict[str, pl.DataFrame]]:
    """The rows of each cohort's people, in the order in which they stand; rows of nobody's are left out."""
    members = [(one, place) for place, cohort in enumerate(cohorts) for one in cohort.employee_ids]
    places = pl.DataFrame(members, schema={"employee_id": pl.Int64, _PLACE: pl.Int64}, orient="row")
    divided = {
        name: rows.join(places, on="employee_id", maintain_order="left").partition_by(
            _PLACE, maintain_order=True, include_key=False, as_dict=True
        )
        for name, rows in tables.items()
    }
    for place in range(len(cohorts)):
        yield {name: divided[name].get((place,), rows.clear()) for name, rows in tables.items()}
