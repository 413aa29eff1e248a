"""The whole way of a signed machine through the served application: registered, enrolled, believed, seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import structlog

from eperf.app import web
from eperf.domain.access import Role
from eperf.schema.ids import global_id
from eperf.services.access.grant import NewGrant, grant_role
from eperf.services.access.token import NewToken, create_token
from eperf.store.attendance import DeviceRow
from eperf.store.event import EventRow
from eperf_fingerspot.signature import signature_of
from tests.app.graphql.town import served
from tests.support.house import house_of
from tests.support.town import NOW, SINCE, build

TOKEN = "rahasia-uji"
REGISTER = """
mutation Register($input: RegisterDeviceInput!) {
  registerDevice(input: $input) { __typename ... on Device { id serial source state } ... on Problem { code message field } }
}
"""
ENROL = "mutation Enrol($input: EnrolInput!) { enrol(input: $input) { __typename } }"
MINE = "{ me { punches(first: 5) { nodes { kind verify source outcome } } } }"


async def test_a_signed_machine_from_its_registration_to_what_its_people_see(
    database: str, tmp_path: Path
) -> None:
    town = await build()
    house = house_of(database, tmp_path, town.registry, lambda: NOW)
    await grant_role(
        house.call(), town.accounts["Eka"], NewGrant(Role.PERSONNEL_ADMIN, town.units["city"], SINCE)
    )
    tokens = {
        name: str((await create_token(house.call(), NewToken("test"), town.accounts[name])).token)
        for name in ("Eka", "Budi")
    }
    chosen: dict[str, Any] = {
        "serial": "HUB1", "name": "Side door", "unit": global_id("Unit", town.units["office"]),
        "source": "fingerspot/hub", "options": [{"name": "token", "value": TOKEN}],
    }  # fmt: skip
    event = {
        "event": "attendance", "cloudId": "HUB1", "employeeNo": "2", "verifyMode": "face",
        "attendanceStatus": "check_in", "eventTime": "2026-11-24T07:25:00+07:00",
    }  # fmt: skip
    body = json.dumps(event).encode()
    signed = {
        "X-Hub-API-Timestamp": str(int(NOW.timestamp())),
        "X-Hub-API-Signature-256": signature_of(TOKEN, body),
    }

    with structlog.testing.capture_logs() as logs:
        async with (
            served(web.build(house).app) as host,
            httpx.AsyncClient(base_url=f"http://{host}", trust_env=False) as client,
        ):

            async def ask(name: str, query: str, **variables: Any) -> Any:
                answer = await client.post(
                    "/graphql",
                    json={"query": query, "variables": variables},
                    headers={"authorization": f"Bearer {tokens[name]}"},
                )
                assert TOKEN not in answer.text
                return answer.json()["data"]

            refused = (await ask("Budi", REGISTER, input=chosen))["registerDevice"]
            assert (refused["__typename"], refused["code"]) == ("Problem", "FORBIDDEN")
            twice = chosen | {"options": [{"name": "token", "value": one} for one in (TOKEN, "other")]}
            doubled = (await ask("Eka", REGISTER, input=twice))["registerDevice"]
            assert (doubled["code"], doubled["field"]) == ("BAD_INPUT", "options")
            assert (await client.post("/fingerspot/hub", content=body, headers=signed)).status_code == 403

            device = (await ask("Eka", REGISTER, input=chosen))["registerDevice"]
            assert (device["state"], device["source"]) == ("active", "fingerspot/hub")
            enrolled = {
                "device": device["id"], "pin": "2", "employee": global_id("Employee", town.people["Budi"]),
                "validFrom": "2026-01-01",
            }  # fmt: skip
            await ask("Eka", ENROL, input=enrolled)
            assert (await client.post("/fingerspot/hub", content=body)).status_code == 401
            for _ in range(2):
                assert (await client.post("/fingerspot/hub", content=body, headers=signed)).status_code == 200
            seen = (await ask("Budi", MINE))["me"]["punches"]["nodes"]

    assert seen == [{"kind": "in", "verify": "face", "source": "fingerspot/hub", "outcome": "used"}]
    assert (await DeviceRow.get(serial="HUB1")).options == {"token": TOKEN}
    assert TOKEN not in repr(logs)
    assert TOKEN not in "".join([json.dumps(event.payload) for event in await EventRow.all()])
