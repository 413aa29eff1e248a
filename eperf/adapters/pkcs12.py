"""The key of a local signer in a PKCS#12 container.

A wrong passphrase is an expected answer, not an accident: `load` then gives None, and whoever calls records no
signature. A container that is damaged cannot be told from a wrong passphrase, so it gives None as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from eperf.domain.signing.passphrase import Passphrase

SELF_MADE_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True, repr=False)
class LocalSigner:
    """A private key with its certificate; never printed."""

    key: PrivateKeyTypes
    certificate: x509.Certificate

    @property
    def name(self) -> str:
        """The common name of the certificate's holder; empty when it has none."""
        names = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else ""


def load(container: bytes, passphrase: Passphrase) -> LocalSigner | None:
    """The signer in a container; None when the passphrase does not open it or it holds no key and certificate."""
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(container, passphrase.reveal())
    except ValueError:
        return None
    if key is None or certificate is None:
        return None
    return LocalSigner(key, certificate)


def self_made(name: str, passphrase: Passphrase, now: datetime) -> bytes:
    """A container with a fresh key and a certificate signed by itself, valid for a year.

    For demonstrations and tests: what it signs is never certified.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    holder = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(holder)
        .issuer_name(holder)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + SELF_MADE_FOR)
        .sign(key, hashes.SHA256())
    )
    locked = BestAvailableEncryption(passphrase.reveal())
    return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, locked)
