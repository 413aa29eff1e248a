"""Comparing an answer with a vector: decimals as numbers, some lists as sets, distances with a tolerance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

SETS = frozenset(
    {
        "reasons", "errors", "warnings", "breaches", "dropped", "persons", "groups", "moves", "after_moves",
        "must_hide",
    }
)  # fmt: skip
"""Lists whose order means nothing."""

NAMES = frozenset(
    {"pin", "digits", "serial", "sn", "firmware", "ip", "reply", "id", "employeeNo", "cloud_id"}
)
"""Texts that may consist of digits and are yet no numbers: `007` is not `7`."""

AT_LEAST = frozenset({"hidden_per_affected_line_min"})
"""Numbers that may be larger than expected."""

AT_MOST = frozenset({"max_hidden_cells"})
"""Numbers that may be smaller than expected."""

TOLERANCES = {"_m": Decimal("0.5"), "_km": Decimal("0.02"), "_kmh": Decimal("0.5")}


def differences(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """Where an answer is not what is expected; outputs that are not expected are passed over."""
    return [found for key in expected for found in _at(key, key, expected[key], answer.get(key, "absent"))]


def _at(path: str, key: str, expected: Any, got: Any) -> list[str]:
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        if expected.keys() != got.keys():
            return [f"{path}: keys {sorted(got)} instead of {sorted(expected)}"]
        return [
            found for name in expected for found in _at(f"{path}.{name}", name, expected[name], got[name])
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        first, second = (_sorted(expected), _sorted(got)) if key in SETS else (expected, got)
        pairs = enumerate(zip(first, second, strict=True))
        return [found for n, (one, two) in pairs for found in _at(f"{path}[{n}]", key, one, two)]
    return [] if _same(key, expected, got) else [f"{path}: {got!r} instead of {expected!r}"]


def _sorted(members: list[Any]) -> list[Any]:
    return sorted(members, key=lambda member: json.dumps(member, sort_keys=True, default=str))


def _same(key: str, expected: Any, got: Any) -> bool:
    one, two = _number(key, expected), _number(key, got)
    if one is None or two is None:
        return bool(type(expected) is type(got) and expected == got)
    if key in AT_LEAST or key in AT_MOST:
        return two >= one if key in AT_LEAST else two <= one
    tolerance = next((t for ending, t in TOLERANCES.items() if key.endswith(ending)), Decimal(0))
    return abs(one - two) <= tolerance


def _number(key: str, value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)) or key in NAMES:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
