"""R12: many at once on one activity, over real servers: one wins, the rest get a conflict, one line is kept.

All verbs that change an activity, alone and mixed: verify, return, reject, withdraw, edit, decide many. On PostgreSQL the
callers are divided over two processes.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from eperf.schema.ids import global_id, number_of
from eperf.store import database
from eperf.store.activity import ActivityRow, ChangeRow
from eperf.store.deadline import DeadlineRow
from eperf.store.event import EventRow
from tests.faults.workload import SUBMIT, populate, report, token_of
from tests.support.database import KIND, run
from tests.support.http import Connection
from tests.support.server import Server
from tests.support.town import SINCE, Town

ROUNDS = int(os.environ.get("EPERF_R12_ROUNDS", "5"))
CALLERS = 50
CHANGE = """mutation($input: %sInput!) { done: %s(input: $input) {
  __typename ... on Activity { id state version } ... on Problem { code } } }"""
DECIDE = """mutation($input: DecideActivitiesInput!) { done: decideActivities(input: $input) {
  ... on Decisions { results { problem { code } activity { state version } } } ... on Problem { code } } }"""
EVENTS = {
    "verified": "activity.verified", "returned": "activity.returned", "rejected": "activity.rejected",
    "withdrawn": "activity.verification-withdrawn", "edited": "activity.submitted", "resubmitted": "activity.submitted",
}  # fmt: skip
Answer = tuple[str, str | None, int | None]
"""CONFLICT or DONE, with the state and the version that were shown."""


async def _allow(url: str, town: Town) -> None:
    await database.connect(url)
    try:
        await DeadlineRow.create(
            unit_id=town.units["city"], valid_from=SINCE, legal_basis="Perwal contoh", silence="nothing",
            withdraw_days=99, recorded_at=datetime.now(UTC),
        )  # fmt: skip
    finally:
        await database.disconnect()


class _Callers:
    """Fifty connections, each of which sends one change when all are ready."""

    def __init__(self, ports: Sequence[int], item: str) -> None:
        self.connections = [Connection(ports[number % len(ports)]) for number in range(CALLERS)]
        self.item = item

    async def one(self, number: int, verb: str, activity: str, version: int) -> Answer:
        """One change by one caller, of the version that all have seen."""
        connection, given = self.connections[number], {"activity": activity, "version": version}
        if verb == "decideActivities":
            many = {"activities": [activity], "versions": [version], "decision": "VERIFY"}
            answer = await connection.graphql(token_of("Sri"), DECIDE, {"input": many})
            found = answer["data"]["done"]["results"][0]
            problem, shown = found["problem"], found["activity"]
            return (problem["code"], None, None) if problem else ("DONE", shown["state"], shown["version"])
        name = "Budi" if verb == "resubmitActivity" else "Sri"
        if verb == "resubmitActivity":
            given = {**report(self.item, "x", result=f"kerja {number}"), **given}
            del given["idempotencyKey"]
        elif verb != "verifyActivity":
            given["note"] = f"alasan {number}"
        text = CHANGE % (verb[0].upper() + verb[1:], verb)
        answer = (await connection.graphql(token_of(name), text, {"input": given}))["data"]["done"]
        if answer["__typename"] == "Problem":
            return answer["code"], None, None
        return "DONE", answer["state"], answer["version"]

    async def all(self, verbs: Sequence[str], activity: str, version: int) -> Answer:
        """All at once; gives the winner's answer. Everybody else has to get a conflict."""
        calls = (self.one(number, verbs[number % len(verbs)], activity, version) for number in range(CALLERS))
        answers = await asyncio.gather(*calls)
        assert Counter(code for code, _, _ in answers) == {"DONE": 1, "CONFLICT": CALLERS - 1}, (
            verbs,
            answers,
        )
        return next(one for one in answers if one[0] == "DONE")

    def close(self) -> None:
        for connection in self.connections:
            connection.close()


WAITING = ("verifyActivity", "returnActivity", "rejectActivity", "resubmitActivity", "decideActivities")
ROUND = [
    ("verifyActivity",),
    ("returnActivity",),
    ("rejectActivity",),
    ("resubmitActivity",),
    WAITING,
    WAITING,
]
"""What fifty do to one activity that waits: all the same, or everything at once."""


