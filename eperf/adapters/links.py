"""Signed links: whoever holds one may read one file until a minute is reached, without a credential.

The key is the installation's own, made at its first start and readable by its user alone.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from eperf.domain.errors import BadInput

_NAME = "server.secret"
_BYTES = 32


class Links:
    """Signs links to files and checks them. `lasting` is how long a link holds, and the most that is accepted."""

    def __init__(self, secret: bytes, lasting: timedelta = timedelta(minutes=5)) -> None:
        # A key of its own for each use: the same secret may sign other things in other words.
        self._key = hmac.digest(secret, b"eperf file links", "sha256")
        self._lasting = lasting

    def sign(self, file_id: int, now: datetime) -> tuple[int, str]:
        """When the link ends (seconds since 1970) and its signature (43 characters)."""
        expires = int((now + self._lasting).timestamp())
        return expires, self._signature(file_id, expires)

    def holds(self, file_id: int, expires: str, signature: str, now: datetime) -> bool:
        """Whether a link was signed by this installation for this file and has not ended."""
        if not (expires.isascii() and expires.isdigit() and len(expires) < 12 and signature.isascii()):
            return False
        until = int(expires)
        genuine = hmac.compare_digest(self._signature(file_id, until), signature) and str(until) == expires
        return genuine and now.timestamp() < until <= (now + self._lasting).timestamp() + 1

    def _signature(self, file_id: int, expires: int) -> str:
        digest = hmac.digest(self._key, f"{file_id}\n{expires}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def server_secret(folder: Path) -> bytes:
    """The installation's secret in its data folder; made when there is none, the same for all who ask at once."""
    place = folder / _NAME
    if not place.exists():
        _make(place)
    secret = place.read_bytes()
    if len(secret) != _BYTES:
        raise BadInput("data_dir", str(place), f"the secret has {len(secret)} bytes instead of {_BYTES}")
    if place.stat().st_mode & 0o077:
        raise BadInput("data_dir", str(place), "the secret is readable by others, expected mode 0600")
    return secret


def _make(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(dir=place.parent, prefix=f".{_NAME}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a name exists: of several processes that start together one wins.
        with contextlib.suppress(FileExistsError):
            os.link(written, place)
    finally:
        Path(written).unlink()
