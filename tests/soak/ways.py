"""The ways in, each with its dialect, and who carries a request: the ASGI application in this process, or real HTTP."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from eperf_fingerspot.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature_of
from tests.soak.stream import Record, Stream

TOKEN = "rahasia-uji"
_TOGETHER = 20


@dataclass(frozen=True)
class Request:
    """A request as a sender makes it."""

    path: str
    body: bytes
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()


Carry = Callable[[Request], Awaitable[int]]
"""Carries a request and gives the status of the answer."""


@dataclass(frozen=True)
class Way:
    """A pushed source: how it writes a block, and what is kept of a text that is no record."""

    source: str
    requests: Callable[[Stream, Sequence[Record], datetime], Iterator[Request]]
    kept: Callable[[Stream, Record], str]
    options: dict[str, str] | None = None


def _adms(stream: Stream, block: Sequence[Record], _: datetime) -> Iterator[Request]:
    lines = [
        one.text or f"{one.pin}\t{one.local:%Y-%m-%d %H:%M:%S}\t{one.status}\t1\t0\t0\t0" for one in block
    ]
    query = urlencode({"SN": stream.serial(block[0].device), "table": "ATTLOG", "Stamp": "1"})
    yield Request("/iclock/cdata", ("\n".join(lines) + "\n").encode(), query)


def _scan(one: Record) -> dict[str, str]:
    if one.text:
        return {"pin": "1", "scan": one.text}
    return {
        "pin": one.pin,
        "scan": f"{one.local:%Y-%m-%d %H:%M:%S}",
        "verify": "1",
        "status_scan": str(one.status),
    }


def _webhook(stream: Stream, block: Sequence[Record], _: datetime) -> Iterator[Request]:
    """The first scan alone, as the cloud sends it; the others by the twenty, or a million would take a day."""
    for some in (block[:1], *(block[at : at + _TOGETHER] for at in range(1, len(block), _TOGETHER))):
        data = [_scan(one) for one in some]
        said = {
            "type": "attlog", "cloud_id": stream.serial(some[0].device), "data": data if len(data) > 1 else data[0],
        }  # fmt: skip
        yield Request("/fingerspot/webhook", json.dumps(said).encode())


def _event(stream: Stream, one: Record) -> dict[str, str]:
    said = {"event": "attendance", "cloudId": stream.serial(one.device)}
    if one.text:
        return {**said, "employeeNo": "1", "eventTime": one.text}
    state = ("check_in", "check_out")[one.status]
    when = f"{one.local:%Y-%m-%dT%H:%M:%S}+07:00"
    return {**said, "employeeNo": one.pin, "eventTime": when, "attendanceStatus": state, "verifyMode": "face"}


def _hub(stream: Stream, block: Sequence[Record], now: datetime) -> Iterator[Request]:
    for one in block:
        body = json.dumps(_event(stream, one)).encode()
        signed = (
            (TIMESTAMP_HEADER, str(int(now.timestamp()))),
            (SIGNATURE_HEADER, signature_of(TOKEN, body)),
        )
        yield Request("/fingerspot/hub", body, headers=signed)


def _compact(said: dict[str, str]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


WAYS = {
    "adms": Way("eperf/adms-push", _adms, lambda _, one: one.text),
    "fingerspot": Way("fingerspot/cloud", _webhook, lambda _, one: _compact(_scan(one))),
    "fingerspot-hub": Way(
        "fingerspot/hub", _hub, lambda stream, one: _compact(_event(stream, one)), {"token": TOKEN}
    ),
}


def in_process(app: Any) -> Carry:
    """Straight to an ASGI application."""

    async def carry(request: Request) -> int:
        statuses: list[int] = []
        body = iter([{"type": "http.request", "body": request.body, "more_body": False}])

        async def receive() -> Any:
            return next(body, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        headers = [(name.encode(), value.encode()) for name, value in request.headers]
        headers.append((b"content-length", str(len(request.body)).encode()))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": request.path, "raw_path": request.path.encode(), "query_string": request.query.encode(),
            "root_path": "", "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        await app(scope, receive, send)
        return statuses[0]

    return carry


def over_http(client: httpx.AsyncClient) -> Carry:
    """Over a real connection; a connection that breaks is the status 0."""

    async def carry(request: Request) -> int:
        try:
            answer = await client.post(
                request.path, params=request.query, content=request.body, headers=dict(request.headers)
            )
        except httpx.TransportError:
            return 0
        return answer.status_code

    return carry
