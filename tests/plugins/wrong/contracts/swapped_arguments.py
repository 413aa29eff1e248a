"""A method whose arguments stand in another order."""

from dataclasses import dataclass
from typing import Any

from eperf.plugins import DayInput, DayResult, hookimpl


@dataclass(frozen=True)
class GuardSettings:
    """None."""


class GuardShift:
    """A work-time policy."""

    name, version, settings = "guard-shift", "1", GuardSettings

    # refused: classify has the argument settings where it is given day
    def classify(self, settings: Any, day: DayInput) -> DayResult:
        """Judges nothing."""
        raise NotImplementedError


@hookimpl
def eperf_work_time_policies() -> list[GuardShift]:
    """Gives it."""
    return [GuardShift()]
