"""A GraphQL request, read strictly from a body, from a query string, or from a message on a socket.

All three ways in give the same `Request` under the same rules, so no rule can be walked around by another way in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from eperf.app.graphql.json import decode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import BadRequest

_PARAMETERS = 16


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the document's text, which of its operations, and its inputs (JSON values, bounded)."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)


def from_json(value: Any, at: str = "body") -> Request:
    """The request in a decoded body or payload; members that GraphQL does not know are passed over."""
    if not isinstance(value, dict):
        raise BadRequest(at, "not an object")
    query = value.get("query")
    if not isinstance(query, str) or not query:
        raise BadRequest("query", "missing, empty, or not a string")
    name = value.get("operationName")
    if name is not None and not isinstance(name, str):
        raise BadRequest("operationName", "neither a string nor null")
    return Request(query, name or None, _map(value, "variables"), _map(value, "extensions"))


def _map(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadRequest(name, "neither an object nor null")
    return found


def from_url(query_string: bytes, limits: Limits) -> Request:
    """The request in a GET's query string, where `variables` and `extensions` are JSON texts."""
    value: dict[str, Any] = dict(parameters(query_string))
    for name in ("variables", "extensions"):
        if value.get(name):
            value[name] = decode(value[name].encode(), limits, name)
        else:
            value.pop(name, None)
    return from_json(value, "query string")


def parameters(query_string: bytes) -> dict[str, str]:
    """The parameters of a query string: strict UTF-8, few, each once."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_PARAMETERS
        )
    except ValueError:
        raise BadRequest("query string", "not UTF-8, or too many parameters") from None
    named = dict(pairs)
    if len(named) != len(pairs):
        raise BadRequest("query string", "a parameter comes twice")
    if any("\0" in value for value in named.values()):
        raise BadRequest("query string", "a NUL character")
    return named
