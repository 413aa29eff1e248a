"""The monthly verdict of a unit: too few, too many, enough, or mixed; how sure, and why.

The posts decide where they are analysed, because a surplus in one does not fill a shortage in another; else the
norm load of the whole unit; else what was reported, which is little to go by. Each reason that speaks against
trusting the figures takes one step of confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.staffing.figures import Number, amount, head_count
from eperf.domain.staffing.month import Comparison, MonthLoad, capacity_min, month_load, reported_against_norm
from eperf.domain.staffing.need import NeedRounding
from eperf.domain.staffing.post import balance_of


class Verdict(StrEnum):
    """What a month says about the number of people."""

    TOO_FEW = "too_few"
    ENOUGH = "enough"
    TOO_MANY = "too_many"
    MIXED = "mixed"
    """A shortage in some posts and a surplus in others: both are to be seen."""
    UNKNOWN = "unknown"
    """There is nothing to judge by: no people, no working days, or no load at all."""


class Confidence(StrEnum):
    """How far a verdict can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Basis(StrEnum):
    """What the verdict rests on, the best that was there."""

    POSTS = "posts"
    NORM = "norm"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in two languages, with a stable code; `doubt` says whether it lowers the confidence."""

    code: str
    text_id: str
    text_en: str
    doubt: bool


REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("posts_analysed", "Dihitung per jabatan.", "Judged post by post.", False),
        Reason("surplus_and_shortage", "Ada jabatan yang lebih dan ada yang kurang; keduanya tidak saling menutup.",
               "Some posts have too many and some too few; one does not make up for the other.", False),
        Reason("posts_not_analysed", "Belum ada analisis per jabatan, hanya beban seluruh unit.",
               "No analysis by post, only the load of the whole unit.", True),
        Reason("some_posts_not_analysed", "Sebagian jabatan belum dianalisis.",
               "Some posts are not analysed yet.", True),
        Reason("no_norm", "Tidak ada beban menurut norma waktu; hanya laporan pegawai.",
               "No load by standard times; only what people reported.", True),
        Reason("reported_above_norm", "Laporan jauh di atas norma waktu.", "Reports are far above the norm.", True),
        Reason("reported_below_norm", "Laporan jauh di bawah norma waktu.", "Reports are far below the norm.", True),
        Reason("few_reported", "Sebagian pegawai tidak melapor.", "Part of the people reported nothing.", True),
        Reason("short_month", "Hari kerja bulan ini sedikit.", "The month has few working days.", True),
        Reason("open_flags", "Banyak laporan masih ditandai dan belum diputus.",
               "Many reports are flagged and undecided.", True),
        Reason("nothing_to_judge", "Tidak ada pegawai, hari kerja, atau beban.",
               "There are no people, no working days, or no load.", True),
    )
}  # fmt: skip
"""All reasons there are."""


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """What casts doubt on a month's figures. Proposals of eperf; an agency sets its own."""

    above_norm: Decimal = Decimal("1.2")
    below_norm: Decimal = Decimal("0.8")
    least_reporting_pct: Decimal = Decimal(80)
    """Per cent of the people that must have reported something."""
    least_working_days: int = 15
    most_flagged_pct: Decimal = Decimal(10)
    """Per cent of the approved minutes that may be flagged and undecided."""


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """What is known of a unit's month. Minutes are approved ones; None is unknown."""

    headcount: int
    working_days: int
    reported_min: Number
    norm_min: Number | None = None
    """Volume times standard time of what was done; None when the unit has no standard times."""
    post_balances: Sequence[int | None] = ()
    """Existing less need of each post; None for a post that is not analysed."""
    people_reporting: int | None = None
    flagged_min: Number = 0


@dataclass(frozen=True, slots=True)
class MonthVerdict:
    """The verdict with all it rests on: reported and norm load side by side."""

    verdict: Verdict
    basis: Basis | None
    confidence: Confidence
    reasons: tuple[Reason, ...]
    reported: MonthLoad
    norm: MonthLoad | None
    comparison: Comparison
    surplus: int
    shortage: int
    """People, both positive and never netted."""


