"""What a unit decides when it binds the scheme."""

from __future__ import annotations

from dataclasses import dataclass

from eperf.plugins.rules import Deciding

_DAY = 24 * 60


@dataclass(frozen=True)
class CeilingSettings:
    """Minutes by which a day of each kind lowers the month's ceiling.

    The regulation's figures are not known, so none is preset: `absent_min` for a day absent without notice,
    `leave_min` for a day on leave, and `reducer_basis`, where those figures stand, must be given.
    """

    absent_min: int
    leave_min: int
    reducer_basis: str

    def __post_init__(self) -> None:
        for name in ("absent_min", "leave_min"):
            if not 0 <= getattr(self, name) <= _DAY:
                raise ValueError(f"{name} is not between 0 and {_DAY}")
        if not 1 <= len(self.reducer_basis.strip()) <= 300:
            raise ValueError("reducer_basis must say in 1 to 300 characters where the minutes stand")


@dataclass(frozen=True)
class ResultSettings(CeilingSettings):
    """`deciding`: whose plan of own duties counts in a month; the source does not say, so it must be given."""

    deciding: Deciding
