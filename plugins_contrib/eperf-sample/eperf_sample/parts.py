"""A small part of each kind that a unit can be bound to; the other plugins beside this one carry real rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from eperf.plugins import (
    DayInput,
    DayResult,
    DayStatus,
    Detectable,
    EvidenceKind,
    Indicator,
    ReadyDetector,
    Scheme,
    StagePart,
    Strength,
    UnitPeriod,
    hundredths,
)
from eperf.plugins.parts import Bound, Points
from eperf.plugins.pay import PayFacts, PayLine, PayStep

BASIS = "Contoh 1/2026"


@dataclass(frozen=True)
class Target:
    """Points for a full score."""

    target: Decimal

    def __post_init__(self) -> None:
        if not 1 <= self.target <= 100_000:
            raise ValueError("target is not between 1 and 100,000")


SCHEME = Scheme(
    name="points",
    version="1",
    title_id="Contoh: poin terhadap target",
    title_en="Sample: points against a target",
    legal_basis=f"{BASIS} pasal 1",
    settings=Target,
    parts=(
        StagePart("work", Points("sample.points", f"{BASIS} pasal 1", lambda s: hundredths(s.target))),
        StagePart("work", Bound("sample.cap", f"{BASIS} pasal 2", "work", high_h=lambda s: 10_000)),
    ),
)


@dataclass(frozen=True)
class Taps:
    """How many taps make a day."""

    taps: int = field(default=1, metadata={"description": "Taps that make a day present"})

    def __post_init__(self) -> None:
        if not 1 <= self.taps <= 10:
            raise ValueError("taps is not between 1 and 10")


class Presence:
    """Present by the number of taps; nothing is late."""

    name, version, settings = "presence", "1", Taps

    def classify(self, day: DayInput, settings: Taps) -> DayResult:
        """The status of a day."""
        return DayResult(day.date, self._status(day, settings), late_min=None, early_min=None)

    def _status(self, day: DayInput, settings: Taps) -> DayStatus:
        free = (
            (day.duty, DayStatus.DUTY),
            (day.is_holiday, DayStatus.HOLIDAY),
            (day.date.isoweekday() > 5, DayStatus.OFF),
            (day.leave, DayStatus.LEAVE),
            (len(day.punches) >= settings.taps, DayStatus.PRESENT),
        )
        otherwise = DayStatus.ABSENT if day.is_over else DayStatus.OPEN
        return next((status for holds, status in free if holds), otherwise)


@dataclass(frozen=True)
class LongDay:
    """Minutes of one activity beyond which a person should look."""

    most_min: int = field(default=600, metadata={"description": "The longest that needs no look"})


LONG = Indicator(
    "sample-long-activity", "Kegiatan sangat panjang", "A very long activity", Detectable.YES, EvidenceKind.ENTRIES,
    Strength.WEAK, "Kegiatan lapangan seharian", "Field work of a whole day", BASIS,
)  # fmt: skip


def _long(month: UnitPeriod, settings: LongDay) -> pl.DataFrame:
    found = month.activities.filter(pl.col("minutes") > settings.most_min)
    return found.select(
        "employee_id", "date", evidence=pl.concat_list(pl.format("activity:{}", "activity_id"))
    )


DETECTOR = ReadyDetector("long-activity", "1", LONG, LongDay, _long)


@dataclass(frozen=True)
class PointPrice:
    """Rupiah for one point of the score."""

    rupiah: int = field(default=10_000, metadata={"description": "Rupiah for one point"})


class PerPoint:
    """The score times a price."""

    name, version, settings = "per-point", "1", PointPrice

    def advise(self, facts: PayFacts, settings: PointPrice) -> PayLine:
        """The amount of one person and month."""
        if facts.score_h is None:
            return PayLine(None, "score-missing", ())
        amount = facts.score_h * settings.rupiah // 100
        told = {"score_h": str(facts.score_h), "rupiah": str(settings.rupiah)}
        step = PayStep(
            "score", "sample.per-point", f"{BASIS} pasal 3", told, Decimal(amount), "Harga poin.", "Price of a point."
        )  # fmt: skip
        return PayLine(amount, None, (step,))
