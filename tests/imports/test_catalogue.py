"""Importing catalogues: versions that fit, decimals that are exact, twice is once."""

from __future__ import annotations

from datetime import date

import pytest

from eperf.domain.access import SYSTEM, Role
from eperf.domain.activity import Report
from eperf.domain.table import Table
from eperf.services import activity
from eperf.services.call import Call
from eperf.services.imports import ImportReport, import_catalogue
from eperf.store.catalogue import ItemRow
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, TODAY, Town

CALL = Call(SYSTEM, NOW)
HEADER = (
    "unit_code", "code", "name", "per", "unit_size", "points_per_unit", "norm_min", "fraction_policy", "valid_from",
    "valid_to",
)  # fmt: skip


def row(code: str = "53", **changes: str) -> tuple[str, ...]:
    values = {
        "unit_code": "city", "code": code, "name": "Menyusun naskah", "per": "dokumen", "unit_size": "10",
        "points_per_unit": "60,5", "norm_min": "", "fraction_policy": "", "valid_from": "2024-01-01", "valid_to": "",
        **changes,
    }  # fmt: skip
    return tuple(values[name] for name in HEADER)


def table(*rows: tuple[str, ...]) -> Table:
    return Table.of(HEADER, rows)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, len(report.bad)


async def test_an_item_lands_exactly(town: Town) -> None:
    assert counts(await import_catalogue(CALL, table(row(norm_min="60", fraction_policy="Whole_Units")))) == (
        1,
        0,
        0,
        0,
    )
    item = await ItemRow.get(code="53")
    assert (item.unit_id, item.unit_size_h, item.points_per_unit_h, item.norm_min, item.fraction_policy) == (
        town.units["city"], 1000, 6050, 60, "whole_units",
    )  # fmt: skip
    event = await EventRow.get(kind="catalogue.changed")
    assert (event.unit_id, event.payload) == (town.units["city"], {"items": 1})


async def test_versions_in_any_order_follow_one_another_and_twice_is_once(town: Town) -> None:
    file = table(row(valid_from="2026-01-01"), row(valid_from="2024-01-01"), row(valid_from="2025-01-01"))
    assert counts(await import_catalogue(CALL, file)) == (3, 0, 0, 0)
    rows = await ItemRow.filter(code="53").order_by("valid_from")
    assert [(one.valid_from.year, one.valid_to and one.valid_to.year) for one in rows] == [
        (2024, 2025), (2025, 2026), (2026, None),
    ]  # fmt: skip
    assert counts(await import_catalogue(CALL, file)) == (0, 0, 3, 0)
    assert await EventRow.all().count() == 1


async def test_a_later_file_ends_the_version_before(town: Town) -> None:
    report = await import_catalogue(CALL, table(row("41", valid_from="2027-01-01")))
    assert counts(report) == (1, 0, 0, 0)
    assert (await ItemRow.get(id=town.item)).valid_to == date(2027, 1, 1)


async def test_a_corrected_item_keeps_its_activities_and_makes_them_untrue(town: Town) -> None:
    await activity.submit(town.call("Budi"), Report(town.item, TODAY, 60, 100, "Laporan"))
    await DirtyRow.all().delete()
    report = await import_catalogue(CALL, table(row("41", valid_from="2020-01-01")))
    assert counts(report) == (0, 1, 0, 0)
    assert (await ItemRow.get(id=town.item)).points_per_unit_h == 6050
    assert [(one.employee_id, one.period) for one in await DirtyRow.all()] == [
        (town.people["Budi"], "2026-11")
    ]


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"unit_code": "nowhere"}, "unit_code", "NOT_FOUND"),
        ({"unit_size": "0"}, "unit_size", "BAD_INPUT"),
        ({"unit_size": "1.000,00"}, "unit_size", "BAD_INPUT"),
        ({"points_per_unit": "1000000"}, "points_per_unit", "BAD_INPUT"),
        ({"points_per_unit": "=1+1"}, "points_per_unit", "BAD_INPUT"),
        ({"norm_min": "1.5"}, "norm_min", "BAD_INPUT"),
        ({"fraction_policy": "half"}, "fraction_policy", "BAD_INPUT"),
        ({"valid_to": "2024-01-01"}, "valid_to", "BAD_INPUT"),
        ({"per": "x" * 65}, "per", "BAD_INPUT"),
        ({"code": "a b"}, "code", "BAD_INPUT"),
    ],
)
async def test_a_bad_row_is_refused_by_its_column_and_the_rest_lands(
    town: Town, changes: dict[str, str], column: str, code: str
) -> None:
    report = await import_catalogue(CALL, table(row("1"), row(**{"code": "2", **changes}), row("3")))
    assert [(problem.row, problem.column, problem.code) for problem in report.problems] == [(3, column, code)]
    assert report.created == 2


