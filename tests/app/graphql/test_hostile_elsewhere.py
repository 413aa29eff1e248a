"""The same hostile bodies over event streams and sockets: one code for one fault, whichever way it comes in."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.app.graphql import town
from tests.app.graphql.talk import PROTOCOL, Talk
from tests.app.graphql.test_hostile import BODIES, CODES

JSON = {"content-type": "application/json"}
SERVED = "a subscription"  # refused over plain HTTP, served elsewhere


def codes(answer: Any) -> set[str]:
    return {error["extensions"]["code"] for error in answer["errors"]}


async def over_http(http: httpx.AsyncClient, body: bytes) -> set[str]:
    return codes((await http.post("/graphql", content=body, headers=JSON)).json())


async def over_events(http: httpx.AsyncClient, body: bytes) -> set[str]:
    headers = {**JSON, "accept": "text/event-stream"}
    answer = await http.post("/graphql/stream", content=body, headers=headers)
    assert "Traceback" not in answer.text
    if answer.status_code != 200:
        assert answer.status_code in {400, 413}
        return codes(answer.json())
    event, data, *rest = answer.text.split("\n", 2)
    assert (event, rest) == ("event: next", ["\nevent: complete\ndata: \n\n"])
    refused = json.loads(data.removeprefix("data: "))
    return codes(refused)


@pytest.mark.parametrize("name", [name for name in BODIES if name != SERVED])
async def test_an_event_stream_refuses_what_http_refuses(name: str) -> None:
    with capture_logs() as logs:
        async with town.client() as http:
            there = await over_events(http, BODIES[name])
            assert there == await over_http(http, BODIES[name])
    assert there <= CODES
    assert logs == []


def payload(body: bytes) -> Any:
    """What of a body can be a payload: a text that a socket's message can hold."""
    with suppress(ValueError, RecursionError):
        text = body.decode()
        json.loads(text, parse_constant=str, parse_int=str, parse_float=str)
        return text
    return None


async def over_a_socket(host: str, text: str) -> set[str] | int:
    """The codes of an operation's end, or the code that the socket is closed with."""
    async with connect(f"ws://{host}/graphql", subprotocols=PROTOCOL, max_size=2**20) as socket:
        talk = await Talk(socket).init()
        try:
            await socket.send(f'{{"type":"subscribe","id":"1","payload":{text}}}')
            message = await talk.hear()
        except ConnectionClosed:
            assert socket.close_code is not None
            return socket.close_code
        if message["type"] == "error":
            return {error["extensions"]["code"] for error in message["payload"]}
        assert message["type"] == "next"
        return codes(message["payload"])


async def test_a_socket_refuses_what_http_refuses() -> None:
    texts = {name: payload(body) for name, body in BODIES.items() if name != SERVED}
    spoken = {name: text for name, text in texts.items() if text is not None}
    assert len(spoken) > 60
    with capture_logs() as logs:
        async with town.served(town.app()) as host, httpx.AsyncClient(base_url=f"http://{host}") as http:
            for name, text in spoken.items():
                there, here = await over_a_socket(host, text), await over_http(http, text.encode())
                if isinstance(there, int):
                    assert (name, there) == (name, 1009 if len(text) > 250_000 else 4400)
                    assert here <= {"BAD_REQUEST", "LIMIT_EXCEEDED"}, name
                else:
                    assert (name, there) == (name, here)
    assert logs == []


async def test_a_socket_of_random_bytes_is_closed_with_4400_or_by_its_frames() -> None:
    async with town.served(town.app()) as host:
        for body in BODIES.values():
            if payload(body) is not None:
                continue
            async with connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as socket:
                talk = await Talk(socket).init()
                await socket.send(body)
                assert await talk.closed() in {4400, 1009}
