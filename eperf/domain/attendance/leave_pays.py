"""Tables of leave and pay of ministries and regions, as their regulations print them.

Sources and validity as in `ladders`. A case that a table does not list is not in it: what is paid then must be asked
of the regulation, not of us.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from eperf.domain.attendance.ladder import Base, Mark
from eperf.domain.attendance.leave_pay import (
    MONTH_DAYS,
    DailyCut,
    LeaveCase,
    LeavePay,
    PaidShare,
    Span,
)
from eperf.domain.in_force import profile_named

_C = LeaveCase
_PASAL = "https://pasal.id/peraturan"
_MATERNITY = (_C.MATERNITY_1_2, _C.MATERNITY_3)


def _always(case: LeaveCase, paid: str, months: Span = (1, None)) -> PaidShare:
    """One share whatever the month."""
    return PaidShare(case, Decimal(paid), months=months)


def _monthly(case: LeaveCase, *paid: str) -> Iterator[PaidShare]:
    """Shares of the first, second… month."""
    for number, share in enumerate(paid, start=1):
        yield PaidShare(case, Decimal(share), months=(number, number))


def _by_length(case: LeaveCase, *rows: tuple[int, int, str]) -> Iterator[PaidShare]:
    """Shares by the whole length: first and last day, paid."""
    for first, last, share in rows:
        yield PaidShare(case, Decimal(share), days=(first, last))


def _months(count: int) -> int:
    """The last day of so many months."""
    return count * MONTH_DAYS


LEAVE_PAYS: tuple[LeavePay, ...] = (
    LeavePay(
        "kementan-2012", "Permentan 68/2012", date(2012, 1, 1), date(2025, 1, 1), Mark.LAW,
        "http://banten.litbang.pertanian.go.id/new/index.php/profil/kepegawaian/584",
        shares=(
            _always(_C.ANNUAL, "100"),
            *_monthly(_C.BIG, "50", "25", "10"),
            _always(_C.MATERNITY_1_2, "100", (1, 3)),
            *_monthly(_C.MATERNITY_3, "60", "30", "20"),
            *_monthly(_C.IMPORTANT_REASON, "50", "25"),
            *_by_length(
                _C.SICK,
                (1, 2, "100"),
                (3, 14, "75"),
                (15, 30, "50"),
                (31, _months(2), "30"),
                (_months(2) + 1, _months(6), "20"),
                (_months(6) + 1, _months(18), "10"),
            ),
        ),
        choices=("A month of illness is 30 days.",),
    ),
    LeavePay(
        "kementan-2025", "Permentan 20/2025 pasal 19", date(2025, 1, 1), None, Mark.LAW,
        f"{_PASAL}/permen/permentan-no-20-tahun-2025/koreksi/6522972",
        cuts=(
            DailyCut(_C.BIG, Decimal(4)),
            DailyCut(_C.IMPORTANT_REASON, Decimal(4)),
            DailyCut(_C.CLOSE_RELATIVE_DEATH, Decimal(4), free_days=3),
            DailyCut(_C.SICK, Decimal(2), base=Base.ATTENDANCE),
            DailyCut(_C.SICK_WAIVED, Decimal(0), base=Base.ATTENDANCE),
            DailyCut(_C.DUTY_ACCIDENT, Decimal(2), free_days=365, base=Base.ATTENDANCE),
            DailyCut(_C.IN_PATIENT, Decimal(2), free_days=_months(3), base=Base.ATTENDANCE),
            DailyCut(_C.SPECIAL_CONDITION, Decimal(0), base=Base.ATTENDANCE),
            DailyCut(_C.MISCARRIAGE, Decimal(2), free_days=MONTH_DAYS * 3 // 2, base=Base.ATTENDANCE),
        ),
        choices=("A waiver of so many months is 30 days for each, of a year 365; the days after it are cut.",),
    ),
    LeavePay(
        "pdt-2013", "Permen PDT 5/2013 pasal 10", date(2013, 1, 1), None, Mark.LAW,
        f"{_PASAL}/permen/permen-pdt-no-5-tahun-2013/koreksi/10680124",
        shares=(
            _always(_C.ANNUAL, "100"),
            *_monthly(_C.BIG, "80", "60", "40"),
            *_monthly(_C.MATERNITY_3, "80", "60", "40"),
            *_monthly(_C.IMPORTANT_REASON, "80", "40"),
            *_by_length(
                _C.SICK, (1, 5, "100"), (6, 14, "80"), (15, 30, "60"), (31, _months(6), "40")
            ),
        ),
        choices=(
            "The first row of illness is 2 to 5 days: a single day is paid like it.",
            "A month of illness is 30 days.",
        ),
    ),
    LeavePay(
        "kominfo-2014", "Permenkominfo 42/2014 pasal 14", date(2014, 1, 1), None, Mark.LAW,
        f"{_PASAL}/permen/permenkominfo-no-42-tahun-2014/koreksi/10556607",
        shares=(*_monthly(_C.MATERNITY_3, "50", "25", "10"),),
    ),
    LeavePay(
        "esdm-2014", "Permen ESDM 21/2014 pasal 17", date(2014, 1, 1), None, Mark.LAW,
        f"{_PASAL}/permen/permen-esdm-no-21-tahun-2014/koreksi/10570786",
        shares=(_always(_C.BIG, "70", (1, 3)),),
    ),
    LeavePay(
        "ma-2020", "Perma 3/2020 pasal 10", date(2020, 1, 1), None, Mark.LAW,
        f"{_PASAL}/perban/peraturan-ma-no-3-tahun-2020/koreksi/8117956",
        cuts=(DailyCut(_C.SICK, Decimal(2), free_days=14, per_year=True),),
        conditions=("More than a month in a row, up to twelve, takes a letter of a hospital's team.",),
        choices=("The rate is the same after the first month.",),
    ),
    LeavePay(
        "kumham-imipas-2025", "Permenko Kumham-Imipas 3/2025 pasal 18", date(2025, 1, 1), None, Mark.LAW,
        f"{_PASAL}/permen/permenko-kumham-imipas-no-3-tahun-2025/koreksi/6446223",
        shares=(*_by_length(_C.SICK, (_months(6) + 1, _months(18), "10")),),
        cuts=(DailyCut(_C.SICK, Decimal("2.5"), free_days=2, days=(0, _months(6))),),
        conditions=("A doctor's letter within three working days.",),
        choices=(
            "2.5 per cent a day begins on day 3; the text leaves open whether days 1 and 2 are cut then too.",
            "The last row says 10 per cent per day where 10 per cent paid is meant.",
        ),
    ),
    LeavePay(
        "kemnaker-2024", "Permenaker 15/2024 pasal 14", date(2024, 1, 1), None, Mark.IMPL,
        "sandro4132017/gajihub src/business-logic/tukin.ts",
        shares=(
            _always(_C.ANNUAL, "100"),
            *_by_length(_C.BIG, (1, MONTH_DAYS - 1, "100")),
            *_monthly(_C.BIG, "50", "25", "10"),
            *(_always(case, "100", (1, 3)) for case in _MATERNITY),
            _always(_C.IMPORTANT_REASON, "100"),
            *_monthly(_C.SICK, "100", "50", "25"),
            _always(_C.SICK, "0", (4, None)),
        ),
        cuts=(DailyCut(_C.MISCARRIAGE, Decimal(1), free_days=MONTH_DAYS, cut_to_day=45),),
        replaces_total=True,
    ),
    LeavePay(
        "ristekdikti-2016", "Permenristekdikti 31/2016", date(2016, 1, 1), None, Mark.PRESS,
        "https://123dok.com/document/y934odwy",
        cuts=(
            DailyCut(_C.MATERNITY_1_2, Decimal(1)),
            DailyCut(_C.MATERNITY_3, Decimal(2)),
            DailyCut(_C.SICK, Decimal(1)),
        ),
    ),
    LeavePay(
        "dki-2016", "Pergub DKI 108/2016", date(2016, 1, 1), None, Mark.PRESS,
        "https://text-id.123dok.com/document/zg8xk1ny",
        shares=(
            _always(_C.BIG, "0"),
            _always(_C.MATERNITY_1_2, "50", (1, 3)),
            _always(_C.MATERNITY_3, "0"),
            *_by_length(_C.SICK, (1, 2, "100"), (3, _months(3), "20")),
        ),
        choices=("Illness of more than two days is cut: one or two days are paid in full.",),
    ),
    LeavePay(
        "kemenag-2014", "SK Sekjen Kemenag 13/2014", date(2014, 1, 1), None, Mark.PRESS, "secondary publication",
        cuts=(DailyCut(_C.SICK, Decimal("2.5"), free_days=2),),
    ),
)  # fmt: skip
"""All tables that are known."""


def leave_pay_named(profile: str, on: date | None = None) -> LeavePay:
    """The table of a profile on a day; without a day its latest row. Unknown names are refused."""
    return profile_named(LEAVE_PAYS, profile, on)
