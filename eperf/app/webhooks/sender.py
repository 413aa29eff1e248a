"""The leader's duty for webhooks: looks ahead in the log, has updates sent as places allow, notes what came of them.

One loop does all that touches rows; every request is a task of its own, so that no receiver holds up another. What
came of them is gathered and written together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from time import monotonic

import structlog

from eperf.adapters.broker import Bell
from eperf.app.webhooks import counts
from eperf.domain.webhook.call import NotBegun
from eperf.domain.webhook.state import Fault, WebhookState
from eperf.services.call import Call
from eperf.services.webhook.fair import Places, Wish, room
from eperf.services.webhook.outlet import Outlet
from eperf.services.webhook.sending import ClaimTooOld, Sent, end_pauses, look, prune, send, settle
from eperf.store import database, deliveries
from eperf.store.deliveries import Claimed
from eperf.store.webhook import WebhookRow

_REST = 0.02
"""Seconds in which outcomes and growth are gathered."""
_TRY_AGAIN = 1.0
_PRUNE_SECONDS = 600.0
_GRACE_SECONDS = 1.0
"""What is under way when the sender stops has so long to come back: what is cut off is sent a second time."""
logger = structlog.get_logger("eperf.webhooks")


class Sender:
    """Sends to all webhooks of an installation, until cancelled; only one process of it should."""

    def __init__(
        self,
        call: Callable[[], Call],
        outlet: Outlet,
        grown: Bell,
        keep: timedelta,
        places: Places | None = None,
    ) -> None:
        self._call, self._outlet, self._grown, self._keep = call, outlet, grown, keep
        self._places = places or Places()
        self._flying: dict[asyncio.Task[None], tuple[Wish, Claimed]] = {}
        self._sent: list[Sent] = []
        self._paces: dict[int, int] = {}
        self._landed = asyncio.Event()
        self._pruned = monotonic() - _PRUNE_SECONDS

    async def run(self) -> None:
        """Sends what is to be sent, for ever; a failing round is logged and tried again."""
        if database.dialect() == "sqlite":
            await deliveries.forget()
        try:
            while True:
                rung = self._grown.next()
                try:
                    more = await self.round()
                except Exception:
                    logger.exception("webhooks.round-failed")
                    await asyncio.sleep(_TRY_AGAIN)
                    continue
                await asyncio.sleep(_REST)
                if not more:
                    await self._rest(rung)
        finally:
            await self._let_go()

    async def round(self) -> bool:
        """Writes what has come back, looks ahead, begins what there is room for; gives whether more can be done now."""
        self._landed.clear()
        settled = await self._settle()
        more = await look(self._call())
        begun = await self._begin()
        await self._prune()
        return more or bool(begun) or settled

    async def _settle(self) -> bool:
        done = self._sent[:]
        if done:
            # Noted again at the next round should this fail: what was sent is not forgotten.
            dead = await settle(self._call(), done)
            del self._sent[: len(done)]
            self._keep_pace(done)
            for one in dead:
                counts.set_aside()
                logger.warning("webhooks.set-aside", webhook=one.webhook_id, cursor=one.cursor, kind=one.kind)
        return bool(done)

    def _keep_pace(self, done: Sequence[Sent]) -> None:
        """Who took everything may have more at once, who did not one at a time."""
        well: dict[int, bool] = {}
        for one in done:
            taken = one.outcome is None or one.outcome.fault in (None, Fault.SELECTION)
            well[one.claimed.webhook_id] = well.get(one.claimed.webhook_id, True) and taken
        for webhook, all_well in well.items():
            now = self._paces.get(webhook, self._places.first)
            self._paces[webhook] = self._places.grown(now, well=all_well)

    async def _begin(self) -> int:
        now = int(self._call().now.timestamp() * 1000)
        due = await deliveries.due(now)
        if not due:
            return 0
        rows = {
            row.id: row for row in await WebhookRow.filter(id__in=list(due), state=WebhookState.ACTIVE.value)
        }
        first = self._places.first
        wishes = [
            Wish(row.id, row.host, due[row.id], self._paces.get(row.id, first), row.failures > 0)
            for row in rows.values()
        ]
        places = room(self._places, wishes, [wish for wish, _ in self._flying.values()])
        if not places:
            return 0
        taken = await deliveries.take(places, now)
        by_id = {wish.webhook_id: wish for wish in wishes}
        for one in taken:
            self._fly(one, rows[one.webhook_id], by_id[one.webhook_id])
        return len(taken)

    def _fly(self, claimed: Claimed, webhook: WebhookRow, wish: Wish) -> None:
        task = asyncio.create_task(self._one(claimed, webhook))
        self._flying[task] = wish, claimed
        counts.flying(len(self._flying))
        task.add_done_callback(self._land)

    def _land(self, task: asyncio.Task[None]) -> None:
        del self._flying[task]
        counts.flying(len(self._flying))
        self._landed.set()

    async def _one(self, claimed: Claimed, webhook: WebhookRow) -> None:
        try:
            sent = await send(claimed, webhook, self._outlet, lambda: self._call().now)
        except (ClaimTooOld, NotBegun):
            # The claim ends by itself, and nobody is blamed.
            logger.warning("webhooks.too-late", webhook=webhook.id, cursor=claimed.cursor)
            return
        except Exception:
            # A fault of ours, or the database is away: the claim ends by itself, and it is sent again.
            logger.exception("webhooks.not-sent", webhook=webhook.id, cursor=claimed.cursor)
            return
        counts.sent(sent)
        self._sent.append(sent)

    async def _rest(self, rung: Callable[[], Awaitable[None]]) -> None:
        """Until the log grows, a request has come back, or a while has passed: what is due rings no bell."""
        waits = {asyncio.ensure_future(rung()), asyncio.ensure_future(self._landed.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def _prune(self) -> None:
        if monotonic() - self._pruned < _PRUNE_SECONDS:
            return
        if not await prune(self._call(), self._keep):
            await end_pauses(self._call(), self._outlet)
            self._pruned = monotonic()

    async def _let_go(self) -> None:
        """Ends what is under way, and notes what has come back: nothing of that is sent a second time."""
        try:
            if self._flying:
                await asyncio.wait(self._flying, timeout=_GRACE_SECONDS)
            cut = {task: claimed for task, (_, claimed) in self._flying.items()}
            for task in cut:
                task.cancel()
            await asyncio.gather(*cut, return_exceptions=True)
            await self._settle()
            await deliveries.release(cut.values())
        except Exception:
            logger.exception("webhooks.not-noted")
