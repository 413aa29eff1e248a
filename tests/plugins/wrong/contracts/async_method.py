"""A method that is async where an ordinary one is called."""

from dataclasses import dataclass
from typing import Any

from eperf.plugins import DayInput, DayResult, hookimpl


@dataclass(frozen=True)
class GuardSettings:
    """None."""


class GuardShift:
    """A work-time policy."""

    name, version, settings = "guard-shift", "1", GuardSettings

    # refused: classify is async, it must be an ordinary function
    async def classify(self, day: DayInput, settings: Any) -> DayResult:
        """Judges nothing."""
        raise NotImplementedError


@hookimpl
def eperf_work_time_policies() -> list[GuardShift]:
    """Gives it."""
    return [GuardShift()]
