"""The kinds of promotion and what each asks for, as rows of law chosen by the effective date (TMT).

A row says which of the reasons B1 to B12 can arise. What the reference knows from memory only is marked
`recalled`: the row may be used, and says so in its explanation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from eperf.domain.errors import BadInput
from eperf.domain.promotion.appraisal import Predikat
from eperf.domain.promotion.in_force import in_force
from eperf.domain.promotion.periods import is_period

Ceiling = Literal["education", "diploma_start", "level", "post", "none"]
PostNeeded = Literal["none", "functional", "structural", "any"]
RankToPost = Literal["one_below", "at_or_above", "any"]
Day = Literal["period", "first_of_month", "any_day"]
"""What binds the day: a death in duty has its own, KP-P the first of a month, the others the periods."""


@dataclass(frozen=True, slots=True)
class KindRule:
    """What a kind asks for, from `valid_from` (inclusive) to `valid_to` (exclusive, None = open)."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None
    legal_basis: str
    months_in_rank: int = 0
    """B1: full months in the rank held."""
    months_in_post: int = 0
    """B1: full months in the post held."""
    months_in_rank_alone: int | None = None
    """B1: so many months in rank count without any in the post, from the first period after inauguration."""
    months_in_level: int = 0
    """B1: full months in the level held, where the next one is proposed together with the rank (AK-6)."""
    ceiling: Ceiling = "none"
    """B2: what bounds the new rank."""
    appraisals: int = 0
    """B3: how many of the latest yearly appraisals are looked at."""
    least: Predikat = Predikat.BAIK
    """B3: the least that each of them must be."""
    clean_months: int = 0
    """B4: a medium or heavy penalty imposed within so many months blocks even when it has ended."""
    exam_exempt: bool = False
    """B6: no service examination (ujian dinas) at a crossing."""
    post: PostNeeded = "any"
    """B7: the kind of post one must hold; `none` = neither a structural nor a functional one."""
    rank_to_post: RankToPost = "any"
    """B7: where the rank held stands to the lowest rank of the post."""
    needs_credit: bool = False
    """B8."""
    passes_superior: bool = True
    """B10: whether the new rank may be above the direct superior's."""
    day: Day = "period"
    recalled: bool = False
    """Whether figures of the row are known from memory only."""

    def allows(self, tmt: date) -> bool:
        """Whether a promotion of this kind can take effect on the day."""
        return self.day == "any_day" or (tmt.day == 1 if self.day == "first_of_month" else is_period(tmt))


_PP99 = date(2000, 11, 17)
_PASSING = date(2025, 5, 20)
_BASE = "PP 99/2000 jo PP 12/2002"
_YEAR = 12

KINDS: tuple[KindRule, ...] = (
    KindRule(
        "KP-R", "reguler", _PP99, _PASSING, _BASE, months_in_rank=4 * _YEAR, ceiling="education", appraisals=2,
        post="none", passes_superior=False,
    ),
    KindRule(
        "KP-R", "reguler", _PASSING, None, f"{_BASE}; Peraturan BKN 2/2025", months_in_rank=4 * _YEAR,
        ceiling="education", appraisals=2, post="none",
    ),
    KindRule(
        "KP-JF", "pilihan, jabatan fungsional", _PP99, None, "PP 99/2000 pasal 13", months_in_rank=2 * _YEAR,
        months_in_level=_YEAR, ceiling="level", appraisals=2, post="functional", needs_credit=True,
    ),
    KindRule(
        "KP-S1", "pilihan, jabatan struktural, di bawah pangkat terendah", _PP99, None, _BASE,
        months_in_rank=_YEAR, months_in_post=_YEAR, months_in_rank_alone=4 * _YEAR, ceiling="post", appraisals=2,
        post="structural", rank_to_post="one_below", passes_superior=False,
    ),
    KindRule(
        "KP-S2", "pilihan, jabatan struktural", _PP99, None, _BASE, months_in_rank=4 * _YEAR, ceiling="post",
        appraisals=2, post="structural", rank_to_post="at_or_above", passes_superior=False,
    ),
    KindRule(
        "KP-LB", "pilihan, luar biasa", _PP99, None, "PP 99/2000; SE BKN 5/2022; SE BKN 3/2023", months_in_rank=_YEAR,
        appraisals=1, least=Predikat.SANGAT_BAIK, clean_months=2 * _YEAR, exam_exempt=True,
    ),
    KindRule("KP-PB", "pilihan, penemuan baru", _PP99, None, _BASE, appraisals=1, exam_exempt=True, recalled=True),
    KindRule(
        "KP-IJ", "pilihan, ijazah lebih tinggi", _PP99, None, _BASE, months_in_rank=_YEAR,
        ceiling="diploma_start", appraisals=1, recalled=True,
    ),
    KindRule(
        "KP-TB", "pilihan, tugas belajar", _PP99, None, _BASE, months_in_rank=4 * _YEAR, appraisals=2,
        recalled=True,
    ),
    KindRule("KP-A", "anumerta", _PP99, None, _BASE, exam_exempt=True, day="any_day"),
    KindRule(
        "KP-P", "pengabdian", _PP99, None, _BASE, months_in_rank=1, appraisals=1, clean_months=_YEAR,
        exam_exempt=True, day="first_of_month", recalled=True,
    ),
)  # fmt: skip
"""Every kind, and for *reguler* the rule before and after the superior's rank ceased to bind it (20 May 2025)."""

CODES = tuple(dict.fromkeys(rule.code for rule in KINDS))


def kind_rule(code: str, tmt: date, field: str = "kind") -> KindRule:
    """What the kind asks for on a day; refuses unknown kinds."""
    rows = [rule for rule in KINDS if rule.code == code]
    if not rows:
        raise BadInput(field, code, "not one of " + ", ".join(CODES))
    return in_force(rows, tmt, field)


def first_day_of_passing(rule: KindRule) -> date | None:
    """From when the superior's rank no longer binds the kind; None while no such rule is known."""
    later = (row for row in KINDS if row.code == rule.code and row.valid_from > rule.valid_from)
    return min((row.valid_from for row in later if row.passes_superior), default=None)


def period_exists(tmt: date, kind: str | None = None) -> bool:
    """Whether a promotion can take effect on a day: of the kind, or of any that is bound to periods."""
    return is_period(tmt) if kind is None else kind_rule(kind, tmt).allows(tmt)
