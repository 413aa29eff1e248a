"""Weights of a score's components by scheme, group and day. Every row sums to 100, or it does not load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from eperf.domain.errors import BadInput
from eperf.domain.regulation import UNDATED, Mark, Regulated, in_force
from eperf.domain.scoring.weights import check_weights

EVERYBODY = "everybody"


@dataclass(frozen=True, kw_only=True)
class Weights(Regulated):
    """Per cent by component for one group of a scheme."""

    scheme: str
    group: str
    weights: Mapping[str, Decimal]

    def __post_init__(self) -> None:
        check_weights(self.weights.values())


def _row(
    scheme: str,
    year: int,
    legal_basis: str,
    mark: Mark,
    weights: Mapping[str, int],
    group: str = EVERYBODY,
    until: date | None = None,
) -> Weights:
    return Weights(
        scheme=scheme,
        group=group,
        weights=MappingProxyType({name: Decimal(weight) for name, weight in weights.items()}),
        valid_from=date(year, 1, 1),
        valid_to=until,
        legal_basis=legal_basis,
        mark=mark,
    )


_DKI_2015, _DKI_2016 = "Pergub DKI Jakarta 193/2015", "Pergub DKI Jakarta 108/2016"
_FIRST = {"activity": 75, "behaviour": 15, "absorption": 10}
_SECOND = {"activity": 70, "behaviour": 10, "absorption": 20}
_LEADERS = {"kpi": 60, "absorption": 20, "directives": 10, "complaints": 10}
_END_2015, _END_2016 = date(2016, 1, 1), date(2020, 1, 1)
_SKP_SPLIT = "performance", "attendance"


def _split(performance: int, attendance: int) -> dict[str, int]:
    return dict(zip(_SKP_SPLIT, (performance, attendance), strict=True))


WEIGHTS: tuple[Weights, ...] = (
    _row(
        "surabaya-p06",
        2012,
        "Perwali Surabaya 83/2012, prosedur P06",
        "press",
        {"individual_performance": 80, "competence": 20},
    ),
    _row(
        "surabaya",
        UNDATED.year,
        "Buku pedoman e-performance Surabaya bab 3",
        "press",
        {"nki": 80, "behaviour": 20},
    ),
    _row("dki", 2015, _DKI_2015, "press", {"activity": 80, "absorption": 20}, "senior_leader", _END_2015),
    _row("dki", 2015, _DKI_2015, "press", _FIRST, "administrator", _END_2015),
    _row("dki", 2015, _DKI_2015, "press", _FIRST, "functional", _END_2015),
    _row("dki", 2016, _DKI_2016, "press", _LEADERS, "senior_leader", _END_2016),
    _row("dki", 2016, _DKI_2016, "press", _SECOND, "administrator", _END_2016),
    _row("dki", 2016, _DKI_2016, "press", _SECOND, "functional", _END_2016),
    _row("kemendikbud", 2016, "Permendikbud 14/2016", "press", _split(60, 40)),
    _row("bp2mi", 2024, "Peraturan BP2MI 2/2024 pasal 12", "law", _split(60, 40)),
    _row("kemenbud", 2025, "Permenbud 3/2025 pasal 3", "law", _split(70, 30)),
    _row("kemnaker", 2024, "Permenaker 15/2024 pasal 5", "impl", _split(70, 30)),
    _row(
        "ristekdikti",
        2016,
        "Permenristekdikti 31/2016, semester I 2016",
        "press",
        {**_split(0, 100), "integrity": 0},
        until=date(2016, 7, 1),
    ),
    _row("regional", 2020, "Kepmendagri 900-4700/2020", "recalled", _split(60, 40)),
    _row(
        "surplus", UNDATED.year, "Skema kelebihan poin atas 7.260", "press", {"points": 60, "behaviour": 40}
    ),
    _row("simpegnas", UNDATED.year, "Skema tipe Simpegnas, implementasi publik", "impl", _split(70, 30)),
)
"""Every weighting met so far. Where a scheme changed its weights the earlier row is closed."""


def weights_of(scheme: str, on: date, group: str = EVERYBODY) -> Weights:
    """The weights of a scheme's group in force on the day."""
    schemes = [row for row in WEIGHTS if row.scheme == scheme]
    if not schemes:
        raise BadInput("scheme", scheme, "not one of " + ", ".join(sorted({row.scheme for row in WEIGHTS})))
    rows = [row for row in schemes if row.group == group]
    if not rows:
        raise BadInput("group", group, "not one of " + ", ".join(sorted({row.group for row in schemes})))
    return in_force(rows, on)
