"""Rounds of ratings: opened by the personnel office with their rules, closed after their last day."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.appraisal.dimensions import (
    DIMENSION_SETS,
    Dimension,
    Scale,
    checked_dimensions,
    checked_scale,
)
from eperf.domain.appraisal.events import BehaviourSettled, DimensionsAdded, RoundClosed, RoundOpened
from eperf.domain.appraisal.rating import (
    Colleague,
    Combined,
    MissingRaters,
    RaterRole,
    RoleRule,
    checked_roles,
    combined,
    invitations,
)
from eperf.domain.appraisal.term import Term, felt_in
from eperf.domain.errors import BadInput, NotFound, RoundStanding, Taken
from eperf.domain.in_force import standing
from eperf.domain.organisation import code
from eperf.domain.people import day
from eperf.domain.text import clean
from eperf.services.appraisal.standing import today_in
from eperf.services.call import Call, answer, answered, work
from eperf.store import bulk, felt
from eperf.store.behaviour import DimensionListRow, RatingRow, RoundRow
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import ancestors, below, subject_of_unit

_AT_ONCE = 500
OPEN, CLOSED = "open", "closed"
_RATING = ("round_id", "employee_id", "name", "rater_id", "role", "scores")
_FIGURE = (
    "round_id", "employee_id", "unit_id", "period", "first_day", "last_day", "dimension", "name_id", "name_en",
    "score_h", "lowest_h", "highest_h", "raters", "state", "roles", "known_on",
)  # fmt: skip


@dataclass(frozen=True)
class OwnList:
    """A list of dimensions that a unit adds, from a day on."""

    unit_id: int
    name: str
    dimensions: tuple[Dimension, ...]
    valid_from: date
    legal_basis: str


@dataclass(frozen=True)
class Opening:
    """A round as it is to be held. Nothing of it has a default: no source says it for everybody."""

    unit_id: int
    term: Term
    dimension_list: str
    scale: Scale
    roles: tuple[RoleRule, ...]
    missing: MissingRaters
    until: date
    legal_basis: str


async def add_list(call: Call, given: OwnList) -> int:
    """Adds a list of dimensions of a unit's own; gives its id. The name of a known list is taken."""
    given = replace(
        given, name=code("name", given.name), dimensions=checked_dimensions(given.dimensions),
        valid_from=day("validFrom", given.valid_from),
        legal_basis=clean("legalBasis", given.legal_basis, most=200),
    )  # fmt: skip
    await _require(call, given.unit_id)
    async with work(call) as opened:
        known = await answered(call, "addDimensionList", asdict(given))
        if known is not None:
            return known
        await take(Lock.ROUNDS)
        same = DimensionListRow.filter(unit_id=given.unit_id, name=given.name, valid_from=given.valid_from)
        if given.name in {one.profile for one in DIMENSION_SETS} or await same.exists():
            raise Taken("name", given.name)
        row = await DimensionListRow.create(
            unit_id=given.unit_id, name=given.name, valid_from=given.valid_from, legal_basis=given.legal_basis,
            dimensions=[_kept(one) for one in given.dimensions], recorded_at=call.now,
            recorded_by_id=call.viewer.account_id or None,
        )  # fmt: skip
        opened.emit(DimensionsAdded(subject_id=row.id, unit_id=given.unit_id, name=given.name))
        await answer(call, row.id)
        return int(row.id)


async def open_round(call: Call, given: Opening) -> int:
    """Opens a round for all below a unit who are in no other of the period, and asks their raters; gives its id."""
    given = replace(
        given, scale=checked_scale(given.scale), roles=checked_roles(given.roles),
        legal_basis=clean("legalBasis", given.legal_basis, most=200),
    )  # fmt: skip
    await _require(call, given.unit_id)
    async with work(call) as opened:
        known = await answered(call, "openRound", asdict(given))
        if known is not None:
            return known
        await take(Lock.ROUNDS)
        today = await today_in(call, given.unit_id)
        if not today <= given.until <= date(today.year + 2, 12, 31):
            raise BadInput("until", given.until.isoformat(), "lies in the past, or years ahead")
        row = await _opened(call, given)
        await _invite(row, given.roles)
        opened.emit(
            RoundOpened(subject_id=row.id, unit_id=row.unit_id, period=row.period, until=row.until),
        )
        await answer(call, row.id)
        return int(row.id)


async def close_round(call: Call, round_id: int) -> int:
    """Closes a round whose last day is over, and works out what it came to.

    Never earlier: whoever could look before and after a single rating would know it.
    """
    async with work(call) as opened:
        known = await answered(call, "closeRound", round_id)
        if known is not None:
            return known
        row = await RoundRow.select_for_update(no_key=True).get_or_none(id=round_id)
        if row is None:
            raise NotFound("round", round_id)
        await _require(call, row.unit_id)
        today = await today_in(call, row.unit_id)
        if row.state != OPEN:
            raise RoundStanding("round", round_id, why="it was closed before")
        if today <= row.until:
            raise RoundStanding("round", round_id, why=f"it is open until {row.until}")
        await RoundRow.filter(id=row.id).update(state=CLOSED, closed_at=call.now)
        units = await _settle(row, today)
        opened.emit(RoundClosed(subject_id=row.id, unit_id=row.unit_id, period=row.period))
        for person, unit in sorted(units.items()):
            opened.emit(
                BehaviourSettled(subject_id=row.id, unit_id=unit, employee_id=person, period=row.period)
            )
        await felt.mark(units, felt_in(Term.parse(row.period), today), today)
        await answer(call, row.id)
        return int(row.id)


