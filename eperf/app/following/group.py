"""Equal subscriptions: who hears, what they are answered, and who of them is live.

A member is *live* while its connection takes what it is given. Then it has been sent exactly what the group has, up to
the group's cursor `at`. A connection that holds bytes back is left out from the next parcel on; its member reads pages
of the log, as one does that comes with an old cursor, and is live again when it stands where the group stands. So
nothing is queued for anybody: the log is the queue.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import structlog

from eperf.app.following import counts
from eperf.app.following.execution import AT_ONCE, Execution, Moment
from eperf.app.following.pages import Pages
from eperf.app.graphql.held import Things
from eperf.app.graphql.outlet import Outlet, Parcel
from eperf.services.event import Audience, Entry

if TYPE_CHECKING:
    from eperf.app.following.tail import Tail

_MOST_WAITING = 2_000
"""Events that may wait for a group's execution; beyond it its members go on by themselves."""
_SETTLED_SECONDS = 0.05
_log = structlog.get_logger("eperf.subscriptions")


class Member:
    """One subscription: where its answers go, and the cursor up to which it was sent everything."""

    __slots__ = ("at", "behind", "outlet")

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet
        self.at = 0
        self.behind: asyncio.Future[None] | None = None
        """Comes while it is live, when it is no longer."""


class Group:
    """The subscriptions of one key."""

    def __init__(
        self, key: Hashable, tail: Tail, audience: Audience, execution: Execution, things: Things
    ) -> None:
        self._tail, self._execution = tail, execution
        self.things = things
        """What it keeps in memory."""
        self.audience = audience
        self.key = key
        self.held = 0
        """Members, live or not."""
        self._live: dict[Member, None] = {}
        self._at = 0
        self._waiting: deque[Entry] = deque()
        self._working: asyncio.Task[None] | None = None
        self._lost = False
        self.pages = Pages(self, execution, tail.turns)

    @property
    def plain(self) -> bool:
        """Whether it is answered at once."""
        return self._execution.plain is not None

    @property
    def at(self) -> int:
        """The cursor up to which the live members were sent everything."""
        return self._at if self._working is not None else max(self._at, self._tail.at)

    def join(self, member: Member) -> asyncio.Future[None]:
        """Makes a member live that stands at `at`; gives what comes when it is no longer."""
        member.behind = asyncio.get_running_loop().create_future()
        self._live[member] = None
        counts.BEHIND.dec()
        return member.behind

    def leave(self, member: Member) -> None:
        """A member is gone."""
        if self._live.pop(member, member) is None:
            counts.BEHIND.inc()

    def take(self, entries: Sequence[Entry], upto: int, moment: Moment) -> None:
        """Events that are heard here; with them the log has been handed on up to a cursor."""
        if self._working is None and not self._live:
            self._at = upto
        elif self._execution.plain is not None:
            counts.EXECUTIONS.inc(len(entries))
            self._deliver([self._execution.plain(entry) for entry in entries], upto)
        else:
            self._put_off(entries, moment)

    def _put_off(self, entries: Sequence[Entry], moment: Moment) -> None:
        self._at = self.at
        if len(self._waiting) + len(entries) > _MOST_WAITING:
            self._waiting.clear()
            self._lost = True
            self._let_go()
            return
        if not self._lost:
            self._waiting.extend(entries)
        if self._working is None:
            self._working = asyncio.create_task(self._work(moment))

    async def _work(self, moment: Moment | None) -> None:
        try:
            while self._waiting:
                entries = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                self._deliver(await self._execution.answers(entries, moment), entries[-1].cursor)
                moment = None  # what waited meanwhile is of another one
        except Exception as error:
            _log.error("subscriptions.group-failed", exc_info=error)
            self._let_go()
        finally:
            if self._working is asyncio.current_task():
                self._rest()

    def _rest(self) -> None:
        if self._lost:
            self._let_go()
        self._lost = False
        self._waiting.clear()
        self._working = None

    def close(self) -> None:
        """Nobody is left: what it is at work on is for nobody."""
        if self._working is not None:
            self._working.cancel()
            self._rest()

    def _deliver(self, answers: Sequence[bytes], upto: int) -> None:
        parcel = Parcel(answers)
        held_back = [member for member in self._live if not _put(member, parcel)]
        counts.LIVE.inc(len(answers) * (len(self._live) - len(held_back)))
        for member in held_back:
            self._fall(member)
        self._at = upto

    def fail(self) -> None:
        """Something went wrong with what was taken: everybody goes on by themselves, from what they were sent."""
        self._at = self.at
        self._let_go()

    async def settled(self) -> None:
        """Waits for what the group is at work on, for a moment at most."""
        if self._working is not None:
            await asyncio.wait({self._working}, timeout=_SETTLED_SECONDS)
        else:
            await asyncio.sleep(_SETTLED_SECONDS)

    @property
    def busy(self) -> bool:
        """Whether it is at work on what it has taken."""
        return self._working is not None

    def _let_go(self) -> None:
        for member in tuple(self._live):
            self._fall(member)

    def _fall(self, member: Member) -> None:
        """A member goes on by itself from where the group stands."""
        del self._live[member]
        member.at = self._at
        if member.behind is not None and not member.behind.done():
            member.behind.set_result(None)
        counts.BEHIND.inc()


def _put(member: Member, parcel: Parcel) -> bool:
    if not member.outlet.free():
        return False
    try:
        member.outlet.put(parcel)
    except OSError:  # it was lost this moment
        return False
    return True
