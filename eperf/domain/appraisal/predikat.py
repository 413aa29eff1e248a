"""The predikat and how two expectations make one (PermenPANRB 6/2022).

Work result and behaviour are each rated against what was expected; the pair gives the predikat. A missing
predikat is no value of this list: it stays missing, and nobody guesses one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range
from eperf.domain.regulation import Regulated, in_force


class Predikat(StrEnum):
    """The judgement of a period, best first."""

    SANGAT_BAIK = "sangat_baik"
    BAIK = "baik"
    BUTUH_PERBAIKAN = "butuh_perbaikan"
    """Also called Cukup."""
    KURANG = "kurang"
    """Also called misconduct: the result was reached, the behaviour was not."""
    SANGAT_KURANG = "sangat_kurang"

    @classmethod
    def parse(cls, text: str | None, field: str = "predikat") -> Predikat:
        """The predikat of that name; a missing or unknown one is refused by the name of the field."""
        if text not in _NAMES:
            raise BadInput(field, text, "not one of " + ", ".join(cls))
        return cls(text)


_NAMES = frozenset(Predikat)


class Expectation(StrEnum):
    """A rating against what was expected."""

    ABOVE = "above"
    MEETS = "meets"
    BELOW = "below"

    @classmethod
    def parse(cls, text: str | None, field: str) -> Expectation:
        """The expectation of that name; a missing or unknown one is refused by the name of the field."""
        if text not in frozenset(cls):
            raise BadInput(field, text, "not one of " + ", ".join(cls))
        return cls(text)


Pair = tuple[Expectation, Expectation]
_ABOVE, _MEETS, _BELOW = Expectation


@dataclass(frozen=True, kw_only=True)
class Matrix(Regulated):
    """The predikat of each pair (work result, behaviour)."""

    cells: Mapping[Pair, Predikat]


MATRICES: tuple[Matrix, ...] = (
    Matrix(
        valid_from=date(2022, 1, 1),
        legal_basis="PermenPANRB 6/2022",
        mark="impl",
        cells=MappingProxyType(
            {
                (_ABOVE, _ABOVE): Predikat.SANGAT_BAIK,
                (_ABOVE, _MEETS): Predikat.BAIK,
                (_ABOVE, _BELOW): Predikat.KURANG,
                (_MEETS, _ABOVE): Predikat.BAIK,
                (_MEETS, _MEETS): Predikat.BAIK,
                (_MEETS, _BELOW): Predikat.KURANG,
                (_BELOW, _ABOVE): Predikat.BUTUH_PERBAIKAN,
                (_BELOW, _MEETS): Predikat.BUTUH_PERBAIKAN,
                (_BELOW, _BELOW): Predikat.SANGAT_KURANG,
            }
        ),
    ),
)
"""The expectation matrix. A later regulation is a further row."""


def predikat_of(work_result: Expectation, behaviour: Expectation, on: date) -> Predikat:
    """The predikat that the two ratings make under the matrix in force on the day."""
    return in_force(MATRICES, on).cells[work_result, behaviour]


BERAKHLAK = (
    "service_oriented",
    "accountable",
    "competent",
    "harmonious",
    "loyal",
    "adaptive",
    "collaborative",
)
"""The seven values by which behaviour is rated (PermenPANRB 6/2022)."""


@dataclass(frozen=True, kw_only=True)
class RatingScale(Regulated):
    """A numeric behaviour rating as an expectation: from `above` on, from `meets` on, else below."""

    most: int
    above: Decimal
    meets: Decimal


FIVE_POINT_SCALES: tuple[RatingScale, ...] = (
    RatingScale(
        valid_from=date(2022, 1, 1),
        legal_basis="Skala 1-5 menurut implementasi publik; tidak ada dalam PermenPANRB 6/2022",
        mark="impl",
        most=5,
        above=Decimal("4.5"),
        meets=Decimal("2.5"),
    ),
)
"""Ratings of one to five: 4.5 and more is above, 2.5 to 4.5 meets, less is below."""


def expectation_of(rating: Decimal, on: date) -> Expectation:
    """What a rating from 0 to 5 means."""
    scale = in_force(FIVE_POINT_SCALES, on)
    in_range("rating", rating, most=scale.most)
    if rating >= scale.above:
        return Expectation.ABOVE
    return Expectation.MEETS if rating >= scale.meets else Expectation.BELOW
