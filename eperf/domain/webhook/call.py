"""A call to a receiver, as what is asked and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from eperf.domain.webhook.endpoint import Endpoint
from eperf.domain.webhook.state import Fault


@dataclass(frozen=True)
class Outcome:
    """What a call came to.

    `status` is None where no answer came. `fault` is None when the receiver took it; `why` says more about one, in a
    few words of our own. `body` are the answer's first bytes, `asked` the seconds that it asked to be left alone for.
    """

    seconds: float
    status: int | None = None
    fault: Fault | None = None
    why: str = ""
    body: bytes = b""
    asked: float | None = None


class NotBegun(Exception):
    """A call whose time was over before this server came to look the name up: that is not the receiver's fault."""


class Poster(Protocol):
    """The way to receivers; see `eperf.adapters.poster`."""

    async def post(self, to: Endpoint, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Sends one request and gives what came of it, within a bounded time; raises `NotBegun`, else only a bug."""
        ...
