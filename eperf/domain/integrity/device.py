"""Machines, phones and accounts: I-05 to I-08 and I-25."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from eperf.domain.errors import BadInput
from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Finding, counted, share


@dataclass(frozen=True, slots=True)
class Login:
    """An account that used a device on a civil day."""

    device: str
    account: str
    date: date


@dataclass(frozen=True, slots=True)
class OnePhone:
    """I-05: how many accounts on one device within how many days."""

    min_accounts: int = 2
    within_days: int = 30


@dataclass(frozen=True, slots=True)
class Pairing:
    """I-06: how close two taps are, and on how many of how many working days in a row."""

    within_seconds: int = 10
    min_days: int = 8
    of_days: int = 20


@dataclass(frozen=True, slots=True)
class NotByFinger:
    """I-07: an own share above, while the unit's share is below; both in per cent."""

    over_own_pct: Decimal = Decimal(50)
    under_unit_pct: Decimal = Decimal(10)


@dataclass(frozen=True, slots=True)
class WrongClock:
    """I-08: the year before which no record can lie, how late a record may arrive in Realtime mode, and by how much
    the clock may jump between two records. `over_ahead_min`: how far it may run ahead; None does not ask.
    """

    first_year: int = 2020
    over_lag_min: int = 5
    over_step_min: int = 5
    over_ahead_min: int | None = None


@dataclass(frozen=True, slots=True)
class EntryHelper:
    """I-25: for how many accounts one device or address may enter."""

    min_accounts: int = 3


def shared_phones(logins: Iterable[Login], settings: OnePhone | None = None) -> dict[str, tuple[str, ...]]:
    """The devices of I-05 with the accounts that used them close to each other."""
    rule = settings or OnePhone()
    by_device: dict[str, set[tuple[date, str]]] = {}
    for login in logins:
        by_device.setdefault(login.device, set()).add((login.date, login.account))
    found = {device: _close_accounts(sorted(used), rule) for device, used in sorted(by_device.items())}
    return {device: accounts for device, accounts in found.items() if accounts}


def one_phone(logins: Iterable[Login], settings: OnePhone | None = None) -> Finding:
    """I-05: one finding that lists the devices. A phone handed on later than `within_days` is none."""
    rule = settings or OnePhone()
    devices = shared_phones(logins, rule)
    return Finding(
        indicator("I-05"),
        bool(devices),
        {"devices": devices, "min_accounts": rule.min_accounts, "within_days": rule.within_days},
    )


def proxy_punching(gaps: Sequence[int | None], settings: Pairing | None = None) -> Finding:
    """I-06 for a pair of people at one machine: the seconds between their taps, working day by working day.

    None: not both tapped. The days are looked at `of_days` in a row; the closest stretch decides.
    """
    rule = settings or Pairing()
    close = [gap is not None and counted("gap_seconds", abs(gap)) <= rule.within_seconds for gap in gaps]
    stretches = range(max(1, len(close) - rule.of_days + 1))
    most = max(sum(close[start : start + rule.of_days]) for start in stretches)
    return Finding(
        indicator("I-06"),
        most >= rule.min_days,
        {
            "close_days": most,
            "min_days": rule.min_days,
            "of_days": rule.of_days,
            "within_seconds": rule.within_seconds,
        },
    )


def not_by_finger(own_pct: Decimal, unit_pct: Decimal, settings: NotByFinger | None = None) -> Finding:
    """I-07: the share of taps by password or card, own and of the unit. Where all do it, nobody stands out."""
    rule = settings or NotByFinger()
    own, unit = share("person_share_pct", own_pct), share("unit_share_pct", unit_pct)
    return Finding(
        indicator("I-07"),
        own > rule.over_own_pct and unit < rule.under_unit_pct,
        {
            "own_pct": own,
            "unit_pct": unit,
            "over_own_pct": rule.over_own_pct,
            "under_unit_pct": rule.under_unit_pct,
        },
    )


def wrong_clock(
    device_time: datetime,
    receive_time: datetime,
    *,
    realtime: bool = False,
    before: timedelta | None = None,
    settings: WrongClock | None = None,
) -> Finding:
    """I-08 for one record; both times in one zone. `before` is the lag of the machine's record before this one.

    Late arrival says something in Realtime mode only: elsewhere records wait for the next upload. So does a jump of
    the lag between two records.
    """
    rule = settings or WrongClock()
    if (device_time.utcoffset() is None) != (receive_time.utcoffset() is None):
        raise BadInput("device_time", device_time.isoformat(), "not in the zone of the receive time")
    lag = receive_time - device_time
    rows = (
        ("year", device_time.year < rule.first_year),
        ("lag", realtime and lag > timedelta(minutes=rule.over_lag_min)),
        (
            "step",
            realtime and before is not None and abs(lag - before) > timedelta(minutes=rule.over_step_min),
        ),
        ("ahead", rule.over_ahead_min is not None and -lag > timedelta(minutes=rule.over_ahead_min)),
    )
    causes = tuple(name for name, applies in rows if applies)
    facts = {"lag_seconds": int(lag.total_seconds()), "realtime": realtime, "causes": causes}
    limits = {"first_year": rule.first_year, "over_lag_min": rule.over_lag_min}
    return Finding(indicator("I-08"), bool(causes), facts | limits | {"over_step_min": rule.over_step_min})


def entry_helper(accounts: int, settings: EntryHelper | None = None) -> Finding:
    """I-25: for how many accounts one device or address made entries."""
    rule = settings or EntryHelper()
    return Finding(
        indicator("I-25"),
        counted("accounts", accounts) >= rule.min_accounts,
        {"accounts": accounts, "min_accounts": rule.min_accounts},
    )


def _close_accounts(used: list[tuple[date, str]], rule: OnePhone) -> tuple[str, ...]:
    """All accounts that lie in a stretch of `within_days` with enough different ones."""
    close: set[str] = set()
    for start, _ in used:
        near = {account for day, account in used if 0 <= (day - start).days <= rule.within_days}
        if len(near) >= rule.min_accounts:
            close |= near
    return tuple(sorted(close))
