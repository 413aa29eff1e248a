"""The way to machines and clouds that are asked for their records, within bounds of address, time and size.

A device's options name the host, and an officer of a unit writes them: so an address of the own network is met only
where the installation says that machines are. A name is looked up once and its address used, so that it cannot turn
into another one between the look and the call.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from eperf.adapters.addresses import Address, Reachable, Unmet, is_public
from eperf.domain.attendance.network import Network
from eperf.domain.attendance.pull import HttpAnswer, HttpAsk
from eperf.domain.errors import BadInput, PullFailed

_STEP_SECONDS = 15.0
_WHOLE_SECONDS = 60.0


@dataclass(frozen=True)
class Outgoing:
    """An `Outside`: `networks` are the private ones that may be met; seconds are for a step and for a whole answer."""

    networks: tuple[Network, ...] = ()
    step_seconds: float = _STEP_SECONDS
    whole_seconds: float = _WHOLE_SECONDS

    def address(self, host: str) -> str:
        """The address of a host: public, or within the networks."""
        return str(self._address(host))

    def _address(self, host: str) -> Address:
        try:
            return Reachable(self.networks).addresses(host)[0]
        except Unmet as unmet:
            why = f"{unmet} is not public and not within EPERF_PULL_NETWORKS"
            raise BadInput("host", host, why) from None
        except (OSError, UnicodeError):
            raise PullFailed("host", host, "its name is not known") from None

    def http(self, ask: HttpAsk) -> HttpAnswer:
        """Asks; what comes compressed is not read, because its size is told by nobody."""
        host, scheme = _host_of(ask.url)
        address = self._address(host)
        if scheme == "http" and is_public(address):
            raise BadInput("url", host, "over the internet only https")
        try:
            # A loop of its own: the whole answer has an end, however slowly its letters come.
            return asyncio.run(self._asked(ask, host, str(address)))
        except TimeoutError:
            raise PullFailed("host", host, f"it takes longer than {self.whole_seconds:g} seconds") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failed:
            raise PullFailed("host", host, f"it does not answer ({type(failed).__name__})") from None

    async def _asked(self, ask: HttpAsk, host: str, address: str) -> HttpAnswer:
        url = httpx.URL(ask.url)
        request = httpx.Request(
            ask.method,
            url.copy_with(host=address),
            headers={**ask.headers, "host": url.netloc.decode(), "accept-encoding": "identity"},
            content=ask.body or None,
            extensions={"sni_hostname": host, "timeout": httpx.Timeout(self.step_seconds).as_dict()},
        )
        async with (
            asyncio.timeout(self.whole_seconds),
            httpx.AsyncClient(trust_env=False, follow_redirects=False) as client,
        ):
            answer = await client.send(request, stream=True)
            try:
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise PullFailed("host", host, "it answers compressed though it was asked not to")
                return HttpAnswer(answer.status_code, await _body(answer, ask.most_bytes, host))
            finally:
                await answer.aclose()


async def _body(answer: httpx.Response, most: int, host: str) -> bytes:
    pieces: list[bytes] = []
    size = 0
    async for piece in answer.aiter_raw():
        size += len(piece)
        if size > most:
            raise PullFailed("host", host, f"it answers more than {most} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _host_of(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise BadInput("url", url.partition("?")[0], "an address is written https://HOST/PATH")
    return host, parts.scheme
