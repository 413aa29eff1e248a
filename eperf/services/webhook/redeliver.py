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
MOST_PLACES = 200_000
"""So much of the log is looked through at most."""
_STRIDE = 20_000
"""So much in one statement."""
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
    # Looked for before the transaction: the log is long, and nobody else writes meanwhile on SQLite.
    found = await _in_log(row, again)
    async with work(call) as opened:
        given = [webhook_id, sorted(again.named), again.first, again.last, again.failed]
        before = await answered(call, "redeliverWebhook", given)
        if before is not None:
            return before
        count = await _again(call, row, again, found)
        if count:
            # Who asks for it knows better than the last failure whether the receiver is well again.
            await WebhookRow.filter(id=row.id).update(rest_until=0)
            tell(opened, row, "redelivered")
        await answer(call, count)
    return count


def _range(row: WebhookRow, again: Again) -> tuple[int, int]:
    """The range that is asked for, as far as the webhook has come."""
    return again.first or 1, row.cursor if again.last is None else min(again.last, row.cursor)


async def _in_log(row: WebhookRow, again: Again) -> list[int]:
    """What the webhook would be sent now of the range that is asked for, if one is.

    Refuses nothing: a call that was answered before is answered so again, however the log has grown.
    """
    first, last = _range(row, again)
    if again.named or again.failed or last - first >= MOST_PLACES:
        return []
    found: list[int] = []
    for start in range(first - 1, last, _STRIDE):
        found += await deliveries.matching(row, start, min(last, start + _STRIDE), MOST + 1 - len(found))
        if len(found) > MOST:
            break
    return found


async def _again(call: Call, row: WebhookRow, again: Again, found: list[int]) -> int:
    chosen = WebhookDeliveryRow.filter(webhook_id=row.id, state__in=_ENDED)
    made = 0
    if again.named:
        chosen = chosen.filter(id__in=list(again.named))
    elif again.failed:
        chosen = chosen.filter(state=DeliveryState.DEAD.value)
    else:
        first, last = _range(row, again)
        if last - first >= MOST_PLACES:
            raise BadInput("first", first, f"more than {MOST_PLACES} places before {last}")
        if len(found) > MOST:
            raise TooMany("redeliveries", MOST, len(found))
        chosen = chosen.filter(cursor__gte=first, cursor__lte=last)
        made = await _made(call, row, found)
    ended = await chosen.count()
    if ended > MOST:
        raise TooMany("redeliveries", MOST, ended)
    return made + await chosen.update(state=DeliveryState.WAITING.value, attempts=0, due_at=0, ended_at=None)


async def _made(call: Call, row: WebhookRow, found: list[int]) -> int:
    """Makes rows of updates that have none: they came before the webhook, or long ago."""
    rows = await WebhookDeliveryRow.filter(webhook_id=row.id, cursor__in=found).only("id", "cursor")
    known = {one.cursor for one in rows}
    missing = [cursor for cursor in found if cursor not in known]
    await deliveries.insert(row.id, missing, int(call.now.timestamp() * 1000))
    return len(missing)
