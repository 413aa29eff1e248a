"""Bearer tokens of our own: 256 random bits under a prefix that secret scanners can know, kept only as a hash.

A fast hash is enough: what cannot be guessed needs no slow one. Looking a digest up is constant in time for the token,
since nobody can choose the digest that the index compares.
"""

from __future__ import annotations

import hashlib
import re
import secrets

PREFIX = "eperf_"
_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A fresh token; to be shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def is_token(bearer: str) -> bool:
    """Whether a bearer has the shape of a token of ours."""
    return _SHAPE.fullmatch(bearer) is not None


def digest_of(bearer: str) -> str:
    """What is kept of a bearer: 64 hex digits."""
    return hashlib.sha256(bearer.encode("utf-8", "surrogatepass")).hexdigest()
