"""The dimensions of behaviour: one row for each list that was in force, with its days and its basis.

A list is data: five, six, seven and more are met, and an agency may add its own beside these. A round of ratings keeps
the list that it was opened with, so that a figure of last year names the dimensions of last year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eperf.domain.appraisal.predikat import BERAKHLAK
from eperf.domain.errors import BadInput
from eperf.domain.organisation import code
from eperf.domain.regulation import Regulated
from eperf.domain.text import bounded, clean

MOST_DIMENSIONS = 30
MOST_SCALE_H = 100_000


@dataclass(frozen=True)
class Dimension:
    """One dimension: its code, and its name in both languages."""

    code: str
    name_id: str
    name_en: str


@dataclass(frozen=True)
class Scale:
    """Ratings from `lowest_h` to `highest_h`, in hundredths."""

    lowest_h: int
    highest_h: int


@dataclass(frozen=True, kw_only=True)
class DimensionSet(Regulated):
    """A list of dimensions. The sources name no scale, so each round names its own."""

    profile: str
    dimensions: tuple[Dimension, ...]


_BERAKHLAK_NAMES = (
    ("Berorientasi pelayanan", "Service-oriented"),
    ("Akuntabel", "Accountable"),
    ("Kompeten", "Competent"),
    ("Harmonis", "Harmonious"),
    ("Loyal", "Loyal"),
    ("Adaptif", "Adaptive"),
    ("Kolaboratif", "Collaborative"),
)

DIMENSION_SETS: tuple[DimensionSet, ...] = (
    DimensionSet(
        profile="pp-30-2019",
        valid_from=date(2019, 1, 1),
        legal_basis="PP 30/2019",
        mark="law",
        dimensions=(
            Dimension("service_orientation", "Orientasi pelayanan", "Service orientation"),
            Dimension("commitment", "Komitmen", "Commitment"),
            Dimension("initiative", "Inisiatif kerja", "Initiative"),
            Dimension("cooperation", "Kerja sama", "Cooperation"),
            Dimension("leadership", "Kepemimpinan", "Leadership"),
        ),
    ),
    DimensionSet(
        profile="berakhlak",
        valid_from=date(2021, 1, 1),
        legal_basis="SE Menteri PANRB 20/2021; PermenPANRB 6/2022",
        mark="press",
        dimensions=tuple(
            Dimension(word, *names) for word, names in zip(BERAKHLAK, _BERAKHLAK_NAMES, strict=True)
        ),
    ),
)
"""The lists that are known. Where a list holds for some posts only (leadership), the agency makes its own."""


def checked_dimensions(dimensions: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """The dimensions of an agency's own list, cleaned; refuses by the path of the field."""
    bounded("dimensions", len(dimensions), 1, MOST_DIMENSIONS)
    found = tuple(_checked(f"dimensions.{place}", one) for place, one in enumerate(dimensions))
    if len({one.code for one in found}) < len(found):
        raise BadInput("dimensions", [one.code for one in found], "names a code twice")
    return found


def _checked(path: str, one: Dimension) -> Dimension:
    return Dimension(
        code(f"{path}.code", one.code),
        clean(f"{path}.nameId", one.name_id, most=200),
        clean(f"{path}.nameEn", one.name_en, most=200),
    )


def checked_scale(scale: Scale) -> Scale:
    """The scale, if it has a lower and a higher end."""
    bounded("lowest", scale.lowest_h, 0, MOST_SCALE_H)
    bounded("highest", scale.highest_h, scale.lowest_h + 1, MOST_SCALE_H)
    return scale
