"""Mutations of plugins run as the core's: one transaction, once for a key, problems as answers, faults masked."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry

from eperf.adapters.broker import Bell
from eperf.domain.events import ScoreChanged
from eperf.plugins import BadInput, Event
from eperf.plugins.api import Contribution, batch_field, payload_field, verb_field
from eperf.plugins.service import Desk, Permission, Reach, Role
from eperf.schema.compose import compose
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.store.event import EventRow, IdempotencyRow
from eperf.store.people import EmployeeRow
from eperf.testing import registry_of
from tests.plugins.samples import cause_of, module
from tests.support.town import NOW, Town, build

RENAME = Permission("sample.rename", {Role.SUPERVISOR: Reach.REPORTS})
LEAD = Permission("sample.lead", {Role.UNIT_LEADER: Reach.SUBTREE})
Ask = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Renamed(Event):
    """An employee has another name."""

    kind = "sample.renamed"
    subject_type = "Employee"
    name: str


@strawberry.type
class SampleName:
    name: str


@strawberry.input
class SampleRenameInput:
    employee: strawberry.ID
    name: str
    then: str = ""
    idempotency_key: str | None = None


async def rename(desk: Desk, input: SampleRenameInput) -> int:  # noqa: A002
    person = await desk.person(str(input.employee))
    await EmployeeRow.filter(id=person.id).update(name=input.name)
    desk.emit(Renamed(subject_id=person.id, employee_id=person.id, unit_id=person.unit_id, name=input.name))
    if input.then == "fails":
        raise ValueError("secret detail")
    if input.then == "leaves":
        sys.exit(3)
    if input.then == "refuses":
        raise BadInput("name", input.name, "not liked")
    if input.then == "lies":
        desk.emit(ScoreChanged(subject_id=1, period="2026-11", score_h=1, previous_h=None, state="final"))
    if input.then == "shouts":
        desk.emit(Renamed(subject_id=person.id, name="x" * 20_000))
    return {"babbles": "one", "counts": 0}.get(input.then, person.id)  # type: ignore[return-value]


async def touch(desk: Desk, input: SampleRenameInput) -> int:  # noqa: A002
    """Asks nobody who may."""
    return (await EmployeeRow.get(name=input.name)).id


async def shown(desk: Desk, number: int) -> SampleName:
    return SampleName(name=(await EmployeeRow.get(id=number)).name)


def leaves(rows: Sequence[Mapping[str, Any]], context: Any) -> list[str]:
    sys.exit(3)


CONTRIBUTION = Contribution(
    mutation={
        "sample_rename": verb_field(
            rename, shown, SampleName, permission=RENAME, payload="SampleRenamePayload", description="Rename."
        ),
        "sample_touch": verb_field(
            touch, shown, SampleName, permission=LEAD, payload="SampleTouchPayload", description="Touch."
        ),
    },
    extends={
        "Employee": {"sample_leaves": batch_field(("name",), leaves, "Ends it all.", kind=str)},
        "PerformanceUpdate": {"sample_renamed": payload_field(Renamed, SampleName, "Its name.")},
    },
)
TEXT = """mutation R($input: SampleRenameInput!) { sampleRename(input: $input) {
  __typename ... on SampleName { name } ... on Problem { code field } } }"""


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


@pytest.fixture
def ask(town: Town) -> Ask:
    registry = registry_of(
        "sample", module(eperf_api=lambda: [CONTRIBUTION], eperf_event_kinds=lambda: [Renamed])
    )
    schema = compose(registry.contributions)

    async def run(who: str, text: str = TEXT, **given: Any) -> Any:
        context = Context(town.viewer(who), "en", "test", lambda: NOW, registry, Bell())
        named = {"employee": global_id("Employee", town.people["Budi"]), "name": "Lain"}
        return await schema.execute(text, variable_values={"input": named | given}, context_value=context)

    return run


async def unchanged(town: Town) -> bool:
    name = (await EmployeeRow.get(id=town.people["Budi"])).name
    return name == "Budi" and not await EventRow.all().exists() and not await IdempotencyRow.all().exists()


async def test_the_change_its_event_and_its_key_are_one(ask: Ask, town: Town) -> None:
    for _ in range(2):
        answer = await ask("Sri", idempotencyKey="k")
        assert answer.data == {"sampleRename": {"__typename": "SampleName", "name": "Lain"}}
    told = await EventRow.get(kind="sample.renamed")
    assert (told.payload, told.account_id) == ({"name": "Lain"}, town.accounts["Sri"])
    kept = await IdempotencyRow.get(key="k")
    assert (kept.operation, kept.answer_id) == ("sample.SampleRenamePayload", town.people["Budi"])


async def test_a_fault_is_an_error_and_nothing_is_left_of_it(ask: Ask, town: Town) -> None:
    for then in ("fails", "leaves", "lies", "babbles", "counts"):
        answer = await ask("Sri", then=then, idempotencyKey="k")
        assert answer.data is None, then
        assert len(answer.errors) == 1
        assert await unchanged(town), then


async def test_a_refusal_is_a_problem_and_nothing_is_left_of_it(ask: Ask, town: Town) -> None:
    for who, given, problem in (
        ("Sri", {"then": "refuses"}, ("BAD_INPUT", "name")),
        ("Sri", {"then": "shouts"}, ("LIMIT_EXCEEDED", "payload bytes")),
        ("Wati", {}, ("FORBIDDEN", "employee")),
        ("Sri", {"employee": "nobody"}, ("BAD_INPUT", "employee")),
        ("Sri", {"idempotencyKey": ""}, ("BAD_INPUT", "idempotencyKey")),
    ):
        found = (await ask(who, **{"idempotencyKey": "k", **given})).data["sampleRename"]
        assert (found["code"], found["field"]) == problem
        assert await unchanged(town)


async def test_a_verb_that_asks_nothing_is_still_kept_from_who_has_no_such_role(ask: Ask) -> None:
    text = """mutation T($input: SampleRenameInput!) { sampleTouch(input: $input) {
      __typename ... on Problem { code } } }"""
    for who in ("Sri", "Budi"):
        answer = await ask(who, text, name="Budi")
        assert answer.data == {"sampleTouch": {"__typename": "Problem", "code": "FORBIDDEN"}}


async def test_a_field_that_ends_the_process_ends_its_operation(ask: Ask) -> None:
    answer = await ask("Sri", "{ me { name sampleLeaves } }")
    assert "raised SystemExit" in str(answer.errors[0].original_error)


def test_a_permission_of_another_is_refused_at_start() -> None:
    other = Permission("other.rename", {})
    verb = verb_field(
        rename, shown, SampleName, permission=other, payload="SampleOther", description="Rename."
    )
    cause = cause_of(module(eperf_api=lambda: [Contribution(mutation={"sample_other": verb})]))
    assert cause == "permission other.rename does not begin with sample."


def test_a_payload_needs_a_name_that_is_one() -> None:
    with pytest.raises(ValueError, match="'sample payload' is not a name"):
        verb_field(
            rename, shown, SampleName, permission=RENAME, payload="sample payload", description="Rename."
        )
