"""Points on the earth, their distance, and the fence around a workplace.

Coordinates are kept as whole millionths of a degree, about 0.1 m: two are the same when they agree to six
decimals, and no rounding of a database can change that. Distances and speeds alone are floats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range, positive, sized
from eperf.domain.scoring.rounding import half_up

EARTH_KM = 6_371.0088
"""The mean radius used by the haversine."""

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A place, in millionths of a degree."""

    lat_e6: int
    lon_e6: int

    def __post_init__(self) -> None:
        if not -90 * _MICRO <= self.lat_e6 <= 90 * _MICRO:
            raise BadInput("lat", Decimal(self.lat_e6) / _MICRO, "not between -90 and 90 degrees")
        if not -180 * _MICRO <= self.lon_e6 <= 180 * _MICRO:
            raise BadInput("lon", Decimal(self.lon_e6) / _MICRO, "not between -180 and 180 degrees")

    @classmethod
    def of(cls, lat: Decimal, lon: Decimal) -> Point:
        """A place from degrees, half-up to six decimals."""
        return cls(_e6("lat", lat), _e6("lon", lon))


@dataclass(frozen=True, slots=True)
class FenceCheck:
    """Where a check-in lies, seen from the workplace."""

    distance_m: float
    inside: bool
    """At most the radius away."""
    accuracy_ok: bool
    """The fix is no worse than the radius; a fix without accuracy is not."""

    @property
    def accepted(self) -> bool:
        """Whether the check-in counts."""
        return self.inside and self.accuracy_ok


def distance_km(first: Point, second: Point) -> float:
    """The great-circle distance by the haversine."""
    lat1, lat2 = math.radians(first.lat_e6 / _MICRO), math.radians(second.lat_e6 / _MICRO)
    half_lat, half_lon = (lat2 - lat1) / 2, math.radians((second.lon_e6 - first.lon_e6) / _MICRO) / 2
    a = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(a)))


def check_fence(center: Point, point: Point, radius_m: Decimal, accuracy_m: Decimal | None) -> FenceCheck:
    """Whether a point lies inside the fence, and whether its accuracy allows to say so."""
    positive("radius_m", radius_m)
    if accuracy_m is not None:
        in_range("accuracy_m", accuracy_m)
    distance_m = distance_km(center, point) * 1_000
    return FenceCheck(distance_m, distance_m <= radius_m, accuracy_m is not None and accuracy_m <= radius_m)


def _e6(field: str, degrees: Decimal) -> int:
    sized(field, degrees)
    return half_up(Fraction(degrees) * _MICRO)
