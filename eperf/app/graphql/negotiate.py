"""Which media type and which language an answer takes, from what the caller says it accepts.

The rules are those of HTTP (weights, the most specific range wins, names in any case) and of GraphQL over HTTP
(without a preference the older `application/json` is meant). Header values are hostile: at most 32 ranges are read,
and one that cannot be read is passed over.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Language = Literal["id", "en"]

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"

_RANGES = 32
_CALLERS = 64  # ways of saying it that are remembered: clients are few, their requests many
_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")
_UTF8 = frozenset({"utf-8", "utf8"})


class Range(NamedTuple):
    """One entry of an `Accept…` header: what, with which parameters, how gladly (0 to 1000)."""

    name: str
    parameters: dict[str, str]
    weight: int


def ranges(header: str) -> list[Range]:
    """The readable entries of an `Accept` or `Accept-Language` header."""
    found = (_range(part) for part in header.split(",", _RANGES)[:_RANGES])
    return [entry for entry in found if entry is not None]


def _range(part: str) -> Range | None:
    name, *rest = (piece.strip() for piece in part.split(";"))
    parameters = {}
    for piece in rest:
        key, _, value = piece.partition("=")
        parameters[key.strip().lower()] = value.strip().strip('"').lower()
    weight = parameters.pop("q", "1")
    if not name or not _WEIGHT.match(weight):
        return None
    return Range(name.lower(), parameters, round(float(weight) * 1000))


@lru_cache(_CALLERS)
def media_type(accept: str | None, offered: tuple[str, ...]) -> str | None:
    """The offered media type that is accepted most gladly, the earlier of equals; None when none is.

    At one weight a type that is named comes before one that only a wildcard covers, and among those that only a
    wildcard covers `application/json` comes first, as GraphQL over HTTP wants it.
    """
    entries = [
        entry for entry in ranges(accept or "*/*") if entry.parameters.get("charset", "utf-8") in _UTF8
    ]
    ranks = {name: _rank(name, entries) for name in offered}
    best = max(ranks, key=lambda name: ranks[name])
    return best if ranks[best][0] else None


def _rank(name: str, entries: list[Range]) -> tuple[int, bool, bool]:
    """Weight of the most specific range that covers `name`, whether it names it, whether it is the default."""
    for cover in (name, f"{name.partition('/')[0]}/*", "*/*"):
        weights = [entry.weight for entry in entries if entry.name == cover]
        if weights:
            return max(weights), cover == name, name == PLAIN_JSON and cover != name
    return 0, False, False


@lru_cache(_CALLERS)
def is_json(content_type: str | None) -> bool:
    """Whether a body of this type is `application/json` in UTF-8."""
    if content_type is None:
        return False
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [piece.partition("=")[2].strip(' "') for piece in parameters if piece.startswith("charset")]
    return name == PLAIN_JSON and all(charset in _UTF8 for charset in charsets)


@lru_cache(_CALLERS)
def language(accept_language: str | None) -> Language:
    """Indonesian where it is asked for more gladly than English, else English."""
    best: tuple[int, Language] = (0, "en")
    for entry in ranges(accept_language or ""):
        primary = entry.name.partition("-")[0]
        spoken: Language | None = (
            "id" if primary in {"id", "in"} else "en" if primary in {"en", "*"} else None
        )
        if spoken and entry.weight > best[0]:
            best = (entry.weight, spoken)
    return best[1]
