"""A method that yields."""

from dataclasses import dataclass
from typing import Any

from eperf.plugins import DayInput, hookimpl


@dataclass(frozen=True)
class GuardSettings:
    """None."""


class GuardShift:
    """A work-time policy."""

    name, version, settings = "guard-shift", "1", GuardSettings

    # refused: classify yields, it must return
    def classify(self, day: DayInput, settings: Any) -> Any:
        """Judges nothing."""
        yield day


@hookimpl
def eperf_work_time_policies() -> list[GuardShift]:
    """Gives it."""
    return [GuardShift()]
