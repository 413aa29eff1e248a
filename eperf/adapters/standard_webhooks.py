"""The form of what receivers get: Standard Webhooks around a CloudEvents 1.0 body, by their own libraries."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks.webhooks import Webhook

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh secret in the form that every library of Standard Webhooks reads; to be shown once."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def enveloped(attributes: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    """An event in CloudEvents' JSON: the header that says so, and the body."""
    given = {"specversion": "1.0", "datacontenttype": "application/json", **attributes}
    message = to_structured_event(CloudEvent(given, dict(data)))
    return {name.lower(): str(value) for name, value in message.headers.items()}, bytes(message.body)


def signed(message_id: str, at: datetime, keys: Sequence[str], body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks, with a signature by each secret: those of a rotation overlap."""
    text, moment = body.decode(), at.astimezone(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(message_id, moment, text) for key in keys),
    }
