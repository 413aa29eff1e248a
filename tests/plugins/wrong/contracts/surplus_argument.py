"""A method that wants more than it is given."""

from dataclasses import dataclass
from typing import Any

from eperf.plugins import DayInput, DayResult, hookimpl


@dataclass(frozen=True)
class GuardSettings:
    """None."""


class GuardShift:
    """A work-time policy."""

    name, version, settings = "guard-shift", "1", GuardSettings

    # refused: classify has arguments that it is not given: clock
    def classify(self, day: DayInput, settings: Any, clock: Any) -> DayResult:
        """Judges nothing."""
        raise NotImplementedError


@hookimpl
def eperf_work_time_policies() -> list[GuardShift]:
    """Gives it."""
    return [GuardShift()]
