"""Commands to attendance machines: what an officer may ask one to do, and how long an unanswered one is repeated.

A machine cannot be called: a command waits until it asks, is said again when nothing comes back, and given up at last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from eperf.domain.errors import BadInput

RESEND_AFTER = timedelta(minutes=5)
"""A command without an answer is handed out again after so long."""

MOST_TIMES = 10
"""A command that was handed out so often is given up."""

MOST_WAITING = 5000
"""Commands that may wait for one machine; one of its users each would be all its memory."""

LONGEST_QUERY = timedelta(days=366)
"""The longest span of records that is asked for again."""


class CommandKind(StrEnum):
    """What a machine is to do."""

    INFO = "info"
    CHECK = "check"
    LOG = "log"
    QUERY_RECORDS = "query_records"
    PUT_USER = "put_user"
    DELETE_USER = "delete_user"


class CommandState(StrEnum):
    """Where a command stands. `unanswered`: handed out `MOST_TIMES` times and given up."""

    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    UNANSWERED = "unanswered"


OPEN = (CommandState.WAITING.value, CommandState.SENT.value)
"""States in which a machine may still hear of a command."""


@dataclass(frozen=True, slots=True)
class CommandAsked:
    """A command in nobody's language yet: records of `[first, last]`, or the person of a PIN."""

    kind: CommandKind
    first: datetime | None = None
    last: datetime | None = None
    pin: str | None = None
    name: str = ""

    def require_whole(self) -> None:
        """Refuses a command that lacks what its kind needs, or bears what another one needs."""
        spans = self.kind is CommandKind.QUERY_RECORDS
        person = self.kind in (CommandKind.PUT_USER, CommandKind.DELETE_USER)
        if spans != (self.first is not None) or spans != (self.last is not None):
            raise BadInput("first", self.first, f"{self.kind.name} {_wants(spans)} first and last")
        if self.first and self.last and not timedelta(0) <= self.last - self.first <= LONGEST_QUERY:
            raise BadInput("last", self.last.isoformat(), "0 to 366 days after first")
        if person != (self.pin is not None):
            raise BadInput("pin", self.pin, f"{self.kind.name} {_wants(person)} pin")


def _wants(it: bool) -> str:
    return "needs" if it else "has no"


@runtime_checkable
class CommandedSource(Protocol):
    """What a source has beside the rest when its machines take commands."""

    def command(self, asked: CommandAsked, zone_offset_min: int) -> str:
        """What is asked in the machine's own language, one line; raises `BadInput` for what it cannot say."""

    def meaning(self, return_code: int) -> str:
        """What a return code says, in a few English words."""
