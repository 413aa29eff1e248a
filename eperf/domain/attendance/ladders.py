"""Deduction ladders of ministries and regions, as their regulations print them.

Each row is a profile with its validity; a new regulation is a further row and closes the one that it replaces. The
sources seldom give the day on which a regulation entered into force: then it is the first day of its year. Every
figure carries how well it is known (`mark`), and every reading of a doubtful text stands in `choices`.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from eperf.domain.attendance.ladder import (
    Band,
    Base,
    Cause,
    FreeTimes,
    Ladder,
    Mark,
    Per,
    WipeOut,
)
from eperf.domain.in_force import profile_named

_HALF_HOURS = (30, 60, 90)
_LATE_EARLY = (Cause.LATE, Cause.EARLY)
_TAPS = (Cause.MISSING_IN, Cause.MISSING_OUT)

Rate = str | None


def _levels(
    causes: tuple[Cause, ...], rates: tuple[Rate, ...], ends: tuple[int, ...] = _HALF_HOURS,
    first: int = 1, or_none: bool = True, mark: Mark | None = None,
) -> tuple[Band, ...]:  # fmt: skip
    """Levels one after the other; `ends` are the last minutes of all but the last, which has no end."""
    lows, highs = (first, *(end + 1 for end in ends)), (*ends, None)
    return tuple(
        Band(cause, low, high, _pct(rate), or_none=or_none and high is None, mark=mark)
        for cause in causes
        for low, high, rate in zip(lows, highs, rates, strict=True)
    )


def _each(rates: dict[Cause, Rate]) -> tuple[Band, ...]:
    """Rates in which minutes play no part."""
    return tuple(Band(cause, None, None, _pct(rate)) for cause, rate in rates.items())


def _taps(rate: Rate) -> dict[Cause, Rate]:
    return dict.fromkeys(_TAPS, rate)


def _pct(rate: Rate) -> Decimal | None:
    return None if rate is None else Decimal(rate)


_PASAL = "https://pasal.id/peraturan"

_MINISTRIES = (
    Ladder(
        "ma-2020", "Perma 3/2020 pasal 8, lampiran I-II", date(2020, 1, 1), None, Mark.LAW,
        f"{_PASAL}/perban/peraturan-ma-no-3-tahun-2020/koreksi/8117954",
        (*_levels(_LATE_EARLY, ("0.5", "1", "1.25", "1.5")), *_each({Cause.ABSENT: "5", **_taps("1.5")})),
        choices=("Minute 90 ends level 3 and begins level 4: it is taken as level 3, the milder one.",),
    ),
    Ladder(
        "kementan-2012", "Permentan 68/2012", date(2012, 1, 1), None, Mark.LAW,
        "http://banten.litbang.pertanian.go.id/new/index.php/profil/kepegawaian/561",
        (
            *_levels(_LATE_EARLY, ("0.5", "1", "1.5", "2"), (30, 60, 91)),
            *_each({Cause.ABSENT: "4", **_taps("2")}),
        ),
        choices=(
            "Minute 91 is in no level (below 91, above 91): it is taken as level 3, the milder one.",
            "Early leaving level 3 is misprinted as below 291: it is read as below 91, as for lateness.",
        ),
    ),
    Ladder(
        "kemenkeu-2011", "PMK 214/2011", date(2011, 1, 1), date(2021, 1, 1), Mark.PRESS,
        "tkpkninfo.blogspot.com 2013",
        (
            *_levels(_LATE_EARLY, ("0.5", "1", "1.25", "2.5")),
            *_each({Cause.ABSENT: "5", **_taps("2.5")}),
        ),
        cap_in_rule=True, made_up_to_min=30, counts_from=time(7, 30),
        choices=("Early leaving has no printed bounds: those of lateness are used.",),
    ),
    Ladder(
        "kemenkeu-2021", "PMK 221/PMK.01/2021", date(2021, 1, 1), None, Mark.PRESS,
        "https://finance.detik.com/berita-ekonomi-bisnis/d-5888203",
        (
            *_levels((Cause.LATE,), ("1", "1.25", "2.5"), (30, 60)),
            *_levels((Cause.EARLY,), ("0.5", "1", "1.25", "2.5"), mark=Mark.RECALLED),
            *_each({Cause.ABSENT: None, **_taps("2.5")}),
        ),
        counts_from=time(9, 0),
        choices=("Minutes late are counted from the end of the flexible window, 90 minutes after 07:30.",),
    ),
    Ladder(
        "kemenag-2014", "SK Sekjen Kemenag 13/2014", date(2014, 1, 1), None, Mark.PRESS,
        "secondary publication",
        (
            *_levels(_LATE_EARLY, ("0.5", "1", "1.25", "1.5")),
            *_each(
                {
                    Cause.ABSENT: "3", Cause.PERMIT: "2.5", Cause.SICK: "2.5", Cause.LEFT_OFFICE: "2",
                    **_taps("1.5"),
                }
            ),
        ),
        free=(FreeTimes(Cause.SICK, 2),),
        choices=("The levels have no printed bounds: half hours are used, as elsewhere.",),
    ),
    Ladder(
        "kemenag-variant", "Kemenag, varian tanpa nomor", date(2014, 1, 1), None, Mark.PRESS, "pdfcoffee.com",
        (
            *_levels(_LATE_EARLY, (None, None, None, "2.5")),
            *_each({Cause.ABSENT: "3", **_taps("2.5")}),
        ),
        day_cap_pct=Decimal("2.5"),
        choices=(
            "The rates of levels 1 to 3 are not known.",
            "The daily maximum of 2.5 per cent is applied to all cuts of a day, the absence of 3 included.",
        ),
    ),
    Ladder(
        "ministry-2013", "Peraturan Menteri (2013) pasal 7, 10, 11", date(2013, 1, 1), None, Mark.PRESS,
        "http://msmunir-ina.blogspot.com/2013/03/ketentuan-pemotongan-tunjangan-kinerja.html",
        (
            *_levels((*_LATE_EARLY, Cause.LEFT_OFFICE), ("0.5", "1", "1.25", "1.5")),
            *_each({Cause.ABSENT: "5", **_taps("1.5")}),
        ),
        cap_in_rule=True,
    ),
    Ladder(
        "kemenkes-2022", "Permenkes 41/2022", date(2022, 1, 1), None, Mark.PRESS,
        "https://www.innalar.com/?p=25819",
        (*_levels((Cause.LATE,), ("1", "1.25", None), (30, 60)), *_each(_taps(None))),
        made_up_to_min=None,
        choices=("The rate of the last level (61 minutes and more, or no tap) is not known.",),
    ),
    Ladder(
        "kemendikdasmen-2025", "Permendikdasmen 14/2025 pasal 19", date(2025, 1, 1), None, Mark.LAW,
        f"{_PASAL}/permen/permendikdasmen-no-14-tahun-2025/koreksi/9436571",
        _each({Cause.ABSENT: "2.5"}),
        wipe_out=WipeOut(10),
    ),
    Ladder(
        "bgn-2025", "Peraturan BGN 4/2025 pasal 15", date(2025, 1, 1), None, Mark.LAW,
        "https://pasal.id/en/peraturan/perban/perbagi-4-2025/koreksi/4030514",
        _levels((Cause.LATE,), ("0.5", "1"), (60,), first=2, or_none=False),
        choices=("Level 1 is 'more than 1 minute': minute 1 itself costs nothing.",),
    ),
    Ladder(
        "bp2mi-2024", "Peraturan BP2MI 2/2024 pasal 28", date(2024, 1, 1), None, Mark.LAW,
        f"{_PASAL}/perban/peraturan-bppmi-no-2-tahun-2024/koreksi/7938932",
        _each({Cause.ABSENT: "4"}),
    ),
    Ladder(
        "kemenko-infra-2025", "Permenko Infra 10/2025 pasal 22", date(2025, 1, 1), None, Mark.LAW,
        "https://pasal.id/en/peraturan/permen/permenkoinfra-no-10-tahun-2025/koreksi/9469557",
        (*_levels(_LATE_EARLY, (None,), ()), *_each(_taps(None))),
        choices=("No in-tap is more than 90 minutes late, no out-tap as much early; the annex has the rates.",),
    ),
    Ladder(
        "kemenlu-2025", "Permenlu 3/2025 pasal 18", date(2025, 1, 1), None, Mark.LAW,
        f"{_PASAL}/permen/permenlu-no-3-tahun-2025/koreksi/6423775",
        (*_levels(_LATE_EARLY, (None,), ()), *_each({Cause.ABSENT: None, **_taps(None)})),
        base=Base.RECEIVED, cap_in_rule=True,
        choices=("The causes are listed, the rates stand elsewhere. Probationers: of their own base.",),
    ),
    Ladder(
        "kemnaker-2024", "Permenaker 15/2024 pasal 13", date(2024, 1, 1), None, Mark.IMPL,
        "sandro4132017/gajihub src/business-logic/tukin.ts",
        (
            *(
                Band(cause, 1, None, Decimal("0.01"), Per.MINUTE)
                for cause in (*_LATE_EARLY, Cause.LEFT_OFFICE)
            ),
            *_each({Cause.ABSENT: "3", Cause.CEREMONY: "3", **_taps("1")}),
        ),
        base=Base.ATTENDANCE, cap_in_rule=True,
    ),
    Ladder(
        "kemenpanrb-2018", "KemenPANRB 6/2018", date(2018, 1, 1), None, Mark.PRESS,
        "https://jpnn.com/news/terlambat-pns-harus-tambah-jam-ngantor-hari-itu-juga",
        _levels((Cause.LATE,), (None,), ()),
        made_up_to_min=30, late_times_free=5,
        choices=(
            "The rate beyond five late days is not known.",
            "Late days that were made up count towards the five.",
        ),
    ),
)  # fmt: skip

_REGIONS = (
    Ladder(
        "pkp-calculator", "Kementerian PKP, kalkulator kehadiran", date(2024, 1, 1), None, Mark.IMPL,
        "public implementation",
        (
            *_levels((Cause.LATE,), (None,), ()),
            *_levels((Cause.EARLY,), (None,) * 4),
            *_each(_taps(None)),
        ),
        choices=("No in-tap is level 3 of lateness, no out-tap level 4 of leaving early; no rate is known.",),
    ),
    Ladder(
        "dki-2015", "Pergub DKI 207/2014", date(2015, 1, 1), None, Mark.PRESS,
        "https://megapolitan.kompas.com/read/2015/01/30/11511161/",
        (
            *_levels(_LATE_EARLY, ("3",), ()),
            *_each({Cause.ABSENT: "5", Cause.PERMIT: "3", Cause.SICK: "2.5"}),
        ),
        base=Base.STATIC,
        choices=(
            "3 per cent for lateness and leaving early is taken per occurrence, not per minute.",
            "Printed amounts imply about 0.13 per cent a minute.",
        ),
    ),
    Ladder(
        "dki-2015-per-minute", "Pergub DKI 207/2014", date(2015, 1, 1), None, Mark.PRESS,
        "https://megapolitan.kompas.com/read/2015/02/03/21033221/",
        (
            *(Band(cause, 1, None, Decimal(3), Per.MINUTE) for cause in _LATE_EARLY),
            *_each({Cause.ABSENT: "5", Cause.PERMIT: "3", Cause.SICK: "2.5"}),
        ),
        base=Base.STATIC,
        choices=("The other reading of `dki-2015`: 3 per cent for every minute.",),
    ),
    Ladder(
        "regional-penalty", "Peraturan daerah (skor kehadiran)", date(2020, 1, 1), None, Mark.IMPL,
        "public implementation",
        (
            *_levels(_LATE_EARLY, ("0.5", "1", "1.25", "1.55"), or_none=False),
            *_each({Cause.ABSENT: "6", Cause.SICK: "1", Cause.LEAVE: "3", Cause.PERMIT: "5"}),
        ),
        base=Base.SCORE, cap_in_rule=True,
        choices=("'Very long' (3) has no bound: every lateness above 90 minutes is level 4.",),
    ),
    Ladder(
        "regional-simple", "Peraturan daerah (TPP sederhana)", date(2020, 1, 1), None, Mark.IMPL,
        "public implementation",
        (*_levels((Cause.LATE,), ("1", "2", "3", "4"), or_none=False), *_each({Cause.ABSENT: "5"})),
        cap_in_rule=True,
    ),
    Ladder(
        "tks", "Peraturan daerah (TPP menit norma)", date(2020, 1, 1), None, Mark.IMPL, "public implementation",
        _each({Cause.ABSENT: "3"}),
        base=Base.BOTH_PARTS,
    ),
)  # fmt: skip

LADDERS: tuple[Ladder, ...] = _MINISTRIES + _REGIONS
"""All ladders that are known. The one that counts hours is in `hourly_pay`."""


def ladder_named(profile: str, on: date | None = None) -> Ladder:
    """The ladder of a profile on a day; without a day its latest row. Unknown names are refused."""
    return profile_named(LADDERS, profile, on)
