"""The page behind the QR code of a decree: what anybody who has the paper may see.

The list of what is shown is closed: a field that is not on it is not shown, so a new field of a document never
appears by itself. A whole decree would show the salary and the birth date to everybody who photographs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOWN = (
    "document_kind",
    "document_number",
    "document_date",
    "signer_name",
    "signer_title",
    "signing_time",
    "certificate_issuer",
    "sha256",
    "status",
)
"""In the order of the page. Below stands a place to drop a file, whose hash is computed in the browser."""

NEVER_SHOWN = frozenset({"nik", "nip", "salary", "birth_date"})
"""Named so that no list of another day may take them up."""

STATUSES = ("valid", "revoked", "replaced_by")

LEAST_TOKEN_BITS = 128
"""Randomness of the address of a page."""


def is_shown(field: str) -> bool:
    """Whether the page may show a field."""
    return field in SHOWN and field not in NEVER_SHOWN


def page(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a document that the page shows, in its order."""
    return {field: document[field] for field in SHOWN if field in document and is_shown(field)}


def token_acceptable(*, random: bool, bits: int) -> bool:
    """Whether an address can be guessed by nobody: random, at least 128 bits; a running number never."""
    return random is True and bits >= LEAST_TOKEN_BITS
