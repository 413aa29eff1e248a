"""How the Hub API signs a webhook, and when one is believed.

The signature is HMAC-SHA256 over the raw body with the API token as key. It covers the body only: the time in
the header is unsigned, so a replay with a fresh time passes, and the age says little. What makes a replay
harmless is that a record is known by its content.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eperf.plugins.sources import in_force

SIGNATURE_HEADER = "x-hub-api-signature-256"
TIMESTAMP_HEADER = "x-hub-api-timestamp"

_PREFIX = "sha256="
_UNIX = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class AgeWindow:
    """How old a webhook may be, in seconds, by a rule that holds from a day until before another."""

    seconds: int
    valid_from: date
    valid_to: date | None
    legal_basis: str


AGE_WINDOWS = (
    AgeWindow(300, date(1970, 1, 1), None, "Fingerspot Hub API, verification of webhooks (vendor's manual)"),
)
"""The windows so far; no two hold on one day."""


class Believed(StrEnum):
    """What is made of a webhook."""

    OK = "ok"
    DUPLICATE = "duplicate"
    TOO_OLD = "too_old"
    BAD_SIGNATURE = "bad_signature"

    @property
    def accepted(self) -> bool:
        """Whether the sender is told that it arrived; a duplicate is acknowledged, or it would come again."""
        return self in (Believed.OK, Believed.DUPLICATE)

    @property
    def new_record(self) -> bool:
        """Whether a record comes of it."""
        return self is Believed.OK


def signature_of(token: str, body: bytes) -> str:
    """The value of the signature header for a raw body."""
    return _PREFIX + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


def window_on(day: date) -> AgeWindow:
    """The window that holds on a day."""
    return in_force(AGE_WINDOWS, day, SIGNATURE_HEADER, "age window")


def timestamp_of(header: str | None) -> int | None:
    """The Unix seconds of the timestamp header; None when it says none."""
    return int(header) if header is not None and _UNIX.fullmatch(header) else None


def judged(
    token: str,
    body: bytes,
    signature: str | None,
    timestamp: int | None,
    now: int,
    window: AgeWindow,
    already_received: bool = False,
) -> Believed:
    """The age first, then the signature (in constant time), then whether the content is known.

    Times are Unix seconds. A webhook without a readable time cannot be shown to be fresh: it is too old.
    """
    if timestamp is None or now - timestamp > window.seconds:
        return Believed.TOO_OLD
    # As bytes: the comparison of texts fails on a header that is not ASCII.
    told = (signature or "").encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(told, signature_of(token, body).encode()):
        return Believed.BAD_SIGNATURE
    return Believed.DUPLICATE if already_received else Believed.OK
