"""What happened to webhooks, as values."""

from __future__ import annotations

from dataclasses import dataclass

from eperf.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class WebhookChanged(Event):
    """A webhook was created, changed, verified, paused, resumed, disabled or removed: `what` says which."""

    kind = "webhook.changed"
    subject_type = "Webhook"
    what: str


KINDS: tuple[type[Event], ...] = (WebhookChanged,)
