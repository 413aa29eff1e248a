"""Webhooks, their deliveries, and every attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import strawberry

from eperf.domain.access import Operation, Scope
from eperf.domain.errors import BadInput
from eperf.domain.webhook.state import DeliveryState, Fault, WebhookCause, WebhookState
from eperf.planner.mapping import batch_field, column, computed, mapped, relation
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.scalars import DateTime
from eperf.store.condition import Condition, Within
from eperf.store.scope import Columns, reach
from eperf.store.webhook import WebhookAttemptRow, WebhookDeliveryRow, WebhookRow

_DIGITS = 19
strawberry.enum(WebhookState, description="Whether updates flow to a webhook (keadaan).")
strawberry.enum(WebhookCause, description="Why eperf stopped a webhook (sebab).")
strawberry.enum(
    DeliveryState, name="WebhookDeliveryState", description="What became of an update for a webhook."
)
strawberry.enum(Fault, name="WebhookFault", description="Why an attempt failed (sebab kegagalan).")


def place_of(text: str, field: str) -> int:
    """A place in the log, as `PerformanceUpdate.cursor` writes it."""
    if not (text.isascii() and text.isdigit() and len(text) < _DIGITS and str(int(text)) == text):
        raise BadInput(field, text, "not a cursor")
    return int(text)


def of_webhooks(scope: Scope) -> Condition | None:
    """Rows that belong to webhooks of units within the scope, by their column `webhook_id`."""
    within = reach(scope, Columns(employee=None))
    return None if within is None else Within("webhook_id", WebhookRow, "id", within)


def _url(row: Mapping[str, Any], context: Context) -> str:
    """All of it for its owner; a path often holds a secret, so others see where it leads to and no more."""
    url = str(row["url"])
    if _is_owners(row, context):
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/…"


def _selection(row: Mapping[str, Any], context: Context) -> str | None:
    return row["selection"] if _is_owners(row, context) else None


def _is_owners(row: Mapping[str, Any], context: Context) -> bool:
    return bool(context.seen().account_id == row["account_id"])


async def _answers(rows: Sequence[Mapping[str, Any]], context: Context) -> list[str | None]:
    """What receivers said, for owners: it may repeat what was sent, or the path that it was sent to."""
    numbers = {row["webhook_id"] for row in rows}
    own = WebhookRow.filter(id__in=sorted(numbers), account_id=context.seen().account_id)
    mine = set(await own.values_list("id", flat=True))
    return [row["answer"] if row["webhook_id"] in mine else None for row in rows]


def _instant(ms: int | None) -> DateTime | None:
    return DateTime(datetime.fromtimestamp(ms / 1000, UTC)) if ms else None


def _units(row: Mapping[str, Any], _: Context) -> list[strawberry.ID]:
    return [strawberry.ID(global_id("Unit", unit)) for unit in row["units"]]


def _resting(row: Mapping[str, Any], context: Context) -> DateTime | None:
    until = _instant(row["rest_until"])
    return until if until is not None and until > context.now() else None


@mapped(WebhookRow, Operation.WEBHOOK_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(description="An address that is sent updates, with its owner's rights (webhook).")
class Webhook(Node):
    """An address that is sent updates."""

    name: str = column("name", "What it is called.")
    url: str = computed(
        ("url", "account_id"), _url, "Where updates go; without its path for all but its owner.", kind=str
    )
    state: WebhookState = column("state", "Whether updates flow.", render=WebhookState)
    cause: WebhookCause | None = column("cause", "Why it is DISABLED.", render=WebhookCause)
    unit: Unit | None = relation("unit_id", Unit, "The unit whose updates, with all below it, are sent.")
    units: list[strawberry.ID] = computed(
        ("units",),
        _units,
        "Only those of these units, with all below them; empty: all.",
        kind=list[strawberry.ID],
    )
    kinds: list[str] = computed(
        ("kinds",), lambda row, _: list(row["kinds"]), "Only these kinds; empty: all.", kind=list[str]
    )
    selection: str | None = computed(
        ("selection", "account_id"),
        _selection,
        "What is sent of an update, as a selection on `PerformanceUpdate`; null: ids and kind, or another's webhook.",
        kind=str | None,
    )
    roles: list[str] = computed(
        ("roles",), lambda row, _: list(row["roles"]), "The roles that it may use, at most.", kind=list[str]
    )
    cursor: str = computed(
        ("cursor",), lambda row, _: str(row["cursor"]), "How far it has looked in the log.", kind=str
    )
    failures: int = column("failures", "Attempts that failed since its receiver last took something.")
    failing_since: DateTime | None = computed(
        ("failing_since",), lambda row, _: _instant(row["failing_since"]), "Since when none succeeds; null: all well.",
        kind=DateTime | None,
    )  # fmt: skip
    resting_until: DateTime | None = computed(
        ("rest_until",), _resting, "Until when its receiver is left alone.", kind=DateTime | None
    )
    created_at: DateTime = column("created_at", "When it was made.")
    changed_at: DateTime = column("changed_at", "When it was last changed.")
    previous_secret_until: DateTime | None = column(
        "previous_until", "Until when the secret before the last rotation signs too."
    )


@mapped(WebhookDeliveryRow, Operation.WEBHOOK_READ, of_webhooks)
@strawberry.type(description="An update on its way to a webhook, or what became of it (pengiriman).")
class WebhookDelivery(Node):
    """An update on its way to a webhook."""

    cursor: str = computed(
        ("cursor",), lambda row, _: str(row["cursor"]), "The update's place in the log.", kind=str
    )
    kind: str = column("kind", "What happened.")
    state: DeliveryState = column("state", "What became of it.", render=DeliveryState)
    attempt_count: int = column("attempts", "Attempts since it was made, or was last asked for again.")
    due_at: DateTime | None = computed(
        ("due_at", "state"),
        lambda row, _: _instant(row["due_at"]) if row["state"] == DeliveryState.WAITING else None,
        "Before when it is not tried (again); null: as soon as can be, or it has ended.",
        kind=DateTime | None,
    )
    ended_at: DateTime | None = computed(
        ("ended_at",), lambda row, _: _instant(row["ended_at"]), "When it ended.", kind=DateTime | None
    )
    webhook: Webhook | None = relation("webhook_id", Webhook, "The webhook.")

    @strawberry.field(description="The thing that changed, as it is now.")
    async def subject(self, info: strawberry.Info) -> Node | None:
        """The thing that changed."""
        nodes: dict[str, type] = info.schema.nodes  # type: ignore[attr-defined]
        kind = nodes.get(self.row.subject_type)
        return None if kind is None else await info.context.rows.one(kind, self.row.subject_id)


@mapped(WebhookAttemptRow, Operation.WEBHOOK_READ, of_webhooks)
@strawberry.type(description="One request to a receiver and what came of it (percobaan).")
class WebhookAttempt(Node):
    """One request to a receiver."""

    at: DateTime = column("at", "When it was sent.")
    status: int | None = column("status", "The answer's status; null where none came.")
    latency_ms: int = column("latency_ms", "How long it took, in milliseconds.")
    fault: Fault | None = column("fault", "Why it failed; null when it was taken.", render=Fault)
    why: str = column("why", "More about that.")
    answer: str | None = batch_field(
        ("webhook_id", "answer"),
        _answers,
        "The first 500 characters of the answer; null for all but the webhook's owner.",
        kind=str | None,
    )
