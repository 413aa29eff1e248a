"""Whether the ratings of a unit's people fit the unit's own (PermenPANRB 6/2022 as explained in the press).

First the organisation's achievement is fixed, then the pattern, then individuals are rated. Breaches are
*reported* by code; a rating is never rewritten, since who deserves what is the superior's to say. "Majority"
is read as more than half; the source leaves it open. A unit without any rating breaches nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from eperf.domain.appraisal.predikat import Predikat
from eperf.domain.errors import BadInput
from eperf.domain.number import in_range
from eperf.domain.regulation import Regulated, in_force


class OrganisationPredikat(StrEnum):
    """What the organisation itself achieved. `butuh_perbaikan` is also called Cukup."""

    ISTIMEWA = "istimewa"
    BAIK = "baik"
    BUTUH_PERBAIKAN = "butuh_perbaikan"
    KURANG = "kurang"
    SANGAT_KURANG = "sangat_kurang"

    @classmethod
    def parse(cls, text: str | None, field: str = "organisation_predikat") -> OrganisationPredikat:
        """The organisation's predikat of that name; others are refused by the name of the field."""
        if text not in frozenset(cls):
            raise BadInput(field, text, "not one of " + ", ".join(cls))
        return cls(text)


class Kind(StrEnum):
    """How a bound compares the share of its predikats."""

    MAJORITY = "majority"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True)
class Bound:
    """A bound on the ratings that are one of `of`; `percent` for at least and at most."""

    code: str
    kind: Kind
    of: tuple[Predikat, ...]
    percent: int = 0

    def holds(self, among: int, people: int) -> bool:
        """Whether it holds when so many of the people are rated so. No rounding: counts are compared."""
        return _HOLDS[self.kind](among, people, self.percent)


_HOLDS: Mapping[Kind, Callable[[int, int, int], bool]] = MappingProxyType(
    {
        Kind.MAJORITY: lambda among, people, percent: 2 * among > people,
        Kind.AT_LEAST: lambda among, people, percent: 100 * among >= percent * people,
        Kind.AT_MOST: lambda among, people, percent: 100 * among <= percent * people,
        Kind.SOME: lambda among, people, percent: among > 0,
        Kind.NONE: lambda among, people, percent: among == 0,
    }
)

_SB, _B, _BP, _K, _SK = ((one,) for one in Predikat)


@dataclass(frozen=True, kw_only=True)
class Pattern(Regulated):
    """The bounds for each predikat of an organisation."""

    bounds: Mapping[OrganisationPredikat, tuple[Bound, ...]]


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        valid_from=date(2022, 1, 1),
        legal_basis="PermenPANRB 6/2022 dan SE Menteri PANRB tentang evaluasi kinerja",
        mark="press",
        bounds=MappingProxyType(
            {
                OrganisationPredikat.ISTIMEWA: (
                    Bound("sangat_baik_majority", Kind.MAJORITY, _SB),
                    Bound("sangat_baik_max_70", Kind.AT_MOST, _SB, 70),
                ),
                OrganisationPredikat.BAIK: (
                    Bound("baik_majority", Kind.MAJORITY, _B),
                    Bound("baik_max_70", Kind.AT_MOST, _B, 70),
                    Bound("butuh_perbaikan_or_kurang_must_exist", Kind.SOME, _BP + _K),
                ),
                OrganisationPredikat.BUTUH_PERBAIKAN: (
                    Bound("butuh_perbaikan_min_60", Kind.AT_LEAST, _BP, 60),
                    Bound("sangat_baik_max_10", Kind.AT_MOST, _SB, 10),
                ),
                OrganisationPredikat.KURANG: (
                    Bound("kurang_min_60", Kind.AT_LEAST, _K, 60),
                    Bound("butuh_perbaikan_min_10", Kind.AT_LEAST, _BP, 10),
                    Bound("sangat_baik_max_10", Kind.AT_MOST, _SB, 10),
                ),
                OrganisationPredikat.SANGAT_KURANG: (
                    Bound("sangat_kurang_min_60", Kind.AT_LEAST, _SK, 60),
                    Bound("kurang_or_butuh_perbaikan_min_10", Kind.AT_LEAST, _K + _BP, 10),
                    Bound("sangat_baik_none", Kind.NONE, _SB),
                ),
            }
        ),
    ),
)
"""The patterns. Codes are eperf's own."""


def breaches(organisation: OrganisationPredikat, counts: Mapping[Predikat, int], on: date) -> tuple[str, ...]:
    """Codes of the bounds that the people's ratings do not keep, in the order of the regulation.

    `counts`: people by predikat; an absent predikat has none. Refuses a negative count.
    """
    for predikat, count in counts.items():
        in_range(f"counts.{predikat}", count)
    people = sum(counts.values())
    if not people:
        return ()
    bounds = in_force(PATTERNS, on).bounds[organisation]
    among = {bound.code: sum(counts.get(one, 0) for one in bound.of) for bound in bounds}
    return tuple(bound.code for bound in bounds if not bound.holds(among[bound.code], people))
