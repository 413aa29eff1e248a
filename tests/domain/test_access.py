"""The access matrix as people must see it change, and the rules of scope against a model that thinks differently."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.access import (
    ACCESS,
    GRANTED,
    IMPLIED,
    NEVER_ON_ONESELF,
    SYSTEM,
    Operation,
    Reach,
    Role,
    Scope,
    Subject,
    Viewer,
    require,
    scope,
)
from eperf.domain.errors import Forbidden

MATRIX = Path(__file__).with_name("access_matrix.txt")
HEAD = """Role by operation. self: oneself; reports: direct reports and those of whom one stands in for; subtree: the
granted units and all below; all: everything; ".": nothing. "*": never on oneself.
Written by: EPERF_WRITE_SNAPSHOTS=1 pytest tests/domain/test_access.py

"""


def matrix() -> str:
    """The table as text, one operation a line."""
    width = max(len(operation.value) for operation in Operation) + 2
    lines = [" " * width + " ".join(f"{role.value:<15}" for role in Role).rstrip()]
    for operation in Operation:
        reaches = ACCESS[operation]
        cells = [reaches[role].name.lower() if role in reaches else "." for role in Role]
        mark = "*" if operation in NEVER_ON_ONESELF else ""
        lines.append(
            (f"{operation.value + mark:<{width}}" + " ".join(f"{cell:<15}" for cell in cells)).rstrip()
        )
    return HEAD + "\n".join(lines) + "\n"


def test_the_access_matrix_is_the_one_that_was_reviewed() -> None:
    if os.environ.get("EPERF_WRITE_SNAPSHOTS"):
        MATRIX.write_text(matrix())
    assert matrix() == MATRIX.read_text(), "review the change, then write the file anew as its head says"


def test_every_operation_is_in_the_table_and_every_role_can_do_something() -> None:
    assert set(ACCESS) == set(Operation)
    assert {role for reaches in ACCESS.values() for role in reaches} == set(Role)


def test_an_auditor_writes_nothing_but_own_tokens() -> None:
    writes = {operation for operation in Operation if not operation.value.endswith(".read")}
    assert {operation for operation in writes if Role.AUDITOR in ACCESS[operation]} == {Operation.TOKEN_WRITE}


def test_roles_that_follow_from_the_organisation_never_reach_a_subtree_and_granted_ones_always_do() -> None:
    for operation, reaches in ACCESS.items():
        for role, reach in reaches.items():
            if reach is Reach.ALL or operation is Operation.TOKEN_WRITE:
                continue
            assert (reach is Reach.SUBTREE) == (role in GRANTED), (operation, role)


@dataclass(frozen=True)
class Person:
    unit: int
    supervisor: int | None


@dataclass(frozen=True)
class World:
    """A tree of units 1..n (`parents[i]` is the parent of unit i + 1, 0 for a top unit) and people 1..m in them."""

    parents: tuple[int, ...]
    people: tuple[Person, ...]

    def above(self, unit: int) -> frozenset[int]:
        found = set()
        while unit:
            found.add(unit)
            unit = self.parents[unit - 1]
        return frozenset(found)

    def subject(self, employee: int) -> Subject:
        person = self.people[employee - 1]
        return Subject(self.above(person.unit), employee, person.supervisor)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(1, 8))
    parents = tuple(draw(st.integers(0, number)) for number in range(size))
    count = draw(st.integers(1, 6))
    person = st.builds(Person, st.integers(1, size), st.none() | st.integers(1, count))
    return World(parents, tuple(draw(st.lists(person, min_size=count, max_size=count))))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[World, Viewer]:
    world = draw(worlds())
    units, people = st.integers(1, len(world.parents)), st.integers(1, len(world.people))
    grants = draw(st.frozensets(st.tuples(st.sampled_from(sorted(GRANTED)), units), max_size=4))
    employee = draw(st.none() | people)
    roles = {role for role, _ in grants} | (IMPLIED if employee else set())
    cut = draw(st.none() | st.frozensets(st.sampled_from(sorted(Role))))
    return world, Viewer(
        account_id=1,
        name="viewer",
        employee_id=employee,
        roles=frozenset(roles if cut is None else roles & cut),
        grants=grants,
        stands_in_for=draw(st.frozensets(people, max_size=2)) if employee else frozenset(),
    )


def allowed(world: World, viewer: Viewer, operation: Operation, employee: int) -> bool:
    """The same question asked person by person, walking down the tree where the code looks up."""
    person = world.people[employee - 1]
    if operation in NEVER_ON_ONESELF and employee == viewer.employee_id:
        return False

    def below(top: int) -> set[int]:
        children = [unit + 1 for unit, parent in enumerate(world.parents) if parent == top]
        return {top}.union(*(below(child) for child in children))

    def carries(role: Role, reach: Reach) -> bool:
        if reach is Reach.ALL:
            return True
        if reach is Reach.SELF:
            return employee == viewer.employee_id
        if reach is Reach.REPORTS:
            chiefs = {viewer.employee_id, *viewer.stands_in_for} - {None}
            return person.supervisor in chiefs
        return any(person.unit in below(unit) for held, unit in viewer.grants if held is role)

    return any(carries(role, reach) for role, reach in ACCESS[operation].items() if role in viewer.roles)


@given(scenes(), st.sampled_from(Operation))
def test_a_scope_covers_exactly_whom_the_table_allows(
    scene: tuple[World, Viewer], operation: Operation
) -> None:
    world, viewer = scene
    reach = scope(viewer, operation)
    for employee in range(1, len(world.people) + 1):
        assert reach.covers(world.subject(employee)) == allowed(world, viewer, operation, employee)


@given(scenes(), st.sampled_from(Operation))
def test_a_scope_of_nothing_covers_nobody(scene: tuple[World, Viewer], operation: Operation) -> None:
    world, viewer = scene
    reach = scope(viewer, operation)
    if reach.nothing:
        assert not any(reach.covers(world.subject(employee + 1)) for employee in range(len(world.people)))


@given(scenes(), st.sampled_from(Operation), st.sampled_from(Role))
def test_taking_a_role_away_never_widens_a_scope(
    scene: tuple[World, Viewer], operation: Operation, role: Role
) -> None:
    world, viewer = scene
    less = scope(replace(viewer, roles=viewer.roles - {role}), operation)
    for employee in range(1, len(world.people) + 1):
        if less.covers(world.subject(employee)):
            assert scope(viewer, operation).covers(world.subject(employee))


@given(scenes(), st.sampled_from(sorted(NEVER_ON_ONESELF)))
def test_nobody_decides_on_grants_to_or_appoints_oneself(
    scene: tuple[World, Viewer], operation: Operation
) -> None:
    world, viewer = scene
    if viewer.employee_id is not None:
        assert not scope(viewer, operation).covers(world.subject(viewer.employee_id))


@given(scenes(), st.sampled_from(Operation))
def test_require_refuses_by_name_exactly_what_is_not_covered(
    scene: tuple[World, Viewer], operation: Operation
) -> None:
    world, viewer = scene
    subject = world.subject(1)
    if scope(viewer, operation).covers(subject):
        require(viewer, operation, subject)
    else:
        with pytest.raises(Forbidden) as refused:
            require(viewer, operation, subject, "activity")
        assert refused.value.facts["operation"] == operation.value
        assert refused.value.field == "activity"


@pytest.mark.parametrize("operation", list(Operation))
def test_the_installation_itself_reaches_everything(operation: Operation) -> None:
    require(SYSTEM, operation, Subject(frozenset({7}), 1, 2))


@pytest.mark.parametrize("operation", list(Operation))
def test_a_viewer_without_roles_reaches_nothing(operation: Operation) -> None:
    assert scope(Viewer(1, "nobody", employee_id=1), operation).nothing


def test_an_empty_scope_does_not_take_a_missing_supervisor_for_a_match() -> None:
    assert not Scope().covers(Subject(frozenset(), None, None))
