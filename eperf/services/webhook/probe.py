"""Calls to a receiver that send no update: its verification, and a dry run that shows what is sent and answered."""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson

from eperf.domain.access import Operation, Viewer, scope
from eperf.domain.errors import Conflict, Unavailable
from eperf.domain.webhook.call import NotBegun, Outcome
from eperf.domain.webhook.state import WebhookState
from eperf.plugins.sinks import SOURCE
from eperf.services.call import Call, work
from eperf.services.webhook.message import Message, facts_of, message
from eperf.services.webhook.outlet import Outlet, SelectionFailed
from eperf.services.webhook.whose import FIELD, own, tell
from eperf.store import log
from eperf.store.event import EventRow
from eperf.store.scope import OF_EMPLOYEE_ROWS, below, predicate
from eperf.store.webhook import WebhookRow

_REST_MS = 2_000
"""Between two such calls of a webhook, so that nobody makes the server knock at a door of somebody else's."""
_AT_ONCE = 2
_under_way: Counter[int] = Counter()
_SAMPLE_PLACES = 20_000
"""So far back the log is looked through for an update that matches."""
TEST, VERIFICATION = "webhook.test", "webhook.verification"


@dataclass(frozen=True)
class Probe:
    """What was sent and what came of it; `verified` is None for a dry run."""

    webhook_id: int
    message: Message
    outcome: Outcome
    verified: bool | None = None


async def test(call: Call, webhook_id: int, outlet: Outlet | None) -> Probe:
    """Sends a `webhook.test` with the latest update that matches, as it would be sent; nothing is changed by it."""
    with _place(call, webhook_id):
        row, way = await _row(call, webhook_id, outlet)
        # Who has not said yes is sent no update, not even one.
        update = None if row.state == WebhookState.PENDING else await _sample(row, way)
        return await _sent(call, row, way, TEST, {"test": True, "update": update})


async def verify(call: Call, webhook_id: int, outlet: Outlet | None) -> Probe:
    """Asks the receiver whether it wants updates; when it answers with the challenge they begin to flow."""
    challenge = secrets.token_urlsafe(32)
    with _place(call, webhook_id):
        row, way = await _row(call, webhook_id, outlet)
        probe = await _sent(call, row, way, VERIFICATION, {"challenge": challenge})
    verified = probe.outcome.fault is None and _echoes(probe.outcome.body, challenge)
    if verified and row.state == WebhookState.PENDING:
        async with work(call) as opened:
            # Not at another address than the one that answered.
            pending = WebhookRow.filter(id=row.id, state=WebhookState.PENDING.value, url=row.url)
            if not await pending.update(state=WebhookState.ACTIVE.value, changed_at=call.now):
                raise Conflict(FIELD, webhook_id, "it was changed meanwhile")
            tell(opened, row, "verified")
    return replace(probe, verified=verified)


@contextmanager
def _place(call: Call, webhook_id: int) -> Iterator[None]:
    """A place for one such call of an account; refuses when it has as many as it may under way in this process."""
    account = call.viewer.account_id
    if _under_way[account] >= _AT_ONCE:
        raise Conflict(FIELD, webhook_id, f"{_AT_ONCE} receivers of the account are being asked already")
    _under_way[account] += 1
    try:
        yield
    finally:
        _under_way[account] -= 1
        if not _under_way[account]:
            del _under_way[account]


async def _row(call: Call, webhook_id: int, outlet: Outlet | None) -> tuple[WebhookRow, Outlet]:
    row = await own(call, webhook_id)
    if outlet is None:
        raise Unavailable
    now = int(call.now.timestamp() * 1000)
    rested = WebhookRow.filter(id=row.id, tested_at__lte=now - _REST_MS)
    if not await rested.update(tested_at=now):
        raise Conflict(FIELD, webhook_id, f"its receiver was asked less than {_REST_MS // 1000} seconds ago")
    return row, outlet


async def _sent(call: Call, row: WebhookRow, way: Outlet, kind: str, data: Mapping[str, Any]) -> Probe:
    attributes = {
        "id": f"probe_{row.id}_{secrets.token_hex(8)}",
        "source": SOURCE,
        "type": kind,
        "subject": f"Webhook/{way.named('Webhook', row.id)}",
        "time": call.now,
    }
    made = message(row, attributes, data, call.now)
    try:
        outcome = await way.prober.post(made.to, made.headers, made.body)
    except NotBegun as busy:
        raise Unavailable from busy
    return Probe(row.id, made, outcome)


async def _sample(row: WebhookRow, way: Outlet) -> Mapping[str, Any] | None:
    viewer = await way.owner(row.account_id, row.roles)
    if viewer is None or scope(viewer, Operation.EVENT_READ).nothing:
        return None
    since = await log.head() - _SAMPLE_PLACES
    found = EventRow.filter(cursor__gt=since, unit_id__in=below(row.units or [row.unit_id]))
    reach = predicate(scope(viewer, Operation.EVENT_READ), OF_EMPLOYEE_ROWS)
    found = found.filter(reach) if reach is not None else found
    found = found.filter(kind__in=row.kinds) if row.kinds else found
    events = await found.order_by("-cursor").limit(1)
    try:
        return await shown(events[0], row, viewer, way) if events else None
    except SelectionFailed as failed:
        return {"selectionFailed": str(failed)}


async def shown(event: EventRow, row: WebhookRow, viewer: Viewer, way: Outlet) -> Mapping[str, Any]:
    """What a webhook is sent of an update."""
    if not row.selection:
        return facts_of(event, way)
    return await way.selected(viewer, int(event.cursor or 0), row.selection)


def _echoes(body: bytes, challenge: str) -> bool:
    """Whether an answer is the challenge: alone, or as the member `challenge` of a JSON object."""
    text = body.strip()
    if text.startswith(b"{"):
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            return False
        given = said.get("challenge") if isinstance(said, dict) else None
        text = given.encode("utf-8", "replace") if isinstance(given, str) else b""
    return hmac.compare_digest(text, challenge.encode())
