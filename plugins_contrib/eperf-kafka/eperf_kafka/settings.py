"""What an installation says: where the brokers are, who we are there, and into which topic updates go."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from eperf.plugins import Secret
from eperf.plugins.service import Update

_TOPIC = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}")
_SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([1-9][0-9]{0,4})")


class Mechanism(StrEnum):
    """How a user and a password are shown to a broker (SASL)."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


@dataclass(frozen=True)
class KafkaSettings:
    """`servers`: `HOST:PORT`, several parted by commas, of which one has to answer. `source` says who speaks, as a
    URI; `kinds` are the updates to be sent, none: all.

    With `tls` the brokers' certificates are checked, against `tls_ca` where that is given; files are PEM. A password
    without TLS is refused with `PLAIN`, which sends it as it is.
    """

    servers: str
    source: str = "/eperf/log"
    kinds: tuple[str, ...] = ()
    topic: str = "eperf.updates"
    user: str = ""
    password: Secret = ""
    mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    tls: bool = False
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    seconds: int = 10

    def __post_init__(self) -> None:
        if not self.addresses:
            raise ValueError("servers names none")
        if not all(_SERVER.fullmatch(one) for one in self.addresses):
            raise ValueError("servers holds what is not HOST:PORT")
        if not self.source or not self.source.isprintable() or " " in self.source:
            raise ValueError("source is not a URI, such as https://kinerja.example.go.id")
        if not _TOPIC.fullmatch(self.topic):
            raise ValueError("topic is not 1 to 249 letters, digits, dots, underscores and hyphens")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together")
        if self.user and self.mechanism is Mechanism.PLAIN and not self.tls:
            raise ValueError("mechanism PLAIN sends the password as it is: set tls too")
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("tls_certificate and tls_key go together")
        if (self.tls_ca or self.tls_certificate) and not self.tls:
            raise ValueError("tls is off, but a certificate is named")
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
    def protocol(self) -> str:
        """Kafka's name for how one speaks with a broker."""
        return f"{'SASL_' if self.user else ''}{'SSL' if self.tls else 'PLAINTEXT'}"

    def context(self) -> ssl.SSLContext | None:
        """How TLS is spoken; None where it is not."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=self.tls_ca or None)
        if self.tls_certificate:
            context.load_cert_chain(self.tls_certificate, self.tls_key)
        return context
