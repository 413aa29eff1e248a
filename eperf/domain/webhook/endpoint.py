"""The form of an endpoint's address: what may be kept as one, before any name is looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from eperf.domain.errors import BadInput

_MOST = 1_000
_FIELD = "url"
_PRINTED = re.compile(r"[!-~]+")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_TARGET = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*")
_PORTS = {"https": 443, "http": 80}
_SPOKEN = frozenset({80, 443})
_OTHERS_SERVICES = frozenset(
    {
        1433,
        1521,
        2049,
        2375,
        2379,
        3306,
        3389,
        5432,
        5672,
        5900,
        5984,
        6000,
        6379,
        6443,
        9042,
        9200,
        11211,
        27017,
    }
)
"""Ports on which services listen that are no receivers; a request to them is an attempt at something else."""


@dataclass(frozen=True)
class Endpoint:
    """An endpoint's address in its parts. `host` is a name in ASCII or an address; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_plain(self) -> bool:
        """Whether it is without TLS: only ever within networks of one's own."""
        return self.scheme == "http"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


def endpoint_of(url: str) -> Endpoint:
    """The endpoint that a URL names; refuses credentials, fragments, odd ports and whatever is not plain ASCII."""
    if not 0 < len(url) <= _MOST or not _PRINTED.fullmatch(url):
        raise BadInput(
            _FIELD, url, f"1 to {_MOST} printable ASCII characters; a name in other letters as xn--…"
        )
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise BadInput(_FIELD, url, "an address is written https://HOST/PATH") from None
    if parts.scheme not in _PORTS or not host:
        raise BadInput(_FIELD, url, "an address is written https://HOST/PATH")
    if "@" in parts.netloc:
        raise BadInput(_FIELD, host, "it holds a user or a password, which would be in every log")
    if "#" in url:
        raise BadInput(_FIELD, url, "a fragment is never sent")
    _require_host(host)
    port = _PORTS[parts.scheme] if port is None else port
    if port not in _SPOKEN and (port < 1024 or port in _OTHERS_SERVICES):
        raise BadInput(_FIELD, port, "80, 443, or one from 1024 on that is not another service's")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _TARGET.fullmatch(target):
        raise BadInput(_FIELD, url, "the path holds what has to be written with %")
    return Endpoint(parts.scheme, host, port, target)


def _require_host(host: str) -> None:
    if ":" in host:
        try:
            if IPv6Address(host).scope_id is None:
                return
        except ValueError:
            pass
        raise BadInput(_FIELD, host, "not an address")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise BadInput(_FIELD, host, "not a host's name")
