"""What is only its owner's is shown to nobody else, however equal their rights are and whoever came first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from eperf.adapters.broker import Bell
from eperf.app.following import LogShares
from eperf.domain.access import Role, Viewer
from eperf.store import log
from eperf.store.event import EventRow
from eperf.store.webhook import WebhookRow
from tests.app.following.ear import Follower
from tests.support.asking import SCHEMA, context_of, decoded, engine
from tests.support.town import Town, build

URLS = "subscription ($after: String) { performanceUpdates(after: $after) { cursor subject { ... on Webhook { url } } } }"
NAMES = URLS.replace("url", "name")
URL = "https://penerima.example.go.id/kait/rahasia"


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


async def hooked(town: Town) -> None:
    """Sri's webhook, of which the log tells."""
    now = datetime.now(UTC)
    row = await WebhookRow.create(
        account_id=town.accounts["Sri"], unit_id=town.units["city"], name="kait", url=URL, state="active",
        host="penerima.example.go.id", secret="x", cursor=0, created_at=now, changed_at=now,
    )  # fmt: skip
    await EventRow.create(
        kind="webhook.changed", version=1, subject_type="Webhook", subject_id=row.id, occurred_at=now,
        unit_id=town.units["city"], payload={},
    )  # fmt: skip
    await log.number()


def service(town: Town, name: str) -> Viewer:
    """An account without an employee, as those of two vendors are: their rights are equal."""
    grant = (Role.INTEGRATOR, town.units["city"])
    return Viewer(town.accounts[name], name, roles=frozenset({Role.INTEGRATOR}), grants=frozenset({grant}))


@pytest.mark.parametrize("order", [("Sri", "Wati"), ("Wati", "Sri")])
@pytest.mark.parametrize("after", ["0", None])
async def test_equal_rights_do_not_show_anothers_address(
    town: Town, order: tuple[str, str], after: str | None
) -> None:
    bell, asked = Bell(look_again=0.02), engine()
    shares = LogShares(asked, SCHEMA, bell)
    followers = {}
    for name in order:
        context = context_of(service(town, name), town.registry)
        followers[name] = Follower(asked, shares, context, URLS, {}, after)
        followers[name].begin()
    await asyncio.sleep(0.1)
    await hooked(town)
    bell.ring()
    async with asyncio.timeout(10):
        while not all(one.heard for one in followers.values()):
            await asyncio.sleep(0.01)
    shown = {
        name: decoded(one.heard[0])["data"]["performanceUpdates"]["subject"]["url"]
        for name, one in followers.items()
    }
    for one in followers.values():
        await one.cut()
    assert shown == {"Sri": URL, "Wati": "https://penerima.example.go.id/…"}


@pytest.mark.parametrize(("document", "groups"), [(URLS, 2), (NAMES, 1)])
async def test_only_what_is_an_owners_is_not_shared(town: Town, document: str, groups: int) -> None:
    asked = engine()
    shares = LogShares(asked, SCHEMA, Bell(look_again=0.02))
    followers = [
        Follower(asked, shares, context_of(service(town, name), town.registry), document, {}, None)
        for name in ("Sri", "Wati")
    ]
    for one in followers:
        one.begin()
    await asyncio.sleep(0.05)
    assert len(shares) == groups
    for one in followers:
        await one.cut()
