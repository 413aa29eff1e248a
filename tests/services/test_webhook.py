"""Who may do what with webhooks, and what is never given away by them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

import orjson
import pytest
from tortoise.backends.base.client import TransactionalDBClient

from eperf.domain.access import SYSTEM, Role
from eperf.domain.errors import (
    BadInput,
    Conflict,
    Forbidden,
    KeyReused,
    NotFound,
    Refused,
    TooMany,
    Unavailable,
)
from eperf.services import webhook
from eperf.services.call import Call
from eperf.services.webhook import manage, probe
from eperf.services.webhook.sending import end_pauses
from eperf.store import database, deliveries, log
from eperf.store.access import TokenRow
from eperf.store.event import EventRow
from eperf.store.webhook import WebhookDeliveryRow, WebhookRow
from tests.support.receivers import OK, Answer, echoes, hangs, receiving, status
from tests.support.town import NOW, Town
from tests.support.webhooks import GRANT, OWNER, Clock, active, happens, outlet_of, owned

redeliver = import_module("eperf.services.webhook.redeliver")  # its name in the package is the verb's
URL = "https://receiver.example/hook"
ADMIN = (Role.PERSONNEL_ADMIN, "city")
OTHER = (Role.INTEGRATOR, "city")


def new(town: Town, **given: Any) -> webhook.NewWebhook:
    return webhook.NewWebhook(**{"name": "SIMPEG", "url": URL, "unit_id": town.units["city"], **given})


def mine(town: Town, key: str | None = None, **given: Any) -> Call:
    return town.call(OWNER, GRANT, key=key, **given)


async def test_a_new_webhook_waits_for_its_verification_and_its_secret_is_shown_once(town: Town) -> None:
    first = await webhook.create(mine(town, "k"), new(town), None)
    again = await webhook.create(mine(town, "k"), new(town), None)
    assert first.secret is not None
    assert first.secret.startswith("whsec_")
    assert again == webhook.Issued(first.id, None)
    row = await WebhookRow.get(id=first.id)
    assert (row.state, row.roles, row.cursor) == (
        "pending",
        ["employee", "integrator", "supervisor"],
        await log.head(),
    )
    with pytest.raises(KeyReused):
        await webhook.create(mine(town, "k"), new(town, name="another"), None)


@pytest.mark.parametrize(
    "grant", [None, (Role.AUDITOR, "city"), (Role.UNIT_LEADER, "city"), (Role.INTEGRATOR, "office")]
)
async def test_only_integrators_and_personnel_officers_of_the_unit_make_one(town: Town, grant: Any) -> None:
    with pytest.raises(Forbidden):
        await webhook.create(town.call(OWNER, *([grant] if grant else [])), new(town), None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "http://user:pw@x.example/"}, "url"),
        ({"url": "https://x.example:22/"}, "url"),
        ({"name": "  "}, "name"),
        ({"kinds": ("no.such",)}, "kinds"),
        ({"kinds": ("score.changed",) * 51}, "kinds"),
        ({"units": (10**9,)}, "units"),
    ],
)
async def test_what_cannot_be_a_webhook_is_refused_by_its_field(town: Town, given: Any, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        await webhook.create(mine(town), new(town, **given), None)
    assert refused.value.field == field
    assert "pw" not in str(refused.value)


async def test_units_lie_at_or_below_its_own(town: Town) -> None:
    office, archive = town.units["office"], town.units["archive"]
    with pytest.raises(BadInput):
        await webhook.create(mine(town), new(town, unit_id=office, units=(archive,)), None)
    made = await webhook.create(mine(town), new(town, units=(archive,)), None)
    assert (await WebhookRow.get(id=made.id)).units == [archive]


async def test_a_selection_needs_somebody_who_can_check_it(town: Town) -> None:
    with pytest.raises(Unavailable):
        await webhook.create(mine(town), new(town, selection="{ kind }"), None)


async def test_an_account_has_twenty_at_most(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "MOST_WEBHOOKS", 2)
    made = [await webhook.create(mine(town), new(town), None) for _ in range(2)]
    with pytest.raises(TooMany):
        await webhook.create(mine(town), new(town), None)
    await webhook.remove(mine(town), made[0].id)
    await webhook.create(mine(town), new(town), None)


async def test_nobody_else_says_what_a_webhook_sends_but_who_answers_for_the_unit_may_stop_it(
    town: Town,
) -> None:
    number = (await webhook.create(mine(town), new(town), None)).id
    await WebhookRow.filter(id=number).update(state="active")
    for grant in (ADMIN, OTHER):
        call = town.call("Sri", grant)
        changing = (
            lambda call: webhook.change(call, number, webhook.Changes(url="https://evil.example/"), None),
            lambda call: webhook.rotate(call, number, 0),
            lambda call: webhook.resume(call, number),
            lambda call: webhook.redeliver(call, number, webhook.Again(failed=True)),
            lambda call: webhook.test(call, number, None),
            lambda call: webhook.verify(call, number, None),
        )
        for verb in changing:
            with pytest.raises(Forbidden):
                await verb(call)
    for verb in (webhook.pause, webhook.remove):
        with pytest.raises(Forbidden):
            await verb(town.call("Sri", OTHER), number)
        with pytest.raises(NotFound):
            await verb(town.call("Sri", (Role.PERSONNEL_ADMIN, "office")), number)
    await webhook.pause(town.call("Sri", ADMIN), number)
    await webhook.remove(town.call("Sri", ADMIN), number)
    gone = await WebhookRow.get(id=number)
    assert (gone.state, gone.secret) == ("removed", "")
    with pytest.raises(Conflict):
        await webhook.pause(mine(town), number)


async def test_a_narrow_token_of_the_owner_cannot_use_a_wide_webhook(town: Town) -> None:
    wide = await webhook.create(town.call(OWNER, GRANT, ADMIN), new(town), None)
    with pytest.raises(Forbidden):
        await webhook.change(mine(town), wide.id, webhook.Changes(url="https://evil.example/"), None)
    viewer = replace(town.viewer(OWNER, GRANT, ADMIN), roles=frozenset({Role.INTEGRATOR}))
    with pytest.raises(Forbidden):
        await webhook.rotate(Call(viewer, NOW, registry=town.registry), wide.id, 0)
    await WebhookRow.filter(id=wide.id).update(state="active")
    carried = (["integrator"], ["integrator", "personnel_admin", "employee", "supervisor"], None)
    narrow, whole, session = [await token_call(town, roles) for roles in carried]
    for verb in (webhook.pause, webhook.remove):
        with pytest.raises(Forbidden):
            await verb(narrow, wide.id)
    await webhook.pause(whole, wide.id)
    await webhook.remove(session, wide.id)


async def token_call(town: Town, roles: list[str] | None) -> Call:
    """The owner by a token with these roles, after the account has lost the one for webhooks."""
    made = await TokenRow.create(
        account_id=town.accounts[OWNER],
        name="t",
        digest=f"{roles}",
        roles=roles,
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return Call(replace(town.viewer(OWNER), token_id=made.id), NOW, registry=town.registry)


async def test_an_owner_who_lost_the_role_changes_nothing_and_can_still_take_it_away(town: Town) -> None:
    number = (await webhook.create(mine(town), new(town), None)).id
    with pytest.raises(Refused):
        await webhook.change(town.call(OWNER), number, webhook.Changes(name="x"), None)
    await webhook.remove(town.call(OWNER), number)


async def test_another_address_has_to_be_verified_again(town: Town) -> None:
    number = (await webhook.create(mine(town), new(town), None)).id
    await WebhookRow.filter(id=number).update(state="active", failures=9, rest_until=10**15)
    await webhook.change(mine(town), number, webhook.Changes(name="only a name"), None)
    assert (await WebhookRow.get(id=number)).state == "active"
    await webhook.change(mine(town), number, webhook.Changes(url=URL + "/2"), None)
    row = await WebhookRow.get(id=number)
    assert (row.state, row.failures, row.rest_until) == ("pending", 0, 0)


async def echoes_as_json(request: Any, writer: Any) -> None:
    await status(200, b' {"challenge": "%s"} ' % request.event["data"]["challenge"].encode())(request, writer)


async def echoes_but_fails(request: Any, writer: Any) -> None:
    await status(500, request.event["data"]["challenge"].encode())(request, writer)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (echoes, "active"), (echoes_as_json, "active"), (OK, "pending"), (status(200, b"yes"), "pending"),
        (status(200, b'{"challenge": 1}'), "pending"), (status(200, b'{"challenge": "\\ud800"}'), "pending"),
        (status(200, b"{"), "pending"), (echoes_but_fails, "pending"),
    ],
)  # fmt: skip
async def test_only_who_echoes_the_challenge_is_verified(town: Town, answer: Answer, state: str) -> None:
    await owned(town)
    async with outlet_of(town, Clock()) as way, receiving(answer) as receiver:
        number = (await webhook.create(mine(town), new(town, url=receiver.url()), way)).id
        probe = await webhook.verify(mine(town), number, way)
    assert probe.verified is (state == "active")
    assert (await WebhookRow.get(id=number)).state == state
    assert receiver.got[0].event["type"] == "webhook.verification"


async def test_a_dry_run_shows_what_would_be_sent_and_what_was_answered_and_changes_nothing(
    town: Town,
) -> None:
    await owned(town)
    await happens(town)
    async with outlet_of(town, Clock()) as way, receiving(status(418, b"teapot")) as receiver:
        number = (
            await webhook.create(
                mine(town), new(town, url=receiver.url(), selection="{ employee { name } }"), way
            )
        ).id
        unasked = await webhook.test(mine(town, now=NOW - timedelta(seconds=3)), number, way)
        assert orjson.loads(unasked.message.body)["data"] == {"test": True, "update": None}
        await WebhookRow.filter(id=number).update(state="active")
        before = await EventRow.all().count()
        probe = await webhook.test(mine(town), number, way)
        with pytest.raises(Conflict):
            await webhook.test(mine(town), number, way)
        await webhook.test(mine(town, now=NOW + timedelta(seconds=3)), number, way)
    assert (probe.outcome.status, probe.outcome.body) == (418, b"teapot")
    assert receiver.got[1].event["data"] == {"test": True, "update": {"employee": {"name": "Budi"}}}
    assert probe.message.body == receiver.got[1].body
    assert await EventRow.all().count() == before
    assert await WebhookDeliveryRow.all().count() == 0


async def test_a_pause_ends_where_it_began_or_now(town: Town) -> None:
    await owned(town)
    async with outlet_of(town, Clock()) as way:
        row = await active(town, URL, way)
    await webhook.pause(mine(town), row.id)
    await happens(town, 3)
    await webhook.resume(mine(town), row.id)
    assert (await WebhookRow.get(id=row.id)).cursor == row.cursor
    with pytest.raises(Conflict):
        await webhook.resume(mine(town), row.id)
    await webhook.pause(mine(town), row.id)
    head = await log.head()
    await webhook.resume(mine(town), row.id, skip=True)
    assert (await WebhookRow.get(id=row.id)).cursor == head


async def test_a_place_that_the_log_no_longer_holds_is_said_and_not_passed_over(town: Town) -> None:
    await owned(town)
    async with outlet_of(town, Clock()) as way:
        row = await active(town, URL, way)
    await webhook.pause(mine(town), row.id)
    await happens(town, 3)
    await EventRow.filter(cursor__lt=await log.head()).delete()
    with pytest.raises(Conflict, match="the log begins at"):
        await webhook.resume(mine(town), row.id)
    await webhook.resume(mine(town), row.id, skip=True)


async def test_the_log_is_needed_from_the_first_update_that_is_not_delivered(town: Town) -> None:
    await owned(town)
    assert await deliveries.lowest_needed() is None
    async with outlet_of(town, Clock()) as way:
        row = await active(town, URL, way)
        await happens(town, 3)
        assert await deliveries.lowest_needed() == row.cursor + 1
        await deliveries.go([await deliveries.ahead(row, await log.head(), 100)], 0)
        cursors = [one.cursor for one in await WebhookDeliveryRow.all().order_by("cursor")]
        assert len(cursors) == 3
        assert await deliveries.lowest_needed() == cursors[0]
        await WebhookDeliveryRow.filter(cursor=cursors[0]).update(state="delivered")
        assert await deliveries.lowest_needed() == cursors[1]
        await WebhookRow.filter(id=row.id).update(state="disabled")
        assert await deliveries.lowest_needed() is None


@pytest.mark.parametrize(
    ("days", "has_role", "state", "cause"),
    [(29, True, "paused", None), (31, True, "disabled", "too-old"), (1, False, "disabled", "owner")],
)
async def test_the_log_is_not_kept_for_ever_for_a_paused_webhook(
    town: Town, days: int, has_role: bool, state: str, cause: str | None
) -> None:
    if has_role:
        await owned(town)
    async with outlet_of(town, lambda: NOW) as way:
        row = await active(town, URL, way)
        await webhook.pause(mine(town), row.id)
        await end_pauses(Call(SYSTEM, NOW + timedelta(days=days), registry=town.registry), way)
    row = await WebhookRow.get(id=row.id)
    assert (row.state, row.cause) == (state, cause)
    assert (await deliveries.lowest_needed() is None) is (state == "disabled")


async def test_a_step_is_taken_once_however_often_it_is_planned(town: Town) -> None:
    await owned(town)
    async with outlet_of(town, Clock()) as way:
        row = await active(town, URL, way)
    await happens(town, 3)
    step = await deliveries.ahead(row, await log.head(), 2)
    await deliveries.go([step, step], 0)
    await deliveries.go([step], 0)
    assert await WebhookDeliveryRow.all().count() == 2
    row = await WebhookRow.get(id=row.id)
    assert row.cursor == step.cursors[-1]
    await deliveries.go([await deliveries.ahead(row, await log.head(), 2)], 0)
    assert await WebhookDeliveryRow.all().count() == 3


async def test_what_is_sent_again_is_said_in_one_way(town: Town) -> None:
    for wrong in (
        {},
        {"named": (1,), "failed": True},
        {"first": 1, "failed": True},
        {"named": tuple(range(101))},
    ):
        with pytest.raises(BadInput):
            webhook.Again(**wrong)


async def test_a_range_brings_what_was_before_the_webhook_too_and_a_key_counts_once(town: Town) -> None:
    await owned(town)
    await happens(town, 3)
    async with outlet_of(town, Clock()) as way:
        row = await active(town, URL, way)
    again = webhook.Again(first=1, last=await log.head())
    assert await webhook.redeliver(mine(town, "r"), row.id, again) == 3
    await WebhookDeliveryRow.all().update(state="delivered")
    assert await webhook.redeliver(mine(town, "r"), row.id, again) == 3
    assert await WebhookDeliveryRow.filter(state="waiting").count() == 0
    [first, *_] = await WebhookDeliveryRow.all().order_by("id")
    assert await webhook.redeliver(mine(town), row.id, webhook.Again(named=(first.id,))) == 1


async def test_a_range_is_not_longer_than_what_can_be_looked_through_and_is_looked_at_in_strides(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owned(town)
    await happens(town, 3)
    async with outlet_of(town, Clock()) as way:
        row = await active(town, URL, way)
    head = await log.head()
    monkeypatch.setattr(redeliver, "MOST_PLACES", head - 1)
    with pytest.raises(BadInput) as refused:
        await webhook.redeliver(mine(town), row.id, webhook.Again(last=10**12))
    assert refused.value.field == "first"
    monkeypatch.setattr(redeliver, "MOST_PLACES", head)
    monkeypatch.setattr(redeliver, "_STRIDE", 1)
    monkeypatch.setattr(redeliver, "MOST", 2)
    with pytest.raises(TooMany):
        await webhook.redeliver(mine(town), row.id, webhook.Again(first=1))
    monkeypatch.setattr(redeliver, "MOST", 3)
    assert await webhook.redeliver(mine(town, "grows"), row.id, webhook.Again(first=1)) == 3
    await WebhookRow.filter(id=row.id).update(cursor=head + 9)
    assert await webhook.redeliver(mine(town, "grows"), row.id, webhook.Again(first=1)) == 3
    with pytest.raises(BadInput):
        await webhook.redeliver(mine(town), row.id, webhook.Again(first=1))


async def test_the_log_is_not_looked_through_in_the_transaction_of_a_redelivery(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owned(town)
    async with outlet_of(town, Clock()) as way:
        row = await active(town, URL, way)
    found, inside = deliveries.matching, []

    async def watched(*given: Any) -> list[int]:
        inside.append(isinstance(database.connection(), TransactionalDBClient))
        return await found(*given)

    monkeypatch.setattr(deliveries, "matching", watched)
    await happens(town)
    await WebhookRow.filter(id=row.id).update(cursor=await log.head())
    await webhook.redeliver(mine(town), row.id, webhook.Again(first=1))
    assert inside == [False]


async def test_a_dry_run_looks_for_an_update_in_the_newest_part_of_the_log_only(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owned(town)
    await happens(town)
    await happens(town, who="Budi")
    monkeypatch.setattr(probe, "_SAMPLE_PLACES", 0)
    async with outlet_of(town, Clock()) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way)
        await webhook.test(mine(town), row.id, way)
    assert receiver.got[0].event["data"] == {"test": True, "update": None}


async def test_an_account_asks_two_receivers_at_once(town: Town) -> None:
    await owned(town)
    async with outlet_of(town, Clock(), whole_seconds=0.5) as way, receiving(hangs) as receiver:
        rows = [await active(town, receiver.url(), way) for _ in range(3)]
        asked = [webhook.test(mine(town), row.id, way) for row in rows]
        found = await asyncio.gather(*asked, return_exceptions=True)
        refused = [one for one in found if isinstance(one, BaseException)]
        assert len(refused) == 1
        assert isinstance(refused[0], Conflict)
        assert await webhook.test(mine(town, now=NOW + timedelta(seconds=3)), rows[0].id, way)


async def test_what_is_asked_of_receivers_on_demand_holds_up_no_update(town: Town) -> None:
    await owned(town)
    async with outlet_of(town, Clock()) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way)
        await way.poster.aclose()
        assert (await webhook.test(mine(town), row.id, way)).outcome.fault is None
