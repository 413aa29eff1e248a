"""From the log to receivers: looking ahead, sending one update, and writing down what came of several.

Whatever is to be done is rows, so a process that dies loses nothing: what it had claimed is sent by the next one, at
worst a second time under the same id.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from eperf.domain.access import Operation, Viewer, scope
from eperf.domain.webhook.call import Outcome
from eperf.domain.webhook.state import DeliveryState, Fault, WebhookCause, WebhookState, ends_all
from eperf.domain.webhook.waits import (
    FAILING_SECONDS,
    FORGIVEN,
    MOST_ATTEMPTS,
    OUTAGE_SECONDS,
    rest,
    wait,
)
from eperf.services.call import Call, Work, work
from eperf.services.webhook.message import attributes_of, message
from eperf.services.webhook.outlet import Outlet, SelectionFailed
from eperf.services.webhook.probe import shown
from eperf.services.webhook.update import update_at
from eperf.services.webhook.whose import tell
from eperf.store import deliveries, log
from eperf.store.deliveries import LEASE_SECONDS, WINDOW, Claimed
from eperf.store.event import EventRow
from eperf.store.webhook import WebhookAttemptRow, WebhookDeliveryRow, WebhookRow

_KEPT_CHARS = 500
_PRUNED = 1_000
_CALL_SECONDS = 12.0
"""One call with what is read and written around it."""
_LONGEST_PAUSE = timedelta(days=30)


class ClaimTooOld(Exception):
    """A claim that may end before a call would: somebody else sends the update."""


@dataclass(frozen=True)
class Sent:
    """What came of a claimed delivery: `outcome` of a call, or none where it was withheld or its owner is gone."""

    claimed: Claimed
    at: datetime
    outcome: Outcome | None = None
    ownerless: bool = False


async def look(call: Call) -> bool:
    """Makes rows of what active webhooks are to be sent next; gives whether there is more to look at."""
    head = await log.head()
    behind = await WebhookRow.filter(state=WebhookState.ACTIVE.value, cursor__lt=head).order_by("id")
    if not behind:
        return False
    oldest = await log.oldest()
    waits = await deliveries.waiting([row.id for row in behind])
    steps = []
    for row in behind:
        if row.cursor < oldest - 1:
            await _disable_old(call, row)
        elif (room := WINDOW - waits.get(row.id, 0)) > WINDOW // 2:
            steps.append(await deliveries.ahead(row, head, room))
    if steps:
        await deliveries.go(steps, _ms(call.now))
    return any(step.reached < head and len(step.cursors) < WINDOW // 2 for step in steps)


async def _disable_old(call: Call, row: WebhookRow) -> None:
    async with work(call) as opened:
        await _disable(opened, row, WebhookCause.TOO_OLD)


async def send(claimed: Claimed, webhook: WebhookRow, outlet: Outlet, clock: Callable[[], datetime]) -> Sent:
    """Sends one update, if the webhook's owner may see it at this moment; raises `ClaimTooOld`."""
    viewer = await _owner(webhook, outlet)
    if viewer is None:
        return Sent(claimed, clock(), ownerless=True)
    event = await update_at(Call(viewer, clock()), claimed.cursor)
    if event is None:
        return Sent(claimed, clock())
    return Sent(claimed, clock(), await _posted(event, claimed, webhook, viewer, outlet, clock()))


async def _owner(webhook: WebhookRow, outlet: Outlet) -> Viewer | None:
    """A webhook's owner; None when that account may not have webhooks any more."""
    viewer = await outlet.owner(webhook.account_id, webhook.roles)
    return viewer if viewer is not None and scope(viewer, Operation.WEBHOOK_WRITE).units else None


async def _posted(
    event: EventRow, claimed: Claimed, webhook: WebhookRow, viewer: Viewer, outlet: Outlet, now: datetime
) -> Outcome:
    try:
        data = await shown(event, webhook, viewer, outlet)
    except SelectionFailed as failed:
        return Outcome(0.0, None, Fault.SELECTION, str(failed)[:200])
    made = message(webhook, attributes_of(event, claimed.previous, outlet), data, now)
    if monotonic() - claimed.since > LEASE_SECONDS - _CALL_SECONDS:
        raise ClaimTooOld
    return await outlet.poster.post(made.to, made.headers, made.body)


async def settle(
    call: Call, all_sent: Sequence[Sent], chance: Callable[[], float] = random.random
) -> list[Claimed]:
    """Writes down what came of deliveries, and what follows for their webhooks, in one transaction.

    Gives those that were set aside, for the log.
    """
    by_webhook: dict[int, list[Sent]] = defaultdict(list)
    for one in all_sent:
        by_webhook[one.claimed.webhook_id].append(one)
    async with work(call) as opened:
        held, known = await _held(all_sent)
        for row in await WebhookRow.filter(id__in=list(by_webhook)).order_by("id"):
            await _webhook(opened, row, by_webhook[row.id], chance)
        dead = await _ended([one for one in all_sent if one.claimed.id in held], _ms(call.now), chance)
        tried = [one for one in all_sent if one.outcome is not None and one.claimed.id in known]
        await WebhookAttemptRow.bulk_create([_attempt(one) for one in tried])
    return [one.claimed for one in all_sent if one.claimed.id in dead]


async def _held(all_sent: Sequence[Sent]) -> tuple[set[int], set[int]]:
    """Those whose claim still stands, and those that are there at all."""
    claims = {one.claimed.id: one.claimed.claim for one in all_sent}
    found = await WebhookDeliveryRow.filter(id__in=list(claims)).values_list("id", "claim", "state")
    waiting = {(number, claim) for number, claim, state in found if state == DeliveryState.WAITING}
    return {number for number, claim in waiting if claims[number] == claim}, {
        number for number, _, _ in found
    }


