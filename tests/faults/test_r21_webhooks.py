"""R21: receivers that hang, drip, flood, lead elsewhere, lie about who they are, refuse, or take one update never.

Each is met as `docs/webhooks.md` says, a receiver that is well gets everything within five seconds, what was set aside
can be sent again, and nothing ever goes to an address of the own network that is not allowed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

import pytest

from eperf.adapters.addresses import Reachable
from eperf.adapters.broker import Bell
from eperf.adapters.poster import HttpPoster
from eperf.app.graphql.limits import Limits
from eperf.app.webhooks.outlet import WebhookOutlet
from eperf.domain.activity import Report
from eperf.domain.attendance.network import networks_of
from eperf.services import activity, webhook
from eperf.store import log
from eperf.store.webhook import WebhookAttemptRow, WebhookDeliveryRow, WebhookRow
from tests.support.receivers import (
    OK,
    Answer,
    Receiver,
    Request,
    certificates,
    drips,
    floods,
    hangs,
    receiving,
    resets,
    status,
)
from tests.support.town import TODAY, Town, build
from tests.support.webhooks import GRANT, OWNER, SCHEMA, Clock, active, owned, sending, until

FORBIDDEN = "127.0.0.2"
UPDATES, EVERY = 40, 0.05
LATE_SECONDS = 5
DROPS = {"busy": status(429, headers="Retry-After: 2\r\n"), "gone": status(410)}


@dataclass
class Scene:
    """The town with receivers by name, the way out, and a service on an address that may not be met."""

    town: Town
    way: WebhookOutlet
    clock: Clock
    forbidden: Receiver
    receivers: dict[str, Receiver] = field(default_factory=dict)
    webhooks: dict[str, int] = field(default_factory=dict)
    begun: dict[int, float] = field(default_factory=dict)

    async def row(self, name: str) -> WebhookRow:
        return await WebhookRow.get(id=self.webhooks[name])

    async def happens(self, times: int = UPDATES) -> None:
        """Updates at a steady pace; when each was in the log."""
        for _ in range(times):
            before = await log.head()
            await activity.submit(self.town.call("Budi"), Report(self.town.item, TODAY, 10, 100, "kerja"))
            while await log.number():
                pass
            self.begun |= dict.fromkeys(range(before + 1, await log.head() + 1), monotonic())
            await asyncio.sleep(EVERY)

    def lateness(self, name: str, since: int = 0) -> list[float]:
        """How long each update took to its first arrival."""
        first: dict[int, float] = {}
        for request in self.receivers[name].got:
            first.setdefault(int(request.event["cursor"]), request.at)
        return [
            at - self.begun[cursor] for cursor, at in first.items() if cursor in self.begun and cursor > since
        ]

    async def faults(self, name: str) -> set[tuple[str | None, int | None]]:
        """What its attempts came to."""
        found = await WebhookAttemptRow.filter(webhook_id=self.webhooks[name])
        return {(one.fault, one.status) for one in found}


def resolving(names: dict[str, int]) -> Callable[[str], Sequence[str]]:
    """Every name leads to loopback; `rebinds.test` does so once, and then to what may not be met."""

    def resolve(host: str) -> Sequence[str]:
        names[host] = names.get(host, 0) + 1
        return [FORBIDDEN] if host == "rebinds.test" and names[host] > 1 else ["127.0.0.1"]

    return resolve


@pytest.fixture
async def scene(database: str, tmp_path: Path) -> AsyncIterator[Scene]:
    town, clock = await build(), Clock()
    await owned(town)
    poster, prober = (
        HttpPoster(Reachable(networks_of("127.0.0.1"), resolving({})), whole_seconds=2.5, connect_seconds=5)
        for _ in range(2)
    )
    way = WebhookOutlet(SCHEMA, town.registry, Bell(), clock, Limits(), poster, prober)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(way.aclose)
        forbidden = await stack.enter_async_context(receiving(OK, host=FORBIDDEN))
        made = Scene(town, way, clock, forbidden)
        server, _ = certificates(tmp_path, "lies.test")
        hostile: dict[str, Answer] = {
            "hangs": hangs, "drips": drips(b"HTTP/1.1 200 OK\r\nX: "), "floods": floods, "resets": resets,
            "breaks": status(500), **DROPS, "lies": OK,
            "leads": status(307, headers=f"Location: {forbidden.url(FORBIDDEN)}\r\n"),
            "rebinds": status(200, headers="Connection: close\r\n"),
        }  # fmt: skip
        for name, answer in {"well": OK, "poisoned": OK, **hostile}.items():
            tls = server if name == "lies" else None
            made.receivers[name] = await stack.enter_async_context(receiving(answer, tls))
        yield made


async def hooked(scene: Scene, names: Sequence[str]) -> None:
    for name in names:
        receiver = scene.receivers[name]
        row = await active(scene.town, receiver.url(f"{name}.test"), scene.way, name=name)
        scene.webhooks[name] = row.id


async def test_a_receiver_that_is_well_is_never_late_whatever_the_others_do(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    await hooked(scene, ["well"])
    async with sending(scene.town, scene.way, scene.clock) as bell:
        await scene.happens()
        await until(lambda: len(scene.receivers["well"].got) == UPDATES)
        alone, since = scene.lateness("well"), await log.head()
        await hooked(scene, [name for name in scene.receivers if name != "well"])
        await scene.happens()
        bell.ring()
        await until(lambda: len(scene.receivers["well"].got) == 2 * UPDATES)
        await asyncio.sleep(3)
    among = scene.lateness("well", since)
    record_property(
        "figure",
        f"R21: a receiver alone p50 {median(alone) * 1000:.0f} ms, worst {max(alone) * 1000:.0f} ms; among "
        f"{len(scene.receivers) - 1} hostile ones p50 {median(among) * 1000:.0f} ms, worst {max(among) * 1000:.0f} ms",
    )
    assert len(among) == UPDATES
    assert max(among) <= LATE_SECONDS
    assert scene.forbidden.connections == 0
    assert await scene.faults("hangs") == {("timeout", None)}
    assert await scene.faults("drips") == {("timeout", None)}
    assert await scene.faults("floods") == {(None, 200)}
    assert await scene.faults("resets") == {("broken", None)}
    assert await scene.faults("breaks") == {("status", 500)}
    assert await scene.faults("busy") == {("busy", 429)}
    assert await scene.faults("leads") == {("redirect", 307)}
    assert await scene.faults("lies") == {("tls", None)}
    assert await scene.faults("rebinds") == {(None, 200), ("address", None)}
    assert ((gone := await scene.row("gone")).state, gone.cause) == ("disabled", "gone")
    assert {(await scene.row(name)).state for name in scene.webhooks if name != "gone"} == {"active"}
    # Who hangs was asked few times, not once for each update.
    assert len(scene.receivers["hangs"].got) < UPDATES / 2


async def test_who_asks_to_be_left_alone_is(scene: Scene) -> None:
    await hooked(scene, ["busy"])
    async with sending(scene.town, scene.way, scene.clock):
        await scene.happens(3)
        await asyncio.sleep(1)
        first = [one.at for one in scene.receivers["busy"].got]
        await until(lambda: len(scene.receivers["busy"].got) > len(first))
    at = [one.at for one in scene.receivers["busy"].got]
    assert at[len(first)] - max(first) >= 1.5
    assert len(first) <= 4, "those that were under way"


async def test_all_that_was_missed_comes_when_a_receiver_is_well_again(scene: Scene) -> None:
    names = ["hangs", "resets", "breaks", "busy", "leads"]
    await hooked(scene, names)
    async with sending(scene.town, scene.way, scene.clock):
        await scene.happens(10)
        await asyncio.sleep(1)
        for name in names:
            scene.receivers[name].answer = OK
            scene.receivers[name].got.clear()
        scene.clock.ahead += timedelta(hours=9)
        for name in names:
            await until(lambda name=name: len(set(scene.receivers[name].cursors)) == 10)


async def test_a_poisoned_update_is_tried_for_days_set_aside_and_sent_again_when_asked(scene: Scene) -> None:
    await hooked(scene, ["poisoned"])
    poison: list[str] = []

    async def poisoned(request: Request, writer: Any) -> None:
        await status(500 if request.event["cursor"] in poison else 204)(request, writer)

    receiver = scene.receivers["poisoned"]
    receiver.answer = poisoned
    while await log.number():
        pass
    poison.append(str(await log.head() + 1))
    row = await scene.row("poisoned")
    async with sending(scene.town, scene.way, scene.clock):
        await scene.happens(5)
        await until(lambda: len(set(receiver.cursors)) == 5)
        for _ in range(120):
            scene.clock.ahead += timedelta(hours=1)
            await asyncio.sleep(0.1)
            if await WebhookDeliveryRow.filter(webhook_id=row.id, state="dead").count():
                break
        [dead] = await WebhookDeliveryRow.filter(webhook_id=row.id, state="dead")
        assert (dead.attempts, str(dead.cursor)) == (24, poison[0])
        assert await WebhookDeliveryRow.filter(webhook_id=row.id, state="delivered").count() == 4
        tried = [one for one in receiver.got if one.event["cursor"] in poison]
        assert len({one.headers["webhook-id"] for one in tried}) == 1
        poison.clear()
        call = scene.town.call(OWNER, GRANT)
        assert await webhook.redeliver(call, row.id, webhook.Again(failed=True)) == 1
        await until(lambda: delivered(row.id, 5))
        assert await webhook.redeliver(call, row.id, webhook.Again(first=1, last=await log.head())) == 5
        before = len(receiver.got)
        await until(lambda: len(receiver.got) == before + 5)
    assert (await scene.row("poisoned")).state == "active"


async def delivered(webhook_id: int, count: int) -> bool:
    return await WebhookDeliveryRow.filter(webhook_id=webhook_id, state="delivered").count() == count


async def test_a_receiver_that_takes_nothing_for_five_days_is_stopped_and_goes_on_when_told(
    scene: Scene,
) -> None:
    await hooked(scene, ["breaks"])
    async with sending(scene.town, scene.way, scene.clock):
        await scene.happens(3)
        for _ in range(60):
            scene.clock.ahead += timedelta(hours=9)
            await asyncio.sleep(0.1)
            if (await scene.row("breaks")).state == "disabled":
                break
        row = await scene.row("breaks")
        assert (row.state, row.cause) == ("disabled", "failing")
        scene.receivers["breaks"].answer = OK
        scene.receivers["breaks"].got.clear()
        await webhook.resume(scene.town.call(OWNER, GRANT), row.id)
        await until(lambda: len(set(scene.receivers["breaks"].cursors)) == 3)
