"""Numbers and answers from outside, refused by name when they cannot be.

Rules compute with decimals of 28 digits and with fractions. A number of a thousand digits would lose its end in the
first without a word and fill the memory in the second, so a size that no rule has is refused before anybody computes.
"""

from __future__ import annotations

import re
from decimal import Decimal

from eperf.domain.errors import BadInput

MOST = 10**15
"""No rupiah, minute or per cent of any rule is larger."""
MOST_PLACES = 60
"""More decimals than any quotient of 28 digits has that is still worth anything."""
_SHAPE = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\Z")


def in_range(field: str, value: Decimal | int, least: int = 0, most: int | None = None) -> None:
    """Raises `BadInput` unless the value is a number from `least` to `most` (None: no bound but `MOST`)."""
    sized(field, value)
    if value < least:
        raise BadInput(field, value, f"below {least}")
    if most is not None and value > most:
        raise BadInput(field, value, f"above {most}")


def positive(field: str, value: Decimal | int) -> None:
    """Raises `BadInput` unless the value is a number above zero: it is divided by."""
    sized(field, value)
    if value <= 0:
        raise BadInput(field, value, "not above zero")


def sized(field: str, value: Decimal | int) -> None:
    """Raises `BadInput` unless the value is a number of a size that rules have, whatever its sign."""
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)) or not Decimal(value).is_finite():
        raise BadInput(field, value, "not a number")
    # The exponent is looked at first: a number of a million decimals is not to be compared with anything.
    places = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    if places > MOST_PLACES or not -MOST <= value <= MOST:
        raise BadInput(field, value, "not a number of reasonable size")


def decimal_of(field: str, value: object) -> Decimal:
    """The number that JSON or a text says, in ASCII digits; refuses everything else, an absurd size too.

    A binary number is taken as it prints: `0.1` is a tenth.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise BadInput(field, value, "not a number")
    text = repr(value) if isinstance(value, float) else value
    if isinstance(text, str) and not _SHAPE.match(text):
        raise BadInput(field, value, "not a number")
    found = Decimal(text)
    sized(field, found)
    return found


def whole_of(field: str, value: object) -> int:
    """Like `decimal_of`, for numbers without a fraction."""
    found = decimal_of(field, value)
    if found != found.to_integral_value():
        raise BadInput(field, value, "not a whole number")
    return int(found)


def flag_of(field: str, value: object, *, unsaid: bool = False) -> bool:
    """A yes or no; `unsaid` where nothing was said. A text is neither, `"false"` least of all."""
    if value is None:
        return unsaid
    if not isinstance(value, bool):
        raise BadInput(field, value, "neither true nor false")
    return value
