"""Requests to receivers of webhooks: one POST, within bounds of address, time and size.

A name is looked up once for a connection, all its addresses are looked at, and the connection goes to the one that was
looked at; TLS is for the name. So a name cannot lead elsewhere between the look and the call. Redirects are answers.
A connection is kept for the next request to the same name, and to no other.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import httpcore
import httpx

from eperf.adapters.addresses import Address, Reachable, Unmet
from eperf.domain.webhook.call import NotBegun, Outcome
from eperf.domain.webhook.endpoint import Endpoint
from eperf.domain.webhook.state import Fault, fault_of
from eperf.domain.webhook.waits import retry_after

MOST_BYTES = 64 * 1024
"""So much of an answer is read; then the connection is closed."""
_WHOLE_SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_BODY_SECONDS = 1.0
"""The status is the answer; for what it says besides, nobody waits long."""
_KEPT, _KEPT_SECONDS = 64, 30.0
_LOOKUPS = 32
"""Names that are looked up at once: a look cannot be ended, it lasts as long as the system's resolver likes."""
_NOT_BEGUN = "no thread was free to look the name up"
_TRIED = 2
"""So many addresses of a name are tried."""


class Looked(httpcore.AsyncNetworkBackend):
    """Connects to a looked-at address of a name; `own` takes those of the installation's networks only."""

    def __init__(self, reachable: Reachable, threads: ThreadPoolExecutor, *, own: bool) -> None:
        self._reachable, self._threads, self._own = reachable, threads, own
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to one of the host's addresses; raises `Unmet` when one of them may not be met."""
        addresses = await self._addresses(host)
        for one in addresses[: _TRIED - 1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._network.connect_tcp(str(one), port, timeout, local_address, socket_options)
        last = str(addresses[min(_TRIED, len(addresses)) - 1])
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)

    async def _addresses(self, host: str) -> list[Address]:
        # A pool of its own: names whose servers do not answer must not hold up what else needs threads.
        look = self._threads.submit(self._reachable.addresses, host)
        try:
            found = await asyncio.wrap_future(look)
        except asyncio.CancelledError as cancelled:
            if look.cancel():
                cancelled.add_note(_NOT_BEGUN)
            raise
        if self._own and not all(self._reachable.is_own(one) for one in found):
            raise Unmet(f"{found[0]}, without TLS,")
        return found

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)


class HttpPoster:
    """A `Poster` with its own pool of connections; close it at the end. `tls` is for authorities of one's own."""

    def __init__(
        self,
        reachable: Reachable,
        tls: ssl.SSLContext | None = None,
        whole_seconds: float = _WHOLE_SECONDS,
        connect_seconds: float = _CONNECT_SECONDS,
        lookups: int = _LOOKUPS,
    ) -> None:
        self._threads = ThreadPoolExecutor(lookups, thread_name_prefix="webhook-names")
        self._seconds = whole_seconds
        self._timeouts = {
            "connect": connect_seconds,
            "read": whole_seconds,
            "write": whole_seconds,
            "pool": None,
        }
        context = tls or httpx.create_ssl_context()
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                ssl_context=context,
                max_connections=None,
                max_keepalive_connections=_KEPT,
                keepalive_expiry=_KEPT_SECONDS,
                network_backend=Looked(reachable, self._threads, own=scheme == "http"),
            )
            for scheme in ("https", "http")
        }

    async def post(self, to: Endpoint, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Sends one request; see `Poster`."""
        begun = monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                status, asked, said = await self._asked(to, headers, body)
        except Exception as failure:
            return Outcome(monotonic() - begun, None, *_fault(failure))
        fault = fault_of(status, asked)
        why = f"status {status}" if fault else ""
        return Outcome(monotonic() - begun, status, fault, why, said, asked)

    async def _asked(
        self, to: Endpoint, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, float | None, bytes]:
        request = [*headers.items(), ("accept-encoding", "identity")]
        extensions = {"timeout": self._timeouts}
        pool = self._pools[to.scheme]
        async with pool.stream(
            "POST", str(to), headers=request, content=body, extensions=extensions
        ) as answer:
            named = {name.lower(): value for name, value in answer.headers}
            asked = retry_after(named.get(b"retry-after", b"").decode("latin-1") or None, datetime.now(UTC))
            return answer.status, asked, await _first_bytes(answer)

    async def aclose(self) -> None:
        """Closes every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _first_bytes(answer: httpcore.Response) -> bytes:
    """What is there of a body before its bounds of size and time."""
    pieces: list[bytes] = []
    with suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        stream: Any = answer.aiter_stream()
        async with asyncio.timeout(_BODY_SECONDS), aclosing(stream):
            async for piece in stream:
                pieces.append(piece)
                if sum(map(len, pieces)) >= MOST_BYTES:
                    break
    return b"".join(pieces)[:MOST_BYTES]


def _fault(failure: Exception) -> tuple[Fault, str]:
    """Of which class a failure is, and what may be said of it: nothing that the other side or a driver wrote."""
    chain: list[BaseException] = [failure]
    while (deeper := chain[-1].__cause__ or chain[-1].__context__) is not None and deeper not in chain:
        chain.append(deeper)
    for one in chain:
        if _NOT_BEGUN in getattr(one, "__notes__", ()):
            raise NotBegun(_NOT_BEGUN) from failure
        if isinstance(one, Unmet):
            # Not which: who asks could have the names of the own network looked up.
            return Fault.ADDRESS, "an address that may not be met, or not without TLS"
        if isinstance(one, ssl.SSLError):
            return Fault.TLS, str(getattr(one, "verify_message", "") or one.reason or "no TLS")[:200]
    if isinstance(failure, (httpcore.ConnectError, httpcore.ConnectTimeout)):
        return Fault.CONNECT, "no connection"
    if isinstance(failure, (TimeoutError, httpcore.TimeoutException)):
        return Fault.TIMEOUT, "no answer in time"
    if isinstance(failure, (httpcore.NetworkError, httpcore.ProtocolError)):
        return Fault.BROKEN, type(failure).__name__
    if isinstance(failure, (OSError, UnicodeError)):
        return Fault.NAME, "the name is not known"
    raise failure
