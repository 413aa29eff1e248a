"""Units, posts, and the closure of the tree against a naive model, on a real database."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eperf.domain.access import SYSTEM, Role
from eperf.domain.errors import BadInput, Forbidden, KeyReused, NotFound, Refused, Taken, TooMany, UnitCycle
from eperf.domain.organisation import MOST_DEPTH, Position, PositionKind, Unit, UnitKind, unit_kind
from eperf.services.call import Call
from eperf.services.organisation import change_position, change_unit, create_position, create_unit
from eperf.store.event import EventRow
from eperf.store.organisation import PositionRow, UnitRow, UnitTreeRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, Town

CALL = Call(SYSTEM, NOW)
ADMIN = Role.PERSONNEL_ADMIN
SECTION = Unit("section-1", "Seksi Satu", UnitKind.SECTION, "WIB")
POST = Position("head", "Kepala Seksi", 9, PositionKind.SUPERVISOR)


async def closure() -> set[tuple[int, int, int]]:
    return {(row.ancestor_id, row.descendant_id, row.depth) for row in await UnitTreeRow.all()}


async def naive_closure() -> set[tuple[int, int, int]]:
    """What the closure must be, walked up from each unit's parent."""
    parents = {row.id: row.parent_id for row in await UnitRow.all()}
    found = set()
    for unit in parents:
        depth, above = 0, unit
        while above is not None:
            found.add((above, unit, depth))
            depth, above = depth + 1, parents[above]
    return found


async def test_a_created_unit_stands_below_its_parent_and_tells_of_it(town: Town) -> None:
    number = await create_unit(CALL, SECTION, town.units["office"])
    row = await UnitRow.get(id=number)
    assert (row.code, row.kind, row.zone, row.parent_id) == (
        "section-1", "section", "Asia/Jakarta", town.units["office"],
    )  # fmt: skip
    assert await closure() == await naive_closure()
    event = await EventRow.get(kind="organisation.unit-changed")
    assert (event.subject_id, event.unit_id) == (number, number)


async def test_a_moved_unit_takes_all_below_it_along(town: Town) -> None:
    section = await create_unit(CALL, SECTION, town.units["office"])
    await create_unit(CALL, Unit("team", "Tim", UnitKind.TEAM, "WIB"), section)
    await change_unit(CALL, town.units["office"], parent_id=town.units["archive"])
    assert (await UnitRow.get(id=town.units["office"])).parent_id == town.units["archive"]
    assert await closure() == await naive_closure()


async def test_a_move_makes_the_scores_of_everybody_below_untrue(town: Town) -> None:
    await change_unit(CALL, town.units["office"], parent_id=town.units["archive"])
    dirty = {(row.employee_id, row.period) for row in await DirtyRow.all()}
    assert dirty == {(town.people[name], "2026-11") for name in ("Sri", "Budi", "Wati", "Joko")}


async def test_a_unit_can_become_a_root_and_return(town: Town) -> None:
    await change_unit(CALL, town.units["office"], parent_id=None)
    assert await closure() == await naive_closure()
    await change_unit(CALL, town.units["office"], parent_id=town.units["city"])
    assert await closure() == await naive_closure()


@pytest.mark.parametrize("below", ["city", "office"])
async def test_a_unit_never_stands_below_itself(town: Town, below: str) -> None:
    before = await closure()
    with pytest.raises(UnitCycle):
        await change_unit(CALL, town.units["city"], parent_id=town.units[below])
    assert await closure() == before
    assert await EventRow.all().count() == 0


