"""Which days a cloud is asked for next: windows of two days from where the last pull stopped.

Days are those of the device's own clock. A machine may hand its records to the cloud days late, so a pull that has
come to today begins some days back the next time; what is known already is known by its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from eperf.plugins import BadInput, DeviceState
from eperf.plugins.sources import HttpAnswer, PullFailed

API_URL, PULL_FROM = "api_url", "pull_from"
"""The device's options: where the cloud is, and the first day to ask for (`YYYY-MM-DD`)."""

DAY = "pull_day"
"""The device's stamp: the first day of the next window."""

WINDOW_DAYS = 2
"""Days of one request, the most that `get_attlog` takes."""

LATE_DAYS = 3
"""So many days before today are asked for again."""

FIRST_DAYS = 30
"""So far back begins the first pull of a device that names no day."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days of one request, the first day of the one after, and whether that one is due already."""

    first: date
    last: date
    next_first: date
    more: bool


def window_of(device: DeviceState, now: datetime) -> Window:
    """The window that comes next."""
    today = (now + timedelta(minutes=device.zone_offset_min)).date()
    first = min(_begin(device, today), today)
    last = min(first + timedelta(days=WINDOW_DAYS - 1), today)
    if last < today:
        return Window(first, last, last + timedelta(days=1), more=True)
    return Window(first, last, today - timedelta(days=LATE_DAYS), more=False)


def _begin(device: DeviceState, today: date) -> date:
    stamp, chosen = device.stamps.get(DAY), device.options.get(PULL_FROM)
    if stamp is not None:
        try:
            return date.fromisoformat(stamp)
        except ValueError:
            pass
    if chosen is None:
        return today - timedelta(days=FIRST_DAYS)
    try:
        return date.fromisoformat(chosen)
    except ValueError:
        raise BadInput(PULL_FROM, chosen, "a day is written YYYY-MM-DD") from None


def asked_at(options: Mapping[str, str], usual: str = "") -> str:
    """The address that the paths are put behind: scheme, host and perhaps a port and a path."""
    url = options.get(API_URL, usual)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and parts.hostname and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc:
        raise BadInput(API_URL, url, "an address is written https://HOST")
    return url.rstrip("/")


def answered(answer: HttpAnswer) -> bytes:
    """The body of an answer that gives records."""
    if answer.status != 200:
        raise PullFailed("status", answer.status, "the cloud gives no records")
    return answer.body
