"""The town's rows are loaded with the database's own checks off, so they are checked here."""

from __future__ import annotations

from bench.dataset import LEAVES, Size, submitter, tables

_SIZE = Size(employees=120, activities=7, submitters=5)
_REFERS = {
    "parent_id": "unit",
    "ancestor_id": "unit",
    "descendant_id": "unit",
    "unit_id": "unit",
    "position_id": "position",
    "supervisor_id": "employee",
    "employee_id": "employee",
    "decided_by_id": "employee",
    "item_id": "catalogue_item",
    "account_id": "account",
}


def test_every_row_refers_to_a_row() -> None:
    ids = {table.name: {row[0] for row in table.rows()} for table in tables(_SIZE)}
    checked = 0
    for table in tables(_SIZE):
        for place, column in enumerate(table.columns):
            if column in _REFERS:
                named = {row[place] for row in table.rows()} - {None}
                assert named <= ids[_REFERS[column]], f"{table.name}.{column}"
                checked += 1
    assert checked > 15


def test_the_same_size_gives_the_same_rows() -> None:
    first, second = ({table.name: list(table.rows()) for table in tables(_SIZE)} for _ in range(2))
    assert first == second
    assert len(first["activity"]) == 120 * 7
    assert len(first["score"]) == 120 * 3


def test_no_two_employees_share_a_nip_and_everybody_serves_in_a_leaf() -> None:
    (people,) = (table for table in tables(Size()) if table.name == "employee")
    rows = list(people.rows())
    assert len({row[1] for row in rows}) == 20_000
    assert {row[8] for row in rows} == set(range(6, 6 + LEAVES))


def test_who_reports_is_in_service() -> None:
    (people,) = (table for table in tables(_SIZE) if table.name == "employee")
    active = {row[0] for row in people.rows() if row[-1]}
    assert {submitter(number) for number in range(_SIZE.submitters)} <= active
