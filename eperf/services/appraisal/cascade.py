"""Which targets a target may serve, and that none serves itself. Callers hold the lock of plans."""

from __future__ import annotations

from collections.abc import Sequence

from eperf.domain.appraisal.plan import (
    MOST_CASCADE,
    Place,
    PlanLevel,
    PlanState,
    Target,
    require_no_ring,
    require_serves,
)
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import NotFound
from eperf.store.people import EmployeeRow
from eperf.store.plan import PlanRow, TargetRow
from eperf.store.scope import ancestors


async def require_parents(plan: PlanRow, targets: Sequence[Target]) -> None:
    """Refuses targets of a plan that cite what they may not, by the path of the field."""
    for place, one in enumerate(targets):
        if one.parent is not None:
            old = await before(plan, one.title, one.aspect)
            heir_of = None if old is None else old.id
            await require_parent(f"targets.{place}.parent", plan, heir_of, one.parent)


async def require_parent(field: str, plan: PlanRow, target_id: int | None, parent_id: int) -> None:
    """Refuses a target that a plan may not cite, or by way of which `target_id` would serve itself."""
    parent = await TargetRow.get_or_none(id=parent_id)
    above = await PlanRow.get_or_none(id=parent.plan_id, state=PlanState.AGREED.value) if parent else None
    if above is None:
        raise NotFound(field, parent_id)
    superior = None
    if plan.employee_id is not None:
        superior = (await EmployeeRow.get(id=plan.employee_id)).supervisor_id
    require_serves(field, parent_id, place_of(plan), place_of(above), superior, await ancestors(plan.unit_id))
    await require_open(field, target_id, parent_id)


async def require_open(field: str, target_id: int | None, parent_id: int) -> None:
    """Refuses a parent that serves the target itself, by whatever way."""
    require_no_ring(field, target_id, parent_id, (await _chain(parent_id)).get)


async def _chain(start: int) -> dict[int, int | None]:
    """A target and those that it serves, each with its parent."""
    found: dict[int, int | None] = {}
    at: int | None = start
    while at is not None and at not in found and len(found) <= MOST_CASCADE:
        found[at] = (await TargetRow.get(id=at)).parent_id
        at = found[at]
    return found


async def before(plan: PlanRow, title: str, aspect: str) -> TargetRow | None:
    """The target whose place one of a revision takes: that of the same title and aspect."""
    if plan.revises_id is None:
        return None
    return await TargetRow.get_or_none(plan_id=plan.revises_id, title=title, aspect=aspect)


def place_of(plan: PlanRow) -> Place:
    """Where the targets of a plan stand."""
    return Place(plan.unit_id, plan.employee_id, PlanLevel(plan.level), Term.parse(plan.period))