async def test_of_two_moves_that_together_make_a_ring_one_is_refused(town: Town) -> None:
    outcomes = await asyncio.gather(
        change_unit(CALL, town.units["office"], parent_id=town.units["archive"]),
        change_unit(CALL, town.units["archive"], parent_id=town.units["office"]),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["UnitCycle", "int"]
    assert await closure() == await naive_closure()


async def test_a_tree_does_not_grow_deeper_than_allowed(town: Town) -> None:
    parent = town.units["office"]
    for level in range(3, MOST_DEPTH + 1):
        parent = await create_unit(CALL, Unit(f"l{level}", "Lapis", UnitKind.OTHER, "WIB"), parent)
    with pytest.raises(TooMany):
        await create_unit(CALL, Unit("deep", "Terlalu dalam", UnitKind.OTHER, "WIB"), parent)
    with pytest.raises(TooMany):
        await change_unit(CALL, town.units["office"], parent_id=town.units["archive"])


async def test_a_change_that_changes_nothing_is_silent(town: Town) -> None:
    await change_unit(CALL, town.units["office"], name="Office", kind=UnitKind.AGENCY, zone="WIB")
    assert await EventRow.all().count() == 0


async def test_a_code_belongs_to_one_unit(town: Town) -> None:
    with pytest.raises(Taken):
        await create_unit(CALL, Unit("office", "Lagi", UnitKind.OFFICE, "WIB"), town.units["city"])
    with pytest.raises(Taken):
        await change_unit(CALL, town.units["archive"], code="office")


async def test_a_move_needs_the_right_over_the_old_and_the_new_place(town: Town) -> None:
    with pytest.raises(Forbidden):
        await change_unit(
            town.call("Eka", (ADMIN, "office")), town.units["office"], parent_id=town.units["archive"]
        )
    with pytest.raises(Forbidden):
        await change_unit(
            town.call("Eka", (ADMIN, "archive")), town.units["office"], parent_id=town.units["archive"]
        )
    both = town.call("Eka", (ADMIN, "office"), (ADMIN, "archive"))
    await change_unit(both, town.units["office"], parent_id=town.units["archive"])


async def test_only_the_installation_makes_roots(town: Town) -> None:
    with pytest.raises(Forbidden):
        await create_unit(town.call("Eka", (ADMIN, "city")), SECTION, None)
    with pytest.raises(Forbidden):
        await create_unit(town.call("Budi"), SECTION, town.units["office"])
    assert await create_unit(CALL, SECTION, None)


async def test_a_repeated_call_creates_one_unit(town: Town) -> None:
    admin = town.call("Eka", (ADMIN, "city"), key="k1")
    numbers = await asyncio.gather(*(create_unit(admin, SECTION, town.units["city"]) for _ in range(5)))
    assert len(set(numbers)) == 1
    with pytest.raises(KeyReused):
        await create_unit(admin, SECTION, town.units["office"])


@pytest.mark.parametrize(
    ("unit", "field"),
    [
        (Unit("", "A", UnitKind.CITY, "WIB"), "code"),
        (Unit("a b", "A", UnitKind.CITY, "WIB"), "code"),
        (Unit("=1+1", "A", UnitKind.CITY, "WIB"), "code"),
        (Unit("a" * 65, "A", UnitKind.CITY, "WIB"), "code"),
        (Unit("a\x00b", "A", UnitKind.CITY, "WIB"), "code"),
        (Unit("a", "", UnitKind.CITY, "WIB"), "name"),
        (Unit("a", "a\x00", UnitKind.CITY, "WIB"), "name"),
        (Unit("a", "\ud800", UnitKind.CITY, "WIB"), "name"),
        (Unit("a", "A", UnitKind.CITY, "Mars/Base"), "zone"),
    ],
)
async def test_a_unit_that_cannot_be_is_refused_by_the_name_of_the_field(
    town: Town, unit: Unit, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await create_unit(CALL, unit, town.units["city"])
    assert refused.value.field == field


async def test_what_does_not_exist_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        await create_unit(CALL, SECTION, 10**9)
    with pytest.raises(NotFound):
        await change_unit(CALL, 10**9, name="x")
    with pytest.raises(NotFound):
        await change_unit(CALL, town.units["office"], parent_id=10**9)
    with pytest.raises(NotFound):
        await create_position(CALL, POST, 10**9)
    with pytest.raises(NotFound):
        await change_position(CALL, 10**9, POST, town.units["office"])


async def test_a_post_is_created_changed_and_moved(town: Town) -> None:
    number = await create_position(CALL, POST, town.units["office"])
    await change_position(
        CALL, number, Position("head", "Kepala", 10, PositionKind.ADMINISTRATOR), town.units["archive"]
    )
    row = await PositionRow.get(id=number)
    assert (row.title, row.job_class, row.kind, row.unit_id) == (
        "Kepala", 10, "administrator", town.units["archive"],
    )  # fmt: skip
    assert await EventRow.filter(kind="organisation.position-changed").count() == 2


async def test_another_job_class_makes_the_scores_of_the_holders_untrue(town: Town) -> None:
    staff = await PositionRow.get(code="staff")
    await change_position(
        CALL, staff.id, Position("staff", "Pelaksana", 8, PositionKind.IMPLEMENTER), staff.unit_id
    )
    assert {row.employee_id for row in await DirtyRow.all()} == set(town.people.values())


@pytest.mark.parametrize("job_class", [0, 18, -1, 2**63])
async def test_job_classes_are_1_to_17(town: Town, job_class: int) -> None:
    with pytest.raises(BadInput, match="jobClass"):
        await create_position(
            CALL, Position("x", "X", job_class, PositionKind.FUNCTIONAL), town.units["office"]
        )


async def test_moving_a_post_needs_the_right_over_both_units(town: Town) -> None:
    number = await create_position(CALL, POST, town.units["office"])
    with pytest.raises(Forbidden):
        await change_position(town.call("Eka", (ADMIN, "office")), number, POST, town.units["archive"])


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Dinas", "agency"),
        ("DIREKTORAT  jenderal", "directorate_general"),
        ("city", "city"),
        ("seksi", "section"),
    ],
)
def test_a_kind_is_read_by_its_indonesian_term(word: str, kind: str) -> None:
    assert unit_kind("kind", word) == kind


def test_every_kind_has_a_term_of_its_own() -> None:
    for kinds in (UnitKind, PositionKind):
        assert len({kind.term for kind in kinds}) == len(kinds)


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 30), st.integers(-1, 30)), min_size=1, max_size=25)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_the_closure_is_what_the_parents_say_after_any_creates_and_moves(
    database: str, steps: list[tuple[bool, int, int]]
) -> None:
    await UnitTreeRow.all().delete()
    for row in await UnitRow.all().order_by("-id"):
        await UnitRow.filter(id=row.id).update(parent_id=None)
    await UnitRow.all().delete()
    model: dict[int, int | None] = {}
    for creates, which, where in steps:
        units = sorted(model)
        parent = units[where % len(units)] if units and where >= 0 else None
        if creates or not units:
            made = await create_unit(CALL, Unit(f"u{len(units)}", "Unit", UnitKind.OTHER, "WIB"), parent)
            model[made] = parent
            continue
        unit = units[which % len(units)]
        try:
            await change_unit(CALL, unit, parent_id=parent)
        except Refused as refused:
            above = parent
            while above not in (None, unit):
                above = model[above]
            assert isinstance(refused, UnitCycle)
            assert above == unit
        else:
            model[unit] = parent
    assert {row.id: row.parent_id for row in await UnitRow.all()} == model
    assert await closure() == await naive_closure()
