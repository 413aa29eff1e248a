"""Changing activities that are there: one caller at a time, and every change kept.

Whoever changes an activity locks its row first, so that of several who come at once each sees what the one before has
left; SQLite has one writer anyway. Rows of a set are locked in the order of their ids: nobody waits in a ring.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import F

from eperf.domain.access import Scope
from eperf.domain.activity import Step, changed
from eperf.store import bulk
from eperf.store.activity import ActivityRow, ChangeRow
from eperf.store.condition import as_q
from eperf.store.scope import reach_of_activities

_COLUMNS = ("activity_id", "version", "step", "at", "by_id", "acting_for_id", "note", "changes")
_FEW = 20


@dataclass(frozen=True)
class Change:
    """A change of an activity: its version afterwards, what it was, and what was before and after, by name."""

    activity_id: int
    version: int
    step: Step
    before: Mapping[str, str]
    after: Mapping[str, str]


async def locked(ids: Collection[int]) -> dict[int, ActivityRow]:
    """The activities by id, as they are, and so until the caller's transaction ends."""
    # Evidence may be put to it meanwhile; only who would change the row itself waits.
    found = ActivityRow.filter(id__in=sorted(ids)).order_by("id").select_for_update(no_key=True)
    return {row.id: row for row in await found}


async def in_reach(ids: Collection[int], scope: Scope) -> set[int]:
    """Those of some activities that a scope covers."""
    rows, within = ActivityRow.filter(id__in=sorted(ids)), as_q(reach_of_activities(scope))
    found = rows if within is None else rows.filter(within)
    return {row.id for row in await found.only("id")}


async def put(ids: Collection[int], **values: object) -> None:
    """Gives locked activities the same values and their next version."""
    await ActivityRow.filter(id__in=sorted(ids)).update(version=F("version") + 1, **values)


async def write(
    changes: Sequence[Change],
    at: datetime,
    *,
    by: int | None = None,
    acting_for: Mapping[int, int | None] | None = None,
    notes: Mapping[int, str | None] | None = None,
) -> None:
    """Keeps changes that one person made, or none: a rule. In whose place, and why, by activity."""
    instead, why = acting_for or {}, notes or {}
    rows = [
        (
            one.activity_id, one.version, one.step.value, at, by, instead.get(one.activity_id),
            why.get(one.activity_id), changed(one.before, one.after),
        )
        for one in changes
    ]  # fmt: skip
    if len(rows) > _FEW:
        await bulk.insert("activity_change", _COLUMNS, rows)
    elif rows:
        made = [ChangeRow(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]
        await (made[0].save() if len(made) == 1 else ChangeRow.bulk_create(made))
