"""What share of the allowance a predikat pays, and in which later period: one row per agency.

The agencies differ in three things: the rates, what they apply to, and the lag. A quarter's predikat
decides the next quarter (Kemenlu), a year's the next year (KLHK), a month's the month itself (Bakamla). A
predikat that is missing pays an unknown share, never a guessed one. Kemnaker's rates are part of its own
scheme, the plugin `eperf-ministry-70-30`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from eperf.domain.appraisal.predikat import Predikat
from eperf.domain.errors import BadInput
from eperf.domain.number import in_range
from eperf.domain.period import Quarter, YearMonth
from eperf.domain.regulation import Regulated, in_force


class Lag(StrEnum):
    """When a predikat is felt."""

    SAME_MONTH = "same_month"
    NEXT_QUARTER = "next_quarter"
    NEXT_YEAR = "next_year"
    PERIODIC = "periodic"
    """By the period of evaluation; the source does not say which pay it decides."""


@dataclass(frozen=True, kw_only=True)
class PredikatPay(Regulated):
    """An agency's rule. `paid_pct`: per cent paid by predikat, None when no source prints the rates.

    `base`: what the per cents are of: `class_allowance` or `whole`.
    """

    unit: str
    lag: Lag
    base: str = "class_allowance"
    paid_pct: Mapping[Predikat, Decimal] | None = None


def _rates(*percents: int) -> Mapping[Predikat, Decimal]:
    """Per cents from Sangat Baik to Sangat Kurang."""
    return MappingProxyType(dict(zip(Predikat, map(Decimal, percents), strict=True)))


PREDIKAT_PAY: tuple[PredikatPay, ...] = (
    PredikatPay(
        unit="kemenlu",
        lag=Lag.NEXT_QUARTER,
        valid_from=date(2025, 1, 1),
        legal_basis="Permenlu 3/2025 pasal 15",
        mark="law",
        paid_pct=_rates(100, 100, 80, 70, 60),
    ),
    PredikatPay(
        unit="klhk",
        lag=Lag.NEXT_YEAR,
        valid_from=date(2024, 1, 1),
        legal_basis="Permen LHK 6/2024 pasal 19",
        mark="law",
        paid_pct=_rates(100, 100, 90, 85, 80),
    ),
    PredikatPay(
        unit="bakamla",
        lag=Lag.SAME_MONTH,
        valid_from=date(2023, 1, 1),
        legal_basis="Peraturan Bakamla 1/2023 pasal 11",
        mark="law",
        base="whole",
        paid_pct=_rates(100, 100, 100, 99, 98),
    ),
    PredikatPay(
        unit="brin",
        lag=Lag.NEXT_YEAR,
        valid_from=date(2023, 1, 1),
        legal_basis="Peraturan BRIN 1/2023 pasal 37",
        mark="law",
    ),
    PredikatPay(
        unit="kemendikdasmen",
        lag=Lag.NEXT_QUARTER,
        valid_from=date(2025, 1, 1),
        legal_basis="Permendikdasmen 14/2025 pasal 12",
        mark="press",
    ),
    PredikatPay(
        unit="kemendes",
        lag=Lag.NEXT_QUARTER,
        valid_from=date(2025, 1, 1),
        legal_basis="Permendes PDT 7/2025 pasal 27",
        mark="law",
    ),
    PredikatPay(
        unit="pkp",
        lag=Lag.PERIODIC,
        valid_from=date(2025, 1, 1),
        legal_basis="Permen PKP 12/2025 pasal 12",
        mark="law",
    ),
)
"""Every agency whose rule is known; a row without rates knows the lag only."""


class QuarterPay(NamedTuple):
    """The quarter whose predikat decides, and the per cent paid; None when that predikat is missing."""

    deciding_quarter: Quarter
    paid_pct: Decimal | None


class YearPay(NamedTuple):
    """The year in which a year's predikat is felt, and the per cent paid then; None without a predikat."""

    pay_year: int
    paid_pct: Decimal | None


def pay_rule(unit: str, on: date) -> PredikatPay:
    """The unit's row in force on the day; `BadInput` for a unit without one."""
    rows = [row for row in PREDIKAT_PAY if row.unit == unit]
    if not rows:
        known = sorted({row.unit for row in PREDIKAT_PAY})
        raise BadInput("unit", unit, "not one of " + ", ".join(known))
    return in_force(rows, on)


def paid_pct(unit: str, predikat: Predikat | None, on: date) -> Decimal | None:
    """The per cent that a predikat pays in the unit, by the rates in force on the day of pay.

    None when the predikat is missing.
    """
    rates = pay_rule(unit, on).paid_pct
    if rates is None:
        raise BadInput("unit", unit, "no source prints the rates of this unit")
    return None if predikat is None else rates[predikat]


def cut_pct(unit: str, predikat: Predikat | None, on: date) -> Decimal | None:
    """The per cent that a predikat takes away in the unit: what is not paid; None when it is missing."""
    paid = paid_pct(unit, predikat, on)
    return None if paid is None else 100 - paid


def quarter_pay(unit: str, predikats: Mapping[Quarter, Predikat], month: YearMonth, on: date) -> QuarterPay:
    """What a month pays where the quarter before it decides: Jan-Mar by Q4, Apr-Jun by Q1, and so on.

    `on`: the day whose rule counts, as a rule the first of the month.
    """
    _has_lag(unit, Lag.NEXT_QUARTER, on)
    deciding = Quarter.of(month).previous
    return QuarterPay(deciding, paid_pct(unit, predikats.get(deciding), on))


def year_pay(unit: str, appraisal_year: int, predikat: Predikat | None, on: date) -> YearPay:
    """When and what a year's predikat pays where it decides the following year, by the rule of a day."""
    in_range("appraisal_year", appraisal_year, 1900, 9998)
    _has_lag(unit, Lag.NEXT_YEAR, on)
    return YearPay(appraisal_year + 1, paid_pct(unit, predikat, on))


def _has_lag(unit: str, lag: Lag, on: date) -> None:
    found = pay_rule(unit, on).lag
    if found != lag:
        raise BadInput("unit", unit, f"its predikat is felt {found}, not {lag}")
