"""A misspelt attribute."""

from dataclasses import dataclass
from typing import Any

from eperf.plugins import DayInput, DayResult, hookimpl


@dataclass(frozen=True)
class GuardSettings:
    """None."""


class GuardShift:
    """A work-time policy."""

    name, verison, settings = "guard-shift", "1", GuardSettings

    def classify(self, day: DayInput, settings: Any) -> DayResult:
        """Judges nothing."""
        raise NotImplementedError


# refused: guard-shift: GuardShift without version, did you mean verison?
@hookimpl
def eperf_work_time_policies() -> list[GuardShift]:
    """Gives it."""
    return [GuardShift()]
