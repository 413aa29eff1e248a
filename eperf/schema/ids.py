"""Global ids as they are read: only the form that is written is one (`eperf.domain.ids`)."""

from __future__ import annotations

import binascii
import re

from eperf.domain.errors import BadInput, NotFound
from eperf.domain.ids import global_id, written

__all__ = ["global_id", "number_of", "parsed"]

_INSIDE = re.compile(r"([A-Z][A-Za-z]{1,60}):([1-9][0-9]{0,18})")


def parsed(text: str, field: str = "id") -> tuple[str, int]:
    """The type's name and the number; refuses all but the form that `global_id` writes."""
    try:
        if len(text) > 128:
            raise ValueError
        inside = binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
        found = _INSIDE.fullmatch(inside.decode("ascii"))
        # The last digit may carry bits that say nothing; what was read must be what we write.
        if found is None or written(inside) != text:
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
