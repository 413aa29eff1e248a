"""What a work-time policy is: the rule that turns the taps of a day into its status, with the reasons.

A policy is a part. It sees one day at a time and nothing else, so a day can be classified again whenever a
punch, a leave or the rule itself changes, and the same input gives the same result on every machine.
"""

from __future__ import annotations

from typing import Any, Protocol

from eperf.domain.attendance.day import DayInput, DayResult

__all__ = ["DayInput", "DayResult", "WorkTimePolicy"]


class WorkTimePolicy(Protocol):
    """A work-time policy, built in or from a plugin."""

    name: str
    """Stable id, stored with every day: lower-case letters, digits and hyphens."""
    version: str
    settings: type[Any]
    """A frozen dataclass with a default for every field; each field's metadata says what it means
    (`description`).
    """

    def classify(self, day: DayInput, settings: Any) -> DayResult:
        """The day's status, figures and steps. Pure: no clock, no I/O, nothing kept between calls."""
