"""Reading webhooks and the log of their deliveries; and one update by its place, which selections are made on."""

from __future__ import annotations

import strawberry

from eperf.domain.webhook.state import DeliveryState, WebhookState
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.event.types import PerformanceUpdate
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.webhook.mutations import MUTATIONS
from eperf.schema.webhook.types import Webhook, WebhookAttempt, WebhookDelivery, place_of
from eperf.services.webhook.update import update_at
from eperf.store.condition import Condition, Every, Is, Not
from eperf.store.scope import within_units

_NAMED = {"NAME": (("name", False), ("id", False))}
_LATEST = {"LATEST": (("cursor", True), ("id", True))}
_IN_ORDER = {"TIME": (("id", True),)}


def _webhooks(
    _: Context, unit: strawberry.ID | None = None, state: WebhookState | None = None
) -> Condition | None:
    parts: list[Condition] = [Not(Is("state", WebhookState.REMOVED.value))] if state is None else []
    if state is not None:
        parts.append(Is("state", state.value))
    if unit is not None:
        parts.append(within_units("unit_id", [number_of(unit, "Unit", "unit")]))
    return Every(tuple(parts))


def _deliveries(_: Context, state: DeliveryState | None = None) -> Condition | None:
    return None if state is None else Is("state", state.value)


async def performance_update(info: strawberry.Info, cursor: str) -> PerformanceUpdate | None:
    """The update at a place of the log; null when out of reach."""
    found = await update_at(info.context.call(), place_of(cursor, "cursor"))
    return None if found is None else PerformanceUpdate(row=found)


CONTRIBUTION = Contribution(
    types=(Webhook, WebhookDelivery, WebhookAttempt),
    query={
        "webhooks": many(
            Webhook, _NAMED, "NAME", "Webhooks in reach (webhook); removed ones only when asked for.", narrow=_webhooks
        ),
        "performance_update": strawberry.field(
            resolver=performance_update, description="The update at a place of the log; null when out of reach."
        ),
    },
    mutation=MUTATIONS,
    extends={
        "Webhook": {
            "deliveries": many(
                WebhookDelivery, _LATEST, "LATEST", "Updates for it, the latest first.", back="webhook_id",
                narrow=_deliveries,
            ),
        },
        "WebhookDelivery": {
            "attempts": many(
                WebhookAttempt, _IN_ORDER, "TIME", "Requests, the latest first.", back="delivery_id"
            ),
        },
    },
)  # fmt: skip
