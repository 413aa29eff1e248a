"""What a check of a signature is worth on a screen: by our own check, and by the gateway's reply.

`intact` alone is not enough: after an update appended to a signed document the signed range is still whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from eperf.domain.errors import BadInput

ENTIRE_FILE = "ENTIRE_FILE"
"""The coverage of a signature after which nothing was appended."""


@dataclass(frozen=True, slots=True)
class LocalCheck:
    """What the validating library found in a document (the words are the library's)."""

    bottom_line: bool | None
    intact: bool | None
    coverage: str | None
    modification: str | None
    """Shown with the verdict; what it names already decides coverage and bottom line."""
    root_is_configured: bool | None
    """Whether the chain ends at the trust root that the installation configured."""

    @property
    def failed(self) -> tuple[str, ...]:
        """The conditions that are not shown to hold, by name; None and unknown words count as not."""
        conditions = {
            "bottom_line": self.bottom_line is True,
            "intact": self.intact is True,
            "coverage": self.coverage == ENTIRE_FILE,
            "root_is_configured": self.root_is_configured is True,
        }
        return tuple(name for name, holds in conditions.items() if not holds)

    @property
    def show_valid(self) -> bool:
        """Green only when all four conditions hold."""
        return not self.failed


Verdict = Literal["not_signed", "changed", "signed_intact"]


def verify_reply(reply: Mapping[str, Any]) -> Verdict:
    """The verdict of the gateway's check (V1 JSON).

    No signature: not signed. Any signature whose document is not whole: changed. Else signed and whole; a reply
    that does not say so of every signature it counts is refused.
    """
    count = reply.get("jumlah_signature")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise BadInput("jumlah_signature", count, "not a number of signatures")
    if count == 0:
        return "not_signed"
    details = reply.get("details")
    whole = [_integrity(detail) for detail in details] if isinstance(details, list) else []
    if any(one is False for one in whole):
        return "changed"
    if len(whole) < count or None in whole:
        raise BadInput("details", len(whole), "the reply does not tell the integrity of every signature")
    return "signed_intact"


def _integrity(detail: object) -> bool | None:
    """V1 puts it into `signature_document`; shortened replies have it beside."""
    if not isinstance(detail, Mapping):
        return None
    document = detail.get("signature_document")
    holder = document if isinstance(document, Mapping) else detail
    value = holder.get("document_integrity")
    return value if isinstance(value, bool) else None


Label = Literal["certified", "not_certified"]


def certified_label(issuer_is_indonesian_psre: bool | None) -> Label:
    """PP 71/2019 art. 60(2): certified when an Indonesian provider (PSrE) issued the certificate, else not.

    A self-made certificate is not certified, and the page says so.
    """
    return "certified" if issuer_is_indonesian_psre is True else "not_certified"