def month_verdict(month: UnitMonth, rule: VerdictRule | None = None) -> MonthVerdict:
    """The verdict of a unit's month. Refuses more people reporting than there are, and figures below zero."""
    rule = rule or VerdictRule()
    reported = month_load(month.headcount, month.working_days, month.reported_min)
    norm = None if month.norm_min is None else month_load(month.headcount, month.working_days, month.norm_min)
    comparison = reported_against_norm(
        month.reported_min, month.norm_min or 0, above=rule.above_norm, below=rule.below_norm
    )
    basis, balances = _balances(month)
    surplus, shortage = sum(max(0, one) for one in balances), sum(max(0, -one) for one in balances)
    codes = [*_of_basis(month, basis, surplus, shortage), *_of_figures(month, comparison, rule)]
    reasons = tuple(REASONS[code] for code in codes)
    return MonthVerdict(
        _verdict(basis, surplus, shortage), basis, _confidence(basis, reasons), reasons,
        reported, norm, comparison, surplus, shortage,
    )  # fmt: skip


def _balances(month: UnitMonth) -> tuple[Basis | None, list[int]]:
    """What the verdict rests on, and the balances in people that follow."""
    known = [balance for balance in month.post_balances if balance is not None]
    if known:
        return Basis.POSTS, known
    each = capacity_min(1, month.working_days)
    load = month.reported_min if month.norm_min is None else month.norm_min
    if not (month.headcount and each and load):
        return None, []
    need = amount("load_min", load) / each
    basis = Basis.REPORTED if month.norm_min is None else Basis.NORM
    return basis, [balance_of(Fraction(need), month.headcount, NeedRounding.HALF_UP)]


def _verdict(basis: Basis | None, surplus: int, shortage: int) -> Verdict:
    if basis is None:
        return Verdict.UNKNOWN
    if surplus and shortage:
        return Verdict.MIXED
    return Verdict.TOO_MANY if surplus else Verdict.TOO_FEW if shortage else Verdict.ENOUGH


def _of_basis(month: UnitMonth, basis: Basis | None, surplus: int, shortage: int) -> list[str]:
    rows = (
        ("nothing_to_judge", basis is None),
        ("posts_analysed", basis is Basis.POSTS),
        ("surplus_and_shortage", bool(surplus and shortage)),
        ("some_posts_not_analysed", basis is Basis.POSTS and None in month.post_balances),
        ("posts_not_analysed", basis in (Basis.NORM, Basis.REPORTED)),
        ("no_norm", month.norm_min is None),
    )
    return [code for code, applies in rows if applies]


def _of_figures(month: UnitMonth, comparison: Comparison, rule: VerdictRule) -> list[str]:
    reporting = month.headcount if month.people_reporting is None else month.people_reporting
    if not 0 <= reporting <= head_count("headcount", month.headcount):
        raise BadInput("people_reporting", reporting, f"not between 0 and {month.headcount}")
    flagged, reported = amount("flagged_min", month.flagged_min), amount("reported_min", month.reported_min)
    rows = (
        ("reported_above_norm", comparison.above),
        ("reported_below_norm", comparison.below),
        ("few_reported", reporting * 100 < rule.least_reporting_pct * month.headcount),
        ("short_month", month.working_days < rule.least_working_days),
        ("open_flags", flagged * 100 > Fraction(rule.most_flagged_pct) * reported),
    )
    return [code for code, applies in rows if applies]


def _confidence(basis: Basis | None, reasons: Sequence[Reason]) -> Confidence:
    """High without a doubt, medium with one, low with more; what rests on reports alone is low in any case."""
    doubts = sum(reason.doubt for reason in reasons)
    if basis in (None, Basis.REPORTED) or doubts > 1:
        return Confidence.LOW
    return Confidence.MEDIUM if doubts else Confidence.HIGH
