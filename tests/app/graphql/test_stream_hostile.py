"""The hostile bodies on the path of event streams, and what else must not cut an event or run."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from eperf.app.graphql import Limits
from tests.app.graphql import town
from tests.app.graphql.listen import EVENTS, PATH, answers, ask, events
from tests.app.graphql.test_hostile import BODIES, CODES

JSON = "application/json"


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


def check(response: httpx.Response) -> None:
    if response.status_code == 200:
        refused, end = events(response.text)
        assert end == "complete"
    else:
        assert response.status_code in {400, 413}
        refused = response.json()
    assert refused["errors"]
    assert set(codes(refused)) <= CODES
    assert "Traceback" not in response.text
    assert len(response.content) < 70_000


# The one body of that list that is no offence here is the subscription.
@pytest.mark.parametrize("name", [name for name in BODIES if name != "a subscription"])
async def test_a_hostile_body_gets_a_typed_refusal_quickly(name: str) -> None:
    headers = {"content-type": JSON, "accept": EVENTS}
    with capture_logs() as logs:
        async with town.client() as http:
            begun = time.perf_counter()
            response = await http.post(PATH, content=BODIES[name], headers=headers)
            took = time.perf_counter() - begun
    check(response)
    assert logs == []
    assert took < 5


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_needs_no_preflight_is_refused_and_not_run(
    content_type: str, trace: town.Trace
) -> None:
    body = b'{"query": "mutation { shelve(title: \\"x\\") }"}'
    async with town.client() as http:
        response = await http.post(
            PATH, content=body, headers={"accept": EVENTS, "content-type": content_type}
        )
    assert response.status_code == 415
    assert trace.shelved == []


async def test_a_long_address_is_refused() -> None:
    params = {"query": "{ hello }", "x": "y" * 600}
    async with town.client(Limits(url_bytes=500)) as http:
        address = await http.get(PATH, params=params, headers={"accept": EVENTS})
    assert (address.status_code, codes(address.json())) == (414, ["LIMIT_EXCEEDED"])


@pytest.mark.parametrize("text", ["a\r\nb", "a\n\nevent: complete", "\u2028\u2029\x85 🏙"])
async def test_no_value_can_cut_its_event(text: str) -> None:
    async with town.client() as http:
        heard = await answers(http, "query($v: JSON!) { echo(value: $v) }", variables={"v": text})
    assert heard == [{"data": {"echo": text}}, "complete"]


async def test_line_ends_between_the_values_of_an_answer_do_not_cut_its_event() -> None:
    class Shares:
        def take(self, _: Any) -> Any:
            async def serve(outlet: Any) -> None:
                await outlet.send(b'{"data": {"rows": [1, \r\n\r\n 2]}}')

            return serve

    async with town.client(shares=lambda _: Shares()) as http:
        heard = await answers(http, "subscription { count(to: 1) }")
    assert heard == [{"data": {"rows": [1, 2]}}, "complete"]


async def test_what_takes_too_long_is_stopped_and_says_so_in_the_stream(trace: town.Trace) -> None:
    async with town.client(Limits(execution_seconds=0.1)) as http:
        late, end = await answers(http, "{ later(seconds: 5) }")
        slow, good, _ = await answers(http, "subscription { books(delay: 5) { title } }")
        stuck = await ask(http, "{ hello }", headers={"authorization": "Bearer stuck"})
    assert (codes(late), end, trace.cancelled) == (["TIMEOUT"], "complete", 1)
    assert codes(slow) == ["TIMEOUT"]
    assert good == {"data": {"books": {"title": "slow"}}}
    assert (stuck.status_code, codes(stuck.json())) == (503, ["UNAVAILABLE"])