async def test_versions_that_overlap_are_refused(town: Town) -> None:
    report = await import_catalogue(
        CALL, table(row(valid_to="2026-01-01"), row(valid_from="2025-01-01"), row(valid_from="2026-01-01"))
    )
    assert [(problem.row, problem.column, problem.code) for problem in report.problems] == [
        (3, "valid_from", "ITEM_OVERLAP")
    ]


async def test_only_catalogues_within_reach_are_changed(town: Town) -> None:
    caller = town.call("Eka", (Role.PLUGIN_ADMIN, "office"))
    report = await import_catalogue(caller, table(row(), row(unit_code="office")))
    assert [(problem.row, problem.code) for problem in report.problems] == [(2, "FORBIDDEN")]
    assert (await ItemRow.get(code="53")).unit_id == town.units["office"]


async def test_a_dry_run_writes_nothing(town: Town) -> None:
    assert counts(await import_catalogue(CALL, table(row()), dry_run=True)) == (1, 0, 0, 0)
    assert not await ItemRow.exists(code="53")


async def test_a_whole_catalogue_of_many_units_lands(town: Town) -> None:
    rows = [row(f"x{n}", unit_code=unit) for n in range(700) for unit in ("city", "office", "archive")]
    assert counts(await import_catalogue(CALL, table(*rows))) == (2100, 0, 0, 0)
    assert counts(await import_catalogue(CALL, table(*rows))) == (0, 0, 2100, 0)
    assert {event.payload["items"] for event in await EventRow.all()} == {700}


TERMS = ("least_min", "most_min", "positions", "evidence", "evidence_bytes")


def with_terms(*cells: str, **changes: str) -> Table:
    return Table.of((*HEADER, *TERMS), ((*row(**changes), *cells),))


async def test_what_an_item_asks_lands_in_one_form(town: Town) -> None:
    file = with_terms("5", "30", "Pelaksana | kelas:7|kode:office-head", "Foto|link", "5000000")
    assert counts(await import_catalogue(CALL, file)) == (1, 0, 0, 0)
    item = await ItemRow.get(code="53")
    assert (item.least_min, item.most_min, item.positions, item.evidence, item.evidence_bytes) == (
        5, 30, ["class:7", "code:office-head", "kind:implementer"], ["photo", "link"], 5_000_000,
    )  # fmt: skip
    assert counts(await import_catalogue(CALL, file)) == (0, 0, 1, 0)


async def test_a_file_without_these_columns_leaves_what_they_said_and_an_empty_cell_takes_it_away(
    town: Town,
) -> None:
    await import_catalogue(CALL, with_terms("5", "30", "pelaksana", "pdf", "1000"))
    assert counts(await import_catalogue(CALL, table(row()))) == (0, 0, 1, 0)
    assert counts(await import_catalogue(CALL, table(row(points_per_unit="61")))) == (0, 1, 0, 0)
    item = await ItemRow.get(code="53")
    assert (item.points_per_unit_h, item.positions, item.evidence) == (6100, ["kind:implementer"], ["pdf"])
    assert counts(await import_catalogue(CALL, with_terms("", "", "", "", "", points_per_unit="61"))) == (
        0,
        1,
        0,
        0,
    )
    item = await ItemRow.get(code="53")
    assert [getattr(item, name) for name in TERMS] == [None] * 5


async def test_what_nobody_can_keep_comes_back_with_its_column(town: Town) -> None:
    for cells, column in (
        (("30", "5", "", "", ""), "most_min"), (("", "", "staf", "", ""), "positions"), (("", "", "", "video", ""), "evidence"),
        (("", "", "", "", "0"), "evidence_bytes"), (("x", "", "", "", ""), "least_min"),
    ):  # fmt: skip
        report = await import_catalogue(CALL, with_terms(*cells))
        assert [(problem.column, problem.code) for problem in report.problems] == [(column, "BAD_INPUT")]
