"""Small units scored as one: a part costs the same Python for three people as for a thousand.

A rule looks at one employee at a time (the same whether scored alone or in a batch), so units that have one scheme, one
set of settings and as many working days give the same scores together. What a rule could tell them apart by is missing
from the frame: a part that asks for the unit fails, and then, as with every failure, each unit is scored for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import polars as pl

from eperf.domain.scoring.digest import digests_of_employees
from eperf.domain.scoring.engine import score
from eperf.domain.scoring.explanation import Explanation
from eperf.domain.scoring.frame import UnitPeriod
from eperf.domain.scoring.stage import Scheme

S = TypeVar("S")

RESULTS = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "unit_id": pl.Int64(),
        "score_h": pl.Int64(),
        "state": pl.String(),
        "cause": pl.String(),
        "settings_digest": pl.String(),
        "input_digest": pl.String(),
        "breakdown": pl.String(),
    }
)
"""What is stored of each employee: the columns of `Scored.scores`, the unit, the digests, the explanation."""


def results(scheme: Scheme[S], settings: S, months: Sequence[UnitPeriod]) -> pl.DataFrame:
    """The scores of units with one period and one number of working days, by unit."""
    if len(months) > 1:
        found = _results(scheme, settings, months)
        if found is not None:
            return found
    alone = (_results(scheme, settings, [month], whatever=True) for month in months)
    return pl.concat([pl.DataFrame(schema=RESULTS), *(rows for rows in alone if rows is not None)])


def _results(
    scheme: Scheme[S], settings: S, months: Sequence[UnitPeriod], *, whatever: bool = False
) -> pl.DataFrame | None:
    """None when a part failed, unless that is the result."""
    joint = months[0] if len(months) == 1 else _joined(months)
    scored = score(scheme, settings, joint, explanation=Explanation.STORED)
    if scored.failures and not whatever:
        return None
    units = {one: month for month in months for one in month.employees.get_column("employee_id")}
    heads = {id(month): month.head() for month in months}
    digests = digests_of_employees(lambda one: heads[id(units[one])], joint.content())
    people = scored.scores.get_column("employee_id").to_list()
    return scored.scores.select(
        "employee_id",
        "score_h",
        "state",
        "cause",
        scored.breakdowns().get_column("breakdown"),
        unit_id=pl.Series([units[one].unit_id for one in people], dtype=pl.Int64),
        settings_digest=pl.lit(scored.settings_digest),
        input_digest=pl.Series([digests[one] for one in people], dtype=pl.String),
    ).select(RESULTS.names())


def _joined(months: Sequence[UnitPeriod]) -> UnitPeriod:
    """Their people as those of a unit that has no id and no code."""
    first = months[0]
    if any((one.period, one.working_days) != (first.period, first.working_days) for one in months):
        raise ValueError("only units with one period and as many working days are scored together")
    contents = [month.content() for month in months]
    tables = {
        name: pl.concat([content[name] for content in contents]).sort("employee_id", maintain_order=True)
        for name in contents[0]
    }
    return UnitPeriod.of_checked(period=first.period, working_days=first.working_days, **tables)
