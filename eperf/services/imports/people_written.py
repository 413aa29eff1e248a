"""Writing imported people by sets: persons, then placements, then the placement of today beside the person."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eperf.domain.events import EmployeeChanged, EmployeePlaced
from eperf.domain.people import Person, Placed, Post
from eperf.services.call import Call, Work
from eperf.services.imports.report import Progress
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.placements import months_from, roll

_PERSON = [one.name for one in dataclasses.fields(Person) if one.name != "nip"]
_PLACED = ("unit_id", "position_id", "supervisor_id", "valid_to")
_AT_ONCE = 1000
_ASKED_AT_ONCE = 500


@dataclass(frozen=True)
class Change:
    """What a row changes of one employee. `who` is an id, or the number of a new one; `person` null = as it is."""

    who: int | str
    old: EmployeeRow | None
    person: Person | None
    before: Sequence[Placed[int | str]]
    after: Sequence[Placed[int | str]]
    valid_from: date

    @property
    def placed(self) -> bool:
        """Whether a placement is new or other than before."""
        return list(self.before) != list(self.after)


async def write_people(
    call: Call, opened: Work, changes: Sequence[Change], post_ids: dict[int, int], progress: Progress | None
) -> None:
    """Writes the changes, superiors first; what new posts have as ids is in `post_ids`."""
    numbers: dict[int | str, int] = {
        change.who: change.old.id for change in changes if change.old is not None
    }
    done, steps = 0, 2 * len(changes)
    for start in range(0, len(changes), _AT_ONCE):
        some = changes[start : start + _AT_ONCE]
        await _write_persons(some, post_ids, numbers)
        done += len(some)
        if progress:
            progress("write", done, steps)
    for start in range(0, len(changes), _AT_ONCE):
        some = [change for change in changes[start : start + _AT_ONCE] if change.placed]
        await _write_placements(some, post_ids, numbers)
        await _write_today(call, some, numbers)
        done += len(changes[start : start + _AT_ONCE])
        if progress:
            progress("write", done, steps)
    _tell(opened, changes, numbers)
    placed = {numbers[change.who]: change.valid_from for change in changes if change.placed}
    await mark_dirty(await months_from(placed, call.today))


async def _write_persons(
    changes: Sequence[Change], post_ids: dict[int, int], numbers: dict[int | str, int]
) -> None:
    rows: list[EmployeeRow] = []
    for change in changes:
        if change.person is None:
            continue
        known = dataclasses.asdict(change.person)
        if change.old is not None:
            where: dict[str, Any] = {"unit_id": change.old.unit_id}
        else:
            first = _columns(change.after[0].post, post_ids, {})
            where = {"unit_id": first["unit_id"], "position_id": first["position_id"]}
        rows.append(EmployeeRow(**known, **where, active=True))
    if not rows:
        return
    await EmployeeRow.bulk_create(rows, on_conflict=("nip",), update_fields=_PERSON)
    new = [change.who for change in changes if change.old is None]
    for start in range(0, len(new), _ASKED_AT_ONCE):
        found = EmployeeRow.filter(nip__in=new[start : start + _ASKED_AT_ONCE]).only("id", "nip")
        numbers |= {str(row.nip): row.id for row in await found}


async def _write_placements(
    changes: Sequence[Change], post_ids: dict[int, int], numbers: dict[int | str, int]
) -> None:
    rows: list[PlacementRow] = []
    for change in changes:
        before = {one.valid_from: one for one in change.before}
        rows += [
            PlacementRow(
                employee_id=numbers[change.who],
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                **_columns(one.post, post_ids, numbers),
            )
            for one in change.after
            if before.get(one.valid_from) != one
        ]
    if rows:
        await PlacementRow.bulk_create(rows, on_conflict=("employee_id", "valid_from"), update_fields=_PLACED)


async def _write_today(call: Call, changes: Sequence[Change], numbers: dict[int | str, int]) -> None:
    """New people who begin later have their first superior already, as they have their first unit."""
    await roll(call.today, [numbers[change.who] for change in changes])
    for change in changes:
        first = change.after[0]
        if change.old is None and first.valid_from > call.today and first.post.supervisor is not None:
            await EmployeeRow.filter(id=numbers[change.who]).update(
                supervisor_id=_id(first.post.supervisor, numbers)
            )


def _tell(opened: Work, changes: Sequence[Change], numbers: dict[int | str, int]) -> None:
    for change in changes:
        employee_id = numbers[change.who]
        if change.placed:
            opened.emit(
                EmployeePlaced(
                    subject_id=employee_id,
                    unit_id=next(one.post.unit_id for one in change.after if one.covers(change.valid_from)),
                    employee_id=employee_id,
                    valid_from=change.valid_from,
                )
            )
        if change.person is not None and change.old is not None:
            opened.emit(
                EmployeeChanged(subject_id=employee_id, unit_id=change.old.unit_id, employee_id=employee_id)
            )


def _columns(
    post: Post[int | str], post_ids: dict[int, int], numbers: dict[int | str, int]
) -> dict[str, Any]:
    position = post.position_id
    return {
        "unit_id": post.unit_id,
        "position_id": post_ids.get(position, position) if position is not None else None,
        "supervisor_id": _id(post.supervisor, numbers) if numbers and post.supervisor is not None else None,
    }


def _id(who: int | str, numbers: dict[int | str, int]) -> int:
    return who if isinstance(who, int) else numbers[who]
