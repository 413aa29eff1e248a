"""Whose a webhook is, and what somebody may do to it."""

from __future__ import annotations

from eperf.domain.access import Operation, scope
from eperf.domain.errors import Conflict, Forbidden, NotFound
from eperf.domain.webhook.events import WebhookChanged
from eperf.domain.webhook.state import WebhookState
from eperf.services.call import Call, Work
from eperf.store.access import TokenRow
from eperf.store.scope import subject_of_unit
from eperf.store.webhook import WebhookRow

FIELD = "webhook"


async def own(call: Call, webhook_id: int) -> WebhookRow:
    """A webhook of the caller's own account, who must still be able to have one in its unit.

    With a token that carries less than the webhook nothing is done to it: it could be made to say more than the token.
    """
    row = await seen(call, webhook_id)
    if row.account_id != call.viewer.account_id or not call.viewer.roles.issuperset(row.roles):
        raise Forbidden(Operation.WEBHOOK_WRITE.value, FIELD)
    call.require(Operation.WEBHOOK_WRITE, await subject_of_unit(row.unit_id), FIELD)
    return row


async def own_or_stopped(call: Call, webhook_id: int) -> WebhookRow:
    """A webhook that the caller may stop: one's own, or one in the units that one answers for.

    An owner who has lost the role still may; a token that carries less than the webhook does not do for it.
    """
    row = await seen(call, webhook_id)
    if row.account_id != call.viewer.account_id or not await _carries(call, row):
        call.require(Operation.WEBHOOK_STOP, await subject_of_unit(row.unit_id), FIELD)
    return row


async def _carries(call: Call, row: WebhookRow) -> bool:
    """Whether the caller's token was made with the roles of a webhook, whichever of them the account still has."""
    token = await TokenRow.get_or_none(id=call.viewer.token_id) if call.viewer.token_id else None
    return token is None or token.roles is None or set(token.roles).issuperset(row.roles)


async def seen(call: Call, webhook_id: int) -> WebhookRow:
    """A webhook that the caller may see; one that is removed can only be looked at."""
    row = await WebhookRow.get_or_none(id=webhook_id)
    if row is None:
        raise NotFound(FIELD, webhook_id)
    within = scope(call.viewer, Operation.WEBHOOK_READ).covers(await subject_of_unit(row.unit_id))
    if not within and row.account_id != call.viewer.account_id:
        raise NotFound(FIELD, webhook_id)
    if row.state == WebhookState.REMOVED:
        raise Conflict(FIELD, webhook_id, "it is removed")
    return row


def tell(opened: Work, row: WebhookRow, what: str) -> None:
    """Notes what happened to a webhook."""
    opened.emit(WebhookChanged(subject_id=row.id, unit_id=row.unit_id, what=what))
