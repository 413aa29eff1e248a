"""Global ids as they are written: opaque, and each thing has exactly one. How they are read is the schema's business.

They are base64 of a name, a colon and a number, without padding. Of these characters none makes a `+` or a `/`, so an
id is at home in any address, and in the subjects and keys of brokers.
"""

from __future__ import annotations

import binascii


def global_id(kind: str, number: int) -> str:
    """The id of a thing, by the name of its type and its number."""
    return written(f"{kind}:{number}".encode())


def written(inside: bytes) -> str:
    """An id of what it holds."""
    return binascii.b2a_base64(inside, newline=False).decode().rstrip("=")
