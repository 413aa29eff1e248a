"""What a unit decides when it binds the scheme: whose rule it is, and what attendance costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum

from eperf.plugins import Refused, YearMonth
from eperf.plugins.parts import AttendanceDeduction, ladder_named
from eperf.plugins.rules import Deciding, Lag, Predikat, pay_rule

KEMENLU = "kemenlu"
_DECIDING = {
    Lag.SAME_MONTH: Deciding.MONTH,
    Lag.NEXT_QUARTER: Deciding.PREVIOUS_QUARTER,
    Lag.NEXT_YEAR: Deciding.PREVIOUS_YEAR,
}
_LISTED = {KEMENLU: "kemenlu-2025"}
"""Where an agency's own rule lists the causes of cuts, and the unit's figures only fill it."""
_LATEST = date(9999, 1, 1)


class CutsOf(StrEnum):
    """Of what an attendance cut of so many per cent is taken."""

    WHOLE = "whole"
    """Of the whole allowance."""
    RECEIVED = "received"
    """Of what the predikat leaves (Permenlu 3/2025 art. 18)."""


@dataclass(frozen=True)
class Rates:
    """Per cent paid by predikat, two decimals at most."""

    sangat_baik: Decimal
    baik: Decimal
    butuh_perbaikan: Decimal
    kurang: Decimal
    sangat_kurang: Decimal

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not (value.is_finite() and 0 <= value <= 100 and value == round(value, 2)):
                raise ValueError(f"{one.name} is not between 0 and 100 with at most two decimals")


@dataclass(frozen=True)
class Cuts:
    """What attendance costs: `rates`, of what they are taken (`of`), and where they stand (`basis`)."""

    rates: AttendanceDeduction
    of: CutsOf
    basis: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.basis.strip()) <= 300:
            raise ValueError("basis must say in 1 to 300 characters where the rates stand")


@dataclass(frozen=True)
class LagSettings:
    """`attendance`: what attendance costs, null where another rule cuts; no source prints it, so it must be given.

    `agency`: whose rule of lag and rates it is. `rates`, with `rates_basis`: per cent by predikat, for an agency whose
    rates no source prints (and for no other).
    """

    attendance: Cuts | None
    agency: str = KEMENLU
    rates: Rates | None = None
    rates_basis: str = ""

    def __post_init__(self) -> None:
        try:
            rule = pay_rule(self.agency, _LATEST)
        except Refused as refusal:
            raise ValueError(f"agency: {refusal.message('en')}") from refusal
        if rule.lag not in _DECIDING:
            raise ValueError(f"agency {self.agency}: its source does not say which pay a predikat decides")
        if (rule.paid_pct is None) != (self.rates is not None):
            need = (
                "must be given: no source prints those"
                if rule.paid_pct is None
                else "are printed: not settings"
            )
            raise ValueError(f"rates of {self.agency} {need}")
        if self.rates is not None and not 1 <= len(self.rates_basis.strip()) <= 300:
            raise ValueError("rates_basis must say in 1 to 300 characters where the rates stand")

    @property
    def deciding(self) -> Deciding:
        """The period that decides a month."""
        return _DECIDING[pay_rule(self.agency, _LATEST).lag]

    def pays(self, month: YearMonth) -> Mapping[Predikat, Decimal]:
        """Per cent by predikat in a month of pay; refuses a month before the agency's rule."""
        rule = pay_rule(self.agency, month.first)
        if self.rates is not None:
            return {word: getattr(self.rates, word.value) for word in Predikat}
        return rule.paid_pct or {}

    def paid_by(self, month: YearMonth) -> str:
        """Where a month's lag and per cents stand: the agency's row, and of rates that the unit gave their basis."""
        row = pay_rule(self.agency, month.first).legal_basis
        return row if self.rates is None else f"{row}; {self.rates_basis}"

    def cut_by(self, month: YearMonth) -> str | None:
        """Where the cuts of attendance stand; None where nothing is cut."""
        if self.attendance is None:
            return None
        profile = _LISTED.get(self.agency)
        own = self.attendance.basis
        return own if profile is None else f"{ladder_named(profile, month.first).legal_basis}; {own}"
