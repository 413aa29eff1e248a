"""What an attendance source is: a pure reader of what machines send.

A machine insists on its own paths and its own dialect; the service that stores punches insists on one shape.
A source stands between them and decides nothing else: it has no database, no clock and no network. The
service finds the device by the serial number the source reads out of the request, lets the source read the
request, stores what the reply carries in one transaction, and only then sends the reply: a machine that was
told OK forgets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol

from eperf.domain.attendance.punch import RawPunch, SkippedLine
from eperf.domain.errors import BadSerial, Refused, TooMany, Unavailable


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


DeviceStanding = Literal["active", "inactive"]

STRANGER: DeviceStanding = "inactive"
"""How a device that nobody registered is kept, so that an officer can see and adopt it."""


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP path that the devices of a source insist on; `handler_name` labels it in logs and measurements."""

    method: Literal["GET", "POST"]
    path: str
    handler_name: str


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """One request of a device. The edge has bounded the body and decoded the query; nothing else is trusted."""

    method: str
    path: str
    """The path as sent, without the query (from the ASGI scope, not from a Host-dependent URL)."""
    query: Mapping[str, str]
    body: bytes = b""
    peer: str = ""
    """The network address of the sender, for the allow-list; empty when unknown."""
    headers: Mapping[str, str] = field(default_factory=_nothing)
    """The header fields by their names in lower case; of several with one name, the first."""


@dataclass(frozen=True, slots=True)
class DeviceCommand:
    """An order that waits for a device to poll; `text` is in the device's own language, one line."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a device says about an order it carried out. `return_code` is None when it said nothing readable."""

    id: int
    return_code: int | None
    command: str
    ok: bool


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What the service knows about a device before the request."""

    serial: str
    state: DeviceStanding
    zone_offset_min: int
    """The device clock's distance from UTC in minutes: 420 WIB, 480 WITA, 540 WIT."""
    stamps: Mapping[str, str] = field(default_factory=_nothing)
    """The resume points kept from earlier replies (`DeviceReply.stamps`)."""
    options: Mapping[str, str] = field(default_factory=_nothing)
    """Settings of this device that override the source's defaults, by the protocol's own option names; also
    the secret that it signs with. No reply and no log may carry them.
    """
    commands: tuple[DeviceCommand, ...] = ()
    """Orders that wait, oldest first."""


@dataclass(frozen=True, slots=True)
class KeptUser:
    """A person as enrolled in a device: all that is kept of its user tables."""

    pin: str
    name: str


@dataclass(frozen=True, slots=True)
class DeviceReply:
    """The answer for the device, and what the service has to store before it is sent."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    punches: tuple[RawPunch, ...] = ()
    skipped: tuple[SkippedLine, ...] = ()
    stamps: Mapping[str, str] = field(default_factory=_nothing)
    """Resume points to merge into the device's kept ones."""
    device_facts: Mapping[str, str] = field(default_factory=_nothing)
    """Facts to merge into the device's kept ones (`firmware`, `users`, `logs`, `ip`…): short printable text.
    """
    kept_users: tuple[KeptUser, ...] = ()
    command_results: tuple[CommandResult, ...] = ()
    commands_sent: tuple[int, ...] = ()
    """Ids of the orders this reply hands out."""
    dropped: str | None = None
    """The name of a table that was acknowledged and whose content was not kept (templates, photos, unknown).
    """


class AttendanceSource(Protocol):
    """A kind of device or file from which punches come. All methods are pure."""

    name: str
    """Stable id, kept with every punch: lower-case letters, digits and hyphens."""
    version: str
    routes: tuple[Route, ...]
    """The paths the service opens for this source; empty for sources that are read from files."""

    def serial_of(self, request: DeviceRequest) -> str:
        """The serial number the request claims; raises `BadSerial` when there is none or it has a wrong
        shape.
        """

    def handle(self, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
        """Reads one request and says what to answer and what to keep.

        `device` is None for an unknown serial number: the answer is 403 and the service keeps the device as
        inactive. `now` is an aware UTC instant. Raises nothing but `Refused`; then nothing is stored, and
        `refusal_reply` is the answer.
        """


UNAVAILABLE = DeviceReply(503, b"UNAVAILABLE")
"""The answer when storing failed (database down, queue full): the device keeps its records and tries again.
"""

_STATUS_OF_REFUSAL: tuple[tuple[type[Refused], int], ...] = (
    (TooMany, 413),
    (Unavailable, 503),
    (BadSerial, 400),
)


def refusal_reply(refusal: Refused) -> DeviceReply:
    """The answer to a request that was refused: its code as plain text, nothing of the input."""
    status = next((status for kind, status in _STATUS_OF_REFUSAL if isinstance(refusal, kind)), 400)
    return DeviceReply(status, refusal.code.encode())