async def _require(call: Call, unit_id: int) -> None:
    if not await UnitRow.exists(id=unit_id):
        raise NotFound("unit", unit_id)
    call.require(Operation.APPRAISAL_WRITE, await subject_of_unit(unit_id), "unit")


async def _opened(call: Call, given: Opening) -> RoundRow:
    dimensions = await _dimensions(given)
    return await RoundRow.create(
        unit_id=given.unit_id, period=given.term.text, first_day=given.term.first, last_day=given.term.last,
        dimension_list=given.dimension_list, dimensions=[_kept(one) for one in dimensions],
        lowest_h=given.scale.lowest_h, highest_h=given.scale.highest_h,
        roles=[asdict(one) for one in given.roles], missing=given.missing.value, legal_basis=given.legal_basis,
        until=given.until, state=OPEN, salt=secrets.token_hex(16), opened_at=call.now,
    )  # fmt: skip


async def _dimensions(given: Opening) -> Sequence[Dimension]:
    """The list of that name on the last day of the period: a known one, or the nearest unit's own."""
    known = standing([one for one in DIMENSION_SETS if one.profile == given.dimension_list], given.term.last)
    if known is not None:
        return known.dimensions
    above = await ancestors(given.unit_id)
    rows = await DimensionListRow.filter(
        unit_id__in=above, name=given.dimension_list, valid_from__lte=given.term.last
    )
    if not rows:
        raise NotFound("dimensionList", given.dimension_list)
    best = max(rows, key=lambda row: (-above.index(row.unit_id), row.valid_from))
    return [Dimension(one["code"], one["id"], one["en"]) for one in best.dimensions]


async def _invite(row: RoundRow, roles: Sequence[RoleRule]) -> None:
    people = await EmployeeRow.filter(active=True).values("id", "supervisor_id", "name", "unit_id")
    everybody = [Colleague(one["id"], one["supervisor_id"]) for one in people]
    names = {one["id"]: one["name"] for one in people}
    inside = set(await UnitRow.filter(id__in=below([row.unit_id])).values_list("id", flat=True))
    elsewhere = set(await RatingRow.filter(round__period=row.period).values_list("employee_id", flat=True))
    rated = [
        Colleague(one["id"], one["supervisor_id"])
        for one in people
        if one["unit_id"] in inside and one["id"] not in elsewhere
    ]
    asked = invitations(rated, everybody, roles, row.salt)
    await bulk.insert(
        "rating",
        _RATING,
        (
            (row.id, one.employee_id, names[one.employee_id], one.rater_id, one.role.value, None)
            for one in asked
        ),
    )


async def _settle(row: RoundRow, today: date) -> dict[int, int]:
    """Writes everybody's figures; gives the unit of each person."""
    rated: list[Any] = (
        await RatingRow.filter(round_id=row.id).distinct().values_list("employee_id", flat=True)
    )
    people: list[int] = sorted(rated)
    units: dict[int, int] = {}
    for start in range(0, len(people), _AT_ONCE):
        some = people[start : start + _AT_ONCE]
        placed = dict(await EmployeeRow.filter(id__in=some).values_list("id", "unit_id"))
        given = await RatingRow.filter(round_id=row.id, employee_id__in=some, scores__isnull=False)
        by_person: dict[int, list[RatingRow]] = defaultdict(list)
        for rating in given:
            by_person[rating.employee_id].append(rating)
        figures = (
            figure for one in some for figure in _figures(row, one, placed[one], by_person[one], today)
        )
        await bulk.insert("behaviour", _FIGURE, figures)
        units |= placed
    return units


def _figures(
    row: RoundRow, person: int, unit: int, ratings: Sequence[RatingRow], today: date
) -> Iterator[tuple[object, ...]]:
    roles = [
        RoleRule(RaterRole(one["role"]), one["share_h"], one["minimum"], one["most"]) for one in row.roles
    ]
    for dimension in row.dimensions:
        given: dict[RaterRole, list[int]] = defaultdict(list)
        for rating in ratings:
            given[RaterRole(rating.role)].append((rating.scores or {})[dimension["code"]])
        found = combined(given, roles, MissingRaters(row.missing))
        yield (
            row.id, person, unit, row.period, row.first_day, row.last_day, dimension["code"], dimension["id"],
            dimension["en"], found.score_h, row.lowest_h, row.highest_h, found.raters, found.state, _shown(found),
            today,
        )  # fmt: skip


def _shown(found: Combined) -> list[Mapping[str, object]]:
    return [{"role": one.role.value, "raters": one.raters, "score_h": one.score_h} for one in found.roles]


def _kept(one: Dimension) -> dict[str, str]:
    return {"code": one.code, "id": one.name_id, "en": one.name_en}
