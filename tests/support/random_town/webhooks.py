"""Webhooks of units, what was sent to them, and what came of it."""

from __future__ import annotations

from tests.support.random_town import marker
from tests.support.random_town.making import Making
from tests.support.random_town.rows import Row

_MINUTES = 60 * 24 * 80


def webhooks(make: Making) -> None:
    """Webhooks of anybody, with deliveries and attempts."""
    for _ in range(8):
        unit = make.some("unit")["id"]
        hook = make.row("webhook", lambda n, unit=unit: a_webhook(make, n, unit))["id"]
        for _ in range(make.rng.randint(0, 4)):
            sent = make.row("webhook_delivery", lambda n, hook=hook: a_delivery(make, n, hook))["id"]
            for _ in range(make.rng.randint(0, 3)):
                make.row("webhook_attempt", lambda n, sent=sent: an_attempt(make, n, sent))


def a_webhook(make: Making, n: int, unit: int) -> Row:
    """A webhook of a unit."""
    rng = make.rng
    state = rng.choice(("pending", "active", "paused", "disabled", "removed"))
    return {
        "account_id": make.some("account")["id"],
        "unit_id": unit,
        "name": marker.text(n, "SIMPEG"),
        "url": f"https://receiver.example/{marker.text(n)}",
        "host": "receiver.example",
        "roles": ["integrator"],
        "kinds": rng.choice(([], ["score.changed"])),
        "units": rng.choice(([], [unit])),
        "selection": make.maybe(marker.text(n, "{ kind }")),
        "state": state,
        "cause": rng.choice(("gone", "owner")) if state == "disabled" else None,
        "secret": marker.text(n, "whsec"),
        "previous_secret": make.maybe(marker.text(n, "whsec")),
        "previous_until": make.maybe(marker.instant(n, rng.randrange(_MINUTES))),
        "cursor": marker.integer(n),
        "failures": marker.integer(n),
        "failing_since": None,
        "rest_until": 0,
        "tested_at": 0,
        "created_at": marker.instant(n, rng.randrange(_MINUTES)),
        "changed_at": marker.instant(n, rng.randrange(_MINUTES)),
    }


def a_delivery(make: Making, n: int, hook: int) -> Row:
    """An update for a webhook."""
    state = make.rng.choice(("waiting", "delivered", "dead", "withheld"))
    return {
        "webhook_id": hook,
        "cursor": marker.integer(n),
        "kind": marker.text(n, "kind"),
        "subject_type": make.rng.choice(("Unit", "Activity", "Score", "Gone")),
        "subject_id": make.some("activity")["id"],
        "state": state,
        "attempts": marker.integer(n),
        "due_at": make.rng.choice((0, 1_764_000_000_000)),
        "claim": None,
        "claimed_until": None,
        "created_at": 0,
        "ended_at": None if state == "waiting" else 1_764_000_000_000,
    }


def an_attempt(make: Making, n: int, sent: int) -> Row:
    """A request and what came of it."""
    fault = make.rng.choice((None, "status", "timeout"))
    return {
        "delivery_id": sent,
        "webhook_id": make.tables["webhook_delivery"][sent]["webhook_id"],
        "at": marker.instant(n, make.rng.randrange(_MINUTES)),
        "status": None if fault == "timeout" else marker.integer(n),
        "latency_ms": marker.integer(n),
        "fault": fault,
        "why": marker.text(n),
        "answer": marker.text(n, "answer"),
    }
