"""Duty orders (surat tugas): days away from the office that count as present, by an assignment letter.

Trips, training and study have no office-hours duty; the letter is the evidence, so a request cites it by its number
and as a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from eperf.domain.attendance.check_in import Place
from eperf.domain.attendance.request import Span
from eperf.domain.errors import LeaveNotAllowed


class DutyKind(StrEnum):
    """What somebody is sent for."""

    IN_TOWN = "in_town"
    OUT_OF_TOWN = "out_of_town"
    TRAINING = "training"
    STUDY = "study"


DUTY_CODES: Mapping[DutyKind, str] = MappingProxyType(
    {
        DutyKind.IN_TOWN: "DD",
        DutyKind.OUT_OF_TOWN: "DL",
        DutyKind.TRAINING: "training",
        DutyKind.STUDY: "study",
    }
)
"""The word that a day carries for each kind; DD and DL are those of the attendance reports met so far."""


@dataclass(frozen=True)
class DutyAsked:
    """What is asked for: the letter's number, the place, the purpose (`reason`), the letter as a file."""

    kind: DutyKind
    span: Span
    letter: str
    place: str
    reason: str
    files: tuple[int, ...] = ()
    position: Place | None = None
    """Where people check in on these days; without one no place is asked of them."""


def require_letter(asked: DutyAsked) -> None:
    """Refuses a duty order without the letter."""
    if not asked.files:
        raise LeaveNotAllowed("files", 0, "it takes the assignment letter")
