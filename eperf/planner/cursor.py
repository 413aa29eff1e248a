"""Keyset cursors: the place of a row in an order, opaque to the client and hostile until parsed.

A cursor names the order it belongs to and holds one value for each of its columns. Only the form that we write is read.
"""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from eperf.domain.errors import BadInput

_MOST = 1024
_BITS = 2**63


def write(order: str, values: tuple[Any, ...]) -> str:
    """The cursor of a row: the name of the order and the row's values of its columns."""
    packed = orjson.dumps([order, *(_packed(value) for value in values)])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read(text: str, order: str, kinds: tuple[type, ...], field: str = "after") -> tuple[Any, ...]:
    """The values of a cursor of this order; refuses every other text by the name of the argument."""
    try:
        if len(text) > _MOST or not text.isascii():
            raise ValueError
        unpacked = orjson.loads(
            base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        )
        name, *packed = unpacked
        values = tuple(_unpacked(value, kind) for value, kind in zip(packed, kinds, strict=True))
        if name != order or write(order, values) != text:
            raise ValueError
    except (ValueError, TypeError, binascii.Error) as wrong:
        raise BadInput(field, text, "not a cursor of this list") from wrong
    return values


def _packed(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _unpacked(value: Any, kind: type) -> Any:
    if value is None:
        return None
    if kind is int and type(value) is int and -_BITS <= value < _BITS:
        return value
    if kind is str and type(value) is str and "\x00" not in value:
        return value
    if kind is date and type(value) is str:
        return date.fromisoformat(value)
    if kind is datetime and type(value) is str:
        found = datetime.fromisoformat(value)
        if found.utcoffset() == timedelta(0):
            return found
    raise ValueError
