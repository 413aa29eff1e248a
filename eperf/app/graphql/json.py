"""Strict JSON: what a stranger sends is either plain data within bounds, or a typed refusal.

Python's own decoder takes NaN, UTF-16 and lone surrogates, raises ValueError at numbers of 4,300 digits and
RecursionError at deep nesting. orjson refuses the first three and stops at 1,024 levels; what is left to us is a
tighter nesting, the number of values, NUL (which PostgreSQL cannot store) and numbers beyond 64 bits, which orjson
would turn into floats that have lost their last digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import BadRequest, JsonTooLarge

_TOP = 2**63


def decode(raw: bytes, limits: Limits, field: str = "body") -> Any:
    """The JSON value in `raw`, or `BadRequest` / `JsonTooLarge` for `field`."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(field, f"not JSON in UTF-8 ({error.msg})") from None
    check(value, limits, field, nul=b"\\u0000" in raw)
    return value


def encode(value: Any) -> bytes:
    """The value as JSON; raises `TypeError` where a scalar gave something that JSON cannot say."""
    return orjson.dumps(value)


def check(value: Any, limits: Limits, field: str = "body", *, nul: bool) -> None:
    """The same for what orjson has read; `nul`: whether there may be a NUL in it.

    It walks without recursion, and no further than the limits allow.
    """
    level: list[Any] = [value]
    seen = depth = 0
    while level:
        seen += len(level)
        if seen > limits.json_values:
            raise JsonTooLarge("json_values", limits.json_values, seen)
        inner: list[Any] = []
        for item in level:
            if isinstance(item, (dict, list)):
                inner.extend(_children(item, nul=nul))
            elif isinstance(item, (int, float)):
                _check_number(item, field)
            elif nul and isinstance(item, str) and "\0" in item:
                raise BadRequest(field, "a NUL character")
        depth += 1
        if depth > limits.json_depth and inner:
            raise JsonTooLarge("json_depth", limits.json_depth, depth)
        level = inner


def _children(item: dict[str, Any] | list[Any], *, nul: bool) -> Iterable[Any]:
    if isinstance(item, list):
        return item
    return [*item, *item.values()] if nul else item.values()


def _check_number(number: float, field: str) -> None:
    """A float at the very bottom is an integer beyond it that was rounded."""
    if not -_TOP <= number < _TOP or (number == -_TOP and isinstance(number, float)):
        raise BadRequest(field, "a number beyond 64 bits")
