"""What a rule may know: one unit, one period, and what the stages before it found.

A rule gets columns, not objects: one call weighs a unit's month. It gets copies, so a rule that changes its
input changes only its own; and it gets one unit, so it cannot lean on another's rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from eperf.domain.errors import ScoringFrameInvalid
from eperf.domain.period import YearMonth
from eperf.domain.scoring import tables
from eperf.domain.scoring.digest import digest_of_tables, digests_of_employees


def whole_days(days: int, period: YearMonth) -> None:
    """Refuses what is no number of days of the period."""
    if not 0 <= days <= period.last.day:
        raise ScoringFrameInvalid("working_days", days, "not a number of days of this month")


@dataclass(frozen=True, eq=False)
class UnitPeriod:
    """The facts of one unit in one month, checked and in canonical order (`tables.py` says what is checked).

    `working_days` is the number of days the unit's calendar expects work on, 0 to 31.
    Raises `ScoringFrameInvalid` with the table and column that do not fit.
    """

    unit_id: int
    unit_code: str
    period: YearMonth
    working_days: int
    employees: pl.DataFrame
    activities: pl.DataFrame
    days: pl.DataFrame

    def __post_init__(self) -> None:
        whole_days(self.working_days, self.period)
        employees = tables.conform("employees", self.employees, tables.EMPLOYEES, ["employee_id"])
        activities = tables.conform(
            "activities", self.activities, tables.ACTIVITIES, ["activity_id"], ["employee_id", "activity_id"]
        )
        days = tables.conform("days", self.days, tables.DAYS, ["employee_id", "date"])
        for name, rows in (("activities", activities), ("days", days)):
            tables.known_employees(name, rows, employees)
            tables.within(name, rows, self.period.first, self.period.last)
        object.__setattr__(self, "employees", employees)
        object.__setattr__(self, "activities", activities)
        object.__setattr__(self, "days", days)

    @classmethod
    def of_checked(cls, **fields: Any) -> UnitPeriod:
        """A month of facts that were checked as one before: some of its people, or all of it read back from a file.

        Checks and sorts nothing, so it is for callers who have left rows out and changed none.
        """
        made = object.__new__(cls)
        for name, value in fields.items():
            rows = isinstance(value, pl.DataFrame)
            object.__setattr__(made, name, tables.sorted_rows(value) if rows else value)
        return made

    @cached_property
    def verified(self) -> pl.DataFrame:
        """The activities that count, whichever part asks for them."""
        return self.activities.filter(pl.col("state") == tables.VERIFIED)

    @cached_property
    def input_digest(self) -> str:
        """`sha256:…` of everything a rule can see."""
        return digest_of_tables(self.head(), self.content())

    @cached_property
    def input_digests(self) -> dict[int, str]:
        """The digest of each employee's own facts, by `employee_id`: `only([employee_id]).input_digest`.

        It does not depend on who else was scored in the same batch, so it is what a score's receipt holds.
        """
        head = self.head()
        return digests_of_employees(lambda _: head, self.content())

    def head(self) -> tuple[object, ...]:
        """What is digested before the tables."""
        head = ("eperf unit-period", tables.FRAME_VERSION, self.unit_id, self.unit_code)
        return (*head, self.period, self.working_days)

    def content(self) -> dict[str, pl.DataFrame]:
        """The tables by name."""
        return {"employees": self.employees, "activities": self.activities, "days": self.days}

    def only(self, employee_ids: Iterable[int]) -> UnitPeriod:
        """The same month for some of the employees; ids of others are refused."""
        chosen = pl.DataFrame({"employee_id": pl.Series(list(employee_ids), dtype=pl.Int64).unique()})
        tables.known_employees("only", chosen, self.employees)
        fields = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        for name, value in fields.items():
            if isinstance(value, pl.DataFrame):
                fields[name] = value.join(chosen, on="employee_id", how="semi", maintain_order="left")
        return UnitPeriod.of_checked(**fields)


@dataclass(frozen=True, eq=False)
class Frame:
    """What a part is handed: the unit's month, the totals so far, and named values of earlier parts."""

    unit_period: UnitPeriod = field(repr=False)
    running: pl.DataFrame = field(repr=False)
    named: Mapping[str, pl.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def period(self) -> YearMonth:
        """The month being scored."""
        return self.unit_period.period

    @property
    def working_days(self) -> int:
        """Days on which the unit's calendar expects work."""
        return self.unit_period.working_days

    @property
    def unit_code(self) -> str:
        """The unit's code."""
        return self.unit_period.unit_code

    @property
    def employees(self) -> pl.DataFrame:
        """The unit's employees (`tables.EMPLOYEES`)."""
        return self.unit_period.employees.clone()

    @property
    def activities(self) -> pl.DataFrame:
        """Activities in every state (`tables.ACTIVITIES`)."""
        return self.unit_period.activities.clone()

    @property
    def verified(self) -> pl.DataFrame:
        """The activities that count: verified ones."""
        return self.unit_period.verified.clone()

    @property
    def days(self) -> pl.DataFrame:
        """Classified days (`tables.DAYS`)."""
        return self.unit_period.days.clone()

    @property
    def totals(self) -> pl.DataFrame:
        """`employee_id`, a column per stage and `total`: hundredths of the parts that ran before this one."""
        return self.running.clone()

    def value(self, name: str) -> pl.DataFrame:
        """`employee_id` and `name`: what an earlier part published. `KeyError` when none did."""
        return self.named[name].clone()
