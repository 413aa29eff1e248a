"""What an answer gives away: every number, id and cursor in it must come from a row in the viewer's sight."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

import orjson

from eperf.domain.scoring import expanded
from tests.support.operations import Made
from tests.support.random_town import RandomTown, marks
from tests.support.sight import TYPES, Sight

_ID = re.compile(r"([A-Z][A-Za-z]+):([0-9]+)")
_TABLES = {kind: table for table, kind in TYPES.items()}


def leaks(raw: bytes, made: Made, town: RandomTown, sight: Sight) -> list[str]:
    """What an answer holds that the viewer may not see, each with the row it is of; nothing when all is well."""
    answer = orjson.loads(raw)
    sent = made.text + orjson.dumps(made.variables).decode() + _inside(made)
    found = [*_of(orjson.dumps(answer.get("data")).decode(), town, sight, "")]
    # An error may say again what was sent, and nothing else.
    found += _of(orjson.dumps(answer.get("errors")).decode(), town, sight, sent)
    if b"INTERNAL_SERVER_ERROR" in raw:
        found.append("a fault of ours")
    return found


def _of(text: str, town: RandomTown, sight: Sight, sent: str) -> Iterator[str]:
    for number in sorted(marks(text) - marks(sent)):
        owner = town.owners.get(number)
        if owner is None or owner[1] not in sight.seen.get(owner[0], ()):
            yield f"{number:06d} of {owner}"
    for kind, number in sorted(set(_ids(text)) - set(_ids(sent))):
        table = _TABLES.get(kind, "")
        if number not in sight.seen.get(table, ()) and not (table == "activity" and number in _cited(sight)):
            yield f"the id {kind} {number}"


def _ids(text: str) -> Iterator[tuple[str, int]]:
    for coded in re.findall(r"[A-Za-z0-9_-]{6,}", text):
        try:
            inside = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode("ascii")
        except (ValueError, binascii.Error):
            continue
        match = _ID.fullmatch(inside)
        if match:
            yield match[1], int(match[2])


def _cited(sight: Sight) -> set[int]:
    """The activities on which leaves in sight rest, of scores and of appeals: that is said in the leaf itself."""
    leaves = [
        leaf
        for number in sight.seen["score"]
        for leaf in expanded(sight.tables["score"][number]["breakdown"])
    ]
    for number in sight.seen["appeal"]:
        row = sight.tables["appeal"][number]
        leaves += [leaf for leaf in (row["leaf_before"], row["leaf_after"]) if leaf]
    return {int(one["id"]) for leaf in leaves for one in leaf["evidence"] if one["kind"] == "activity"}


def _inside(made: Made) -> str:
    """What the cursors that were sent hold."""
    return " ".join(_texts(made.variables))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
