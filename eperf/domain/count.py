"""Counts: of people, days, entries, minutes. Never half of one, never less than none.

Python compares and multiplies `True`, 1.5 and "not a number" like any count, so a rule that only asks for the sign
would compute half a person, or nobody at all, without a word.
"""

from __future__ import annotations

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range


def whole_count(field: str, value: int, most: int | None = None) -> int:
    """The count itself; refuses what is no whole number from 0 to `most` (None: to what any rule has)."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(field, value, "not a whole number")
    in_range(field, value, 0, most)
    return value
