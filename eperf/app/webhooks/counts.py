"""What is counted of webhooks for `/metrics`. Labels are our own words: no receiver has a series of its own."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from eperf.domain.webhook.state import Fault
from eperf.services.webhook.sending import Sent

_ATTEMPTS = Counter(
    "eperf_webhook_attempts", "Requests to receivers of webhooks, by what came of them.", ["outcome"]
)
_SECONDS = Histogram(
    "eperf_webhook_seconds",
    "How long receivers took to answer.",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
_FLYING = Gauge("eperf_webhook_flying", "Requests to receivers that are under way.")
_DEAD = Counter("eperf_webhook_set_aside", "Updates that were set aside after their last attempt.")
_WORDS = ("taken", "withheld", "ownerless", *(fault.value for fault in Fault))
_OUTCOMES = {word: _ATTEMPTS.labels(word) for word in _WORDS}


def sent(one: Sent) -> None:
    """One claimed delivery came to something."""
    outcome = one.outcome
    if outcome is None:
        _OUTCOMES["ownerless" if one.ownerless else "withheld"].inc()
        return
    _OUTCOMES[outcome.fault.value if outcome.fault else "taken"].inc()
    _SECONDS.observe(outcome.seconds)


def set_aside() -> None:
    """An update was given up."""
    _DEAD.inc()


def flying(count: int) -> None:
    """So many requests are under way now."""
    _FLYING.set(count)
