"""What sending needs from above: who an owner is now, what a selection gives, how a thing is called outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from eperf.domain.access import Viewer
from eperf.domain.webhook.call import Poster


class SelectionFailed(Exception):
    """A selection that could not be answered for an update; the text is for the log of attempts."""


class Outlet(Protocol):
    """The way out for webhooks; see `eperf.app.webhooks.outlet`."""

    @property
    def poster(self) -> Poster:
        """The way to receivers."""
        ...

    @property
    def prober(self) -> Poster:
        """The way to receivers for what somebody waits for: whatever is asked there holds up no update."""
        ...

    def checked(self, selection: str) -> str:
        """A selection on the update in its kept form; refuses one that cannot be served within the limits."""
        ...

    async def owner(self, account_id: int, roles: Collection[str]) -> Viewer | None:
        """An account as a viewer with no more than these roles, no older than half a second; None when it is closed."""
        ...

    async def selected(self, viewer: Viewer, cursor: int, selection: str) -> Mapping[str, Any]:
        """What a selection gives on an update that the viewer may see; raises `SelectionFailed`."""
        ...

    def named(self, kind: str, number: int) -> str:
        """The opaque id of a thing, as the API writes it."""
        ...
