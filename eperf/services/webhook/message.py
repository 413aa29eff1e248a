"""The request that a receiver gets: signed, and the same for one update however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eperf import __version__
from eperf.adapters.standard_webhooks import enveloped, signed
from eperf.domain.webhook.endpoint import Endpoint, endpoint_of
from eperf.plugins.sinks import SOURCE, event_id, sequence
from eperf.services.webhook.outlet import Outlet
from eperf.store.event import EventRow
from eperf.store.webhook import WebhookRow


@dataclass(frozen=True)
class Message:
    """A request that is ready to be sent."""

    to: Endpoint
    headers: dict[str, str]
    body: bytes


def attributes_of(event: EventRow, previous: int | None, outlet: Outlet) -> dict[str, Any]:
    """An update's attributes as a CloudEvent; `previous` is the place of the subject's last update before it."""
    cursor = int(event.cursor or 0)
    found: dict[str, Any] = {
        "id": event_id(cursor, event.occurred_at),
        "source": SOURCE,
        "type": event.kind,
        "subject": f"{event.subject_type}/{outlet.named(event.subject_type, event.subject_id)}",
        "time": event.occurred_at,
        "cursor": str(cursor),
        "sequence": sequence(cursor),
    }
    return found if previous is None else {**found, "previoussequence": sequence(previous)}


def facts_of(event: EventRow, outlet: Outlet) -> dict[str, Any]:
    """What is sent without a selection: of whom and where, by ids; what it is now is asked from the API."""
    return {
        "cursor": str(event.cursor),
        "kind": event.kind,
        "occurredAt": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "subject": {
            "__typename": event.subject_type,
            "id": outlet.named(event.subject_type, event.subject_id),
        },
        "unit": None if event.unit_id is None else {"id": outlet.named("Unit", event.unit_id)},
        "employee": None
        if event.employee_id is None
        else {"id": outlet.named("Employee", event.employee_id)},
    }


def message(
    webhook: WebhookRow, attributes: Mapping[str, Any], data: Mapping[str, Any], now: datetime
) -> Message:
    """A signed request to a webhook's address."""
    content, body = enveloped(attributes, data)
    headers = {
        "content-type": content["content-type"],
        "user-agent": f"eperf/{__version__}",
        **signed(str(attributes["id"]), now, keys_of(webhook, now), body),
    }
    return Message(endpoint_of(webhook.url), headers, body)


def keys_of(webhook: WebhookRow, now: datetime) -> list[str]:
    """The secrets to sign with: the one of now, and while a rotation overlaps the one before."""
    before, until = webhook.previous_secret, webhook.previous_until
    return [webhook.secret, *([before] if before and until is not None and until > now else [])]
