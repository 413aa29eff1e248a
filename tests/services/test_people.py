"""Employees, placements and acting officers, on a real database."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eperf.domain.access import SYSTEM, Role
from eperf.domain.errors import (
    ActingForOneself,
    ActingOverlap,
    BadInput,
    BadNip,
    Forbidden,
    NotFound,
    PlacementOverlap,
    Refused,
    SupervisorCycle,
    Taken,
    TooMany,
)
from eperf.domain.people import MOST_SUPERIORS, ActingKind, Person, PersonKind, Post
from eperf.services.call import Call
from eperf.services.people import appoint_acting, change_employee, create_employee, place, roll_placements
from eperf.store.event import EventRow
from eperf.store.people import ActingRow, EmployeeRow, PlacementRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, SINCE, TODAY, Town

CALL = Call(SYSTEM, NOW)
ADMIN = Role.PERSONNEL_ADMIN
DEWI = Person(PersonKind.PNS, "Dewi", "198503152010012003", rank="III/a", rank_since=date(2024, 4, 1))
TOMORROW = TODAY + timedelta(days=1)


def post(town: Town, unit: str = "office", supervisor: str | None = None) -> Post[int]:
    return Post(town.units[unit], None, town.people[supervisor] if supervisor else None)


async def spans(employee_id: int) -> list[tuple[int, date, date | None]]:
    rows = await PlacementRow.filter(employee_id=employee_id).order_by("valid_from")
    return [(row.unit_id, row.valid_from, row.valid_to) for row in rows]


async def test_a_new_employee_has_a_first_placement_and_is_read_from_the_number(town: Town) -> None:
    number = await create_employee(CALL, DEWI, post(town, "office", "Sri"), SINCE)
    row = await EmployeeRow.get(id=number)
    assert (row.nip, row.birth_date, row.sex, row.rank) == (
        "198503152010012003", date(1985, 3, 15), "female", "III/a",
    )  # fmt: skip
    assert (row.unit_id, row.supervisor_id) == (town.units["office"], town.people["Sri"])
    assert await spans(number) == [(town.units["office"], SINCE, None)]
    event = await EventRow.get(kind="people.placed")
    assert (event.subject_id, event.unit_id, event.payload) == (
        number, town.units["office"], {"valid_from": "2020-01-01"},
    )  # fmt: skip
    assert [(d.employee_id, d.period) for d in await DirtyRow.all()] == [(number, "2026-11")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nip": "123"}, "nip"),
        ({"nip": "198503152010012000"}, "nip"),
        ({"birth_date": date(1985, 3, 16)}, "nip"),
        ({"sex": "male"}, "nip"),
        ({"sex": "x"}, "sex"),
        ({"birth_date": TOMORROW}, "birthDate"),
        ({"name": " "}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"rank": "V/a"}, "rank"),
        ({"rank": None}, "rankSince"),
        ({"kind": PersonKind.PPPK}, "rank"),
    ],
)
async def test_a_person_who_cannot_be_is_refused_by_the_name_of_the_field(
    town: Town, changes: dict[str, object], field: str
) -> None:
    with pytest.raises((BadInput, BadNip)) as refused:
        await create_employee(CALL, dataclasses.replace(DEWI, **changes), post(town), SINCE)
    assert refused.value.field == field
    assert await EmployeeRow.all().count() == len(town.people)


async def test_a_contract_employee_has_another_number_and_another_grade(town: Town) -> None:
    number = await create_employee(
        CALL, Person(PersonKind.PPPK, "Rudi", "199001012023211001", rank="IX"), post(town), SINCE
    )
    assert (await EmployeeRow.get(id=number)).rank == "IX"


async def test_a_number_belongs_to_one_employee(town: Town) -> None:
    await create_employee(CALL, DEWI, post(town), SINCE)
    with pytest.raises(Taken):
        await create_employee(CALL, DEWI, post(town), SINCE)
    with pytest.raises(Taken):
        await change_employee(CALL, town.people["Budi"], DEWI)


async def test_a_change_of_the_person_is_told_once(town: Town) -> None:
    number = await create_employee(CALL, DEWI, post(town), SINCE)
    for _ in range(2):
        await change_employee(CALL, number, dataclasses.replace(DEWI, rank="III/b"))
    assert (await EmployeeRow.get(id=number)).rank == "III/b"
    assert await EventRow.filter(kind="people.changed").count() == 1


async def test_a_placement_ends_the_one_before_and_shows_today(town: Town) -> None:
    budi = town.people["Budi"]
    await place(CALL, budi, post(town, "archive", "Eka"), TODAY)
    assert await spans(budi) == [(town.units["office"], SINCE, TODAY), (town.units["archive"], TODAY, None)]
    row = await EmployeeRow.get(id=budi)
    assert (row.unit_id, row.supervisor_id) == (town.units["archive"], town.people["Eka"])


async def test_a_placement_ahead_shows_when_its_day_has_come(town: Town) -> None:
    budi = town.people["Budi"]
    await place(CALL, budi, post(town, "archive"), TOMORROW)
    assert (await EmployeeRow.get(id=budi)).unit_id == town.units["office"]
    assert await roll_placements(CALL) == 0
    tomorrow = Call(SYSTEM, NOW + timedelta(days=1))
    assert await roll_placements(tomorrow) == 1
    assert (await EmployeeRow.get(id=budi)).unit_id == town.units["archive"]
    events = await EventRow.all().count()
    assert await roll_placements(tomorrow) == 0
    assert await EventRow.all().count() == events == 2
    assert [(row.employee_id, row.period) for row in await DirtyRow.all()] == [(budi, "2026-11")]


async def test_a_letter_that_arrives_late_fits_between(town: Town) -> None:
    budi = town.people["Budi"]
    await place(CALL, budi, post(town, "archive"), TODAY)
    await place(CALL, budi, post(town, "city"), date(2023, 1, 1))
    assert await spans(budi) == [
        (town.units["office"], SINCE, date(2023, 1, 1)),
        (town.units["city"], date(2023, 1, 1), TODAY),
        (town.units["archive"], TODAY, None),
    ]
    assert (await EmployeeRow.get(id=budi)).unit_id == town.units["archive"]


async def test_two_placements_do_not_begin_on_one_day(town: Town) -> None:
    budi = town.people["Budi"]
    with pytest.raises(PlacementOverlap):
        await place(CALL, budi, post(town, "archive"), SINCE)
    outcomes = await asyncio.gather(
        *(place(CALL, budi, post(town, unit), TODAY) for unit in ("archive", "city")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["PlacementOverlap", "int"]


async def test_a_placement_that_is_so_already_changes_nothing(town: Town) -> None:
    budi = await EmployeeRow.get(id=town.people["Budi"])
    same = Post(budi.unit_id, budi.position_id, budi.supervisor_id)
    await place(CALL, budi.id, same, TODAY)
    assert await spans(budi.id) == [(town.units["office"], SINCE, None)]
    assert await EventRow.all().count() == 0


@pytest.mark.parametrize("superior", ["Sri", "Budi"])
async def test_nobody_is_their_own_superior(town: Town, superior: str) -> None:
    with pytest.raises(SupervisorCycle):
        await place(CALL, town.people["Sri"], post(town, "office", superior), TODAY)


async def test_a_ring_that_would_close_on_a_later_day_is_refused(town: Town) -> None:
    await place(CALL, town.people["Eka"], post(town, "archive", "Joko"), date(2027, 6, 1))
    with pytest.raises(SupervisorCycle):
        await place(CALL, town.people["Joko"], post(town, "office", "Eka"), TODAY)


async def test_who_was_a_subordinate_once_may_become_the_superior(town: Town) -> None:
    await place(CALL, town.people["Eka"], post(town, "archive", "Joko"), date(2024, 1, 1))
    await place(CALL, town.people["Eka"], post(town, "archive"), date(2025, 1, 1))
    await place(CALL, town.people["Joko"], post(town, "office", "Eka"), TODAY)
    with pytest.raises(SupervisorCycle):
        await place(CALL, town.people["Joko"], post(town, "office", "Eka"), date(2024, 12, 31))


async def test_of_two_placements_that_together_make_a_ring_one_is_refused(town: Town) -> None:
    outcomes = await asyncio.gather(
        place(CALL, town.people["Joko"], post(town, "office", "Eka"), TODAY),
        place(CALL, town.people["Eka"], post(town, "archive", "Joko"), TODAY),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["SupervisorCycle", "int"]


async def test_a_chain_of_command_is_bounded(town: Town) -> None:
    above = town.people["Sri"]
    for _ in range(MOST_SUPERIORS):
        above = await create_employee(
            CALL, Person(PersonKind.PNS, "X"), Post(town.units["office"], None, above), SINCE
        )
    with pytest.raises(TooMany):
        await place(CALL, town.people["Eka"], Post(town.units["archive"], None, above), TODAY)


async def test_a_placement_needs_the_right_over_the_old_and_the_new_unit(town: Town) -> None:
    budi = town.people["Budi"]
    for unit in ("office", "archive"):
        with pytest.raises(Forbidden):
            await place(town.call("Eka", (ADMIN, unit)), budi, post(town, "archive"), TODAY)
    await place(
        town.call("Eka", (ADMIN, "office"), (ADMIN, "archive")), budi, post(town, "archive"), TOMORROW
    )
    with pytest.raises(Forbidden):
        await place(
            town.call("Eka", (ADMIN, "office")), budi, post(town, "office"), TOMORROW + timedelta(days=1)
        )


@pytest.mark.parametrize("field", ["unit", "position", "supervisor", "employee"])
async def test_what_does_not_exist_is_not_found_and_leaves_nothing(town: Town, field: str) -> None:
    budi, nowhere = town.people["Budi"], 10**9
    wanted = {
        "unit": Post(nowhere, None, None),
        "position": Post(town.units["office"], nowhere, None),
        "supervisor": Post(town.units["office"], None, nowhere),
        "employee": post(town),
    }[field]
    with pytest.raises(NotFound) as refused:
        await place(CALL, nowhere if field == "employee" else budi, wanted, TODAY)
    assert refused.value.field == field
    assert len(await spans(budi)) == 1


async def test_an_acting_officer_is_appointed_and_told(town: Town) -> None:
    eka, sri = town.people["Eka"], town.people["Sri"]
    number = await appoint_acting(CALL, sri, eka, ActingKind.PLT, TODAY)
    row = await ActingRow.get(id=number)
    assert (row.officer_id, row.incumbent_id, row.kind, row.valid_to) == (sri, eka, "plt", None)
    event = await EventRow.get(kind="people.acting-appointed")
    assert event.payload == {"officer_id": sri, "acting": "plt", "valid_from": "2026-11-24"}


async def test_nobody_acts_for_themselves(town: Town) -> None:
    with pytest.raises(ActingForOneself):
        await appoint_acting(CALL, town.people["Sri"], town.people["Sri"], ActingKind.PLH, TODAY)


async def test_on_no_day_do_two_act_for_one_incumbent(town: Town) -> None:
    eka, sri, budi = (town.people[name] for name in ("Eka", "Sri", "Budi"))
    await appoint_acting(CALL, sri, eka, ActingKind.PLH, TODAY, TODAY + timedelta(days=7))
    with pytest.raises(ActingOverlap):
        await appoint_acting(CALL, budi, eka, ActingKind.PLH, TODAY + timedelta(days=6))
    await appoint_acting(CALL, budi, eka, ActingKind.PLH, TODAY + timedelta(days=7))
    with pytest.raises(BadInput):
        await appoint_acting(CALL, budi, sri, ActingKind.PLH, TODAY, TODAY)


@pytest.mark.parametrize(("officer", "incumbent"), [("Budi", "Eka"), ("Eka", "Budi"), ("Wati", "Eka")])
async def test_nobody_appoints_for_or_as_themselves_or_beyond_their_reach(
    town: Town, officer: str, incumbent: str
) -> None:
    caller = town.call("Wati", (ADMIN, "office"))
    with pytest.raises(Forbidden):
        await appoint_acting(caller, town.people[officer], town.people[incumbent], ActingKind.PLH, TODAY)
    with pytest.raises(Forbidden):
        await appoint_acting(
            town.call("Eka", (ADMIN, "city")), town.people["Eka"], town.people["Budi"], ActingKind.PLH, TODAY
        )


MOVES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(-1, 4), st.integers(-400, 400)),
    min_size=1,
    max_size=15,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=MOVES)
async def test_placements_never_overlap_and_the_row_is_the_placement_of_today(
    town: Town, moves: list[tuple[int, int, int, int]]
) -> None:
    await _as_built(town)
    people, units = sorted(town.people.values()), sorted(town.units.values())
    for who, where, under, offset in moves:
        supervisor = people[under] if under >= 0 else None
        try:
            await place(
                CALL, people[who], Post(units[where], None, supervisor), TODAY + timedelta(days=offset)
            )
        except Refused as refused:
            assert isinstance(refused, PlacementOverlap | SupervisorCycle)
    for day in (TODAY, TODAY + timedelta(days=200), TODAY + timedelta(days=401)):
        await roll_placements(Call(SYSTEM, NOW + (day - TODAY)))
        above: dict[int, int | None] = {}
        for row in await EmployeeRow.all():
            held = [one for one in await PlacementRow.filter(employee_id=row.id) if _covers(one, day)]
            assert [(one.unit_id, one.position_id, one.supervisor_id) for one in held] == [
                (row.unit_id, row.position_id, row.supervisor_id)
            ]
            above[row.id] = row.supervisor_id
        for person in above:
            step, steps = above[person], 0
            while step is not None:
                step, steps = above[step], steps + 1
                assert steps <= len(above), "somebody is above themselves"


def _covers(row: PlacementRow, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


async def _as_built(town: Town) -> None:
    await PlacementRow.all().delete()
    for name, number in town.people.items():
        unit = town.units["archive" if name == "Eka" else "office"]
        await PlacementRow.create(employee_id=number, unit_id=unit, valid_from=SINCE)
        await EmployeeRow.filter(id=number).update(unit_id=unit, position_id=None, supervisor_id=None)
