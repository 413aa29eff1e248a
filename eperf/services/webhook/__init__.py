"""Webhooks: what their owners do with them, and how updates get to receivers."""

from eperf.services.webhook.manage import (
    Changes,
    Issued,
    NewWebhook,
    change,
    create,
    pause,
    remove,
    resume,
    rotate,
)
from eperf.services.webhook.outlet import Outlet, SelectionFailed
from eperf.services.webhook.probe import Probe, test, verify
from eperf.services.webhook.redeliver import Again, redeliver

__all__ = [
    "Again", "Changes", "Issued", "NewWebhook", "Outlet", "Probe", "SelectionFailed", "change", "create", "pause",
    "redeliver", "remove", "resume", "rotate", "test", "verify",
]  # fmt: skip
