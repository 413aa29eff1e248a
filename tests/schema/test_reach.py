"""Nobody reads out of reach, by whatever path; lists are whole, in order, and once."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.activity import Report
from eperf.domain.attendance.punch import PunchKind
from eperf.schema.ids import global_id
from eperf.services import activity
from eperf.services.attendance.clock import clock
from eperf.services.scoring import score_dirty
from eperf.store.people import EmployeeRow
from tests.schema.conftest import Ask
from tests.support.town import TODAY, Town

AUDITOR, LEADER, INTEGRATOR = Role.AUDITOR, Role.UNIT_LEADER, Role.INTEGRATOR
VIEWERS: list[tuple[str, tuple[tuple[Role, str], ...], set[str]]] = [
    ("Budi", (), {"Budi"}),
    ("Sri", (), {"Sri", "Budi", "Wati"}),
    ("Eka", (), {"Eka"}),
    ("Eka", ((AUDITOR, "city"),), {"Sri", "Budi", "Wati", "Joko", "Eka"}),
    ("Eka", ((LEADER, "office"),), {"Sri", "Budi", "Wati", "Joko", "Eka"}),
    ("Joko", ((INTEGRATOR, "archive"),), {"Joko", "Eka"}),
]


async def everybody_worked(town: Town) -> dict[str, dict[str, str]]:
    """Something of everybody in every table; gives their ids by type."""
    ids: dict[str, dict[str, str]] = {}
    for name, number in town.people.items():
        done = await activity.submit(town.call(name), Report(town.item, TODAY, 10, 100, f"rahasia {name}"))
        punch = await clock(town.call(name), PunchKind.IN)
        ids[name] = {
            "Employee": global_id("Employee", number),
            "Activity": global_id("Activity", done),
            "Punch": global_id("Punch", punch),
        }
    while await score_dirty(town.call("Sri")):
        pass
    return ids


@pytest.mark.parametrize(("viewer", "grants", "seen"), VIEWERS)
async def test_every_path_shows_exactly_whom_one_may_see(
    town: Town, ask: Ask, viewer: str, grants: tuple[tuple[Role, str], ...], seen: set[str]
) -> None:
    ids = await everybody_worked(town)
    paths = """
      employees { nodes { name activities { nodes { result } } scores { nodes { period employee { name } } }
        punches { nodes { employee { name } } } attendance(month: "2026-11") { nodes { status } }
        supervisor { name } reports { nodes { name } } placements { nodes { supervisor { name } } }
        actingFor { nodes { incumbent { name } } } } }
      units { nodes { employees { nodes { name } } scores(period: "2026-11") { nodes { employee { name } } } } }
      activities { nodes { result employee { name } } }
      found: employees(filter: {search: "a"}) { nodes { name } }
    """
    result = await ask(viewer, "{" + paths + "}", *grants)
    assert result.errors is None
    assert {node["name"] for node in result.data["employees"]["nodes"]} == seen
    assert _names(result.data) <= seen
    assert {node["result"].removeprefix("rahasia ") for node in result.data["activities"]["nodes"]} == seen
    for name, things in ids.items():
        for kind, number in things.items():
            one = await ask(viewer, "query($id: ID!) { node(id: $id) { __typename } }", *grants, id=number)
            expected = {"__typename": kind} if name in seen else None
            assert one.data["node"] == expected, (name, kind)


def _names(data: Any) -> set[str]:
    if isinstance(data, dict):
        own = {str(data["name"])} if set(data) & {"name"} and isinstance(data.get("name"), str) else set()
        return own.union(*(_names(value) for value in data.values()))
    if isinstance(data, list):
        return set().union(*(_names(value) for value in data))
    return set()


@pytest.mark.parametrize(
    "text", ["{ me { name } }", "{ employees { nodes { name } } }", "{ units { nodes { name } } }"]
)
async def test_the_anonymous_read_nothing(ask: Ask, text: str) -> None:
    result = await ask(None, text)
    assert result.errors is not None
    assert not any((result.data or {}).values())


async def test_walking_the_pages_meets_everybody_once_in_order_while_others_come(
    town: Town, ask: Ask
) -> None:
    for number in range(23):
        await EmployeeRow.create(
            kind="PNS", name=f"Nama {number % 4}", active=True, unit_id=town.units["office"]
        )
    text = """query($after: String) { employees(first: 4, after: $after) {
      nodes { id name } pageInfo { hasNextPage endCursor } } }"""
    met: list[tuple[str, str]] = []
    after = None
    while True:
        page = (await ask("Eka", text, (AUDITOR, "city"), after=after)).data["employees"]
        met += [(node["name"], node["id"]) for node in page["nodes"]]
        await EmployeeRow.create(kind="PNS", name="Aaa", active=True, unit_id=town.units["office"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len({number for _, number in met}) == len(met) == 28
    assert [name for name, _ in met] == sorted(name for name, _ in met)


async def test_a_list_inside_a_list_is_cut_for_each_parent(town: Town, ask: Ask) -> None:
    for name, count in (("Budi", 5), ("Wati", 1), ("Sri", 3)):
        for number in range(count):
            await activity.submit(town.call(name), Report(town.item, TODAY, 10, 100, f"{name} {number}"))
    text = (
        "{ employees { nodes { name activities(first: 2) { nodes { result } pageInfo { hasNextPage } } } } }"
    )
    result = await ask("Eka", text, (AUDITOR, "city"))
    found = {
        node["name"]: (
            [a["result"] for a in node["activities"]["nodes"]],
            node["activities"]["pageInfo"]["hasNextPage"],
        )
        for node in result.data["employees"]["nodes"]
    }
    assert found["Budi"] == (["Budi 4", "Budi 3"], True)
    assert found["Wati"] == (["Wati 0"], False)
    assert found["Sri"] == (["Sri 2", "Sri 1"], True)
    assert found["Joko"] == ([], False)


@pytest.mark.parametrize(("first", "ok"), [(0, False), (-1, False), (1001, False), (1, True), (1000, True)])
async def test_a_page_has_a_size(ask: Ask, first: int, ok: bool) -> None:
    result = await ask("Budi", "query($n: Int) { units(first: $n) { nodes { code } } }", n=first)
    assert (result.errors is None) == ok


async def test_a_search_takes_its_wildcards_by_their_letters(town: Town, ask: Ask) -> None:
    await EmployeeRow.create(kind="PNS", name="100% Kerja_Nyata", active=True, unit_id=town.units["office"])
    text = "query($s: String!) { employees(filter: {search: $s}) { nodes { name } } }"
    for search, count in (("%", 1), ("_", 1), ("100%", 1), ("a_b", 0), ("r%i", 0)):
        result = await ask("Eka", text, (AUDITOR, "city"), s=search)
        assert len(result.data["employees"]["nodes"]) == count, search


async def test_operations_at_once_do_not_share_what_they_read(town: Town, ask: Ask) -> None:
    results = await asyncio.gather(
        *(ask(name, "{ employees { nodes { name } } }") for name in ("Budi", "Sri", "Eka") * 5)
    )
    sizes = [len(result.data["employees"]["nodes"]) for result in results]
    assert sizes == [1, 3, 1] * 5


async def test_the_catalogue_of_a_unit_holds_those_of_the_units_above_that_are_in_force(
    town: Town, ask: Ask
) -> None:
    from eperf.store.catalogue import ItemRow

    for code, first, last in (("old", date(2020, 1, 1), date(2026, 1, 1)), ("new", date(2027, 1, 1), None)):
        await ItemRow.create(
            unit_id=town.units["city"], code=code, name=code, per="x", unit_size_h=100, points_per_unit_h=100,
            fraction_policy="proportional", valid_from=first, valid_to=last,
        )  # fmt: skip
    own = await ItemRow.create(
        unit_id=town.units["office"], code="41", name="Our own", per="x", unit_size_h=100, points_per_unit_h=100,
        fraction_policy="proportional", valid_from=date(2020, 1, 1),
    )  # fmt: skip
    for unit, item in (("office", own.id), ("archive", town.item)):
        result = await ask("Budi", '{ unit(code: "%s") { catalogue { nodes { id } } } }' % unit)
        nodes = result.data["unit"]["catalogue"]["nodes"]
        assert [node["id"] for node in nodes] == [global_id("CatalogueItem", item)], unit
