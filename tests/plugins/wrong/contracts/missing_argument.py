"""A method that takes too little."""

from dataclasses import dataclass

from eperf.plugins import DayInput, DayResult, hookimpl


@dataclass(frozen=True)
class GuardSettings:
    """None."""


class GuardShift:
    """A work-time policy."""

    name, version, settings = "guard-shift", "1", GuardSettings

    # refused: classify takes (day), it is given (day, settings)
    def classify(self, day: DayInput) -> DayResult:
        """Judges nothing."""
        raise NotImplementedError


@hookimpl
def eperf_work_time_policies() -> list[GuardShift]:
    """Gives it."""
    return [GuardShift()]
