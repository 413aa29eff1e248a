"""What is refused is refused alone and by name: it is no fault of ours, and no other field pays for it."""

from __future__ import annotations

import pytest

from eperf.domain.access import Role
from eperf.planner import cursor
from eperf.store.people import EmployeeRow
from tests.schema.conftest import Ask
from tests.support.town import Town

AUDITOR = (Role.AUDITOR, "city")
SEARCH = "query($s: String!) { employees(filter: {search: $s}) { nodes { name } } plugins { name } }"


async def test_a_refused_field_takes_no_other_field_with_it(ask: Ask) -> None:
    """Both fields wait for the same devices when the first of them is given up."""
    text = """{ first: units(first: 2) { nodes {
        devices(first: 2) { nodes { id } } scores(period: "2026-11", after: "wrong") { nodes { id } } } }
      other: units(first: 2) { nodes { devices(first: 2) { nodes { id } } } } }"""
    result = await ask("Eka", text, AUDITOR)
    assert [error.original_error.code for error in result.errors] == ["BAD_INPUT"]


async def test_a_search_for_more_than_a_number_holds_is_one_for_a_name(town: Town, ask: Ask) -> None:
    name = "Raden Mas Panji Sosrokartono"
    await EmployeeRow.create(kind="PNS", name=name, active=True, unit_id=town.units["office"])
    for search in (name, "mas panji sosrokartono"):
        result = await ask("Eka", SEARCH, AUDITOR, s=search)
        assert result.errors is None
        assert result.data["employees"]["nodes"] == [{"name": name}]


@pytest.mark.parametrize(
    ("field", "order", "values"),
    [
        ("employees", "NAME", ("x" * 201, 1)),
        ("units", "CODE", ("x" * 65, 1)),
        ("me { punches", "TIME", ("2026-11-24T10:00:00+07:00", 1)),
    ],
)
async def test_a_cursor_of_what_no_row_can_hold_is_refused(
    ask: Ask, field: str, order: str, values: tuple[object, ...]
) -> None:
    text = "query($c: String) { %s(after: $c) { nodes { id } } %s" % (field, "}" * (1 + field.count("{")))
    result = await ask("Budi", text, c=cursor.write(order, values))
    assert [error.original_error.code for error in result.errors] == ["BAD_INPUT"]
