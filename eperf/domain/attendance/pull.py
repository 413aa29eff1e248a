"""Machines and clouds that are asked for their records, instead of sending them.

A source that is asked still has no database and no clock. It reaches the outside only through what it is handed,
which bounds time and size and decides which addresses may be met. One call reads one portion; where the next
one goes on is a stamp that is stored together with the portion, so a pull that breaks off loses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, Protocol, runtime_checkable

from eperf.domain.attendance.punch import RawPunch, SkippedLine
from eperf.domain.attendance.source import DeviceState

HOST_OPTION, PORT_OPTION, COMM_KEY_OPTION = "host", "port", "comm_key"
"""A device's options that say where a machine on the own network is, and its communication key."""

_LONGEST_WAIT = timedelta(hours=6)


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class HttpAsk:
    """A request to a machine or a cloud. The address comes from the device's options, never from an answer."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(default_factory=_nothing)
    body: bytes = b""
    most_bytes: int = 8 * 1024 * 1024
    """The largest answer that is read."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back; a redirect is an answer like any other and is not followed."""

    status: int
    body: bytes


class Outside(Protocol):
    """The way to the outside. Both raise `PullFailed` for what does not answer, and `BadInput` for a forbidden
    address.
    """

    def http(self, ask: HttpAsk) -> HttpAnswer:
        """Asks within the bounds of time and size."""

    def address(self, host: str) -> str:
        """The network address of a host that may be met, for a source that speaks another protocol than HTTP."""


@dataclass(frozen=True, slots=True)
class PullRead:
    """One portion: its records, the ones that cannot be read, and where the next portion begins."""

    punches: tuple[RawPunch, ...] = ()
    skipped: tuple[SkippedLine, ...] = ()
    stamps: Mapping[str, str] = field(default_factory=_nothing)
    """Resume points to merge into the device's kept ones, in the transaction that stores the records."""
    more: bool = False
    """Whether another portion waits."""


@runtime_checkable
class PullSource(Protocol):
    """An attendance source that can also be asked."""

    name: str
    version: str

    def is_asked(self, options: Mapping[str, str]) -> bool:
        """Whether a device with these options is to be asked at all: its options say where it is."""

    def pull(self, device: DeviceState, now: datetime, outside: Outside) -> PullRead:
        """Reads the next portion; called in a thread, and again as long as there is more.

        Raises `Refused` only: `PullFailed` where the device does not answer as it should.
        """


def next_pull(now: datetime, every: timedelta, failures: int) -> datetime:
    """When a device is asked again: at its interval, and after failures in a row ever later, at most six hours."""
    wait = every * 2 ** min(failures, 16)
    return now + (every if not failures else min(wait, max(every, _LONGEST_WAIT)))


def unseen(records: Sequence[bytes], stamps: Mapping[str, str], name: str) -> tuple[int, dict[str, str]]:
    """Where the records begin that an earlier pull of the same growing log has not given, and the stamp of now.

    A machine without a cursor gives all it has each time. As long as its log begins with what was read before, only
    the rest is new; a log that was cleared or has dropped its oldest is read from the start, and records are known
    by their content.
    """
    count, _, known = stamps.get(name, "").partition(":")
    seen = int(count) if count.isascii() and count.isdigit() and len(count) <= 9 else 0
    begins = seen if 0 < seen <= len(records) and _digest(records[:seen]) == known else 0
    return begins, {name: f"{len(records)}:{_digest(records)}"}


def _digest(records: Sequence[bytes]) -> str:
    whole = hashlib.sha256()
    for record in records:
        whole.update(len(record).to_bytes(4, "big"))
        whole.update(record)
    return whole.hexdigest()
