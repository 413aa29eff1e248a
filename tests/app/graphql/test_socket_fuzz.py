"""Any conversation on a socket ends as the protocol's own state machine says, and never with a fault."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from eperf.app.graphql import Limits
from eperf.app.graphql.messages import Code
from tests.app.graphql import town
from tests.app.graphql.test_json import values
from tests.app.graphql.test_socket import WRONG

LIMITS = Limits(operations_per_socket=2, json_depth=6, json_values=200)
FOR_EVER = "{ later(seconds: 1000) }"

ids = st.sampled_from(["a", "b", "c"])
right = st.one_of(
    st.sampled_from([{"type": "ping"}, {"type": "pong", "payload": None}]),
    ids.map(lambda name: {"type": "subscribe", "id": name, "payload": {"query": FOR_EVER}}),
    ids.map(lambda name: {"type": "subscribe", "id": name, "payload": {"query": FOR_EVER}}),
    ids.map(lambda name: {"type": "complete", "id": name}),
)
wrong = st.sampled_from([*WRONG, {"type": "connection_init"}])
conversations = st.builds(
    lambda begin, good, end: [*begin, *good, *end],
    st.lists(st.just({"type": "connection_init"}), max_size=1),
    st.lists(right, max_size=10),
    st.lists(right | wrong, max_size=3),
)

shaped = st.fixed_dictionaries(
    {"type": st.sampled_from(["connection_init", "subscribe", "complete", "ping", "pong"]) | values},
    optional={
        "id": ids | values,
        "payload": values
        | st.fixed_dictionaries(
            {"query": st.sampled_from(["{ hello }", "subscription { count(to: 2) }", "{"]) | values},
            optional={"variables": values, "operationName": values, "extensions": values},
        ),
    },
).map(json.dumps)
anything = st.one_of(st.text(max_size=30), st.binary(max_size=30), values.map(json.dumps), shaped, shaped)


async def converse(frames: list[Any]) -> tuple[list[Any], int | None]:
    """What the server says to these frames, and the code it closes with before the client goes away."""
    incoming: asyncio.Queue[Any] = asyncio.Queue()
    said: list[Any] = []
    code: int | None = None

    async def send(message: Any) -> None:
        nonlocal code
        if message["type"] == "websocket.close":
            code = message["code"]
            incoming.put_nowait({"type": "websocket.disconnect", "code": code})
        elif message["type"] == "websocket.send":
            said.append(json.loads(message["text"]))

    incoming.put_nowait({"type": "websocket.connect"})
    for frame in frames:
        kind = "bytes" if isinstance(frame, bytes) else "text"
        text = frame if isinstance(frame, bytes | str) else json.dumps(frame)
        incoming.put_nowait({"type": "websocket.receive", kind: text})
    scope = {
        "type": "websocket", "path": "/graphql", "query_string": b"", "headers": [], "client": None, "root_path": "",
        "subprotocols": ["graphql-transport-ws"], "scheme": "ws",
    }  # fmt: skip
    serving = asyncio.create_task(town.app(LIMITS)(scope, incoming.get, send))
    while not incoming.empty():
        await asyncio.sleep(0)
    incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(serving, 5)
    # What was told to end needs its turn to do so.
    others = asyncio.all_tasks() - {asyncio.current_task()}
    _, outlived = await asyncio.wait(others, timeout=1) if others else (set(), set())
    assert not outlived, "an operation outlived its socket"
    return said, code


class Protocol:
    """The protocol, written down once more, as plainly as it can be."""

    def __init__(self) -> None:
        self.initiated = False
        self.running: set[str] = set()
        self.said: list[tuple[str, Any]] = []

    def hear(self, message: Any) -> int | None:
        if message in WRONG:
            return 4400
        if message["type"] == "ping":
            self.said.append(("pong", None))
        elif message["type"] == "connection_init":
            return self.init()
        elif message["type"] == "subscribe":
            return self.subscribe(message["id"])
        elif message["type"] == "complete":
            self.running.discard(message["id"])
        return None

    def init(self) -> int | None:
        if self.initiated:
            return 4429
        self.initiated = True
        self.said.append(("connection_ack", None))
        return None

    def subscribe(self, name: str) -> int | None:
        if not self.initiated:
            return 4401
        if name in self.running:
            return 4409
        if len(self.running) == LIMITS.operations_per_socket:
            self.said.append(("error", name))
        else:
            self.running.add(name)
        return None


def expected(conversation: list[Any]) -> tuple[list[tuple[str, Any]], int | None]:
    protocol = Protocol()
    codes = (protocol.hear(message) for message in conversation)
    code = next((code for code in codes if code is not None), None)
    return protocol.said, code


@settings(deadline=None, max_examples=300)
@given(conversations)
def test_any_conversation_ends_as_the_protocol_says(conversation: list[Any]) -> None:
    said, code = asyncio.run(converse(conversation))
    assert ([(message["type"], message.get("id")) for message in said], code) == expected(conversation)


@settings(deadline=None, max_examples=300)
@given(st.lists(anything, max_size=8), st.booleans())
def test_random_messages_close_with_a_code_of_the_protocol_or_not_at_all(
    frames: list[Any], init: bool
) -> None:
    if init:
        frames = [{"type": "connection_init"}, *frames]
    with capture_logs() as logs:
        said, code = asyncio.run(converse(frames))
    assert code is None or code in set(Code)
    assert logs == []
    for message in said:
        assert message["type"] in {"connection_ack", "pong", "next", "error", "complete"}
