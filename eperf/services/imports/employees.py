"""Importing employees: who they are, where they serve from when, under whom, and the posts they hold.

Superiors go first, so that a chain of command may stand in any order in the file. A row says what holds from its
`valid_from` on: later placements stay, and a row that tells what is true already changes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from eperf.domain import organisation, people
from eperf.domain.access import Operation, Scope, Subject, scope
from eperf.domain.errors import Conflict, Forbidden, NotFound, Refused, SupervisorCycle
from eperf.domain.organisation import chain
from eperf.domain.people import Person, PersonKind, Placed, Post, checked_person, on, place, require_no_ring
from eperf.domain.table import Table
from eperf.services.call import Call, work
from eperf.services.imports import cells
from eperf.services.imports.order import require_good, uppermost_first
from eperf.services.imports.people_written import Change, write_people
from eperf.services.imports.posts import Posts, known_posts, write_posts
from eperf.services.imports.reading import Column, Row, rows_of
from eperf.services.imports.report import ImportReport, Progress, report
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.placements import timelines

COLUMNS = (
    Column("nip", cells.number, needed=True),
    Column("kind", people.person_kind, needed=True),
    Column("name", organisation.name, needed=True),
    Column("birth_date", cells.day),
    Column("sex", cells.sex),
    Column("rank", cells.word),
    Column("rank_since", cells.day),
    Column("unit_code", organisation.code, needed=True),
    Column("position_code", organisation.code),
    Column("position_title", organisation.name),
    Column("job_class", lambda column, text: organisation.job_class(column, cells.whole(column, text))),
    Column("position_kind", organisation.position_kind),
    Column("supervisor_nip", cells.known_number),
    Column("valid_from", cells.day, needed=True),
)
PERSON = tuple(one.name for one in dataclasses.fields(Person))
_RENAMED = {"supervisor": "supervisor_nip", "superiors": "supervisor_nip"}
_AT_ONCE = 500

T = TypeVar("T")
Who = int | str
"""An employee by id, or by number until there is an id."""


@dataclass
class _Plan:
    """What is known, and what the good rows make of it."""

    call: Call
    units: dict[str, int]
    above: dict[int, int | None]
    people: dict[str, EmployeeRow]
    placements: dict[Who, list[Placed[Who]]]
    posts: Posts
    reach: Scope
    changes: list[Change] = field(default_factory=list)

    def who(self, nip: str) -> Who:
        """What names the person of that number."""
        return self.people[nip].id if nip in self.people else nip

    def subject(self, unit_id: int, employee_id: int | None = None) -> Subject:
        """A unit, or an employee in it, as the subject of an operation."""
        return Subject(units=frozenset(chain(self.above, unit_id)), employee_id=employee_id)

    def require(self, subject: Subject, column: str) -> None:
        """Refuses what the caller may not change."""
        if not self.reach.covers(subject):
            raise Forbidden(Operation.PEOPLE_WRITE.value, column)


async def import_employees(
    call: Call,
    table: Table,
    dry_run: bool = False,
    progress: Progress | None = None,
    *,
    change_posts: bool = False,
) -> ImportReport:
    """Imports the columns of `COLUMNS`; those of a person, the post or the superior that are not in the file stay.

    A post that is not known is created from its row; one that is known is changed only with `change_posts`. Raises
    `Refused` when the file cannot be imported at all.
    """
    rows = rows_of(table, COLUMNS, ("nip",), call.language)
    if dry_run:
        await _planned(call, rows, change_posts)
    else:
        async with work(call) as opened:
            await take(Lock.ORGANISATION, Lock.PEOPLE)
            plan = await _planned(call, rows, change_posts)
            post_ids = await write_posts(call, opened, plan.posts)
            await write_people(call, opened, plan.changes, post_ids, progress)
    return report("employees", rows, dry_run)


async def _planned(call: Call, rows: Sequence[Row], change_posts: bool) -> _Plan:
    plan = await _known(call, rows, change_posts)
    named = {row.values["nip"]: row for row in rows if row.values.get("nip")}
    for row in named.values():
        plan.posts.agree(row)

    def superior(nip: str) -> str | None:
        row = named.get(nip)
        return None if row is None else row.values.get("supervisor_nip")

    order, rings = uppermost_first(named, superior)
    for nip, row in ((nip, named[nip]) for nip in order if nip in named):
        if nip in rings:
            row.refuse(SupervisorCycle(nip, "supervisor_nip"))
        else:
            require_good(row, "supervisor_nip", superior(nip), named)
        _judged(plan, row)
    return plan


async def _known(call: Call, rows: Sequence[Row], change_posts: bool) -> _Plan:
    units = await UnitRow.all().only("id", "code", "parent_id")
    wanted = {row.values.get(column) for row in rows for column in ("nip", "supervisor_nip")} - {None}
    found: dict[str, EmployeeRow] = {}
    nips = sorted(str(nip) for nip in wanted if len(str(nip)) <= 18)
    for start in range(0, len(nips), _AT_ONCE):
        for known in await EmployeeRow.filter(nip__in=nips[start : start + _AT_ONCE]):
            found[str(known.nip)] = known
    placed: Mapping[Any, list[Placed[Any]]] = await timelines(row.id for row in found.values())
    return _Plan(
        call=call,
        units={unit.code: unit.id for unit in units},
        above={unit.id: unit.parent_id for unit in units},
        people=found,
        placements=dict(placed),
        posts=await known_posts(rows, scope(call.viewer, Operation.ORGANISATION_WRITE), change_posts),
        reach=scope(call.viewer, Operation.PEOPLE_WRITE),
    )


def _judged(plan: _Plan, row: Row) -> None:
    """Notes what a row changes, or all that is wrong with it."""
    if not row.good:
        return
    person = _tried(row, lambda: _person(plan, row))
    placed = _tried(row, lambda: _placed(plan, row))
    if person is None or placed is None:
        return
    nip: str = row.values["nip"]
    who, old = plan.who(nip), plan.people.get(nip)
    before = plan.placements.get(who, [])
    known = old is not None and all(getattr(old, one) == getattr(person, one) for one in PERSON)
    same_post = not plan.posts.claim(row)
    row.outcome = (
        "created" if old is None else "unchanged" if known and placed == before and same_post else "changed"
    )
    if row.outcome != "unchanged":
        valid_from: date = row.values["valid_from"]
        plan.changes.append(Change(who, old, None if known else person, before, placed, valid_from))
    plan.placements[who] = placed


def _tried(row: Row, attempt: Callable[[], T]) -> T | None:
    try:
        return attempt()
    except SupervisorCycle as ring:
        row.refuse(SupervisorCycle(row.values["nip"]), _RENAMED[ring.field or ""])
    except Refused as refusal:
        row.refuse(refusal, _RENAMED.get(refusal.field or ""))
    return None


def _person(plan: _Plan, row: Row) -> Person:
    nip: str = row.values["nip"]
    old = plan.people.get(nip)
    if old is not None and not old.active:
        raise Conflict("nip", nip, "the employee is no longer active")
    kept = {} if old is None else {one: getattr(old, one) for one in PERSON}
    given = {one: row.values[one] for one in PERSON if one in row.values}
    kind: PersonKind = given["kind"]
    return checked_person(Person(**{**kept, **given, "kind": kind}), plan.call.today)


def _placed(plan: _Plan, row: Row) -> list[Placed[Who]]:
    nip: str = row.values["nip"]
    who, old, valid_from = plan.who(nip), plan.people.get(nip), row.values["valid_from"]
    unit_id = plan.units.get(row.values["unit_code"])
    if unit_id is None:
        raise NotFound("unit_code", row.values["unit_code"])
    row.values["unit_id"] = unit_id
    before = plan.placements.get(who, [])
    current = on(before, valid_from)
    if old is not None:
        plan.require(plan.subject(old.unit_id, old.id), "nip")
    for touched in (unit_id, current.post.unit_id if current else None):
        if touched is not None:
            plan.require(plan.subject(touched), "unit_code")
    position = current.post.position_id if current else None
    if "position_code" in row.values:
        position = plan.posts.number(row, plan.subject)
    superior = current.post.supervisor if current else None
    if "supervisor_nip" in row.values:
        superior = _superior(plan, row)
    post: Post[Who] = Post(unit_id, position, superior)
    after = place(before, post, valid_from, correct=True)
    if after != before:
        require_no_ring(who, after, lambda one: plan.placements.get(one, []))
    return after


def _superior(plan: _Plan, row: Row) -> Who | None:
    nip = row.values["supervisor_nip"]
    if nip is None:
        return None
    who = plan.who(nip)
    if who not in plan.placements or (nip in plan.people and not plan.people[nip].active):
        raise NotFound("supervisor_nip", nip)
    return who
