"""Documents that a frontend's build has registered, asked for by the SHA-256 of their text.

A request may name a document instead of sending it: `documentId: "sha256:…"`, or Apollo's `extensions.persistedQuery`.
Only what the operator's manifest holds is found; nothing that a stranger sends is ever kept under a hash. With `only`
the manifest is a list of all that is allowed, and a text that is not in it is refused before it is parsed.

A manifest is JSON: an object from hash to text (what Relay's and other compilers write), or Apollo's
`apollo-persisted-query-manifest`. Each hash is checked against its text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from eperf.app.graphql.refusals import (
    BadRequest,
    DocumentNotTrusted,
    PersistedQueryNotFound,
    PersistedQueryNotSupported,
)
from eperf.app.graphql.request import SHA256, Request
from eperf.domain.errors import BadInput

_APOLLO = "apollo-persisted-query-manifest"
_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered document, what its manifest calls it, and whose it is: the manifest's file name without its end."""

    hash: str
    text: str
    name: str | None = None
    client: str = ""


class Trusted:
    """The registered documents; `only` means that no others are served."""

    def __init__(self, entries: Iterable[Entry] = (), *, only: bool = False) -> None:
        self._texts = {entry.hash: entry.text for entry in entries}
        self._known = frozenset(self._texts.values())
        self._only = only

    def __len__(self) -> int:
        return len(self._texts)

    def read(self, request: Request) -> Request:
        """The request with the text of its document; raises a `Refused`."""
        if request.hash is None:
            if self._only and request.query not in self._known:
                raise DocumentNotTrusted("query")
            return request
        if request.query:
            return self._sent(request, request.hash)
        text = self._texts.get(request.hash)
        if text is None:
            raise self._missing(request.hash)
        return Request(text, request.operation_name, request.variables, request.extensions, request.hash)

    def _sent(self, request: Request, given: str) -> Request:
        """A text that came with its hash: what clients send when a hash alone was not found."""
        if sha256(request.query) != given:
            raise BadRequest("extensions.persistedQuery.sha256Hash", "not the SHA-256 of the query")
        if self._only and given not in self._texts:
            raise DocumentNotTrusted("query")
        return request

    def _missing(
        self, given: str
    ) -> PersistedQueryNotFound | PersistedQueryNotSupported | DocumentNotTrusted:
        if self._only:
            return DocumentNotTrusted("documentId", given)
        return PersistedQueryNotFound(given) if self._texts else PersistedQueryNotSupported(given)


def sha256(text: str) -> str:
    """The hash a document is asked for by."""
    return hashlib.sha256(text.encode()).hexdigest()


def registered(path: Path | None) -> tuple[Entry, ...]:
    """The documents of an installation's manifest; none when it has no manifest."""
    return manifest(path) if path else ()


def manifest(path: Path) -> tuple[Entry, ...]:
    """The documents of a manifest, or of each `CLIENT.json` in a folder; raises `BadInput` that names what is wrong."""
    if path.is_dir():
        return tuple(entry for one in sorted(path.glob("*.json")) for entry in _in_file(one))
    return _in_file(path)


def _in_file(path: Path) -> tuple[Entry, ...]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput("trusted_documents", str(path), f"larger than {_MOST_BYTES} bytes")
        value = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput("trusted_documents", str(path), error.strerror or "cannot be read") from error
    except orjson.JSONDecodeError as error:
        raise BadInput("trusted_documents", str(path), f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadInput("trusted_documents", str(path), "not an object from hash to document")
    pairs = _apollo(value, path) if "format" in value else _plain(value)
    return tuple(_checked(*pair, path.stem) for pair in pairs)


def _apollo(value: Mapping[str, Any], path: Path) -> Iterator[tuple[Any, Any, str | None]]:
    operations = value.get("operations")
    if value["format"] != _APOLLO or value.get("version") != 1 or not isinstance(operations, list):
        raise BadInput("trusted_documents", str(path), f"neither hash to document nor {_APOLLO}, version 1")
    for operation in operations:
        if not isinstance(operation, dict):
            raise BadInput("trusted_documents", operation, "an operation that is not an object")
        name = operation.get("name")
        yield operation.get("id"), operation.get("body"), name if isinstance(name, str) else None


def _plain(value: Mapping[str, Any]) -> Iterator[tuple[Any, Any, None]]:
    for given, text in value.items():
        yield given, text, None


def _checked(given: Any, text: Any, name: str | None, client: str) -> Entry:
    shown = name or given
    if not isinstance(given, str) or not isinstance(text, str):
        raise BadInput("trusted_documents", shown, "hash and document must be strings")
    plain = given.removeprefix("sha256:")
    if not SHA256.fullmatch(plain):
        raise BadInput("trusted_documents", shown, "not a SHA-256 in lower-case hexadecimal")
    if sha256(text) != plain:
        raise BadInput("trusted_documents", shown, "not the SHA-256 of its document")
    return Entry(plain, text, name, client)
