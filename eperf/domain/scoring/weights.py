"""Components with weights: 80/20, 60/20/10/10. The weights sum to 100, or there is no score."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from eperf.domain.errors import WeightsNot100
from eperf.domain.number import sized

_HUNDRED = Decimal(100)


class Component(NamedTuple):
    """A named part of a score: its weight in per cent and its value."""

    name: str
    weight_pct: Decimal
    value: Decimal


def check_weights(weights: Iterable[Decimal | int]) -> None:
    """Raises `WeightsNot100` unless the weights sum to 100 per cent and none is negative."""
    given = [Decimal(weight) for weight in weights]
    known = all(weight.is_finite() for weight in given)
    if not known or sum(given) != _HUNDRED or any(weight < 0 for weight in given):
        raise WeightsNot100("weights", " + ".join(str(weight) for weight in given))


def weighted_score(components: Iterable[Component]) -> Decimal:
    """The sum of weight x value, exact (not rounded); a value that is no number is refused by the component."""
    named = list(components)
    check_weights(component.weight_pct for component in named)
    for component in named:
        sized(component.name, component.value)
    return sum((item.weight_pct * item.value for item in named), Decimal(0)) / _HUNDRED
