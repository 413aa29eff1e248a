"""A misspelt method."""

from dataclasses import dataclass
from typing import Any

from eperf.plugins import DayInput, DayResult, hookimpl


@dataclass(frozen=True)
class GuardSettings:
    """None."""


class GuardShift:
    """A work-time policy."""

    name, version, settings = "guard-shift", "1", GuardSettings

    def clasify(self, day: DayInput, settings: Any) -> DayResult:
        """Judges nothing."""
        raise NotImplementedError


# refused: GuardShift has no method classify, did you mean clasify?; write: def classify(self, day, settings) -> DayResult
@hookimpl
def eperf_work_time_policies() -> Any:
    """Gives it."""
    return [GuardShift()]
