"""Activities, their history, drafts, deadlines and the catalogue as a frontend meets them, by plans and by resolvers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from eperf.adapters.broker import Bell
from eperf.domain.access import Role
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.store.activity import ActivityRow
from eperf.store.catalogue import ItemRow
from eperf.store.deadline import DeadlineRow
from tests.schema.conftest import Ask
from tests.support.asking import answer, engine, plans, request_of
from tests.support.operations import Made
from tests.support.town import NOW, SINCE, Town

ADMIN = (Role.PERSONNEL_ADMIN, "city")
DONE = "... on Activity { id state version links submitBy verifyBy } ... on Problem { code field }"
Read = Callable[..., Awaitable[Any]]


def given(town: Town, **changes: Any) -> dict[str, Any]:
    values = {
        "item": global_id("CatalogueItem", town.item), "date": "2026-11-24", "minutes": 60, "quantity": "1",
        "result": "Laporan",
    }  # fmt: skip
    return {**values, **changes}


async def do(ask: Ask, who: str, verb: str, fields: str = DONE, **values: Any) -> Any:
    kind = f"{verb[0].upper()}{verb[1:]}Input"
    text = f"mutation($in: {kind}!) {{ done: {verb}(input: $in) {{ {fields} }} }}"
    result = await ask(who, text, **{"in": values})
    assert result.errors is None, result.errors
    return result.data["done"]


@pytest.fixture
def read(town: Town) -> Read:
    """Asks a query by plans and by resolvers, which have to agree byte for byte."""
    engines = (engine(plans=plans()), engine())

    async def run(who: str, text: str, *grants: tuple[Role, str], **variables: Any) -> Any:
        found = []
        for one in engines:
            context = Context(town.viewer(who, *grants), "en", "test", lambda: NOW, town.registry, Bell())
            found.append(await answer(one, request_of(Made(text, None, variables)), context))
        assert found[0] == found[1]
        return orjson.loads(found[0])["data"]

    return run


async def test_a_draft_is_in_its_reporters_lists_and_in_nobody_elses(
    town: Town, ask: Ask, read: Read
) -> None:
    draft = await do(ask, "Budi", "saveDraft", item=given(town)["item"], date="2026-11-25")
    assert (draft["state"], draft["version"], draft["links"]) == ("DRAFT", 1, [])
    changed = await do(ask, "Budi", "saveDraft", **given(town, draft=draft["id"], links=["https://x.id/a"]))
    assert (changed["id"], changed["version"], changed["links"]) == (draft["id"], 2, ["https://x.id/a"])
    text = """query($id: ID!) { activities { nodes { id } } waitingForMe { nodes { id } }
        node(id: $id) { ... on Activity { id minutes history { nodes { id } } } } }"""
    mine = await read("Budi", text, id=draft["id"])
    assert mine["activities"]["nodes"] == [{"id": draft["id"]}]
    assert mine["node"] == {"id": draft["id"], "minutes": 60, "history": {"nodes": []}}
    for who, grants in (("Sri", ()), ("Eka", ((Role.AUDITOR, "city"), (Role.UNIT_LEADER, "city")))):
        assert await read(who, text, *grants, id=draft["id"]) == {
            "activities": {"nodes": []}, "waitingForMe": {"nodes": []}, "node": None,
        }  # fmt: skip
    sent = await do(ask, "Budi", "resubmitActivity", **given(town, activity=draft["id"]))
    assert sent["state"] == "SUBMITTED"
    assert (await read("Sri", text, id=draft["id"]))["waitingForMe"]["nodes"] == [{"id": draft["id"]}]


async def test_a_draft_that_is_thrown_away_is_answered_with_oneself(town: Town, ask: Ask) -> None:
    draft = await do(ask, "Budi", "saveDraft", item=given(town)["item"], date="2026-11-25")
    done = await do(
        ask,
        "Budi",
        "discardDraft",
        "... on Employee { name } ... on Problem { code field }",
        draft=draft["id"],
    )
    assert done == {"name": "Budi"}
    gone = await do(
        ask,
        "Budi",
        "discardDraft",
        "... on Employee { name } ... on Problem { code field }",
        draft=draft["id"],
    )
    assert gone == {"code": "NOT_FOUND", "field": "draft"}


async def test_the_history_tells_every_change_to_who_may_see_the_activity(
    town: Town, ask: Ask, read: Read
) -> None:
    number = (await do(ask, "Budi", "submitActivity", **given(town)))["id"]
    await do(
        ask, "Budi", "resubmitActivity", **given(town, activity=number, minutes=45, links=["https://x.id/"])
    )
    await do(ask, "Sri", "rejectActivity", activity=number, note="Bukan tugas Anda")
    text = """query($id: ID!) { node(id: $id) { ... on Activity { state decisionNote history { nodes {
        version step at note by { name } actingFor { name } changes { name before after } } } } } }"""
    expected = {
        "state": "REJECTED", "decisionNote": "Bukan tugas Anda",
        "history": {"nodes": [
            {
                "version": 2, "step": "EDITED", "at": "2026-11-24T03:00:00Z", "note": None, "by": {"name": "Budi"},
                "actingFor": None,
                "changes": [
                    {"name": "minutes", "before": "60", "after": "45"},
                    {"name": "links", "before": "", "after": "https://x.id/"},
                ],
            },
            {
                "version": 3, "step": "REJECTED", "at": "2026-11-24T03:00:00Z", "note": "Bukan tugas Anda",
                "by": {"name": "Sri"}, "actingFor": None,
                "changes": [{"name": "state", "before": "submitted", "after": "rejected"}],
            },
        ]},
    }  # fmt: skip
    assert (await read("Sri", text, id=number))["node"] == expected
    # Budi may not read his superior's person, but what she decided.
    expected["history"]["nodes"][1]["by"] = None  # type: ignore[index]
    assert (await read("Budi", text, id=number))["node"] == expected
    assert (await read("Wati", text, id=number))["node"] is None


async def test_many_are_decided_in_one_request_with_a_problem_for_each_that_is_not(
    town: Town, ask: Ask
) -> None:
    one, two = [(await do(ask, "Budi", "submitActivity", **given(town)))["id"] for _ in range(2)]
    far = (await do(ask, "Eka", "submitActivity", **given(town)))["id"]
    await do(ask, "Sri", "verifyActivity", activity=two)
    fields = """... on Decisions { decided results { activityId problem { code field message } activity { state decidedBy { name } } } }
        ... on Problem { code field }"""
    done = await do(
        ask, "Sri", "decideActivities", fields, activities=[one, two, far], decision="RETURN", note="Lengkapi"
    )
    assert done["decided"] == 1
    assert [(each["activityId"], each["activity"]) for each in done["results"]] == [
        (one, {"state": "RETURNED", "decidedBy": {"name": "Sri"}}), (two, {"state": "VERIFIED", "decidedBy": {"name": "Sri"}}),
        (far, None),
    ]  # fmt: skip
    assert [each["problem"] and each["problem"]["code"] for each in done["results"]] == [
        None,
        "CONFLICT",
        "NOT_FOUND",
    ]
    for changes, problem in (
        ({"activities": []}, {"code": "BAD_INPUT", "field": "activities"}),
        ({"activities": [one] * 501}, {"code": "LIMIT_EXCEEDED", "field": "activities"}),
        ({"activities": ["x"]}, {"code": "BAD_INPUT", "field": "activities"}),
        ({"note": None}, {"code": "BAD_INPUT", "field": "note"}),
        ({"versions": [1, 2]}, {"code": "BAD_INPUT", "field": "versions"}),
    ):  # fmt: skip
        wrong = {"activities": [one], "decision": "REJECT", "note": "x", **changes}
        assert await do(ask, "Sri", "decideActivities", fields, **wrong) == problem


async def test_deadlines_are_set_and_shown_on_the_unit_and_on_the_activity(
    town: Town, ask: Ask, read: Read
) -> None:
    fields = """... on UnitDeadlines { id validFrom legalBasis countedFrom reportDays reportTime mendDays verifyDays silence
        withdrawDays unit { code } } ... on Problem { code field }"""
    values = {
        "unit": global_id("Unit", town.units["city"]), "validFrom": "2026-11-24", "legalBasis": "Pergub contoh pasal 9",
        "countedFrom": "DAY", "reportTime": "16:00", "verifyDays": 2, "silence": "ESCALATE", "mendDays": 3,
    }  # fmt: skip
    text = f"mutation($in: SetDeadlinesInput!) {{ setDeadlines(input: $in) {{ {fields} }} }}"
    done = (await ask("Eka", text, ADMIN, **{"in": values})).data["setDeadlines"]
    done.pop("id")
    assert done == {
        "validFrom": "2026-11-24", "legalBasis": "Pergub contoh pasal 9", "countedFrom": "DAY", "reportDays": 0,
        "reportTime": "16:00", "mendDays": 3, "verifyDays": 2, "silence": "ESCALATE", "withdrawDays": None,
        "unit": {"code": "city"},
    }  # fmt: skip
    for changes, field in (
        ({"reportTime": "16.00"}, "reportTime"),
        ({"reportDays": 900}, "reportDays"),
        ({"unit": "x"}, "unit"),
    ):
        wrong = (await ask("Eka", text, ADMIN, **{"in": {**values, **changes}})).data["setDeadlines"]
        assert wrong["field"] == field
    number = (await do(ask, "Budi", "submitActivity", **given(town)))["id"]
    shown = await read(
        "Budi",
        """query($id: ID!) { node(id: $id) { ... on Activity { submitBy verifyBy escalatedAt escalatedTo { name }
            unit { parent { deadlines { nodes { silence reportDays reportTime } } } } } } }""",
        id=number,
    )
    assert shown["node"] == {
        "submitBy": "2026-11-24T09:00:00Z", "verifyBy": "2026-11-26T17:00:00Z", "escalatedAt": None, "escalatedTo": None,
        "unit": {"parent": {"deadlines": {"nodes": [{"silence": "ESCALATE", "reportDays": 0, "reportTime": "16:00"}]}}},
    }  # fmt: skip


async def test_what_was_escalated_waits_for_the_superior_to_whom_it_went(
    town: Town, ask: Ask, read: Read
) -> None:
    number = (await do(ask, "Budi", "submitActivity", **given(town)))["id"]
    assert (await read("Eka", "{ waitingForMe { nodes { id } } }"))["waitingForMe"]["nodes"] == []
    await ActivityRow.all().update(escalated_to_id=town.people["Eka"], escalated_at=NOW)
    found = await read(
        "Eka", "{ waitingForMe { nodes { id escalatedAt escalatedTo { name } history { nodes { id } } } } }"
    )
    assert found["waitingForMe"]["nodes"] == [
        {
            "id": number,
            "escalatedAt": "2026-11-24T03:00:00Z",
            "escalatedTo": {"name": "Eka"},
            "history": {"nodes": []},
        }
    ]
    done = await do(ask, "Eka", "verifyActivity", activity=number)
    assert done["state"] == "VERIFIED"


async def test_my_catalogue_has_the_items_for_my_post_with_what_they_ask(
    town: Town, ask: Ask, read: Read
) -> None:
    await ItemRow.create(
        unit_id=town.units["city"], code="67", name="Menandatangani", per="surat", unit_size_h=100, points_per_unit_h=100,
        fraction_policy="whole_units", valid_from=SINCE, positions=["kind:administrator"],
    )  # fmt: skip
    await ItemRow.filter(id=town.item).update(
        least_min=10, most_min=90, positions=["class:7"], evidence=["photo", "link"], evidence_bytes=5_000_000
    )
    items = "catalogue { nodes { code leastMin mostMin positions evidence evidenceBytes fractionPolicy } }"
    mine = await read("Budi", "{ me { %s } }" % items)
    assert mine["me"]["catalogue"]["nodes"] == [
        {
            "code": "41", "leastMin": 10, "mostMin": 90, "positions": ["class:7"], "evidence": ["PHOTO", "LINK"],
            "evidenceBytes": 5_000_000, "fractionPolicy": "proportional",
        }
    ]  # fmt: skip
    unit = await read("Budi", "{ me { unit { catalogue { nodes { code positions } } } } }")
    assert [one["code"] for one in unit["me"]["unit"]["catalogue"]["nodes"]] == ["41", "67"]
    other = {**given(town), "minutes": 91}
    assert await do(ask, "Budi", "submitActivity", **other) == {
        "code": "MINUTES_OUTSIDE_NORM",
        "field": "minutes",
    }
    assert await do(ask, "Budi", "submitActivity", **given(town)) == {
        "code": "EVIDENCE_MISSING",
        "field": "evidence",
    }


async def test_a_verification_is_withdrawn_by_rule(town: Town, ask: Ask) -> None:
    number = (await do(ask, "Budi", "submitActivity", **given(town)))["id"]
    await do(ask, "Sri", "verifyActivity", activity=number)
    refused = await do(ask, "Sri", "withdrawVerification", activity=number, note="keliru")
    assert refused == {"code": "VERIFICATION_FINAL", "field": "activity"}
    await DeadlineRow.create(
        unit_id=town.units["city"], valid_from=SINCE, legal_basis="Perwal", silence="nothing", withdraw_days=0,
        recorded_at=NOW,
    )  # fmt: skip
    done = await do(ask, "Sri", "withdrawVerification", activity=number, note="keliru", version=2)
    assert (done["state"], done["version"]) == ("RETURNED", 3)
