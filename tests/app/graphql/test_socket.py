"""`graphql-transport-ws` on a real uvicorn, with a real client: every rule of the protocol, every closing code."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from eperf.app.graphql import Limits
from tests.app.graphql import town
from tests.app.graphql.talk import PROTOCOL, STAY, Talk, codes, talking


@pytest.mark.parametrize("offered", [None, ["graphql-ws"], ["graphql-ws", "other"], ["GRAPHQL-TRANSPORT-WS"]])
async def test_a_client_of_another_protocol_is_closed_with_4406(offered: Any) -> None:
    async with (
        town.served(town.app()) as host,
        connect(f"ws://{host}/graphql", subprotocols=offered) as socket,
    ):
        assert await Talk(socket).closed() == 4406


async def test_the_protocol_is_chosen_among_those_offered() -> None:
    offered: Any = ["graphql-ws", "graphql-transport-ws"]
    async with (
        town.served(town.app()) as host,
        connect(f"ws://{host}/graphql", subprotocols=offered) as socket,
    ):
        assert socket.subprotocol == "graphql-transport-ws"
        await Talk(socket).init()


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        ("https://dashboard.example", True),
        ("http://{host}", True),
        ("https://{host}", True),
        ("https://evil.example", False),
        ("https://dashboard.example.evil.example", False),
        ("ftp://{host}", False),
        ("http://[", False),
        ("null", False),
        ("", False),
    ],
)
async def test_only_listed_origins_and_our_own_page_may_open_a_socket(origin: Any, welcome: bool) -> None:
    app = town.app(allowed_origins=frozenset({"https://dashboard.example"}))
    async with town.served(app) as host:
        headers = {} if origin is None else {"origin": origin.format(host=host)}
        opening = connect(f"ws://{host}/graphql", subprotocols=PROTOCOL, additional_headers=headers)
        if welcome:
            async with opening as socket:
                await Talk(socket).init()
        else:
            with pytest.raises(InvalidStatus) as caught:
                await opening
            assert caught.value.response.status_code == 403
            assert codes(json.loads(caught.value.response.body)["errors"]) == ["ORIGIN_NOT_ALLOWED"]


@pytest.mark.parametrize(
    "message", [{}, {"payload": None}, {"payload": {}}, {"payload": {"more": 1}}, {"more": 1}]
)
async def test_an_init_with_or_without_payload_is_acknowledged(message: dict[str, Any]) -> None:
    async with talking() as talk:
        await talk.say({"type": "connection_init", **message})
        assert await talk.hear() == {"type": "connection_ack"}


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
async def test_the_credential_comes_in_the_init(name: str, trace: town.Trace) -> None:
    async with talking() as talk:
        await talk.init({name: "Bearer abc"})
        await talk.subscribe("{ whoami }")
        assert await talk.all_of() == [{"data": {"whoami": "abc"}}, ("complete", None)]
    assert (trace.facts[0].transport, trace.facts[0].peer, trace.contexts) == ("socket", "127.0.0.1", 1)


async def test_an_empty_credential_is_anonymous_as_over_http() -> None:
    async with talking() as talk:
        await talk.init({"Authorization": "Bearer "})
        await talk.subscribe("{ whoami }")
        assert (await talk.all_of())[0] == {"data": {"whoami": None}}


@pytest.mark.parametrize(
    ("credential", "code"),
    [
        ("Bearer unknown", 4403), ("Bearer forbidden", 4403), ("Basic abc", 4403), ("Bearer a b", 4403),
        ("Bearer hasty", 1013), ("Bearer away", 1013), ("Bearer broken", 4500), (1, 4400), (["Bearer a"], 4400),
    ],
)  # fmt: skip
async def test_a_caller_who_is_refused_is_closed_with_the_code_of_the_reason(
    credential: Any, code: int
) -> None:
    with capture_logs() as logs:
        async with talking() as talk:
            await talk.say({"type": "connection_init", "payload": {"authorization": credential}})
            assert await talk.closed() == code
            assert "hunter2" not in (talk.socket.close_reason or "")
            if code == 4500:
                assert logs[0]["id"] in str(talk.socket.close_reason)


async def test_without_an_init_the_socket_is_closed_with_4408_whatever_else_is_said() -> None:
    async with talking(Limits(init_seconds=0.2)) as talk:
        await talk.say({"type": "ping"}, {"type": "pong"})
        assert await talk.hear() == {"type": "pong"}
        assert await talk.closed() == 4408


async def test_after_the_init_there_is_no_such_limit() -> None:
    async with talking(Limits(init_seconds=0.1)) as talk:
        await talk.init()
        await asyncio.sleep(0.3)
        await talk.subscribe("{ hello }")
        assert (await talk.all_of())[-1] == ("complete", None)


WRONG: list[Any] = [
    "", " ", "{", "NaN", "null", "1", '"connection_init"', "[]", "{}", "[{}]", "{'type':'ping'}", '{"type":NaN}',
    '{"type":"ping"} {"type":"ping"}', "[" * 5000, '{"a":' * 5000,
    '{"id":"1","type":"\\ud800"}', '{"type":"ping\\u0000"}',
    b"{}", b'{"type":"ping"}', b"",
    {"type": None}, {"type": 1}, {"type": ["ping"]}, {"type": "nosuch"}, {"type": "PING"}, {"type": ""},
    {"type": "start", "id": "1", "payload": {"query": "{hello}"}}, {"type": "next", "id": "1", "payload": {}},
    {"type": "connection_ack"}, {"type": "error", "id": "1", "payload": []},
    {"type": "ping", "payload": 1}, {"type": "ping", "payload": []}, {"type": "pong", "payload": "x"},
    {"type": "connection_init", "payload": []}, {"type": "connection_init", "payload": False},
    {"type": "connection_init", "payload": "x"},
    {"type": "subscribe"}, {"type": "subscribe", "id": "1"}, {"type": "subscribe", "payload": {"query": "{hello}"}},
    {"type": "subscribe", "id": "1", "payload": None}, {"type": "subscribe", "id": "1", "payload": []},
    {"type": "subscribe", "id": 1, "payload": {"query": "{hello}"}},
    {"type": "subscribe", "id": None, "payload": {"query": "{hello}"}},
    {"type": "subscribe", "id": "", "payload": {"query": "{hello}"}},
    {"type": "subscribe", "id": {"a": 1}, "payload": {"query": "{hello}"}},
    {"type": "subscribe", "id": "x" * 129, "payload": {"query": "{hello}"}},
    {"type": "subscribe", "id": "1", "payload": {}}, {"type": "subscribe", "id": "1", "payload": {"query": None}},
    {"type": "subscribe", "id": "1", "payload": {"query": 1}},
    {"type": "subscribe", "id": "1", "payload": {"query": ""}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": []}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": "{}"}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "operationName": 1}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "extensions": []}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": {"a": 2**70}}},
    {"type": "complete"}, {"type": "complete", "id": 1}, {"type": "complete", "id": None},
    {"type": "complete", "id": []}, {"type": "complete", "id": "x" * 129},
]  # fmt: skip


async def test_what_is_no_message_closes_the_socket_with_4400(trace: town.Trace) -> None:
    with capture_logs() as logs:
        async with town.served(town.app()) as host:
            for wrong in WRONG:
                async with connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as socket:
                    talk = Talk(socket)
                    if not (isinstance(wrong, dict) and wrong.get("type") == "connection_init"):
                        await talk.init()
                    await talk.say(wrong)
                    assert await talk.closed() == 4400, wrong
                    assert 0 < len((socket.close_reason or "").encode()) <= 123
    assert logs == []


async def test_a_message_over_the_bound_closes_with_1009() -> None:
    async with talking(Limits(message_bytes=1000)) as talk:
        await talk.init()
        await talk.say({"type": "ping", "payload": {"a": "x" * 1000}})
        assert await talk.closed() == 1009


async def test_the_order_of_the_protocol_is_kept() -> None:
    async with talking() as talk:
        await talk.subscribe("{ hello }")
        assert await talk.closed() == 4401
    async with talking() as talk:
        await talk.init()
        await talk.say({"type": "connection_init"})
        assert await talk.closed() == 4429
    async with talking() as talk:
        await talk.init()
        await talk.subscribe(STAY)
        await talk.subscribe("{ hello }")
        assert await talk.closed() == 4409


async def test_init_and_subscribe_may_be_said_in_one_breath() -> None:
    async with talking() as talk:
        await talk.say({"type": "connection_init"})
        await talk.subscribe("{ hello }")
        assert await talk.hear() == {"type": "connection_ack"}
        assert (await talk.all_of())[0] == {"data": {"hello": "hello world"}}


async def test_pings_are_answered_with_their_payload_and_pongs_with_nothing() -> None:
    async with talking() as talk:
        await talk.say(
            {"type": "ping"}, {"type": "ping", "payload": None}, {"type": "ping", "payload": {"a": "ü"}}
        )
        assert [await talk.hear() for _ in range(3)] == [
            {"type": "pong"}, {"type": "pong"}, {"type": "pong", "payload": {"a": "ü"}}
        ]  # fmt: skip
        await talk.say({"type": "pong"}, {"type": "pong", "payload": {}})
        await talk.init()
