"""Operations on a socket: queries, mutations and streams, side by side, each ending alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect

from eperf.app.graphql import Limits
from tests.app.graphql import town
from tests.app.graphql.talk import PROTOCOL, SECRET, STAY, Talk, codes, talking


async def test_a_subscription_gives_its_events_and_completes_and_its_id_is_free_again() -> None:
    async with talking() as talk:
        await talk.init()
        for _ in range(2):
            await talk.subscribe("subscription($n: Int!) { count(to: $n) }", variables={"n": 3})
            assert await talk.all_of() == [*({"data": {"count": n}} for n in range(3)), ("complete", None)]


async def test_queries_and_mutations_run_over_the_socket_too(trace: town.Trace) -> None:
    async with talking() as talk:
        await talk.init()
        await talk.subscribe('mutation M { shelve(title: "x") } query Q { later }', operationName="M")
        assert await talk.all_of() == [{"data": {"shelve": "x"}}, ("complete", None)]
        await talk.subscribe("{ later hello }")
        assert await talk.all_of() == [
            {"data": {"later": "en later", "hello": "hello world"}},
            ("complete", None),
        ]
    assert trace.shelved == ["x"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ wrong }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { a: count(to: 1) b: count(to: 2) }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { hello } query B { hello }"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query A { hello }", "operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "subscription($n: Int!) { count(to: $n) }", "variables": {"n": "x"}}, "BAD_USER_INPUT"),
        ({"query": "{ __schema { types { name } } }"}, "INTROSPECTION_DISABLED"),
        ({"query": "{" + "a{" * 30 + "b" + "}" * 31}, "LIMIT_EXCEEDED"),
        ({"query": "{ books(first: 99999) { nodes { title } } }"}, "LIMIT_EXCEEDED"),
        ({"query": "subscription { unready }"}, "FORBIDDEN"),
    ],
)
async def test_what_is_wrong_with_one_operation_ends_only_that_operation(payload: Any, code: str) -> None:
    async with talking() as talk:
        await talk.init()
        await talk.subscribe(STAY, "stay")
        await talk.say({"id": "1", "type": "subscribe", "payload": payload})
        heard = [await talk.hear() for _ in range(5)]
        (error,) = [message for message in heard if message["id"] == "1"]
        assert error["type"] == "error"
        assert codes(error["payload"])[0] == code
        assert sum(message["id"] == "stay" for message in heard) == 4


async def test_a_field_error_is_in_its_answer_and_masked() -> None:
    with capture_logs() as logs:
        async with talking() as talk:
            await talk.init()
            await talk.subscribe("{ hello crash refuse }")
            answer, end = await talk.all_of()
    assert end == ("complete", None)
    assert answer["data"] == {"hello": "hello world", "crash": None, "refuse": None}
    assert set(codes(answer["errors"])) == {"INTERNAL_SERVER_ERROR", "CONFLICT"}
    assert logs[0]["id"] in str(answer)
    assert not [word for word in SECRET if word in str(answer)]


async def test_a_stream_that_breaks_off_ends_with_a_typed_error() -> None:
    with capture_logs() as logs:
        async with talking() as talk:
            await talk.init()
            await talk.subscribe("subscription { breaking }")
            first, (kind, errors) = await talk.all_of()
            await talk.subscribe("subscription { breaking(refused: true) }")
            _, refused = await talk.all_of()
    assert (first, kind) == ({"data": {"breaking": 1}}, "error")
    assert errors[0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "id": logs[0]["id"]}
    assert refused[0] == "error"
    assert codes(refused[1]) == ["CONFLICT"]
    assert not [word for word in SECRET if word in str((errors, refused))]


async def test_an_event_that_takes_too_long_is_an_error_and_the_stream_goes_on() -> None:
    async with talking(Limits(execution_seconds=0.2)) as talk:
        await talk.init()
        await talk.subscribe("subscription { books(delay: 5) { title } }")
        late, good, end = await talk.all_of()
    assert codes(late["errors"]) == ["TIMEOUT"]
    assert (good, end) == ({"data": {"books": {"title": "slow"}}}, ("complete", None))


async def test_messages_speak_the_language_of_the_handshake() -> None:
    async with town.served(town.app()) as host:
        headers = {"accept-language": "id"}
        async with connect(
            f"ws://{host}/graphql", subprotocols=PROTOCOL, additional_headers=headers
        ) as socket:
            talk = await Talk(socket).init()
            await talk.subscribe("{ forbid }")
            answer, _ = await talk.all_of()
    assert answer["errors"][0]["message"].startswith("Peran Anda")


async def test_complete_ends_the_stream_at_its_source_and_frees_the_id(trace: town.Trace) -> None:
    async with talking() as talk:
        await talk.init()
        await talk.subscribe(STAY)
        await talk.hear()
        assert trace.streams == 1
        await talk.say(
            {"id": "1", "type": "complete"}, {"id": "1", "type": "complete"}, {"id": "x", "type": "complete"}
        )
        await talk.subscribe("{ hello }")
        heard = [message async for message in _until_complete(talk)]
        async for _ in town.until():
            if trace.streams == 0:
                break
    assert {"data": {"hello": "hello world"}} in [message.get("payload") for message in heard]


async def _until_complete(talk: Talk) -> AsyncIterator[Any]:
    while (message := await talk.hear())["type"] != "complete":
        yield message


async def test_operations_run_side_by_side_and_over_the_cap_are_refused_one_by_one() -> None:
    async with talking(Limits(operations_per_socket=3)) as talk:
        await talk.init()
        for name in "abc":
            await talk.subscribe("subscription { count(to: 30, delay: 0.01) }", name)
        await talk.subscribe("{ hello }", "d")
        heard = [await talk.hear() for _ in range(3 * 31 + 1)]
        (refused,) = [message for message in heard if message["id"] == "d"]
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"] == {
            "code": "LIMIT_EXCEEDED", "field": "operations_per_socket", "limit": "operations_per_socket", "most": 3,
            "value": 4,
        }  # fmt: skip
        for name in "abc":
            assert [message["type"] for message in heard if message["id"] == name] == ["next"] * 30 + [
                "complete"
            ]
        await talk.subscribe("{ hello }", "d")
        assert (await talk.all_of("d"))[-1] == ("complete", None)


async def test_each_operation_may_have_a_context_of_its_own() -> None:
    def fresh(context: town.Context) -> town.Context:
        context.operations += 1
        return town.Context(f"operation {context.operations}", "en", context.facts)

    async with talking(each_operation=fresh) as talk:
        await talk.init()
        for number in (1, 2):
            await talk.subscribe("{ whoami }")
            assert (await talk.all_of())[0] == {"data": {"whoami": f"operation {number}"}}


async def test_streams_can_be_shared_by_whoever_stands_behind_the_front() -> None:
    class Shares:
        def take(self, prepared: Any) -> Any:
            async def serve(outlet: Any) -> None:
                await outlet.send(b'{"data":{"count":"%s"}}' % prepared.request.query.encode())

            return serve

    async with talking(shares=lambda _: Shares()) as talk:
        await talk.init()
        await talk.subscribe("subscription{count(to:1)}")
        assert await talk.all_of() == [{"data": {"count": "subscription{count(to:1)}"}}, ("complete", None)]
        await talk.subscribe("{ hello }")
        assert (await talk.all_of())[0] == {"data": {"hello": "hello world"}}
