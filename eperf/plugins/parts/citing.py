"""A part whose figures follow from what a unit said, or from the row of an agency: its leaves say where that stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from eperf.domain.period import YearMonth
from eperf.domain.scoring import Frame, Part, PartOutput
from eperf.domain.scoring.said import citing

S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class Citing(Generic[S]):
    """Another part, whose leaves cite a basis by the settings and the month; with None they cite the part's own.

    A leaf that names its basis itself keeps it.
    """

    part: Part[S]
    cites: Callable[[S, YearMonth], str | None]

    @property
    def rule_id(self) -> str:
        """The part's."""
        return self.part.rule_id

    @property
    def legal_basis(self) -> str:
        """The part's: what holds whatever the settings say."""
        return self.part.legal_basis

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """What the part finds."""
        basis = self.cites(settings, frame.period)
        if basis is None:
            return self.part.run(frame, settings)
        with citing(basis):
            return self.part.run(frame, settings)
