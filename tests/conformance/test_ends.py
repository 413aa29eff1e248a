"""How sockets and event streams end, as the protocols' own clients see it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.applications import Starlette

from eperf.app.graphql import Limits
from tests.app.graphql import town
from tests.conformance.suite import line, running

CLOSES = {
    "noMessage": 4400,
    "noObject": 4400,
    "notKnown": 4400,
    "notText": 4400,
    "idNoString": 4400,
    "tooEarly": 4401,
    "refused": 4403,
    "forbidden": 4403,
    "noProtocol": 4406,
    "tooLate": 4408,
    "idTwice": 4409,
    "initTwice": 4429,
    "broken": 4500,
    "tooBig": 1009,
    "hasty": 1013,
    "away": 1013,
    "byTheClient": 1000,
    "revoked": 4403,
    "going": 1001,
}


class Door:
    """One address, behind which a server may go and another one come."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open()

    def _open(self) -> None:
        self.front = town.front(self._limits)
        self._app = Starlette(routes=self.front.routes())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)

    async def renew(self) -> None:
        """The server goes, and comes again."""
        gone = self.front
        self._open()
        await gone.aclose()


async def talked(script: str, path: str, limits: Limits) -> Any:
    """What a script says of a served front; the server goes, and comes again, when the script is ready for it."""
    door = Door(limits)
    async with town.served(door) as host:
        given = {"socket": f"ws://{host}{path}", "events": f"http://{host}{path}"}
        async with running(script, given) as process, asyncio.TaskGroup() as group:
            revoking = group.create_task(_revoke_when_seen())
            assert await line(process) == "ready"
            async for _ in town.until(5):
                if door.front.open_sockets:
                    break
            await asyncio.sleep(0.2)
            await door.renew()
            said = json.loads(await line(process))
            revoking.cancel()
            return said


async def _revoke_when_seen() -> None:
    """One caller's credential is revoked when it has just come in."""
    async for _ in town.until(30):
        if any(facts.bearer == "revoke-me" for facts in town.trace.facts):
            break
    await asyncio.sleep(0.2)
    town.trace.revoked.add("revoke-me")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for name, value in vars(town.Trace()).items():
        setattr(town.trace, name, value)


async def test_the_client_of_sockets_meets_every_close_code() -> None:
    found = await talked("closes.mjs", "/graphql", Limits(init_seconds=2))
    assert {way: code for way, (code, _) in found.items()} == CLOSES
    assert all(reason for way, (_, reason) in found.items() if way not in {"byTheClient", "tooBig"}), found


async def test_the_client_of_event_streams_goes_through_every_end() -> None:
    found = await talked("lives.mjs", "/graphql/stream", Limits())
    assert [result["data"]["count"] for result in found["whole"]["results"]] == [0, 1, 2]
    assert found["whole"]["complete"]
    assert [_codes(found[life]) for life in ("invalid", "revoked")] == [
        ["GRAPHQL_VALIDATION_FAILED"],
        ["UNAUTHENTICATED"],
    ]
    assert found["invalid"]["complete"]
    assert found["revoked"]["complete"]
    assert (found["refused"]["error"], found["hasty"]["error"]) == (401, 429)
    assert len(found["left"]["results"]) == 2
    counted = [result["data"]["count"] for result in found["again"]["results"]]
    assert counted.count(0) == 2
    assert found["again"]["complete"]


def _codes(life: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in life["results"][-1]["errors"]]