async def _round(callers: _Callers, ids: Sequence[str]) -> None:
    for verbs, activity in zip(ROUND, ids, strict=False):
        _, state, version = await callers.all(verbs, activity, 1)
        assert version == 2
        if state == "VERIFIED":
            assert await callers.all(("withdrawVerification",), activity, 2) == ("DONE", "RETURNED", 3)
            _, state, version = await callers.all(("resubmitActivity", "withdrawVerification"), activity, 3)
            assert (state, version) == ("SUBMITTED", 4)


async def _submitted(port: int, item: str, keys: Sequence[str]) -> list[str]:
    connection = Connection(port)
    found = []
    for key in keys:
        answer = await connection.graphql(token_of("Budi"), SUBMIT, {"input": report(item, key)})
        found.append(answer["data"]["submitActivity"]["id"])
    connection.close()
    return found


async def _rounds(ports: Sequence[int], item: str) -> list[str]:
    callers, all_ids = _Callers(ports, item), []
    for number in range(ROUNDS):
        ids = await _submitted(ports[0], item, [f"r{number}-{place}" for place in range(len(ROUND))])
        await _round(callers, ids)
        all_ids += ids
    callers.close()
    return all_ids


async def _check(url: str, ids: Sequence[str]) -> int:
    """One line and one event for each version; what is stored is what the last line says."""
    await database.connect(url)
    try:
        kept = 0
        for activity in ids:
            number = number_of(activity, "Activity", "activity")
            row = await ActivityRow.get(id=number)
            lines = await ChangeRow.filter(activity_id=number).order_by("version")
            assert [line.version for line in lines] == list(range(2, row.version + 1))
            states = [one["after"] for line in lines for one in line.changes if one["field"] == "state"]
            assert row.state == (states or ["submitted"])[-1]
            told = Counter(
                await EventRow.filter(subject_type="Activity", subject_id=number).values_list(
                    "kind", flat=True
                )
            )
            assert told == Counter(["activity.submitted", *(EVENTS[line.step] for line in lines)])
            kept += len(lines)
        return kept
    finally:
        await database.disconnect()


@pytest.mark.fault
@pytest.mark.timeout(1800)
def test_r12_of_fifty_who_change_one_activity_one_wins_and_the_rest_get_a_conflict(
    database_url: str, serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    town = populate(database_url)
    run(_allow(database_url, town))
    settings = {
        "EPERF_WORKER": "false",
        "EPERF_REQUESTS_PER_MINUTE": "1000000",
        "EPERF_COST_PER_MINUTE": "100000000",
    }
    servers = [serve(database_url, settings) for _ in range(2 if KIND == "postgres" else 1)]
    item = global_id("CatalogueItem", town.item)
    ids = asyncio.run(_rounds([server.port for server in servers], item))
    for server in servers:
        server.terminate()
    kept = run(_check(database_url, ids))
    assert kept >= len(ids)
    record_property(
        "figure",
        f"R12: {len(ids)} activities, {kept} contests of {CALLERS} callers, each with one winner, on {KIND}",
    )


async def _order(port: int, activity: str, verbs: Sequence[str], item: str) -> None:
    """Two callers one after the other in a given order: the second sees what the first has left."""
    callers = _Callers([port], item)
    first = await callers.one(0, verbs[0], activity, 1)
    second = await callers.one(1, verbs[1], activity, 1)
    callers.close()
    assert (first[0], second[0]) == ("DONE", "CONFLICT"), verbs


@pytest.mark.fault
def test_r12_in_every_order_of_two_the_second_sees_what_the_first_has_left(
    database_url: str, serve: Callable[..., Server]
) -> None:
    town = populate(database_url)
    server = serve(database_url, {"EPERF_WORKER": "false"})
    item = global_id("CatalogueItem", town.item)
    orders = [(one, two) for one in WAITING for two in WAITING]

    async def all_orders() -> list[str]:
        ids = await _submitted(server.port, item, [f"o{number}" for number in range(len(orders))])
        for activity, verbs in zip(ids, orders, strict=True):
            await _order(server.port, activity, verbs, item)
        return ids

    ids = asyncio.run(all_orders())
    server.terminate()
    assert run(_check(database_url, ids)) == len(orders)
