"""Sending again: one update, a range of the log, or all that were set aside. The same message, with the same id."""

from __future__ import annotations

from dataclasses import dataclass

from eperf.domain.errors import BadInput, TooMany
from eperf.domain.webhook.state import DeliveryState
from eperf.services.call import Call, answer, answered, work
from eperf.services.webhook.whose import own, tell
from eperf.store import deliveries
from eperf.store.webhook import WebhookDeliveryRow, WebhookRow

MOST = 5_000
MOST_NAMED = 100
_ENDED = [one.value for one in DeliveryState if one is not DeliveryState.WAITING]


@dataclass(frozen=True)
class Again:
    """What is to be sent again, in one of three ways: deliveries by number, cursors `first..last`, or all set aside."""

    named: tuple[int, ...] = ()
    first: int | None = None
    last: int | None = None
    failed: bool = False

    def __post_init__(self) -> None:
        ways = (bool(self.named), self.first is not None or self.last is not None, self.failed)
        if sum(ways) != 1:
            raise BadInput("input", sum(ways), "deliveries, a range of cursors, or allFailed: exactly one")
        if len(self.named) > MOST_NAMED:
            raise BadInput("deliveries", len(self.named), f"more than {MOST_NAMED}")


async def redeliver(call: Call, webhook_id: int, again: Again) -> int:
    """Has updates of a webhook of one's own sent again; gives how many."""
    row = await own(call, webhook_id)
    async with work(call) as opened:
        given = [webhook_id, sorted(again.named), again.first, again.last, again.failed]
        before = await answered(call, "redeliverWebhook", given)
        if before is not None:
            return before
        count = await _again(call, row, again)
        if count:
            # Who asks for it knows better than the last failure whether the receiver is well again.
            await WebhookRow.filter(id=row.id).update(rest_until=0)
            tell(opened, row, "redelivered")
        await answer(call, count)
    return count


async def _again(call: Call, row: WebhookRow, again: Again) -> int:
    chosen = WebhookDeliveryRow.filter(webhook_id=row.id, state__in=_ENDED)
    made = 0
    if again.named:
        chosen = chosen.filter(id__in=list(again.named))
    elif again.failed:
        chosen = chosen.filter(state=DeliveryState.DEAD.value)
    else:
        first, last = again.first or 1, row.cursor if again.last is None else min(again.last, row.cursor)
        chosen = chosen.filter(cursor__gte=first, cursor__lte=last)
        made = await _made(call, row, first, last)
    ended = await chosen.count()
    if ended > MOST:
        raise TooMany("redeliveries", MOST, ended)
    return made + await chosen.update(state=DeliveryState.WAITING.value, attempts=0, due_at=0, ended_at=None)


async def _made(call: Call, row: WebhookRow, first: int, last: int) -> int:
    """Makes rows of what the webhook would be sent now of a range and has no row: it came before it, or long ago."""
    found = await deliveries.matching(row, first - 1, last, MOST + 1)
    if len(found) > MOST:
        raise TooMany("redeliveries", MOST, len(found))
    rows = await WebhookDeliveryRow.filter(webhook_id=row.id, cursor__in=found).only("id", "cursor")
    known = {one.cursor for one in rows}
    missing = [cursor for cursor in found if cursor not in known]
    await deliveries.insert(row.id, missing, int(call.now.timestamp() * 1000))
    return len(missing)
