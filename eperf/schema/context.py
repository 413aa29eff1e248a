"""What one operation knows: who asks, in which language, and the rows it has already fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from eperf.domain.access import Operation, Scope, Viewer, scope
from eperf.domain.errors import Unauthenticated
from eperf.planner.budget import MOST_NODES, Budget
from eperf.planner.rows import Rows
from eperf.plugins.registry import Registry
from eperf.plugins.verbs import GuestVerb
from eperf.schema.guests import carried_out
from eperf.services.call import Call
from eperf.services.event import Rings
from eperf.services.webhook.outlet import Outlet


@dataclass
class Context:
    """The context of one operation. `grown` rings when the event log has new numbers."""

    viewer: Viewer | None
    language: str
    request_id: str
    now: Callable[[], datetime]
    registry: Registry
    grown: Rings
    peer: str = ""
    """The address of an anonymous caller, who has no other name."""
    webhooks: Outlet | None = None
    """The way out for webhooks; without it nothing is sent to a receiver, and no selection can be checked."""

    @cached_property
    def rows(self) -> Rows:
        """The rows that this operation's resolvers have fetched."""
        return Rows(self._scope)

    @cached_property
    def outcomes(self) -> dict[str, Any]:
        """What the operation's changes have come to already, by response key: the number of a row, or a problem."""
        return {}

    def seen(self) -> Viewer:
        """The viewer; refuses the anonymous."""
        if self.viewer is None:
            raise Unauthenticated
        return self.viewer

    def call(self, key: str | None = None) -> Call:
        """A call of a verb by the viewer, under an idempotency key."""
        return Call(self.seen(), self.now(), self.language, key, self.registry)

    async def guest(self, verb: GuestVerb, given: dict[str, Any]) -> Any:
        """Carries out a plugin's mutation."""
        return await carried_out(self, verb, given)

    def fresh(self) -> Context:
        """The same caller with no rows fetched: for the next operation of a socket, and after a change."""
        return Context(
            self.viewer, self.language, self.request_id, self.now, self.registry, self.grown, self.peer,
            self.webhooks,
        )  # fmt: skip

    def common(self, operations: int) -> Rows:
        """Rows for several operations that are executed at once: together they may fetch what each could alone."""
        return Rows(self._scope, Budget(MOST_NODES * operations))

    def _scope(self, operation: Operation) -> Scope:
        return scope(self.seen(), operation)
