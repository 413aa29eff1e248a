"""How many people a post needs: the four methods of KEP/75/M.PAN/7/2004.

The need keeps its fraction; how it becomes a number of people is a policy with a name. Form C of the analysis
rounds half-up, others round up, and 0.72 of a person may as well be one person with another task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from eperf.domain.scoring.rounding import ceiling, half_up
from eperf.domain.staffing.figures import Number, amount, exact, four_decimals, head_count, measure
from eperf.domain.staffing.time import STANDARD, EffectiveTime


class NeedRounding(StrEnum):
    """How a need becomes people."""

    HALF_UP = "round"
    CEILING = "ceil"
    FRACTION = "fraction"


@dataclass(frozen=True, slots=True)
class Need:
    """A need of people, exact."""

    exact: Fraction

    @property
    def shown(self) -> Decimal:
        """With four decimals, half-up."""
        return four_decimals(self.exact)

    def people(self, rounding: NeedRounding = NeedRounding.HALF_UP) -> Decimal:
        """In people, by a policy: from the exact need, not from the one shown."""
        if rounding is NeedRounding.HALF_UP:
            return Decimal(half_up(self.exact))
        if rounding is NeedRounding.CEILING:
            return Decimal(ceiling(self.exact))
        return self.shown


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of work: how often, counted by what (`day` to `year`), and the standard minutes for one."""

    volume: Number
    per: str
    minutes_each: Number


def workload(tasks: Iterable[Task], time: EffectiveTime = STANDARD) -> Fraction:
    """Yearly minutes of all tasks: volume a year times standard time, exact."""
    total = Fraction(0)
    for number, task in enumerate(tasks):
        volume = amount(f"tasks.{number}.volume", task.volume)
        minutes = amount(f"tasks.{number}.minutes_each", task.minutes_each)
        total += volume * minutes * time.factor(task.per, f"tasks.{number}.per")
    return total


def need_by_tasks(workload_min: Number, year_min: Number) -> Need:
    """Task by task, for posts with many kinds of output: workload over effective time."""
    return Need(amount("workload_min", workload_min) / measure("wke_min_per_year", year_min))


def need_by_ability(volume: Number, ability_per_person: Number) -> Need:
    """By output (hasil kerja) or by object served (objek kerja): volume over what one person manages on average."""
    return Need(amount("volume", volume) / measure("ability_per_person", ability_per_person))


def need_by_equipment(machines: int, staff_per_machine: Mapping[str, int], shifts: int = 1) -> dict[str, int]:
    """By equipment (peralatan kerja): for each role, machines times people at a machine times shifts."""
    running = head_count("machines", machines) * head_count("shifts", shifts)
    return {
        role: running * head_count(f"staff_per_machine.{role}", staff)
        for role, staff in staff_per_machine.items()
    }


def workload_shown(minutes: Fraction) -> Decimal:
    """A workload as it is printed: exact where its decimals end."""
    return exact(minutes)
