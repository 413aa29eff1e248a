"""Global ids: opaque, and each thing has exactly one.

They are base64 of a name, a colon and a number, without padding. Of these characters none makes a `+` or a `/`, so an
id is at home in any address.
"""

from __future__ import annotations

import binascii
import re

from eperf.domain.errors import BadInput, NotFound

_INSIDE = re.compile(r"([A-Z][A-Za-z]{1,60}):([1-9][0-9]{0,18})")


def global_id(kind: str, number: int) -> str:
    """The id of a thing, by the name of its type and its number."""
    return _written(f"{kind}:{number}".encode())


def _written(inside: bytes) -> str:
    return binascii.b2a_base64(inside, newline=False).decode().rstrip("=")


def parsed(text: str, field: str = "id") -> tuple[str, int]:
    """The type's name and the number; refuses all but the form that `global_id` writes."""
    try:
        if len(text) > 128:
            raise ValueError
        inside = binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
        found = _INSIDE.fullmatch(inside.decode("ascii"))
        # The last digit may carry bits that say nothing; what was read must be what we write.
        if found is None or _written(inside) != text:
            raise ValueError
    except (ValueError, binascii.Error) as wrong:
        raise BadInput(field, text, "not an id of this service") from wrong
    number = int(found[2])
    if number >= 2**63:
        raise NotFound(field, text)
    return found[1], number


def number_of(text: str, kind: str, field: str) -> int:
    """The number of a thing of one type; refuses an id of another type by name."""
    found, number = parsed(text, field)
    if found != kind:
        raise BadInput(field, text, f"an id of {found}, not of {kind}")
    return number
