"""Checking in with a phone: where the person says to be, and the fence that this is held against.

A position counts when it is inside a fence that is in force (distance at most the radius) and no worse than that fence
is wide (accuracy at most the radius). It is the weakest evidence there is: what the phone says of a mock location is a
hint that is kept, and refuses nothing, because the phone that lies about the place lies about that too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from eperf.domain.errors import BadInput, CheckInRefused
from eperf.domain.integrity.geo import Point, check_fence
from eperf.domain.scoring.rounding import half_up
from eperf.domain.text import clean

LEAST_RADIUS_M, MOST_RADIUS_M = 1, 100_000
"""How wide a fence may be, in metres; 50 to 200 are usual around an office."""

_MOST_ACCURACY_H = 100_000_000
_HINT_CHARS = 128


@dataclass(frozen=True, slots=True)
class Place:
    """A point and the metres around it that still are the place."""

    point: Point
    radius_m: int

    def __post_init__(self) -> None:
        if not LEAST_RADIUS_M <= self.radius_m <= MOST_RADIUS_M:
            raise BadInput("radiusM", self.radius_m, f"{LEAST_RADIUS_M} to {MOST_RADIUS_M} metres")


@dataclass(frozen=True, slots=True)
class Fence:
    """A place where people check in: a unit's, by the number of its row, or that of a duty order."""

    place: Place
    fence_id: int | None = None
    duty_id: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a phone tells: the point, its accuracy in hundredths of a metre, when the fix was taken, and hints."""

    point: Point
    accuracy_h: int
    captured_at: datetime | None = None
    mock: bool | None = None
    device_id: str | None = None
    device_model: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.accuracy_h <= _MOST_ACCURACY_H:
            raise BadInput("position.accuracyM", metres(self.accuracy_h), "0 to 1,000,000 metres")

    def hints(self) -> tuple[str | None, str | None]:
        """The device's id and model as they may be kept."""
        named = (("position.deviceId", self.device_id), ("position.deviceModel", self.device_model))
        first, second = (
            None if text is None else clean(name, text, most=_HINT_CHARS) for name, text in named
        )
        return first, second


@dataclass(frozen=True, slots=True)
class Seen:
    """A position held against one fence; the distance is in whole metres, for people."""

    fence: Fence
    distance_m: int
    inside: bool
    accuracy_ok: bool

    @property
    def accepted(self) -> bool:
        """Whether it counts."""
        return self.inside and self.accuracy_ok


def seen_from(fences: Sequence[Fence], told: Told) -> Seen | None:
    """The position seen from the fence that accepts it, else from the nearest; None where there is no fence."""
    found = [_seen(fence, told) for fence in fences]
    return min(found, key=lambda one: (not one[1].accepted, one[0]))[1] if found else None


def _seen(fence: Fence, told: Told) -> tuple[float, Seen]:
    radius, accuracy = Decimal(fence.place.radius_m), Decimal(told.accuracy_h) / 100
    check = check_fence(fence.place.point, told.point, radius, accuracy)
    shown = half_up(Fraction(check.distance_m))
    return check.distance_m, Seen(fence, shown, check.inside, check.accuracy_ok)


def refusal_of(fences: Sequence[Fence], told: Told | None) -> CheckInRefused | None:
    """Why a check-in does not count; None when it does."""
    if not fences:
        return None
    if told is None:
        return CheckInRefused("position", None, "here people check in with their position")
    seen = seen_from(fences, told)
    if seen is None or seen.accepted:
        return None
    radius = seen.fence.place.radius_m
    if not seen.accuracy_ok:
        return CheckInRefused(
            "position.accuracyM",
            metres(told.accuracy_h),
            f"the fix is worse than the {radius} m of the place",
        )
    return CheckInRefused(
        "position", f"{seen.distance_m} m", f"the place is {radius} m wide and this is outside of it"
    )


def metres(hundredths: int) -> str:
    """Hundredths of a metre as metres with two places."""
    return f"{Decimal(hundredths) / 100:.2f}"
