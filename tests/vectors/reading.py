"""The keys of a `given`, read by the kind that the tables name: what is of another kind is refused by its key.

An absent key and a null one are alike: the neutral value where the caller has one, a refusal where it has none. So an
operation hands the product values of the types that it declares, and nothing odd becomes a figure by accident.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from eperf.domain.errors import BadInput

Given = Mapping[str, Any]

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_BOUND = 10**9


def read_whole(given: Given, key: str, default: int | None = None, least: int = 0, most: int = _BOUND) -> int:
    """A whole number within bounds."""
    found = read_whole_or_none(given, key, least, most)
    if found is not None:
        return found
    if default is None:
        raise BadInput(key, None, "it is needed")
    return default


def read_whole_or_none(given: Given, key: str, least: int = 0, most: int = _BOUND) -> int | None:
    """A whole number within bounds, where nothing means that it is not known."""
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadInput(key, value, f"a whole number from {least} to {most}")
    return value


def read_amount(given: Given, key: str) -> Decimal:
    """A decimal as the tables write it, in text or as a whole number; nothing is 0."""
    value = given.get(key)
    if value is None:
        return Decimal(0)
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(written, str) or not _NUMBER.fullmatch(written):
        raise BadInput(key, value, "a decimal")
    return Decimal(written)


def read_flag(given: Given, key: str) -> bool:
    """Yes or no; nothing is no."""
    value = given.get(key)
    if value is not None and not isinstance(value, bool):
        raise BadInput(key, value, "true or false")
    return bool(value)


def read_text(given: Given, key: str, default: str | None = None) -> str:
    """A text that can be written as UTF-8."""
    value = given.get(key)
    value = default if value is None else value
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadInput(key, value, "a text")
    return value


def read_clock(given: Given, key: str) -> time:
    """A time of day."""
    found = read_clock_or_none(given, key)
    if found is None:
        raise BadInput(key, None, "it is needed")
    return found


def read_clock_or_none(given: Given, key: str) -> time | None:
    """A time of day, where nothing means that it is not known."""
    value = given.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise BadInput(key, value, "a time HH:MM or HH:MM:SS")
    return time.fromisoformat(value)


def read_day(value: object, key: str) -> date:
    """A date."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadInput(key, value, "a date YYYY-MM-DD")


def read_days(given: Given, key: str) -> list[date]:
    """Dates in their order."""
    return [read_day(value, f"{key}[{place}]") for place, value in enumerate(read_list(given, key))]


def read_octets(given: Given, key: str) -> bytes:
    """Bytes as hexadecimal digits; blanks mean nothing."""
    digits = read_text(given, key)
    try:
        return bytes.fromhex(digits.replace(" ", ""))
    except ValueError:
        raise BadInput(key, digits, "hexadecimal digits") from None


def read_list(given: Given, key: str) -> Sequence[Any]:
    """A list; nothing is an empty one."""
    value = given.get(key)
    if value is not None and not isinstance(value, list):
        raise BadInput(key, value, "a list")
    return value or []


def read_rows(given: Given, key: str) -> list[Given]:
    """A list of objects."""
    return [read_mapping({key: value}, key) for value in read_list(given, key)]


def read_mapping(given: Given, key: str) -> Given:
    """An object."""
    value = given.get(key)
    if not isinstance(value, Mapping):
        raise BadInput(key, value, "an object")
    return value
