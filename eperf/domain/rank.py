"""Grades and ranks (golongan/ruang and pangkat) of civil servants: 17 steps in total order.

The next rank is the next row (PP 99/2000 jo PP 12/2002); a change of the Roman numeral is a golongan
crossing, which needs the service examination. PPPK have grades I to XVII without ruang and no rank promotion:
they are not here.
"""

from __future__ import annotations

from dataclasses import dataclass

from eperf.domain.errors import BadInput


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """One step. Ordered by `siasn_id`, which numbers golongan and ruang: 11 = I/a to 45 = IV/e."""

    siasn_id: int
    code: str
    name: str

    @classmethod
    def parse(cls, text: str, field: str = "rank") -> Rank:
        """Reads `III/a` as it is written in decrees; blanks around it are removed."""
        rank = _BY_CODE.get(text.strip(" "))
        if rank is None:
            raise BadInput(
                field, text, "a rank is written I/a to I/d, II/a to II/d, III/a to III/d, IV/a to IV/e"
            )
        return rank

    @property
    def golongan(self) -> int:
        """The Roman numeral as a number, 1 to 4."""
        return self.siasn_id // 10

    @property
    def next(self) -> Rank | None:
        """The rank above; None for the highest."""
        place = RANKS.index(self) + 1
        return RANKS[place] if place < len(RANKS) else None

    def crosses_to(self, other: Rank) -> bool:
        """Whether the step between the two changes the golongan."""
        return self.golongan != other.golongan


RANKS: tuple[Rank, ...] = (
    Rank(11, "I/a", "Juru Muda"),
    Rank(12, "I/b", "Juru Muda Tingkat I"),
    Rank(13, "I/c", "Juru"),
    Rank(14, "I/d", "Juru Tingkat I"),
    Rank(21, "II/a", "Pengatur Muda"),
    Rank(22, "II/b", "Pengatur Muda Tingkat I"),
    Rank(23, "II/c", "Pengatur"),
    Rank(24, "II/d", "Pengatur Tingkat I"),
    Rank(31, "III/a", "Penata Muda"),
    Rank(32, "III/b", "Penata Muda Tingkat I"),
    Rank(33, "III/c", "Penata"),
    Rank(34, "III/d", "Penata Tingkat I"),
    Rank(41, "IV/a", "Pembina"),
    Rank(42, "IV/b", "Pembina Tingkat I"),
    Rank(43, "IV/c", "Pembina Utama Muda"),
    Rank(44, "IV/d", "Pembina Utama Madya"),
    Rank(45, "IV/e", "Pembina Utama"),
)
"""All ranks, lowest first."""

_BY_CODE = {rank.code: rank for rank in RANKS}
