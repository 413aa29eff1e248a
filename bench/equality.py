"""Whether the variants say the same: checked before anything is measured, as JSON values and then byte for byte.

The peer has other forms for the same values, so its answers are changed first: its row ids become global ids, its
hundredths decimals, its instants ours, its states upper case, its lists connections, a list of one score that score.
What it need not render so is an advantage that it keeps.
"""

from __future__ import annotations

import json
from typing import Any

from bench.operations import gid

_KINDS = {
    "employees": "Employee",
    "employee": "Employee",
    "unit": "Unit",
    "activities": "Activity",
    "activity": "Activity",
}
_LISTS = frozenset({"employees", "activities"})


def same(operation: str, floor: bytes, other: bytes, *, peer: bool = False) -> str | None:
    """What differs between the floor's answer and another's, or None."""
    expected, found = json.loads(floor), json.loads(other)
    if peer:
        found = _renamed(found, operation)
    if operation == "submit":
        expected, found = _timeless(expected), _timeless(found)
    return _difference(expected, found, "$")


def _difference(expected: Any, found: Any, path: str) -> str | None:
    if type(expected) is not type(found):
        return f"{path}: {_shown(found)} instead of {_shown(expected)}"
    if isinstance(expected, dict):
        if expected.keys() != found.keys():
            return f"{path}: the fields {sorted(found)} instead of {sorted(expected)}; {_shown(found)}"
        pairs = [(expected[name], found[name], f"{path}.{name}") for name in expected]
    elif isinstance(expected, list):
        if len(expected) != len(found):
            return f"{path}: {len(found)} members instead of {len(expected)}"
        pairs = [
            (one, two, f"{path}[{place}]")
            for place, (one, two) in enumerate(zip(expected, found, strict=True))
        ]
    else:
        return None if expected == found else f"{path}: {_shown(found)} instead of {_shown(expected)}"
    return next((wrong for pair in pairs if (wrong := _difference(*pair))), None)


def _shown(value: Any) -> str:
    return json.dumps(value)[:200]


def _timeless(answer: Any) -> Any:
    """A report's answer without the number and the instant that each report has of its own."""
    activity = answer["data"]["submitActivity"]
    assert isinstance(activity.get("id"), str), _shown(answer)
    assert activity.get("submittedAt", "").endswith("Z"), _shown(answer)
    return {name: value for name, value in activity.items() if name not in ("id", "submittedAt")}


def _renamed(value: Any, operation: str) -> Any:
    shown = _value(value, "", "Employee")
    if operation == "submit":
        return {"data": {"submitActivity": shown["data"]["submitActivity"]["activity"]}}
    return shown


def _value(value: Any, name: str, kind: str) -> Any:
    """A value of the peer's that is called so, inside an object of a type."""
    if isinstance(value, dict):
        return {
            own: gid(kind, int(member)) if own == "id" else _value(member, own, _KINDS.get(own, kind))
            for own, member in value.items()
        }
    if isinstance(value, list):
        members = [_value(member, "", kind) for member in value]
        if name == "score":
            return members[0] if members else None
        return {"nodes": members} if name in _LISTS else members
    return _leaf(value, name, kind)


def _leaf(value: Any, name: str, kind: str) -> Any:
    if value is not None and name in ("score", "quantity"):
        return f"{int(value) // 100}.{int(value) % 100:02}"
    if name in ("computedAt", "submittedAt"):
        return value.replace(".000000", "").replace("+00:00", "Z")
    return value.upper() if name == "state" and kind == "Activity" else value
