"""What a detector is: a rule over a unit's month that gives hints, each with the rows it rests on.

Detectors come through a hook, eperf's own like an agency's. One reads the same facts as scoring does and answers
with a row for every hint; what cannot be shown with evidence is no hint, so an answer without it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from eperf.domain.errors import BadInput
from eperf.domain.integrity.finding import Indicator
from eperf.domain.scoring.frame import UnitPeriod

HINTS = pl.Schema({"employee_id": pl.Int64(), "date": pl.Date(), "evidence": pl.List(pl.String())})
"""A row for each hint. `date` is null when it speaks of the whole month; `evidence` names rows: `activity:7`,
`day:2026-03-02`. Further columns are figures it was computed from, integers all.
"""


class Detector(Protocol):
    """An integrity detector, built in or from a plugin."""

    @property
    def name(self) -> str:
        """Stable id: lower-case letters, digits and hyphens."""

    @property
    def version(self) -> str: ...  # noqa: D102

    @property
    def indicator(self) -> Indicator:
        """What an employee reads: the pattern, how strong it is as evidence, and its innocent cause."""

    @property
    def settings(self) -> type[Any]:
        """A frozen dataclass with a default for every threshold."""

    def find(self, month: UnitPeriod, settings: Any) -> pl.DataFrame:
        """The hints of a unit's month (`HINTS`). Pure: no clock, no I/O, nothing kept between calls."""


@dataclass(frozen=True)
class ReadyDetector:
    """A detector made of a function over columns."""

    name: str
    version: str
    indicator: Indicator
    settings: type[Any]
    rule: Callable[[UnitPeriod, Any], pl.DataFrame]

    def find(self, month: UnitPeriod, settings: Any) -> pl.DataFrame:
        """What the function finds."""
        return self.rule(month, settings)


def detect(detector: Detector, month: UnitPeriod, settings: Any = None) -> pl.DataFrame:
    """The hints of a detector, checked and in order of employee and day; default thresholds without `settings`.

    Refuses by `detector.column` an answer of another shape, a hint without evidence, about somebody who is not of the
    unit, or about a day outside the month.
    """
    hints = detector.find(month, detector.settings() if settings is None else settings)
    for name, dtype in HINTS.items():
        if hints.schema.get(name) != dtype:
            raise BadInput(
                f"{detector.name}.{name}", str(hints.schema.get(name)), f"the type must be {dtype}"
            )
    figures = [name for name in hints.columns if name not in HINTS]
    for name in figures:
        if not hints.schema[name].is_integer():
            raise BadInput(f"{detector.name}.{name}", str(hints.schema[name]), "a figure is an integer")
    outside = hints.filter(~pl.col("date").is_between(month.period.first, month.period.last))
    strangers = hints.join(month.employees, on="employee_id", how="anti")
    bare = hints.filter(pl.col("evidence").list.len().fill_null(0) == 0)
    for name, wrong, why in (
        ("employee_id", strangers, "not an employee of this unit and period"),
        ("date", outside, "outside the month"),
        ("evidence", bare, "a hint without evidence"),
    ):
        if wrong.height:
            raise BadInput(f"{detector.name}.{name}", str(wrong[name][0]), why)
    return hints.select(*HINTS.names(), *figures).sort("employee_id", "date", nulls_last=True)
