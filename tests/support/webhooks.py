"""Webhooks of the small town: an owner with a role in the database, updates in the log, and a running sender."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from eperf.adapters.addresses import Reachable
from eperf.adapters.broker import Bell
from eperf.adapters.poster import HttpPoster
from eperf.app.graphql.limits import Limits
from eperf.app.webhooks.outlet import WebhookOutlet
from eperf.app.webhooks.sender import Sender
from eperf.domain.access import SYSTEM, Role
from eperf.domain.activity import Report
from eperf.domain.attendance.network import networks_of
from eperf.schema.compose import compose
from eperf.services import activity, webhook
from eperf.services.call import Call
from eperf.services.webhook.fair import Places
from eperf.store import log
from eperf.store.access import GrantRow
from eperf.store.webhook import WebhookRow
from tests.support.town import SINCE, TODAY, Town

SCHEMA = compose()
OWNER = "Eka"
GRANT = (Role.INTEGRATOR, "city")
SUBMITTED = "activity.submitted"


class Clock:
    """A clock that can be put forward; else it goes like every other."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def loopback(host: str) -> Sequence[str]:
    """Every name leads to loopback."""
    return ["127.0.0.1"]


@asynccontextmanager
async def outlet_of(
    town: Town,
    clock: Callable[[], datetime],
    resolve: Callable[[str], Sequence[str]] = loopback,
    **given: Any,
) -> AsyncIterator[WebhookOutlet]:
    """The way out, to loopback."""
    reachable, bounds = Reachable(networks_of("127.0.0.0/8"), resolve), {"whole_seconds": 1.5, **given}
    poster, prober = HttpPoster(reachable, **bounds), HttpPoster(reachable, **bounds)
    way = WebhookOutlet(SCHEMA, town.registry, Bell(), clock, Limits(), poster, prober)
    try:
        yield way
    finally:
        await way.aclose()


def sender_of(
    town: Town,
    way: WebhookOutlet,
    clock: Callable[[], datetime],
    bell: Bell | None = None,
    places: Places | None = None,
) -> Sender:
    """A sender by this clock."""

    def call() -> Call:
        return Call(SYSTEM, clock(), registry=town.registry)

    return Sender(call, way, bell or Bell(0.05), timedelta(days=30), places)


@asynccontextmanager
async def sending(town: Town, way: WebhookOutlet, clock: Callable[[], datetime]) -> AsyncIterator[Bell]:
    """The duty, running."""
    bell = Bell(0.05)
    task = asyncio.create_task(sender_of(town, way, clock, bell).run())
    try:
        yield bell
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def owned(town: Town, owner: str = OWNER, grant: tuple[Role, str] = GRANT) -> None:
    """Gives somebody the role under which webhooks are made, in the database too."""
    role, unit = grant
    await GrantRow.create(
        account_id=town.accounts[owner], role=role.value, unit_id=town.units[unit], valid_from=SINCE
    )


async def active(town: Town, url: str, way: WebhookOutlet, **given: Any) -> WebhookRow:
    """A webhook that is past its verification."""
    new = webhook.NewWebhook(
        given.pop("name", "hook"),
        url,
        town.units[given.pop("unit", "city")],
        **{"kinds": (SUBMITTED,), **given},
    )
    made = await webhook.create(town.call(OWNER, GRANT), new, way)
    await WebhookRow.filter(id=made.id).update(state="active")
    return await WebhookRow.get(id=made.id)


async def happens(town: Town, times: int = 1, who: str = "Budi") -> None:
    """Somebody reports work, and the log grows."""
    for _ in range(times):
        await activity.submit(town.call(who), Report(town.item, TODAY, 10, 100, "kerja"))
    while await log.number():
        pass


async def until(true: Callable[[], Any | Awaitable[Any]], seconds: float = 20) -> None:
    """Waits for something to become true."""
    async with asyncio.timeout(seconds):
        while True:
            found = true()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.02)


async def worked_off(sender: Sender) -> None:
    """Rounds until nothing is left that could be done now."""
    while await sender.round() or sender._flying or sender._sent:
        await asyncio.sleep(0.02)
