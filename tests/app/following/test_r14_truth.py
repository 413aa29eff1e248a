"""R14: what a subscriber has made of a snapshot and the updates after it is what a new snapshot says; of every kind.

Connections are held back and cut at random, and come again by their last cursor.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
from collections import defaultdict
from typing import Any, get_type_hints

import pytest

from eperf.adapters.broker import Bell
from eperf.app.following import LogShares
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.request import Request
from eperf.domain.access import Role
from eperf.domain.activity import Report
from eperf.domain.errors import Refused
from eperf.domain.events import Event
from eperf.plugins.builtin import eperf_event_kinds
from eperf.schema.context import Context
from eperf.services import activity
from eperf.services.call import work
from eperf.store import log
from eperf.store.activity import ActivityRow
from eperf.store.event import EventRow
from tests.app.following.ear import Follower, cursor_of
from tests.faults.test_r12_model import LEADS, act
from tests.support.asking import SCHEMA, answer, context_of, decoded, engine, plans
from tests.support.town import TODAY, Town, build

ACTIONS = int(os.environ.get("EPERF_R14_ACTIONS", "300"))
FOLLOW = """subscription ($after: String) { performanceUpdates(after: $after) {
  cursor kind version occurredAt subject { __typename id ... on Activity { state result minutes } } } }"""
SNAPSHOT = "{ activities(first: 500) { nodes { id state result minutes } } }"


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


async def test_a_snapshot_and_the_updates_after_it_are_the_next_snapshot(town: Town) -> None:
    rng, bell = random.Random(14), Bell(look_again=0.05)
    asked = engine(plans=plans())
    shares = LogShares(asked, SCHEMA, bell)
    context = context_of(town.viewer("Eka", (Role.AUDITOR, "city")), town.registry)
    for _ in range(5):
        await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "before"))
    await log.number()
    seen = await _snapshot(asked, context)
    assert len(seen) == 5
    followers = [Follower(asked, shares, context, FOLLOW, {}, str(await log.head())) for _ in range(4)]
    followers[3].piped = False
    for follower in followers:
        follower.begin()
    done = 0
    for step in range(ACTIONS):
        done += await _acted(town, rng, step)
        if rng.random() < 0.3:
            await log.number(rng.randint(1, 5))
            bell.ring()
        await _shaken(rng, followers)
    while await log.number():
        bell.ring()
    assert done > ACTIONS // 8
    head = str(await log.head())
    truth = await _snapshot(asked, context)
    for follower in followers:
        follower.ear.hold(False)
        await _arrived(follower, head)
        _whole_and_in_order(follower, await _told())
        assert _replayed(seen, follower.heard) == truth
        await follower.cut()


async def _snapshot(asked: Engine, context: Context) -> dict[str, Any]:
    found = decoded(await answer(asked, Request(SNAPSHOT, None, {}), context.fresh()))
    return {one["id"]: one for one in found["data"]["activities"]["nodes"]}


def _replayed(seen: dict[str, Any], heard: list[bytes]) -> dict[str, Any]:
    """The first snapshot with what the updates say, as a client would keep it."""
    kept = dict(seen)
    for raw in heard:
        subject = decoded(raw)["data"]["performanceUpdates"]["subject"]
        if subject and subject.pop("__typename") == "Activity":
            kept[subject["id"]] = subject
    return kept


async def _acted(town: Town, rng: random.Random, step: int) -> bool:
    report = Report(town.item, TODAY, 1 + step % 60, 100, f"langkah {step}")
    rows = await activity_ids()
    try:
        if len(rows) < 8:
            await activity.submit(town.call("Budi"), report)
        else:
            verb = rng.choice(("send", "send", *LEADS, "withdraw"))
            await act(town, rng.choice(rows), verb, rng.choice(("Budi", "Sri", "Eka")), None, report)
    except Refused:
        return False
    return True


async def activity_ids() -> list[int]:
    """Those that are not at their end."""
    rows = await ActivityRow.exclude(state="rejected").values_list("id", flat=True)
    return [int(one) for one in rows]


async def _shaken(rng: random.Random, followers: list[Follower]) -> None:
    for follower in followers:
        chance = rng.random()
        if chance < 0.05:
            await follower.cut()
            follower.begin()
        elif chance < 0.3:
            follower.ear.hold(chance < 0.12)
    await asyncio.sleep(0)


async def _told() -> list[tuple[str, str]]:
    rows = await EventRow.exclude(cursor=None).order_by("cursor")
    return [(str(row.cursor), row.kind) for row in rows]


async def _arrived(follower: Follower, cursor: str) -> None:
    async with asyncio.timeout(20):
        while not follower.heard or cursor_of(follower.heard[-1]) != cursor:
            await asyncio.sleep(0.02)


def _whole_and_in_order(follower: Follower, told: list[tuple[str, str]]) -> None:
    updates = [decoded(one)["data"]["performanceUpdates"] for one in follower.heard]
    expected = [one for one in told if int(one[0]) > int(follower.after or 0)]
    assert [(one["cursor"], one["kind"]) for one in updates] == expected
    instants: defaultdict[str, list[str]] = defaultdict(list)
    for one in updates:
        if one["subject"]:
            instants[one["subject"]["id"]].append(one["occurredAt"])
    assert all(each == sorted(each) for each in instants.values())


async def test_every_kind_that_exists_is_heard_of_once_with_its_version(town: Town) -> None:
    bell = Bell(look_again=0.05)
    asked = engine()
    shares = LogShares(asked, SCHEMA, bell)
    context = context_of(town.viewer("Eka", (Role.AUDITOR, "city")), town.registry)
    follower = Follower(asked, shares, context, FOLLOW, {}, "0")
    follower.begin()
    known = sorted(eperf_event_kinds(), key=lambda kind: kind.kind)
    assert len(known) > 40
    async with work(town.call("Sri")) as done:
        done.emit(*(_made(kind, town) for kind in known))
    while await log.number():
        bell.ring()
    await _arrived(follower, str(len(known)))
    heard = [decoded(one)["data"]["performanceUpdates"] for one in follower.heard]
    assert [(one["kind"], one["version"]) for one in heard] == [(one.kind, one.version) for one in known]
    await follower.cut()


def _made(kind: type[Event], town: Town) -> Event:
    hints = get_type_hints(kind)
    given: dict[str, Any] = {
        "subject_id": 1,
        "unit_id": town.units["office"],
        "employee_id": town.people["Budi"],
    }
    for one in dataclasses.fields(kind):
        if one.name not in given and one.default is dataclasses.MISSING:
            given[one.name] = _some(hints[one.name])
    return kind(**given)


def _some(hint: Any) -> Any:
    text = str(hint)
    if "date" in text:
        return TODAY
    for name, value in (
        ("bool", True),
        ("int", 1),
        ("str", "x"),
        ("tuple", ()),
        ("list", []),
        ("YearMonth", None),
    ):
        if name in text:
            return value
    raise AssertionError(text)
