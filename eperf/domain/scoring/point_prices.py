"""What a point was paid in DKI Jakarta by kind of unit, until minutes took the place of points in 2020.

Two of the regulations are of 2015 and the day of the second is not printed, so a price is asked for by
regulation, and the day only checks that it was in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from eperf.domain.errors import BadInput
from eperf.domain.regulation import Regulated, in_force


@dataclass(frozen=True, kw_only=True)
class PointPrices(Regulated):
    """Rupiah per point by kind of unit."""

    regulation: str
    prices_rp: Mapping[str, int]


POINT_PRICES: tuple[PointPrices, ...] = (
    PointPrices(
        regulation="207/2014",
        valid_from=date(2015, 1, 1),
        valid_to=date(2016, 1, 1),
        legal_basis="Pergub DKI Jakarta 207/2014",
        mark="press",
        prices_rp=MappingProxyType({"office": 9_000}),
    ),
    PointPrices(
        regulation="193/2015",
        valid_from=date(2015, 1, 1),
        valid_to=date(2017, 1, 1),
        legal_basis="Pergub DKI Jakarta 193/2015",
        mark="press",
        prices_rp=MappingProxyType({"office": 18_000, "special_hospital": 7_000, "regional_hospital": 7_000}),
    ),
    PointPrices(
        regulation="108/2016",
        valid_from=date(2016, 1, 1),
        valid_to=date(2020, 1, 1),
        legal_basis="Pergub DKI Jakarta 108/2016",
        mark="press",
        prices_rp=MappingProxyType(
            {
                "office": 18_000,
                "pasar_minggu_hospital": 18_000,
                "special_hospital": 12_000,
                "regional_hospital": 9_000,
            }
        ),
    ),
)
"""Prices of the three regulations. `special_hospital` is RSKD, `regional_hospital` RSUD."""


def price_rp(regulation: str, kind: str, on: date) -> int:
    """The price of a point under a regulation, in a kind of unit, on a day."""
    rows = [row for row in POINT_PRICES if row.regulation == regulation]
    if not rows:
        known = ", ".join(row.regulation for row in POINT_PRICES)
        raise BadInput("regulation", regulation, f"not one of {known}")
    prices = in_force(rows, on).prices_rp
    if kind not in prices:
        raise BadInput("kind", kind, "not one of " + ", ".join(prices))
    return prices[kind]
