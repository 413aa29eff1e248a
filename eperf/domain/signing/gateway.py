"""The words of the BSrE gateway: states of a user, errors of a signing, the one download.

Its interface is not public and differs from agency to agency; the tables hold what clients of both dialects
agree on. What is not in a table is treated as the worse case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from eperf.domain.errors import BadInput, DocumentGone, SigningDisabled

ISSUE = "ISSUE"
STATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        ISSUE: ("Sertifikat aktif.", "The certificate is active."),
        "EXPIRED": ("Sertifikat kedaluwarsa.", "The certificate has expired."),
        "RENEW": ("Sertifikat perlu diperbarui.", "The certificate has to be renewed."),
        "WAITING_FOR_VERIFICATION": ("Menunggu verifikasi.", "Waiting for verification."),
        "NEW": ("Pendaftaran belum selesai.", "The registration is not complete."),
        "NO_CERTIFICATE": ("Belum ada sertifikat.", "There is no certificate yet."),
        "NOT_REGISTERED": ("NIK belum terdaftar.", "The person is not registered."),
        "SUSPEND": ("Sertifikat ditangguhkan.", "The certificate is suspended."),
        "REVOKE": ("Sertifikat dicabut.", "The certificate was revoked."),
    }
)
"""State of a user -> the reason that is shown (Indonesian, English)."""

UNKNOWN_STATE = ("Status sertifikat tidak dikenal.", "The state of the certificate is not known.")

V1_STATES: Mapping[int, str] = MappingProxyType({1111: ISSUE, 1110: "NOT_REGISTERED"})
"""The status codes of the V1 dialect."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a person can sign now. The reason is shown before a passphrase is asked."""

    state: str
    signing_enabled: bool
    reason_id: str
    reason_en: str

    @property
    def ask_passphrase(self) -> bool:
        """A secret that could not be used is not asked for."""
        return self.signing_enabled

    def require(self) -> None:
        """Raises `SigningDisabled` unless the person can sign."""
        if not self.signing_enabled:
            raise SigningDisabled("signer", self.state)


def readiness(state: str | None) -> Readiness:
    """What a user's state allows: ISSUE alone enables; every other word, known or not, disables."""
    reason_id, reason_en = STATES.get(state or "", UNKNOWN_STATE)
    return Readiness(state or "", state == ISSUE, reason_id, reason_en)


def v1_state(status_code: int) -> str | None:
    """The state behind a V1 status code; None for a code that is not known, which enables nothing."""
    return V1_STATES.get(status_code)


@dataclass(frozen=True, slots=True)
class GatewayError:
    """A signing that was answered with an error. It holds no part of the request."""

    http_status: int
    code: int | None
    reason: Literal["wrong_passphrase", "user_not_registered", "refused", "outcome_unknown"]
    document_signed: bool | None
    """None: nobody knows; look it up before anything is sent again."""


_ERRORS: Mapping[tuple[int, int], Literal["wrong_passphrase", "user_not_registered"]] = MappingProxyType(
    {(400, 2031): "wrong_passphrase", (400, 2011): "user_not_registered"}
)
_CLIENT_ERRORS = range(400, 500)
_TIMED_OUT = 408


def gateway_error(http_status: int, code: int | None) -> GatewayError:
    """What an error means. Any other 4xx was refused before signing; of the rest the outcome is not known."""
    known = None if code is None else _ERRORS.get((http_status, code))
    if known is not None:
        return GatewayError(http_status, code, known, document_signed=False)
    if http_status in _CLIENT_ERRORS and http_status != _TIMED_OUT:
        return GatewayError(http_status, code, "refused", document_signed=False)
    return GatewayError(http_status, code, "outcome_unknown", document_signed=None)


@dataclass(frozen=True, slots=True)
class Download:
    """What V1 answers to a download, and which document is then the one to use."""

    http_status: int
    use: Literal["response", "kept_copy"]


_OK, _NOT_FOUND = 200, 404


def v1_download(attempt: int) -> Download:
    """The rule of V1: a signed document is given once. `attempt` counts from 1."""
    if isinstance(attempt, bool) or not isinstance(attempt, int) or attempt < 1:
        raise BadInput("attempt", attempt, "attempts are counted from 1")
    return Download(_OK, "response") if attempt == 1 else Download(_NOT_FOUND, "kept_copy")


def document_to_use(id_dokumen: str, http_status: int, response: bytes, kept: bytes | None) -> bytes:
    """The signed document: the answer when it came, else the copy kept from the first; raises `DocumentGone`."""
    if http_status == _OK and response:
        return response
    if kept is None:
        raise DocumentGone("id_dokumen", id_dokumen)
    return kept
