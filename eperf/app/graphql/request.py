"""A GraphQL request, read strictly from a body, from a query string, or from a message on a socket.

All three ways in give the same `Request` under the same rules, so no rule can be walked around by another way in.
A document may be named by its hash instead of sent: see `eperf.app.graphql.trusted`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from eperf.app.graphql.json import decode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import BadRequest

SHA256 = re.compile(r"[0-9a-f]{64}")
_PARAMETERS = 16
_SCHEME = "sha256:"


@dataclass(slots=True)  # not frozen: that would triple the cost of making one, and every request makes one
class Request:
    """What is asked: the document, which of its operations, and its inputs (JSON values, bounded)."""

    query: str
    """The document's text; empty where only its hash was sent."""
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)
    hash: str | None = None
    """The SHA-256 of a registered document, in lower-case hexadecimal."""


def from_json(value: Any, at: str = "body") -> Request:
    """The request in a decoded body or payload; members that GraphQL does not know are passed over."""
    if not isinstance(value, dict):
        raise BadRequest(at, "not an object")
    extensions = _map(value, "extensions")
    digest = _hash(value, extensions)
    query = value.get("query")
    if query is None and digest is not None:
        query = ""
    elif not isinstance(query, str) or not query:
        raise BadRequest("query", "missing, empty, or not a string")
    name = value.get("operationName")
    if name is not None and not isinstance(name, str):
        raise BadRequest("operationName", "neither a string nor null")
    return Request(query, name or None, _map(value, "variables"), extensions, digest)


def names_a_document(value: Any) -> bool:
    """Whether a query string's parameters ask for something, rather than for the page."""
    return any(name in value for name in ("query", "documentId", "extensions"))


def _hash(value: dict[str, Any], extensions: dict[str, Any]) -> str | None:
    """The hash in `documentId` or in Apollo's extension; what is there in another shape is refused, not passed over."""
    document = value.get("documentId")
    persisted = extensions.get("persistedQuery")
    if document is not None and persisted is not None:
        raise BadRequest("documentId", "extensions.persistedQuery comes with it")
    if document is not None:
        if value.get("query") is not None:
            raise BadRequest("documentId", "query comes with it")
        if not isinstance(document, str) or not document.startswith(_SCHEME):
            raise BadRequest("documentId", f"not {_SCHEME} and 64 hexadecimal digits")
        return _digits(document.removeprefix(_SCHEME), "documentId")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") not in (1, "1"):
        raise BadRequest("extensions.persistedQuery", "not an object with version 1")
    return _digits(persisted.get("sha256Hash"), "extensions.persistedQuery.sha256Hash")


def _digits(given: Any, at: str) -> str:
    if not isinstance(given, str) or not SHA256.fullmatch(given):
        raise BadRequest(at, "not 64 hexadecimal digits in lower case")
    return given


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
