"""Updates on their way to receivers: signed, in order for each subject, with the owner's rights of that moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from eperf.app.webhooks import sender as module
from eperf.domain.access import SYSTEM
from eperf.domain.activity import Decision, Report
from eperf.domain.errors import BadInput
from eperf.domain.webhook.endpoint import endpoint_of
from eperf.domain.webhook.state import Fault
from eperf.services import activity, webhook
from eperf.services.call import Call
from eperf.services.webhook import sending as services
from eperf.store import deliveries, fence, log
from eperf.store.access import AccountRow, GrantRow
from eperf.store.event import EventRow
from eperf.store.webhook import WebhookAttemptRow, WebhookDeliveryRow, WebhookRow
from tests.support.database import KIND
from tests.support.house import house_of
from tests.support.receivers import OK, Request, hangs, receiving, status
from tests.support.town import TODAY, Town, build
from tests.support.webhooks import (
    GRANT,
    OWNER,
    Clock,
    active,
    happens,
    outlet_of,
    owned,
    sender_of,
    sending,
    until,
    worked_off,
)


@pytest.fixture
async def town(database: str) -> Town:
    town = await build()
    await owned(town)
    return town


async def state_of(row: WebhookRow) -> str:
    return (await WebhookRow.get(id=row.id)).state


async def delivered(row: WebhookRow) -> int:
    return await WebhookDeliveryRow.filter(webhook_id=row.id, state="delivered").count()


async def test_an_update_comes_signed_as_a_cloudevent_that_the_librarys_own_verifier_takes(
    town: Town,
) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way)
        async with sending(town, way, clock):
            await happens(town, 2)
            await until(lambda: len(receiver.got) == 2)
    for request in receiver.got:
        Webhook(row.secret).verify(request.body, request.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(row.secret).verify(request.body + b" ", request.headers)
    assert [one.headers["content-type"].partition(";")[0] for one in receiver.got] == [
        "application/cloudevents+json"
    ] * 2
    event = from_http_event(HTTPMessage(receiver.got[0].headers, receiver.got[0].body))
    first = await EventRow.get(kind="activity.submitted", cursor=receiver.cursors[0])
    assert event.get_specversion() == "1.0"
    assert event.get_id() == receiver.got[0].headers["webhook-id"]
    assert (event.get_type(), event.get_source()) == ("activity.submitted", "/eperf/log")
    assert event.get_subject() == f"Activity/{way.named('Activity', first.subject_id)}"
    assert event.get_time() == first.occurred_at
    data: Any = event.get_data()
    assert data["subject"] == {"__typename": "Activity", "id": way.named("Activity", first.subject_id)}
    assert data["employee"] == {"id": way.named("Employee", town.people["Budi"])}
    assert "payload" not in data


async def test_a_selection_is_answered_as_the_update_is_sent(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        chosen = "{ kind employee { name } subject { ... on Activity { state } } }"
        await active(town, receiver.url(), way, selection=chosen)
        async with sending(town, way, clock):
            await happens(town)
            await until(lambda: receiver.got)
    assert receiver.got[0].event["data"] == {
        "kind": "activity.submitted", "employee": {"name": "Budi"}, "subject": {"state": "SUBMITTED"},
    }  # fmt: skip


@pytest.mark.parametrize(
    "selection",
    [
        "", "{", "{ }", "kind", "{ nothing }", "{ kind } { cursor }", "query { kind }", "query($a: Int) { kind }",
        "mutation { clockIn }", "{ kind } } mutation X { clockIn { __typename }", "{ __schema { types { name } } }",
        "fragment f on PerformanceUpdate { kind }", "{ ...f } fragment f on PerformanceUpdate { kind }",
        "{ kind @include(if: $x) }", "{ unit { id(" , "{ \ud800 }", "{ kind" + " kind" * 2_000 + " }",
        "{ unit { children(first: 1000) { nodes { employees(first: 1000) { nodes { name } } } } } }",
        "{ unit " + "{ parent " * 30 + "{ id }" + " }" * 31,
    ],
)  # fmt: skip
async def test_what_is_no_selection_within_the_limits_is_refused_when_it_is_saved(
    town: Town, selection: str
) -> None:
    async with outlet_of(town, Clock()) as way:
        with pytest.raises(BadInput) as refused:
            way.checked(selection)
    assert refused.value.field == "selection"


async def test_a_selection_that_costs_much_is_refused_with_the_limit(town: Town) -> None:
    async with outlet_of(town, Clock()) as way:
        way.checked("{ unit { employees(first: 500) { nodes { id name } } } }")
        with pytest.raises(BadInput, match="cost of 5000 was passed"):
            way.checked(
                "{ unit { employees(first: 1000) { nodes { id a: name b: name c: name d: name } } } }"
            )


async def test_order_is_kept_for_each_subject_and_the_chain_of_sequences_has_no_hole(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way, kinds=())
        mine = [
            await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "kerja"))
            for _ in range(5)
        ]
        for number in mine:
            await activity.decide(town.call("Sri"), number, Decision.RETURN, "keliru")
            await activity.resubmit(town.call("Budi"), number, Report(town.item, TODAY, 10, 100, "lagi"))
        while await log.number():
            pass
        async with sending(town, way, clock):
            head = await log.head()
            await until(lambda: len(receiver.cursors) >= 15)
            await until(lambda: done(row, head))
    last: dict[str, str] = {}
    for request in receiver.got:
        event = request.event
        assert event.get("previoussequence") == last.get(event["subject"])
        assert event["sequence"] > last.get(event["subject"], "")
        last[event["subject"]] = event["sequence"]
    assert len([one for one in last if one.startswith("Activity/")]) == 5


async def done(row: WebhookRow, head: int) -> bool:
    waiting = await WebhookDeliveryRow.filter(webhook_id=row.id, state="waiting").count()
    return (await WebhookRow.get(id=row.id)).cursor >= head and not waiting


async def test_a_failing_update_holds_back_those_of_its_subject_and_no_others(town: Town) -> None:
    clock, poisoned = Clock(), set[str]()

    async def poison(request: Request, writer: Any) -> None:
        await status(500 if request.event["subject"] in poisoned else 200)(request, writer)

    async with outlet_of(town, clock) as way, receiving(poison) as receiver:
        row = await active(town, receiver.url(), way, kinds=())
        bad = await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "racun"))
        poisoned.add(f"Activity/{way.named('Activity', bad)}")
        await activity.decide(town.call("Sri"), bad, Decision.VERIFY)
        await happens(town, 6)
        async with sending(town, way, clock):
            await until(lambda: len({one for one in map(subject, receiver.got) if one not in poisoned}) >= 6)
            kinds = {one.event["type"] for one in receiver.got if subject(one) in poisoned}
            assert kinds == {"activity.submitted"}
            poisoned.clear()
            clock.ahead += timedelta(hours=1)
            await until(lambda: "activity.verified" in {one.event["type"] for one in receiver.got})
    same = [
        one
        for one in receiver.got
        if one.event["type"] == "activity.submitted" and subject(one).endswith(way.named("Activity", bad))
    ]
    assert len(same) >= 2
    assert len({one.headers["webhook-id"] for one in same}) == 1, "a duplicate bears its id"
    assert await state_of(row) == "active"


def subject(request: Request) -> str:
    return str(request.event["subject"])


async def test_what_its_owner_may_not_see_any_more_is_withheld_and_a_lost_role_stops_it(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way)
        await happens(town)
        sender = sender_of(town, way, clock)
        await services.look(Call(SYSTEM, clock(), registry=town.registry))
        # Between the look and the call the owner's reach becomes another unit.
        await GrantRow.filter(account_id=town.accounts[OWNER]).update(unit_id=town.units["archive"])
        await worked_off(sender)
        assert receiver.got == []
        assert await WebhookDeliveryRow.filter(webhook_id=row.id, state="withheld").count() == 1
        await GrantRow.filter(account_id=town.accounts[OWNER]).update(valid_to=TODAY - timedelta(days=1))
        await asyncio.sleep(0.5)
        await happens(town)
        await worked_off(sender)
    stopped = await WebhookRow.get(id=row.id)
    assert (stopped.state, stopped.cause) == ("disabled", "owner")
    assert receiver.got == []
    assert await EventRow.filter(kind="webhook.changed", subject_id=row.id).count() == 2


async def test_a_closed_account_stops_its_webhooks_and_nothing_waits_in_vain(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way)
        await AccountRow.filter(id=town.accounts[OWNER]).update(active=False)
        async with sending(town, way, clock):
            await happens(town)
            await until(lambda: disabled(row))
        assert receiver.got == []
        await AccountRow.filter(id=town.accounts[OWNER]).update(active=True)
        await webhook.resume(town.call(OWNER, GRANT), row.id)
        await asyncio.sleep(0.5)
        async with sending(town, way, clock):
            await until(lambda: receiver.got)


async def disabled(row: WebhookRow) -> bool:
    return await state_of(row) == "disabled"


async def test_what_happens_in_a_pause_is_sent_afterwards_and_nothing_during_it(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way)
        async with sending(town, way, clock):
            await webhook.pause(town.call(OWNER, GRANT), row.id)
            await happens(town, 3)
            await asyncio.sleep(0.3)
            assert receiver.got == []
            await webhook.resume(town.call(OWNER, GRANT), row.id)
            await until(lambda: len(receiver.got) == 3)
    assert sorted(receiver.cursors) == sorted(set(receiver.cursors))


async def test_a_sender_that_dies_in_a_call_loses_nothing_and_the_next_sends_it_under_the_same_id(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "LEASE_SECONDS", 1)
    clock, answer = Clock(), [hangs]

    async def answers(request: Request, writer: Any) -> None:
        await answer[0](request, writer)

    async with outlet_of(town, clock) as way, receiving(answers) as receiver:
        row = await active(town, receiver.url(), way)
        await happens(town)
        dying = sender_of(town, way, clock)
        await dying.round()
        await dying.round()
        await until(lambda: receiver.got)
        for task in tuple(dying._flying):  # killed: nothing is written down
            task.cancel()
        answer[0] = OK
        again = sender_of(town, way, clock)
        await until(lambda: rounds(again, row))
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
    assert len(receiver.got) == 2


async def rounds(sender: module.Sender, row: WebhookRow) -> bool:
    await sender.round()
    return await delivered(row) == 1


async def test_who_was_thought_dead_changes_nothing_that_another_has_done_since(town: Town) -> None:
    clock = Clock()
    call = Call(SYSTEM, clock(), registry=town.registry)
    async with outlet_of(town, clock) as way, receiving(status(500)) as receiver:
        row = await active(town, receiver.url(), way)
        await happens(town)
        await services.look(call)
        [old] = await deliveries.take({row.id: 1}, 2**62)
        slow = await services.send(old, row, way, clock)
        await deliveries.forget()
        [new] = await deliveries.take({row.id: 1}, 2**62)
        receiver.answer = OK
        await services.settle(call, [await services.send(new, row, way, clock)])
        await services.settle(call, [slow])
    [kept] = await WebhookDeliveryRow.filter(webhook_id=row.id)
    assert (kept.state, kept.attempts) == ("delivered", 1)
    assert await WebhookAttemptRow.filter(delivery_id=kept.id).count() == 2


@pytest.mark.skipif(KIND == "sqlite", reason="SQLite serves one process")
async def test_who_leads_no_more_claims_nothing(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way:
        row = await active(town, "https://receiver.example/", way)
    await happens(town)
    await services.look(Call(SYSTEM, clock(), registry=town.registry))
    with fence.within(1), pytest.raises(fence.NotLeader):
        await deliveries.take({row.id: 1}, 2**62)
    assert (await WebhookDeliveryRow.get(webhook_id=row.id)).claim is None


async def test_nothing_is_sent_under_a_claim_that_may_end_before_the_call(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way)
        await happens(town)
        await services.look(Call(SYSTEM, clock(), registry=town.registry))
        [claimed] = await deliveries.take({row.id: 1}, 2**62)
        with pytest.raises(services.ClaimTooOld):
            await services.send(replace(claimed, since=claimed.since - 20), row, way, clock)
        assert receiver.got == []
        assert (await services.send(claimed, row, way, clock)).outcome is not None


async def test_a_rotation_signs_with_both_secrets_until_its_overlap_has_passed(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        row = await active(town, receiver.url(), way)
        issued = await webhook.rotate(
            Call(town.viewer(OWNER, GRANT), clock(), registry=town.registry), row.id, 1
        )
        assert issued.secret is not None
        async with sending(town, way, clock):
            await happens(town)
            await until(lambda: receiver.got)
            clock.ahead = timedelta(hours=2)
            await happens(town)
            await until(lambda: len(receiver.got) == 2)
    both, one = receiver.got
    for secret in (row.secret, issued.secret):
        Webhook(secret).verify(both.body, both.headers)
    assert len(one.headers["webhook-signature"].split()) == 1


async def test_attempts_are_kept_with_what_came_of_them_and_forgotten_after_their_time(town: Town) -> None:
    clock = Clock()
    async with (
        outlet_of(town, clock) as way,
        receiving(status(200, b"all\0 well\n" + b"x" * 9_000)) as receiver,
    ):
        row = await active(town, receiver.url(), way)
        async with sending(town, way, clock):
            await happens(town)
            await until(lambda: finished(row))
        [attempt] = await WebhookAttemptRow.filter(webhook_id=row.id)
        assert (attempt.status, attempt.fault, len(attempt.answer)) == (200, None, 500)
        assert attempt.answer.startswith("all  well ")
        call = Call(SYSTEM, clock() + timedelta(days=29), registry=town.registry)
        assert await services.prune(call, timedelta(days=30)) == 0
        call = Call(SYSTEM, clock() + timedelta(days=31), registry=town.registry)
        assert await services.prune(call, timedelta(days=30)) == 1
    assert await WebhookAttemptRow.all().count() == 0
    assert receiver.got


async def finished(row: WebhookRow) -> bool:
    return await delivered(row) == 1


async def test_more_than_a_window_comes_in_steps_and_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "WINDOW", 3)
    clock = Clock()
    async with outlet_of(town, clock) as way, receiving(OK) as receiver:
        await active(town, receiver.url(), way)
        await happens(town, 10)
        async with sending(town, way, clock):
            await until(lambda: len(receiver.got) == 10)
    assert len(set(receiver.cursors)) == 10


async def test_a_sender_that_is_told_to_stop_leaves_nothing_claimed(town: Town) -> None:
    clock = Clock()
    async with outlet_of(town, clock, whole_seconds=30) as way, receiving(hangs) as receiver:
        row = await active(town, receiver.url(), way)
        async with sending(town, way, clock):
            await happens(town)
            await until(lambda: receiver.got)
        [left] = await WebhookDeliveryRow.filter(webhook_id=row.id)
        assert (left.state, left.claim, left.attempts) == ("waiting", None, 0)
        receiver.answer = OK
        async with sending(town, way, clock):
            await until(lambda: finished(row), seconds=5)


async def test_updates_that_fail_keep_their_waits_though_others_of_the_receiver_go_well(town: Town) -> None:
    clock = Clock()
    call = Call(SYSTEM, clock(), registry=town.registry)
    async with outlet_of(town, clock) as way, receiving(status(500)) as receiver:
        row = await active(town, receiver.url(), way)
        await happens(town, 4)
        await services.look(call)
        taken = await deliveries.take({row.id: 4}, 2**62)
        failed = [await services.send(one, row, way, clock) for one in taken[:3]]
        receiver.answer = OK
        await services.settle(call, [*failed, await services.send(taken[3], row, way, clock)], lambda: 0.9)
        waits = await WebhookDeliveryRow.filter(state="waiting").values_list("due_at", flat=True)
        assert all(due > call.now.timestamp() * 1000 for due in waits)
        assert len(waits) == 3
        # After a minute in which nothing was taken it is another matter.
        await WebhookRow.filter(id=row.id).update(
            failures=3, failing_since=int(call.now.timestamp() * 1000) - 60_000
        )
        await happens(town)
        await services.look(call)
        [last] = await deliveries.take({row.id: 1}, int(call.now.timestamp() * 1000))
        await services.settle(call, [await services.send(last, row, way, clock)])
        assert set(await WebhookDeliveryRow.filter(state="waiting").values_list("due_at", flat=True)) == {0}


async def test_the_house_meets_no_address_of_its_own_network_unless_it_is_told_to(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    async with receiving(OK) as receiver:
        found = []
        for networks in ("", "127.0.0.0/8"):
            house = house_of(database_url, tmp_path, town.registry, Clock(), webhook_networks=networks)
            found.append(await house.webhooks.poster.post(endpoint_of(receiver.url()), {}, b"{}"))
            await house.let_go()
    assert [one.fault for one in found] == [Fault.ADDRESS, None]
    assert receiver.connections == 1
