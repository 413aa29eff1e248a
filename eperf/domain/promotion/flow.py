"""The way of a proposal through the national system (SIASN), and the three clocks of the promise.

The numbers are SIASN's. Which of them end a proposal is our reading: a proposal blocks another (B9) until it is
finished, refused, cancelled or deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType

from eperf.domain.errors import BadInput

STATUSES: Mapping[int, str] = MappingProxyType(
    {
        1: "input of files",
        2: "files kept",
        3: "proposal letter",
        4: "approval of the proposal letter",
        5: "document repair",
        6: "not eligible",
        7: "waiting for decree print: agreed",
        8: "waiting for decree print: pertek repair",
        9: "waiting for decree print: pertek cancelled",
        10: "print decree",
        11: "profile updated",
        12: "proposal received",
        13: "validation: not eligible",
        14: "validation: repair",
        15: "validation: approved",
        16: "files approved",
        17: "waiting for initials",
        18: "initials failed",
        19: "initials done",
        20: "waiting for signature of the pertek",
        **dict.fromkeys(range(38, 47), "waiting for the decree's signature at the agency"),
        47: "decree signature refused",
        48: "decree signature agreed",
        49: "decree signature done",
        53: "pertek signature agreed",
        59: "waiting for decree creation",
        99: "deleted",
    }
)
"""SIASN's number of a proposal's status -> what it means."""

ENDED = frozenset({6, 9, 11, 13, 99})
"""Not eligible (twice), cancelled, profile updated, deleted."""


def is_active(status: int) -> bool:
    """Whether a proposal in this status blocks another one; refuses numbers that the table does not have."""
    if status not in STATUSES:
        raise BadInput("status", status, "no status of a proposal in SIASN")
    return status not in ENDED


PROMISE_DAYS = 7
"""From the pertek to the signed decree in the person's hands it takes less than so many days."""


@dataclass(frozen=True, slots=True)
class Milestones:
    """The days of a proposal so far; None has not come."""

    eligible_on: date
    sent_on: date | None = None
    pertek_on: date | None = None
    delivered_on: date | None = None
    """The decree is signed and with the person."""

    def __post_init__(self) -> None:
        known = [
            ("sent_on", self.sent_on),
            ("pertek_on", self.pertek_on),
            ("delivered_on", self.delivered_on),
        ]
        for (_, before), (name, after) in pairwise(known):
            if after is not None and (before is None or after < before):
                raise BadInput(name, after.isoformat(), "before the step that it follows")


@dataclass(frozen=True, slots=True)
class Clocks:
    """Days so far on each clock; None has not started. A clock stands still when its step is done."""

    a_days: int
    """From being eligible to the proposal: the agency's diligence. Below 0 when it was sent ahead."""
    b_days: int | None
    """From the pertek to the delivered decree: the promise."""
    c_days: int | None
    """Waiting at BKN: shown, not owned."""

    @property
    def promise_kept(self) -> bool | None:
        """Whether clock B is within the promise; None before it starts."""
        return None if self.b_days is None else self.b_days < PROMISE_DAYS


def clocks(days: Milestones, today: date) -> Clocks:
    """The three clocks on a day."""
    return Clocks(
        a_days=((days.sent_on or today) - days.eligible_on).days,
        b_days=None if days.pertek_on is None else ((days.delivered_on or today) - days.pertek_on).days,
        c_days=None if days.sent_on is None else ((days.pertek_on or today) - days.sent_on).days,
    )