async def _ended(all_sent: Sequence[Sent], now: int, chance: Callable[[], float]) -> set[int]:
    done: dict[DeliveryState, list[int]] = defaultdict(list)
    for one in all_sent:
        attempts = one.claimed.attempts + 1
        if one.ownerless:
            await WebhookDeliveryRow.filter(id=one.claimed.id).update(claim=None)
        elif one.outcome is None:
            done[DeliveryState.WITHHELD].append(one.claimed.id)
        elif one.outcome.fault is None:
            done[DeliveryState.DELIVERED].append(one.claimed.id)
        elif attempts >= MOST_ATTEMPTS:
            done[DeliveryState.DEAD].append(one.claimed.id)
        else:
            due = now + int(wait(attempts, chance(), one.outcome.asked) * 1000)
            row = WebhookDeliveryRow.filter(id=one.claimed.id)
            await row.update(attempts=attempts, due_at=due, claim=None)
    for state, ids in done.items():
        tried = {one.claimed.id: one.claimed.attempts + (one.outcome is not None) for one in all_sent}
        for attempts in sorted({tried[number] for number in ids}):
            some = [number for number in ids if tried[number] == attempts]
            await WebhookDeliveryRow.filter(id__in=some).update(
                state=state.value, attempts=attempts, ended_at=now, claim=None
            )
    return set(done[DeliveryState.DEAD])


async def _webhook(opened: Work, row: WebhookRow, sent: Sequence[Sent], chance: Callable[[], float]) -> None:
    before = (row.failures, row.failing_since, row.rest_until)
    now = _ms(opened.call.now)
    for one in sent:
        cause = _follows(row, one, now, chance)
        if cause is not None and row.state == WebhookState.ACTIVE:
            await _disable(opened, row, cause)
    if (row.failures, row.failing_since, row.rest_until) != before:
        standing = WebhookRow.filter(id=row.id)
        await standing.update(
            failures=row.failures, failing_since=row.failing_since, rest_until=row.rest_until
        )
    if not row.failures and _was_away(*before[:2], now):
        await deliveries.hurry(row.id)


def _was_away(failures: int, since: int | None, now: int) -> bool:
    """Whether a receiver had been in trouble, and not only some updates: those keep their waits."""
    return failures > FORGIVEN and since is not None and now - since >= OUTAGE_SECONDS * 1000


def _follows(row: WebhookRow, one: Sent, now: int, chance: Callable[[], float]) -> WebhookCause | None:
    """Notes on a webhook what a delivery says of its receiver; gives why it is to be stopped, if it is."""
    outcome = one.outcome
    if one.ownerless:
        return WebhookCause.OWNER
    if outcome is None or outcome.fault is Fault.SELECTION:
        return None
    if outcome.fault is None:
        row.failures, row.failing_since, row.rest_until = 0, None, 0
        return None
    row.failures += 1
    row.failing_since = row.failing_since or now
    row.rest_until = max(row.rest_until, now + int(rest(row.failures, chance(), outcome.asked) * 1000))
    if ends_all(outcome.status):
        return WebhookCause.GONE
    return WebhookCause.FAILING if now - row.failing_since > FAILING_SECONDS * 1000 else None


async def _disable(opened: Work, row: WebhookRow, cause: WebhookCause) -> None:
    unchanged = WebhookRow.filter(id=row.id, state=row.state)
    if await unchanged.update(
        state=WebhookState.DISABLED.value, cause=cause.value, changed_at=opened.call.now
    ):
        row.state = WebhookState.DISABLED.value
        tell(opened, row, f"disabled-{cause.value}")


def _attempt(one: Sent) -> WebhookAttemptRow:
    outcome = one.outcome or Outcome(0.0)
    text = outcome.body[: 4 * _KEPT_CHARS].decode("utf-8", "replace")
    return WebhookAttemptRow(
        delivery_id=one.claimed.id,
        webhook_id=one.claimed.webhook_id,
        at=one.at,
        status=outcome.status,
        latency_ms=int(outcome.seconds * 1000),
        fault=outcome.fault.value if outcome.fault else None,
        why=outcome.why[:200],
        answer="".join(letter if letter.isprintable() else " " for letter in text)[:_KEPT_CHARS],
    )


async def end_pauses(call: Call, outlet: Outlet) -> None:
    """Disables paused webhooks whose owner is gone, or whose pause is too long: the log is kept for them."""
    for row in await WebhookRow.filter(state=WebhookState.PAUSED.value).order_by("id"):
        cause = None
        if call.now - row.changed_at > _LONGEST_PAUSE:
            cause = WebhookCause.TOO_OLD
        elif await _owner(row, outlet) is None:
            cause = WebhookCause.OWNER
        if cause is not None:
            async with work(call) as opened:
                await _disable(opened, row, cause)


async def prune(call: Call, keep: timedelta) -> int:
    """Forgets deliveries that ended longer ago than is kept, with their attempts; gives how many, a thousand at most.

    What still waits of removed webhooks goes too, and secrets whose overlap is over.
    """
    await WebhookRow.filter(previous_until__lt=call.now).update(previous_secret=None)
    before = _ms(call.now - keep)
    old = await WebhookDeliveryRow.filter(ended_at__lt=before).limit(_PRUNED).values_list("id", flat=True)
    if not old:
        removed = WebhookRow.filter(state=WebhookState.REMOVED.value)
        ids = list(await removed.values_list("id", flat=True))
        left = WebhookDeliveryRow.filter(webhook_id__in=ids, state=DeliveryState.WAITING.value)
        old = await left.limit(_PRUNED).values_list("id", flat=True)
    await WebhookDeliveryRow.filter(id__in=list(old)).delete()
    return len(old)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
