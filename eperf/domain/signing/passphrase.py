"""The passphrase of a signer: in memory, during one request, and in no text.

It cannot be printed, formatted, compared, copied or stored by accident; leaving the `with` block overwrites the
bytes held here. What a library copied meanwhile is out of reach, so it is revealed only where it is handed over.
`redacted` is for the bodies of requests: whoever logs one, logs what this gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, SupportsIndex

from eperf.domain.errors import PassphraseGone

MASK = "***"
SECRETS = frozenset({"passphrase", "password", "pdfpassword", "totp", "otp", "authorization"})
"""Names of values that no log may hold, in lower case."""


class Passphrase:
    """Use it as `with Passphrase(text) as passphrase: … passphrase.reveal() …`."""

    __slots__ = ("_gone", "_letters")

    def __init__(self, text: str) -> None:
        self._letters = bytearray(text.encode("utf-8", "surrogatepass"))
        self._gone = False

    def __enter__(self) -> Passphrase:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def reveal(self) -> bytes:
        """The bytes, for the signer; raises `PassphraseGone` after the request."""
        if self._gone:
            raise PassphraseGone("passphrase")
        return bytes(self._letters)

    def wipe(self) -> None:
        """Overwrites with zeros; the passphrase is gone."""
        self._letters[:] = bytes(len(self._letters))
        self._gone = True

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _: str) -> str:
        return MASK

    def __reduce_ex__(self, _: SupportsIndex) -> NoReturn:
        raise TypeError("a passphrase is neither copied nor stored")


def redacted(body: Any) -> Any:
    """A request's body as it may be logged: secrets masked at any depth, files as their size."""
    if isinstance(body, Mapping):
        return {name: MASK if _secret(name) else redacted(value) for name, value in body.items()}
    if isinstance(body, (list, tuple)):
        return [redacted(value) for value in body]
    if isinstance(body, (bytes, bytearray)):
        return f"<{len(body)} bytes>"
    return repr(body) if isinstance(body, Passphrase) else body


def _secret(name: object) -> bool:
    return str(name).replace("_", "").replace("-", "").lower() in SECRETS
