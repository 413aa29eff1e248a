"""The placement of today beside the person, moved by sets, and the months that a placement makes untrue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from eperf.domain.people import Placed, Post
from eperf.store import database
from eperf.store.people import PlacementRow
from eperf.store.scoring import ScoreRow

_AT_ONCE = 500
_ALL = "1 = 1"
_DUE = """
placement.employee_id = employee.id AND placement.valid_from <= {day}
AND (placement.valid_to IS NULL OR placement.valid_to > {day})
AND (employee.unit_id <> placement.unit_id OR employee.position_id IS DISTINCT FROM placement.position_id
     OR employee.supervisor_id IS DISTINCT FROM placement.supervisor_id)
"""
_FIND = "SELECT placement.id FROM employee, placement WHERE {due} ORDER BY placement.id"
_MOVE = """
UPDATE employee
SET unit_id = placement.unit_id, position_id = placement.position_id, supervisor_id = placement.supervisor_id
FROM placement WHERE {due}
"""


async def roll(today: date, employees: Iterable[int] | None = None) -> list[PlacementRow]:
    """Moves employee rows (all, or those given) to the placement of the day; gives the placements moved to."""
    moved: list[PlacementRow] = []
    if employees is None:
        return await _roll(today, _ALL)
    chosen = sorted(employees)
    for start in range(0, len(chosen), _AT_ONCE):
        # The ids are integers of our own tables.
        some = ",".join(str(int(number)) for number in chosen[start : start + _AT_ONCE])
        moved += await _roll(today, f"employee.id IN ({some})")
    return moved


async def months_from(people: Mapping[int, date], today: date) -> list[tuple[int, str]]:
    """(employee, month) to score again: scored months from a day each on, and this month if that day has come."""
    months = {(person, f"{today:%Y-%m}") for person, first in people.items() if first <= today}
    chosen = sorted(people)
    for start in range(0, len(chosen), _AT_ONCE):
        scored = ScoreRow.filter(employee_id__in=chosen[start : start + _AT_ONCE])
        for row in await scored.only("id", "employee_id", "period"):
            if row.period >= f"{people[row.employee_id]:%Y-%m}":
                months.add((row.employee_id, row.period))
    return sorted(months)


async def _roll(today: date, chosen: str) -> list[PlacementRow]:
    postgres = database.dialect() == "postgres"
    due = f"{chosen} AND {_DUE.format(day='$1' if postgres else '?1')}"
    values: list[Any] = [today if postgres else today.isoformat()]
    connection = database.connection()
    found = [row["id"] for row in await connection.execute_query_dict(_FIND.format(due=due), values)]
    if not found:
        return []
    await connection.execute_query(_MOVE.format(due=due), values)
    moved: list[PlacementRow] = []
    for start in range(0, len(found), _AT_ONCE):
        moved += await PlacementRow.filter(id__in=found[start : start + _AT_ONCE])
    return moved


async def timelines(people: Iterable[int]) -> dict[int, list[Placed[int]]]:
    """The placements, in order, of these people and of everybody who is above them on any day."""
    found: dict[int, list[Placed[int]]] = {}
    wanted = sorted(set(people))
    while wanted:
        above: set[int] = set()
        found |= {person: [] for person in wanted}
        for start in range(0, len(wanted), _AT_ONCE):
            rows = PlacementRow.filter(employee_id__in=wanted[start : start + _AT_ONCE]).order_by(
                "valid_from"
            )
            for row in await rows:
                post = Post(row.unit_id, row.position_id, row.supervisor_id)
                found[row.employee_id].append(Placed(post, row.valid_from, row.valid_to))
                if row.supervisor_id is not None:
                    above.add(row.supervisor_id)
        wanted = sorted(above - set(found))
    return found
