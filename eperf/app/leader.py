"""What a process does for an installation beside serving: keep scores true, and, if it leads, what only one may do.

The leader alone numbers committed events, keeps days true, closes months and turns the day. The lead passes on when a
process dies, on PostgreSQL also when one stands still (`eperf.app.lead`). Scoring is shared: every worker on PostgreSQL
claims dirty months of its own; SQLite is for one process, so there the leader scores. Work to do is rows, so nothing is
lost with a process; a wake-up only makes it sooner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Gauge

from eperf.adapters.blobs import Blobs
from eperf.adapters.broker import Bell
from eperf.adapters.outgoing import Outgoing
from eperf.adapters.spans import span
from eperf.app.guests.jobs import run_all
from eperf.app.guests.life import Guests
from eperf.app.guests.sinks import send_all
from eperf.app.lead import lead
from eperf.app.rounds import Rounds
from eperf.app.settle import settle
from eperf.app.webhooks.sender import Sender
from eperf.domain.attendance.pull import Outside
from eperf.domain.errors import Unavailable
from eperf.services.adjustment import release_held
from eperf.services.attendance.check_in import reduce
from eperf.services.attendance.days import close_day, reclassify
from eperf.services.attendance.pull import pull_due
from eperf.services.call import Call
from eperf.services.deadline import enforce
from eperf.services.event import prune
from eperf.services.people import roll_placements
from eperf.services.plugin import take_note
from eperf.services.scoring import mark_provisional, score_dirty, take_over, try_again
from eperf.store import database, log
from eperf.store.away import is_lost
from eperf.store.fence import NotLeader

_TRY_AGAIN = 1.0
_CATCH_UP_DAYS = 7
_LOOK_FOR_DUE = 30.0
_LOOK_FOR_TRIALS = 1.0
_LOOK_FOR_OLD = 600.0
_REST_NUMBERING = 0.02
_REST_FRESH = 0.1
_REST_CLASSIFYING = 0.1
_REST_CROWD = 0.5
"""Seconds between two looks of a duty. A round costs the same for one row as for twenty."""
LEADS = Gauge("eperf_leader", "Whether this process leads.")
logger = structlog.get_logger("eperf.leader")


@dataclass
class Leader:
    """The leader's duties.

    `call` makes a call of the system's own, `work` rings on commits, `grown` when the log grew.
    """

    credentials: dict[str, Any]
    call: Callable[[], Call]
    work: Bell
    grown: Bell
    outside: Outside = field(default_factory=Outgoing)
    pull_every: timedelta = timedelta()
    """How often machines that are asked are asked; zero: not by the leader."""
    coordinate_days: int = 90
    event_days: int = 0
    """How long the event log is kept; 0: for ever."""
    blobs: Blobs | None = None
    """Where the facts of closed months are kept; without it none is closed here."""
    closed: date | None = None
    guests: Guests | None = None
    """Plugins with sinks and jobs; without it none are sent to and none are run."""
    sender: Sender | None = None
    """What sends to webhooks; without it none is sent to."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """By which variables the processes of jobs find this installation."""

    async def run(self) -> None:
        """Scores, and leads whenever the lock can be had, until cancelled. A failing duty is logged and tried again."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._lead_again_and_again())
            if database.dialect() == "postgres":
                self._begin_scoring(both)

    async def _lead_again_and_again(self) -> None:
        while True:
            # A task of its own for each term, which ends by being cancelled when the lead is lost.
            term = asyncio.create_task(self._term())
            try:
                await asyncio.wait({term})
            finally:
                term.cancel()
                await asyncio.wait({term})
            await asyncio.sleep(_TRY_AGAIN)

    async def _term(self) -> None:
        try:
            async with lead(self.credentials):
                logger.info("leader.begins")
                with LEADS.track_inprogress():
                    await self._lead()
        except NotLeader:
            return
        except Exception as failure:
            _log("leader.failed", failure)

    async def _lead(self) -> None:
        if database.dialect() == "sqlite":
            await take_over()
        await self._note_plugins()
        await mark_provisional(self.call())
        await release_held(self.call())
        async with asyncio.TaskGroup() as duties:
            duties.create_task(self._repeat(self._number, _REST_NUMBERING))
            if database.dialect() == "sqlite":
                self._begin_scoring(duties)
            duties.create_task(self._repeat(self._classify, _REST_CLASSIFYING))
            duties.create_task(self._repeat(self._turn_day))
            duties.create_task(self._watch_deadlines())
            duties.create_task(self._try_again())
            duties.create_task(self._repeat(self._settle, _REST_CROWD))
            if self.event_days:
                duties.create_task(self._forget_events())
            if self.pull_every:
                duties.create_task(self._ask_around())
            if self.sender:
                duties.create_task(self.sender.run())
            if self.guests:
                duties.create_task(send_all(self.guests, self.grown, self._now))
                duties.create_task(run_all(self.guests.registry, self.environment, self.work, self._now))

    def _now(self) -> datetime:
        return self.call().now

    async def _note_plugins(self) -> None:
        try:
            await take_note(self.call())
        except Exception as failure:
            # What one plugin says of itself must not keep the installation without a leader.
            _log("leader.duty-failed", failure, duty="plugins")

    def _begin_scoring(self, duties: asyncio.TaskGroup) -> None:
        # Two lanes, so that a fresh month does not even wait for the batch of a crowd that is being computed; and a
        # round that waits for a guest's process keeps no other of its lane waiting.
        duties.create_task(self._in_rounds(Rounds(self._score_fresh, patience=1, most=4), _REST_FRESH))
        duties.create_task(self._in_rounds(Rounds(self._score_crowd, patience=5, most=2), _REST_CROWD))

    async def _in_rounds(self, rounds: Rounds, rest: float) -> None:
        try:
            await self._repeat(rounds.run, rest)
        finally:
            await rounds.end()

    async def _repeat(self, duty: Callable[[], Awaitable[int]], rest: float = 0.0) -> None:
        """Does a duty at every ring, at once when it has rested: what comes close together is done together."""
        structlog.contextvars.bind_contextvars(duty=duty.__name__)
        while True:
            # The bell is asked for before the look: what commits meanwhile rings it.
            rung = self.work.next()
            try:
                done = await duty()
            except Exception as failure:
                # One duty's trouble must not keep the others from theirs. Who has lost the lead is told so by its lock.
                _log("leader.duty-failed", failure, duty=duty.__qualname__)
                await asyncio.sleep(_TRY_AGAIN)
                continue
            await asyncio.sleep(rest)
            if not done:
                await rung()

    async def _ask_around(self) -> None:
        """Asks whatever device is due, and looks again in a while: machines ring no bell here."""
        while True:
            try:
                await pull_due(self.call(), self.outside, self.pull_every)
            except Exception as failure:
                _log("leader.duty-failed", failure, duty="pull")
            await asyncio.sleep(min(_LOOK_FOR_DUE, self.pull_every.total_seconds()))

    async def _watch_deadlines(self) -> None:
        """Does what follows from a superior's silence, and looks again in a while: time rings no bell."""
        while True:
            try:
                await enforce(self.call())
            except Exception as failure:
                _log("leader.duty-failed", failure, duty="deadlines")
            await asyncio.sleep(_LOOK_FOR_DUE)

    async def _forget_events(self) -> None:
        """Deletes what the log keeps no longer, piece by piece, and looks again in a while."""
        while True:
            gone = 0
            try:
                gone = await prune(self.call(), self.event_days)
            except Exception:
                logger.exception("leader.duty-failed", duty="forget-events")
            await asyncio.sleep(_REST_CROWD if gone else _LOOK_FOR_OLD)

    async def _try_again(self) -> None:
        """Has parts tried again that were left alone: their time rings no bell either."""
        while True:
            try:
                await try_again(self.call())
            except Exception as failure:
                _log("leader.duty-failed", failure, duty="try-again")
            await asyncio.sleep(_LOOK_FOR_TRIALS)

    async def _number(self) -> int:
        numbered = await log.number() if await log.waiting() else 0
        if numbered:
            logger.debug("log.numbered", events=numbered)
            self.grown.ring()
        return numbered

    async def _score_fresh(self) -> int:
        return await self._score(fresh=True)

    async def _score_crowd(self) -> int:
        return await self._score(fresh=False)

    async def _score(self, *, fresh: bool) -> int:
        with span("score", fresh=fresh):
            taken = await score_dirty(self.call(), fresh=fresh)
        if taken:
            self.work.ring()
        return taken

    async def _settle(self) -> int:
        done = await settle(self.call, self.blobs) if self.blobs else 0
        if done:
            self.work.ring()
        return done

    async def _classify(self) -> int:
        taken = await reclassify(self.call())
        if taken:
            self.work.ring()
        return taken

    async def _turn_day(self) -> int:
        call = self.call()
        if self.closed == call.today:
            return 0
        await roll_placements(call)
        first = self.closed or call.today - timedelta(days=_CATCH_UP_DAYS)
        for offset in range((call.today - first).days):
            await close_day(call, first + timedelta(days=offset))
        await reduce(call, call.today - timedelta(days=self.coordinate_days))
        self.closed = call.today
        return 0


def _log(event: str, failure: Exception, **facts: object) -> None:
    """A fault of ours with its trace; a database that is away, or a lost lead, in a line: every duty meets it."""
    if _is_away(failure):
        logger.warning(event, **facts, why=type(failure).__name__)
    else:
        logger.error(event, **facts, exc_info=failure)


def _is_away(failure: Exception) -> bool:
    if isinstance(failure, ExceptionGroup):
        return all(_is_away(one) for one in failure.exceptions)
    return isinstance(failure, (Unavailable, NotLeader)) or is_lost(failure)
