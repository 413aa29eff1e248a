"""A reader of event streams for the tests, strict about how events are written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

EVENTS = "text/event-stream"
PATH = "/graphql/stream"
COMMENT = ":"


def events(text: str) -> list[Any]:
    """The events of a whole stream: the answers, then `complete`; comments are `:`."""
    assert "\r" not in text
    assert text == "" or text.endswith("\n\n")
    return [_event(block) for block in text.split("\n\n")[:-1]]


def _event(block: str) -> Any:
    if block == COMMENT:
        return COMMENT
    kind, data = block.split("\n")
    if kind == "event: complete":
        assert data == "data: "
        return "complete"
    assert kind == "event: next"
    return json.loads(data.removeprefix("data: "))


async def ask(http: httpx.AsyncClient, query: str, **more: Any) -> httpx.Response:
    """A POST that accepts event streams."""
    headers = {"accept": EVENTS, **more.pop("headers", {})}
    return await http.post(PATH, json={"query": query, **more}, headers=headers)


async def answers(http: httpx.AsyncClient, query: str, **more: Any) -> list[Any]:
    """What a stream says, without comments."""
    response = await ask(http, query, **more)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    return [event for event in events(response.text) if event != COMMENT]


class Ear:
    """An open stream."""

    def __init__(self, response: httpx.Response, seconds: float) -> None:
        self._seconds = seconds
        self._text = response.aiter_text()
        self._rest = ""

    async def hear(self, comments: bool = False) -> Any:
        """The next event; None when the body ends well."""
        while True:
            while "\n\n" not in self._rest:
                try:
                    self._rest += await asyncio.wait_for(anext(self._text), self._seconds)
                except StopAsyncIteration:
                    assert self._rest == ""
                    return None
            block, _, self._rest = self._rest.partition("\n\n")
            if comments or block != COMMENT:
                return _event(block)

    async def to_the_end(self) -> list[Any]:
        """Every event until the body ends."""
        heard = []
        while (event := await self.hear()) is not None:
            heard.append(event)
        return heard


@asynccontextmanager
async def listening(host: str, query: str, seconds: float = 5, **headers: str) -> AsyncIterator[Ear]:
    """A stream on a real server; leaving cuts the connection."""
    async with (
        httpx.AsyncClient(base_url=f"http://{host}", timeout=seconds) as http,
        http.stream("POST", PATH, json={"query": query}, headers={"accept": EVENTS, **headers}) as response,
    ):
        assert response.status_code == 200, await response.aread()
        yield Ear(response, seconds)
