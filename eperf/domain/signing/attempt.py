"""A try to sign a document: what may follow it, and when a signature may be recorded.

Signing is not idempotent: two sendings are two signatures. A try is known by its request id and the document's
hash; where its outcome is unknown, the gateway is asked before anything is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from eperf.domain.errors import BadInput
from eperf.domain.signing.gateway import GatewayError
from eperf.domain.signing.verdict import Label

Action = Literal["send", "look_up_first", "keep"]


class Outcome(StrEnum):
    """How a try ended."""

    SIGNED = "signed"
    NOT_SIGNED = "not_signed"
    UNKNOWN = "unknown"
    """Sent, and no answer, or one that says nothing."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that was sent."""

    request_id: str
    document_sha256: str
    outcome: Outcome


def outcome_of(error: GatewayError) -> Outcome:
    """How a try ended that was answered with an error."""
    return Outcome.UNKNOWN if error.document_signed is None else Outcome.NOT_SIGNED


def next_action(document_sha256: str, previous: Attempt | None) -> Action:
    """What to do with a document after an earlier try: a try with another document says nothing about it."""
    if previous is None or previous.document_sha256 != document_sha256:
        return "send"
    if previous.outcome is Outcome.UNKNOWN:
        return "look_up_first"
    return "keep" if previous.outcome is Outcome.SIGNED else "send"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it is recorded."""

    document_sha256: str
    signer_name: str
    signed_at: datetime
    label: Label


def signature_row(
    document_sha256: str, signer_name: str | None, signed_at: datetime, label: Label
) -> Signature | None:
    """What is recorded of a signing; None without a signer (a wrong passphrase): then nothing was signed."""
    if signer_name is None:
        return None
    if signed_at.tzinfo is None:
        raise BadInput("signed_at", signed_at.isoformat(), "an instant needs a zone")
    return Signature(document_sha256, signer_name, signed_at, label)
