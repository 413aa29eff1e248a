"""What an installation says: where NATS is, who we are there, and how subjects are called."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from eperf.plugins import Secret
from eperf.plugins.service import Update

_TOKENS = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_SCHEMES = ("nats", "tls")


@dataclass(frozen=True)
class NatsSettings:
    """`servers`: `nats://HOST:PORT` or `tls://…`, several parted by commas. `source` says who speaks, as a URI; `kinds`
    are the updates to be sent, none: all.

    Passwords stand in settings of their own and never in an address, which would be in every log. `stream` is the
    stream that has to take what is sent; without one it is whichever listens to the subjects. Files are PEM.
    """

    servers: str
    source: str = "/eperf/log"
    kinds: tuple[str, ...] = ()
    subjects: str = "eperf"
    stream: str = ""
    user: str = ""
    password: Secret = ""
    token: Secret = ""
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    seconds: int = 5

    def __post_init__(self) -> None:
        if not self.addresses:
            raise ValueError("servers names none")
        for address in self.addresses:
            _require_address(address)
        if not self.source or not self.source.isprintable() or " " in self.source:
            raise ValueError("source is not a URI, such as https://kinerja.example.go.id")
        if not _TOKENS.fullmatch(self.subjects):
            raise ValueError("subjects is not words of letters and digits, parted by dots")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together")
        if self.user and self.token:
            raise ValueError("token and user are two ways; one is enough")
        if (self.user or self.token) and not self._is_secure:
            raise ValueError("servers would get password or token as they are: let them begin with tls://")
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("tls_certificate and tls_key go together")
        if not 1 <= self.seconds <= 20:
            raise ValueError("seconds is not within 1 to 20")

    def wanted(self, updates: Sequence[Update]) -> Sequence[Update]:
        """Of the updates those that are to be sent."""
        return [one for one in updates if one.kind in self.kinds] if self.kinds else updates

    @property
    def addresses(self) -> list[str]:
        """The servers, one by one."""
        return [one.strip() for one in self.servers.split(",") if one.strip()]

    @property
    def _is_secure(self) -> bool:
        """Whether TLS is asked for; then it is spoken with every server."""
        named = self.tls_ca or self.tls_certificate
        return bool(named) or any(one.startswith("tls:") for one in self.addresses)

    def tls(self) -> ssl.SSLContext | None:
        """How TLS is spoken; None where it is neither asked for nor has anything to be said of it."""
        if not self._is_secure:
            return None
        context = ssl.create_default_context(cafile=self.tls_ca or None)
        if self.tls_certificate:
            context.load_cert_chain(self.tls_certificate, self.tls_key)
        return context


def _require_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError("servers holds what is not nats://HOST:PORT or tls://HOST:PORT")
    if "@" in parts.netloc:
        raise ValueError("servers holds a password: put it into password or token")
