"""A method that says it answers with something else."""

from dataclasses import dataclass
from typing import Any

from eperf.plugins import DayInput, hookimpl


@dataclass(frozen=True)
class GuardSettings:
    """None."""


class GuardShift:
    """A work-time policy."""

    name, version, settings = "guard-shift", "1", GuardSettings

    # refused: classify says that it returns str, not DayResult
    def classify(self, day: DayInput, settings: Any) -> str:
        """Judges nothing."""
        raise NotImplementedError


@hookimpl
def eperf_work_time_policies() -> list[GuardShift]:
    """Gives it."""
    return [GuardShift()]
