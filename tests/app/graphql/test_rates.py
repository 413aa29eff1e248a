"""Rates: a bucket for each principal, refused by name with the seconds to wait, on every way in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.app.graphql import Limits
from eperf.app.graphql.gate import Gate
from eperf.app.graphql.rates import Bucket, Purses, network
from eperf.app.graphql.refusals import TooFast
from tests.app.graphql import town
from tests.app.graphql.talk import codes, talking

OLD, NEW = "application/json", "application/graphql-response+json"


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def by_bearer(context: town.Context) -> str:
    return context.bearer or "anonymous"


amounts = st.lists(st.tuples(st.floats(0, 90), st.integers(1, 80)), max_size=40)


@given(st.integers(1, 60), amounts)
def test_no_stretch_of_time_gives_more_than_the_bucket_and_what_flows_in(
    most: int, asked: list[tuple[float, int]]
) -> None:
    bucket, now, taken = Bucket("x", most, 0.0), 0.0, list[tuple[float, int]]()
    for wait, amount in asked:
        now += wait
        try:
            bucket.take(amount, now)
        except TooFast as refused:
            assert isinstance(refused.value, int)
            assert refused.value > most
            bucket.take(amount, now + refused.retry_after)
            now += refused.retry_after
        taken.append((now, min(amount, most)))
    for begin in range(len(taken)):
        for end in range(begin, len(taken)):
            stretch = taken[end][0] - taken[begin][0]
            assert sum(n for _, n in taken[begin : end + 1]) <= most + stretch * most / 60 + 1e-3


def test_a_refusal_takes_nothing_and_says_how_long_to_wait_and_no_longer_than_needed() -> None:
    bucket = Bucket("cost_per_minute", 60, 0.0)
    bucket.take(60, 0.0)
    for _ in range(3):
        with pytest.raises(TooFast) as refused:
            bucket.take(10, 0.5)
        assert (refused.value.retry_after, refused.value.value, refused.value.field) == (
            10,
            70,
            "cost_per_minute",
        )
    with pytest.raises(TooFast):
        bucket.take(10, 9.9)
    bucket.take(10, 10.0)


def test_the_principals_that_are_remembered_are_bounded_and_those_at_work_are_not_forgotten() -> None:
    purses = Purses(Limits(principals=100, requests_per_minute=5), Clock())
    busy = purses.of("busy")
    left = busy.stay()
    for number in range(10_000):
        purses.of(number).request()
        assert len(purses) <= 100
    assert purses.of("busy") is busy
    left()
    for number in range(200):
        purses.of(number)
    assert purses.of("busy") is not busy


def test_a_purse_that_is_full_enough_is_paid_from_and_no_other() -> None:
    clock = Clock()
    purse = Purses(Limits(requests_per_minute=60, cost_per_minute=600), clock).of("x")
    assert purse.paid(600)
    assert not purse.paid(1)
    clock.now += 0.2
    assert purse.paid(2)
    clock.now += 0.01
    assert not purse.paid(2)
    for _ in range(58):
        purse.request()
    with pytest.raises(TooFast, match="requests_per_minute"):
        purse.request()


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("unknown", "unknown"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_addresses_of_one_network_are_one_principal(address: str, whose: str) -> None:
    assert network(address) == whose


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_requests_over_the_rate_get_429_with_the_seconds_and_other_callers_are_served(
    accept: str,
) -> None:
    limits = Limits(requests_per_minute=3)
    async with town.client(limits, principal_of=by_bearer) as http:

        async def ask(who: str) -> Any:
            headers = {"accept": accept, "authorization": f"Bearer {who}"}
            return await http.post("/graphql", json={"query": "{ hello }"}, headers=headers)

        answers = [await ask("a") for _ in range(4)]
        other = await ask("b")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert other.status_code == 200
    refused = answers[-1]
    assert (refused.headers["retry-after"], refused.headers["content-type"]) == (
        "20",
        f"{accept}; charset=utf-8",
    )
    assert refused.json() == {
        "errors": [
            {
                "message": "The limit requests_per_minute of 3 was passed: 4; try again in 20 seconds.",
                "extensions": {
                    "code": "RATE_LIMITED", "field": "requests_per_minute", "limit": "requests_per_minute", "most": 3,
                    "value": 4, "retryAfter": 20,
                },
            }
        ]
    }  # fmt: skip


async def test_what_is_refused_for_another_reason_is_counted_too() -> None:
    async with town.client(Limits(requests_per_minute=3), principal_of=by_bearer) as http:
        for query in ("{", "{ wrong }", "{" + "a{" * 30 + "b" + "}" * 31):
            assert town.code(await town.ask(http, query)) != "RATE_LIMITED"
        answer = await http.get("/graphql", params={"query": "{ hello }"})
    assert (answer.status_code, town.code(answer.json())) == (429, "RATE_LIMITED")


async def test_the_cost_of_all_requests_together_is_limited() -> None:
    limits = Limits(cost_per_minute=600, cost=500)
    async with town.client(limits, principal_of=by_bearer) as http:
        dear = {"query": "{ books(first: 400) { edges { cursor } } }"}
        first = await http.post("/graphql", json=dear)
        second = await http.post("/graphql", json=dear)
        cheap = await http.post("/graphql", json={"query": "{ hello }"})
    assert (first.status_code, second.status_code, cheap.status_code) == (200, 429, 200)
    extensions = second.json()["errors"][0]["extensions"]
    assert (extensions["limit"], extensions["most"]) == ("cost_per_minute", 600)
    assert extensions["value"] in (803, 804)
    assert second.headers["retry-after"] in ("20", "21")


async def test_a_socket_hears_it_as_the_error_of_that_operation_and_stays_open() -> None:
    async with talking(Limits(requests_per_minute=2, cost_per_minute=1000), principal_of=by_bearer) as talk:
        await talk.init()
        await talk.subscribe("subscription { count(to: 300, delay: 0.01) }", "stay")
        await talk.subscribe("{ hello }", "a")
        await talk.subscribe("{ hello }", "b")
        heard = dict[str, Any]()
        while "b" not in heard:
            message = await talk.hear()
            heard.setdefault(message["id"], message)
        assert heard["a"]["type"] == "next"
        assert (heard["b"]["type"], codes(heard["b"]["payload"])) == ("error", ["RATE_LIMITED"])
        assert heard["b"]["payload"][0]["extensions"]["retryAfter"] == 30
        assert (await talk.hear())["id"] == "stay"


async def test_operations_of_one_principal_at_once_are_limited_and_the_place_is_free_again() -> None:
    limits = Limits(operations_per_principal=3)
    async with town.client(limits, principal_of=by_bearer) as http:

        async def ask(who: str, query: str = "{ later(seconds: 0.5) }") -> Any:
            return await http.post(
                "/graphql", json={"query": query}, headers={"authorization": f"Bearer {who}"}
            )

        slow = [asyncio.create_task(ask("a")) for _ in range(3)]
        await asyncio.sleep(0.2)
        refused, other = await ask("a", "{ hello }"), await ask("b", "{ hello }")
        answers = await asyncio.gather(*slow)
        again = await ask("a", "{ hello }")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["errors"][0]["extensions"]["limit"] == "operations_per_principal"
    assert {answer.status_code for answer in (*answers, other, again)} == {200}


async def test_a_place_is_free_again_after_a_failure_a_time_out_and_a_caller_who_left() -> None:
    limits = Limits(operations_per_principal=1, execution_seconds=0.3)
    application = town.app(limits, principal_of=by_bearer)
    async with town.served(application) as host, town.httpx.AsyncClient(base_url=f"http://{host}") as http:
        assert town.code(await town.ask(http, "{ crashHard }")) == "INTERNAL_SERVER_ERROR"
        assert town.code(await town.ask(http, "{ later(seconds: 9) }")) == "TIMEOUT"
        with pytest.raises(town.httpx.ReadTimeout):
            await http.post("/graphql", json={"query": "{ later(seconds: 9) }"}, timeout=0.05)
        await asyncio.sleep(0.6)
        assert await town.ask(http, "{ hello }") == {"data": {"hello": "hello world"}}


def test_without_principals_nobody_has_a_rate() -> None:
    gate = Gate(Limits(requests_per_minute=1))
    for _ in range(10):
        gate.purse(None).request()
