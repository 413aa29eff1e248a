"""In which states a webhook, one delivery and one attempt can be, and what an answer means."""

from __future__ import annotations

from enum import StrEnum


class WebhookState(StrEnum):
    """Whether updates flow to a webhook."""

    PENDING = "pending"
    """Its receiver has not yet shown that it wants them: nothing is sent; what happens meanwhile is sent afterwards."""
    ACTIVE = "active"
    PAUSED = "paused"
    """Somebody stopped it; what happens meanwhile is sent when it goes on, for a while: the log is kept for it."""
    DISABLED = "disabled"
    """eperf stopped it, for a `WebhookCause`."""
    REMOVED = "removed"
    """It was taken away for good; its log of deliveries stays for a while."""


class WebhookCause(StrEnum):
    """Why eperf stopped a webhook."""

    GONE = "gone"
    """The receiver answered 410: it wants nothing any more."""
    FAILING = "failing"
    """Nothing was taken for five days."""
    OWNER = "owner"
    """Its owner's account is closed, or has no role any more under which one may have webhooks."""
    TOO_OLD = "too-old"
    """The log no longer holds what it had to be sent next, or need not any more: it was paused for too long."""


class DeliveryState(StrEnum):
    """What became of one update on its way to one webhook."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Set aside after the last attempt; it can be redelivered."""
    WITHHELD = "withheld"
    """Not sent: its owner may not see the update (any more), or the log no longer holds it."""


class Fault(StrEnum):
    """Why an attempt failed."""

    NAME = "name"
    """The host's name is not known."""
    ADDRESS = "address"
    """The name leads to an address that may not be met."""
    CONNECT = "connect"
    """No connection: refused, unreachable, or not within its time."""
    TLS = "tls"
    """The certificate is not one that we trust for this name, or there is no TLS."""
    TIMEOUT = "timeout"
    """The answer's head did not come within the time for a call."""
    BROKEN = "broken"
    """The connection was cut, or what came was no HTTP."""
    REDIRECT = "redirect"
    """A 3xx: redirects are not followed."""
    STATUS = "status"
    """Any other status outside 2xx."""
    BUSY = "busy"
    """429, or 503 that says when to come again."""
    SELECTION = "selection"
    """The webhook's own selection could not be answered."""


TAKEN = range(200, 300)
_BUSY = frozenset({429, 503})
_GONE = 410


def fault_of(status: int, retry_after: float | None) -> Fault | None:
    """Why an answer is no acceptance; None when it is one."""
    if status in TAKEN:
        return None
    if 300 <= status < 400:
        return Fault.REDIRECT
    if status == 429 or (status in _BUSY and retry_after is not None):
        return Fault.BUSY
    return Fault.STATUS


def ends_all(status: int | None) -> bool:
    """Whether a status says that the receiver wants nothing any more."""
    return status == _GONE
