"""What a punishment cuts of the allowance in a month, and for how many months it lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from eperf.domain.discipline.allowance import punishment_cut
from eperf.domain.discipline.tiers import tiers_on
from eperf.domain.errors import Refused
from eperf.domain.pay.circumstance import Circumstance
from eperf.domain.pay.facts import Missing
from eperf.domain.period import YearMonth


class PunishmentRule(StrEnum):
    """By whose table a punishment cuts."""

    PP94 = "pp94"
    """PP 94/2021: the tiers of `eperf.domain.discipline.tiers`."""
    KEMENTAN_2012 = "kementan-2012"
    """Permentan 68/2012, for punishments before 31 August 2021."""


@dataclass(frozen=True, slots=True)
class Running:
    """A punishment that cuts in the month: its per cent, which month of it this is (from 1), of how many."""

    told: Circumstance
    cut_pct: Decimal
    month_index: int
    months: int | None
    legal_basis: str


def running(rule: PunishmentRule, told: Iterable[Circumstance], month: YearMonth) -> Running | None:
    """The punishment that cuts in a month; None when none does.

    The month of its first day is the first that is cut. Raises `Missing` for a word that the rule does not know, and
    when several cut at once: no source says how they add up.
    """
    found = [one for one in (_running(rule, each, month) for each in told) if one is not None]
    if len(found) > 1:
        raise Missing("several-punishments")
    return found[0] if found else None


def _running(rule: PunishmentRule, told: Circumstance, month: YearMonth) -> Running | None:
    index = (month.year - told.since.year) * 12 + month.month - told.since.month + 1
    if index < 1 or (told.until is not None and told.until < month.first):
        return None
    try:
        cut, months, basis = _rate(rule, told)
    except Refused as unknown:
        raise Missing(f"punishment-unknown:{told.word}") from unknown
    if not cut or (months is not None and index > months):
        return None
    return Running(told, cut, index, months, basis)


def _rate(rule: PunishmentRule, told: Circumstance) -> tuple[Decimal, int | None, str]:
    if rule is PunishmentRule.KEMENTAN_2012:
        row = punishment_cut(rule.value, told.word, told.since)
        return row.cut_pct, row.months, row.legal_basis
    table = tiers_on(told.since)
    tier = next((tier for tier in table.tiers if tier.id == told.word), None)
    if tier is None:
        raise Missing(f"punishment-unknown:{told.word}")
    return Decimal(tier.pay_cut_pct), tier.months, table.legal_basis
