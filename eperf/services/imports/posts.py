"""Posts in a file of employees: every holder's row describes the post, so they have to agree.

A post that exists is changed only when that is asked for: otherwise one mistyped row would rename the post of hundreds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eperf.domain.access import Operation, Scope, Subject
from eperf.domain.errors import BadInput, Conflict, Forbidden, NotFound
from eperf.domain.events import PositionChanged
from eperf.domain.organisation import Position, PositionKind
from eperf.services.call import Call, Work
from eperf.services.imports.reading import Row
from eperf.store.organisation import PositionRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow

_DESCRIBED = {"title": "position_title", "job_class": "job_class", "kind": "position_kind"}
_WRITTEN = ("title", "job_class", "kind")
_AT_ONCE = 500


@dataclass
class Posts:
    """Posts by code: those that exist, and what the file says of them.

    New ones have negative ids until they are written; `units` says where those that are needed belong.
    """

    existing: dict[str, PositionRow]
    reach: Scope
    change: bool
    described: dict[str, tuple[Position, int]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def agree(self, row: Row) -> None:
        """Refuses a row that describes its post otherwise than the installation, or than an earlier row, does."""
        code = row.values.get("position_code")
        if code is None:
            for column in _DESCRIBED.values():
                if row.values.get(column) is not None:
                    row.refuse(BadInput(column, row.values[column], "there is no position_code"))
            return
        existing = self.existing.get(code)
        position = self._described(row, code, existing)
        if position is None:
            return
        expected, place = self.described.setdefault(code, (position, row.number))
        where = f"row {place} says"
        if existing is not None and not self.change:
            expected, where = _position(existing), "the post is known as"
        for name, column in _DESCRIBED.items():
            if getattr(position, name) != getattr(expected, name):
                said = getattr(position, name)
                row.refuse(Conflict(column, said, f"{where} {getattr(expected, name)}"))

    def _described(self, row: Row, code: str, existing: PositionRow | None) -> Position | None:
        given: dict[str, Any] = {name: row.values.get(column) for name, column in _DESCRIBED.items()}
        if existing is None and not any(given.values()):
            row.refuse(NotFound("position_code", code))
            return None
        for name, column in _DESCRIBED.items():
            if given[name] is None and existing is not None:
                given[name] = getattr(existing, name)
            elif given[name] is None:
                row.refuse(BadInput(column, "", "a new post needs it"))
        return Position(code, **given) if row.good else None

    def number(self, row: Row, subject_of: Callable[[int], Subject]) -> int | None:
        """The id of a row's post; refuses who may not create one in the row's unit, or change one of its own unit."""
        code = row.values.get("position_code")
        if code is None:
            return None
        existing = self.existing.get(code)
        if existing is None or self._differs(code, existing):
            self._require(subject_of(row.values["unit_id"] if existing is None else existing.unit_id))
        return existing.id if existing is not None else self.numbers.setdefault(code, -1 - len(self.numbers))

    def claim(self, row: Row) -> bool:
        """Notes that a good row needs its post as it describes it; says whether that changes one that exists."""
        code = row.values.get("position_code")
        if code is None:
            return False
        existing = self.existing.get(code)
        if existing is None:
            self.units.setdefault(code, row.values["unit_id"])
            return False
        if self._differs(code, existing):
            self.changed.add(code)
        return code in self.changed

    def _differs(self, code: str, existing: PositionRow) -> bool:
        return self.change and code in self.described and self.described[code][0] != _position(existing)

    def _require(self, subject: Subject) -> None:
        if not self.reach.covers(subject):
            raise Forbidden(Operation.ORGANISATION_WRITE.value, "position_code")


async def known_posts(rows: Sequence[Row], reach: Scope, change: bool) -> Posts:
    """The posts that a file names."""
    codes = sorted({row.values["position_code"] for row in rows if row.values.get("position_code")})
    existing: dict[str, PositionRow] = {}
    for start in range(0, len(codes), _AT_ONCE):
        for row in await PositionRow.filter(code__in=codes[start : start + _AT_ONCE]):
            existing[row.code] = row
    return Posts(existing, reach, change)


async def write_posts(call: Call, opened: Work, posts: Posts) -> dict[int, int]:
    """Writes new and changed posts; gives the ids of the new ones by their negative numbers."""
    codes = sorted({*posts.units, *posts.changed})
    ids: dict[str, int] = {}
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        rows = [PositionRow(**_values(posts, code)) for code in some]
        await PositionRow.bulk_create(rows, on_conflict=("code",), update_fields=_WRITTEN)
        for row in await PositionRow.filter(code__in=some):
            ids[row.code] = row.id
            opened.emit(PositionChanged(subject_id=row.id, unit_id=row.unit_id))
    changed = [ids[code] for code in sorted(posts.changed)]
    for start in range(0, len(changed), _AT_ONCE):
        holders = EmployeeRow.filter(position_id__in=changed[start : start + _AT_ONCE], active=True).only(
            "id"
        )
        await mark_dirty([(holder.id, f"{call.today:%Y-%m}") for holder in await holders])
    return {posts.numbers[code]: ids[code] for code in posts.units}


def _position(row: PositionRow) -> Position:
    return Position(row.code, row.title, row.job_class, PositionKind(row.kind))


def _values(posts: Posts, code: str) -> dict[str, object]:
    unit_id = posts.existing[code].unit_id if code in posts.existing else posts.units[code]
    return {**dataclasses.asdict(posts.described[code][0]), "unit_id": unit_id}
