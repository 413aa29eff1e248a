"""HTTP routes of a plugin, as plain values: `/plugins/NAME/` and the path that it chose."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from eperf.domain.access import Permission
from eperf.plugins.desk import Desk

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PATH = re.compile(r"/([A-Za-z0-9._-]+|\{[a-z][a-z0-9_]*\})(/([A-Za-z0-9._-]+|\{[a-z][a-z0-9_]*\}))*\Z")
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(; ?charset=utf-8)?\Z")
_FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


@dataclass(frozen=True)
class HttpRequest:
    """A request that was let in: its body is whole and within bounds, its caller known (but for public routes)."""

    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    content_type: str


@dataclass(frozen=True)
class HttpReply:
    """An answer; `filename` makes it a download. Headers of safety are eperf's."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200
    filename: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.body, bytes):
            raise TypeError(f"body is {type(self.body).__name__}, not bytes")
        if not _TYPE.match(self.content_type):
            raise ValueError(f"content_type {self.content_type!r} is not a media type")
        if not 200 <= self.status <= 599:
            raise ValueError(f"status {self.status} is not 200 to 599")
        if self.filename is not None and not _FILENAME.match(self.filename):
            raise ValueError(f"filename {self.filename!r} is not letters, digits, dots, hyphens")


@dataclass(frozen=True)
class HttpRoute:
    """A path below `/plugins/NAME`, which `handle(desk, request)` answers; `{word}` stands for one segment.

    `permission` says whom the desk reaches. Without one the route is public: it knows no caller and reaches nobody.
    Whatever is not GET runs in one transaction.
    """

    method: str
    path: str
    handle: Callable[[Desk, HttpRequest], Awaitable[HttpReply]] = field(compare=False)
    permission: Permission | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"method {self.method!r} is not one of {', '.join(METHODS)}")
        if not _PATH.match(self.path) or {".", ".."} & set(self.path.split("/")):
            raise ValueError(
                f"path {self.path!r} is not /segments of letters, digits, dots, hyphens or {{words}}"
            )
