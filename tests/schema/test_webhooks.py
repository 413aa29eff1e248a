"""Webhooks in GraphQL: what their owner does, what others see of them, by the plan and by the resolvers alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
import pytest
from standardwebhooks.webhooks import Webhook

from eperf.adapters.broker import Bell
from eperf.app.graphql.request import Request
from eperf.app.webhooks.outlet import WebhookOutlet
from eperf.domain.access import Role
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.store import log
from eperf.store.webhook import WebhookRow
from tests.support.asking import answer, engine, plans
from tests.support.receivers import echoes, receiving, status
from tests.support.town import NOW, Town, build
from tests.support.webhooks import (
    GRANT,
    OWNER,
    Clock,
    active,
    happens,
    outlet_of,
    owned,
    sender_of,
    worked_off,
)

ADMIN = (Role.PERSONNEL_ADMIN, "city")
AUDITOR = (Role.AUDITOR, "city")
CREATE = """mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { __typename
  ... on WebhookSecret { secret webhook { id name state url unit { id } units kinds selection roles cursor } }
  ... on Problem { code field message } } }"""
VERIFY = """mutation($input: WebhookInput!) { verifyWebhook(input: $input) { __typename
  ... on WebhookProbe { verified status fault headers { name value } body answer webhook { state } }
  ... on Problem { code field } } }"""
LIST = """{ webhooks { nodes { id name url selection state cause failures failingSince restingUntil deliveries(first: 9) { nodes {
  cursor kind subject { id } state attemptCount endedAt dueAt attempts { nodes { status fault why answer latencyMs } } } } } } }"""
ROTATE = """mutation($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) { __typename
  ... on WebhookSecret { secret webhook { previousSecretUntil } } ... on Problem { code field } } }"""
REDELIVER = """mutation($input: RedeliverWebhookInput!) { redeliverWebhook(input: $input) { __typename
  ... on WebhookRedelivery { deliveries } ... on Problem { code field } } }"""
CHANGE = """mutation($input: ChangeWebhookInput!) { changeWebhook(input: $input) { __typename
  ... on Webhook { name selection } ... on Problem { code field message } } }"""
Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
async def town(database: str) -> Town:
    town = await build()
    await owned(town)
    return town


@pytest.fixture
async def way(town: Town) -> AsyncIterator[WebhookOutlet]:
    async with outlet_of(town, Clock()) as made:
        yield made


@pytest.fixture(params=["plan", "resolvers"])
def ask(request: pytest.FixtureRequest, town: Town, way: WebhookOutlet) -> Ask:
    asked = engine(plans=plans() if request.param == "plan" else None)

    async def run(who: str, text: str, *grants: tuple[Role, str], **variables: Any) -> Any:
        viewer = town.viewer(who, *grants)
        context = Context(viewer, "en", "test", lambda: NOW, town.registry, Bell(), webhooks=way)
        given = Request(text, variables=variables)
        kinds = frozenset(one.kind for one in asked._documents.get(text).operations)
        if text.startswith("mutation"):
            prepared = asked.prepare(given, context, "en", kinds)
            return orjson.loads(await asked.execute(prepared))["data"]
        found = orjson.loads(await answer(asked, given, context))
        assert "errors" not in found, found
        return found["data"]

    return run


async def test_a_webhook_is_made_verified_and_signs_with_the_secret_that_was_shown(
    town: Town, ask: Ask
) -> None:
    async with receiving(echoes) as receiver:
        given = {
            "name": "SIMPEG", "url": receiver.url(), "unit": global_id("Unit", town.units["city"]),
            "units": [global_id("Unit", town.units["office"])], "kinds": ["score.changed"], "selection": "{kind,cursor}",
            "idempotencyKey": "one",
        }  # fmt: skip
        made = (await ask(OWNER, CREATE, GRANT, input=given))["createWebhook"]
        assert made["webhook"] == {
            "id": made["webhook"]["id"], "name": "SIMPEG", "state": "PENDING", "url": receiver.url(),
            "unit": {"id": given["unit"]}, "units": given["units"], "kinds": ["score.changed"],
            "selection": "{\n  kind\n  cursor\n}", "roles": ["employee", "integrator", "supervisor"],
            "cursor": str(await log.head()),
        }  # fmt: skip
        again = (await ask(OWNER, CREATE, GRANT, input=given))["createWebhook"]
        assert (again["secret"], again["webhook"]["id"]) == (None, made["webhook"]["id"])
        probe = (await ask(OWNER, VERIFY, GRANT, input={"webhook": made["webhook"]["id"]}))["verifyWebhook"]
    assert (probe["verified"], probe["status"], probe["fault"]) == (True, 200, None)
    assert probe["webhook"] == {"state": "ACTIVE"}
    headers = {one["name"]: one["value"] for one in probe["headers"]}
    assert headers["webhook-signature"] == Webhook(made["secret"]).sign(
        headers["webhook-id"], NOW, probe["body"]
    )
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert made["secret"] not in orjson.dumps(probe).decode()


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"url": "https://x.example:22/"}, "BAD_INPUT", "url"),
        ({"selection": "{ nothing }"}, "BAD_INPUT", "selection"),
        ({"kinds": ["no.such"]}, "BAD_INPUT", "kinds"),
        ({"unit": "VW5pdDo5OTk5OTk"}, "FORBIDDEN", "unit"),
    ],
)
async def test_what_cannot_be_made_is_a_problem_with_its_field(
    town: Town, ask: Ask, given: dict[str, Any], code: str, field: str
) -> None:
    whole = {"name": "a", "url": "https://x.example/", "unit": global_id("Unit", town.units["city"]), **given}
    problem = (await ask(OWNER, CREATE, GRANT, input=whole))["createWebhook"]
    assert (problem["__typename"], problem["code"], problem["field"]) == ("Problem", code, field)


async def test_deliveries_and_attempts_are_read_and_a_path_a_selection_and_an_answer_are_their_owners_alone(
    town: Town, ask: Ask, way: WebhookOutlet
) -> None:
    async with receiving(status(500, b"no")) as receiver:
        row = await active(town, receiver.url() + "?token=hidden", way, selection="{ kind }")
        await happens(town)
        await worked_off(sender_of(town, way, Clock()))
        mine = (await ask(OWNER, LIST, GRANT))["webhooks"]["nodes"]
        officer = (await ask("Sri", LIST, ADMIN))["webhooks"]["nodes"]
        auditor = (await ask("Sri", LIST, AUDITOR))["webhooks"]["nodes"]
        colleague = (await ask("Sri", LIST, GRANT))["webhooks"]["nodes"]
        nobody = (await ask("Budi", LIST))["webhooks"]["nodes"]
        office = (await ask("Sri", LIST, (Role.PERSONNEL_ADMIN, "office")))["webhooks"]["nodes"]
    [one] = mine
    assert (one["name"], one["state"], one["failures"]) == ("hook", "ACTIVE", 1)
    assert one["url"] == row.url
    [sent] = one["deliveries"]["nodes"]
    assert (sent["kind"], sent["state"], sent["attemptCount"], sent["endedAt"]) == (
        "activity.submitted",
        "WAITING",
        1,
        None,
    )
    assert sent["dueAt"] is not None
    [tried] = sent["attempts"]["nodes"]
    assert (tried["status"], tried["fault"], tried["why"], tried["answer"]) == (
        500,
        "STATUS",
        "status 500",
        "no",
    )
    assert one["selection"] == "{\n  kind\n}"
    tried["answer"] = None
    hidden = {"url": receiver.url().removesuffix("/hook") + "/…", "selection": None}
    assert officer == auditor == colleague == [{**one, **hidden}]
    assert nobody == office == []
    assert row.secret not in orjson.dumps([mine, officer]).decode()


async def test_a_rotation_a_change_and_sending_again(town: Town, ask: Ask, way: WebhookOutlet) -> None:
    row = await active(town, "https://receiver.example/x", way)
    number = global_id("Webhook", row.id)
    rotated = (await ask(OWNER, ROTATE, GRANT, input={"webhook": number}))["rotateWebhookSecret"]
    assert rotated["secret"] != row.secret
    assert rotated["webhook"]["previousSecretUntil"] == "2026-11-25T03:00:00Z"
    wrong = (await ask(OWNER, ROTATE, GRANT, input={"webhook": number, "overlapHours": 337}))[
        "rotateWebhookSecret"
    ]
    assert (wrong["code"], wrong["field"]) == ("BAD_INPUT", "overlapHours")
    changed = (await ask(OWNER, CHANGE, GRANT, input={"webhook": number, "selection": "{ kind }"}))[
        "changeWebhook"
    ]
    assert changed == {"__typename": "Webhook", "name": "hook", "selection": "{\n  kind\n}"}
    plain = (await ask(OWNER, CHANGE, GRANT, input={"webhook": number, "selection": ""}))["changeWebhook"]
    assert plain["selection"] is None
    await happens(town, 2)
    await WebhookRow.filter(id=row.id).update(cursor=await log.head())
    again = {"webhook": number, "first": "1", "idempotencyKey": "again"}
    assert (await ask(OWNER, REDELIVER, GRANT, input=again))["redeliverWebhook"]["deliveries"] == 2
    for given, field in (({"first": "01"}, "first"), ({"last": "x"}, "last"), ({}, "input")):
        problem = (await ask(OWNER, REDELIVER, GRANT, input={"webhook": number, **given}))["redeliverWebhook"]
        assert (problem["code"], problem["field"]) == ("BAD_INPUT", field)


async def test_one_update_is_read_by_its_place_within_reach(town: Town, ask: Ask) -> None:
    await happens(town)
    text = "query($c: String!) { performanceUpdate(cursor: $c) { cursor kind employee { name } } }"
    seen = await ask("Budi", text, c="1")
    assert seen["performanceUpdate"] == {
        "cursor": "1",
        "kind": "activity.submitted",
        "employee": {"name": "Budi"},
    }
    assert await ask("Eka", text, c="1") == {"performanceUpdate": None}
    assert await ask("Budi", text, c="999") == {"performanceUpdate": None}
