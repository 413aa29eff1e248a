"""Importing units: any order, good rows land, bad rows come back, twice is once."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eperf.domain.access import SYSTEM, Role
from eperf.domain.organisation import MOST_DEPTH
from eperf.domain.table import Table
from eperf.services.call import Call
from eperf.services.imports import ImportReport, import_units
from eperf.store.event import EventRow
from eperf.store.organisation import UnitRow, UnitTreeRow
from eperf.store.scoring import DirtyRow
from tests.services.test_organisation import closure, naive_closure
from tests.support.town import NOW, Town

CALL = Call(SYSTEM, NOW)
HEADER = ("code", "name", "kind", "parent_code", "zone")
MINISTRY = [
    ("dit", "Direktorat", "direktorat", "ditjen", ""),
    ("sub", "Subdit", "subdirektorat", "dit", ""),
    ("ditjen", "Ditjen", "Direktorat Jenderal", "kem", "WITA"),
    ("kem", "Kementerian", "ministry", "", "WIB"),
]


def table(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> Table:
    return Table.of(header, rows)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, len(report.bad)


def problems(report: ImportReport) -> list[tuple[int, str | None, str]]:
    return [(problem.row, problem.column, problem.code) for problem in report.problems]


async def parents() -> dict[str, str | None]:
    rows = {row.id: row for row in await UnitRow.all()}
    return {row.code: rows[row.parent_id].code if row.parent_id else None for row in rows.values()}


async def test_a_child_may_stand_before_its_parent(database: str) -> None:
    assert counts(await import_units(CALL, table(*MINISTRY))) == (4, 0, 0, 0)
    assert await parents() == {"kem": None, "ditjen": "kem", "dit": "ditjen", "sub": "dit"}
    assert {row.code: row.zone for row in await UnitRow.all()} == {
        "kem": "Asia/Jakarta", "ditjen": "Asia/Makassar", "dit": "Asia/Makassar", "sub": "Asia/Makassar",
    }  # fmt: skip
    assert await closure() == await naive_closure()
    assert await EventRow.filter(kind="organisation.unit-changed").count() == 4


async def test_importing_twice_changes_nothing_and_says_so(database: str) -> None:
    await import_units(CALL, table(*MINISTRY))
    before = await closure()
    assert counts(await import_units(CALL, table(*MINISTRY))) == (0, 0, 4, 0)
    assert await EventRow.all().count() == 4
    assert await closure() == before


async def test_a_dry_run_says_what_would_be_and_writes_nothing(database: str) -> None:
    report = await import_units(CALL, table(*MINISTRY, ("x", "X", "castle", "", "")), dry_run=True)
    assert (counts(report), report.dry_run) == ((4, 0, 0, 1), True)
    assert await UnitRow.all().count() == await EventRow.all().count() == 0


async def test_units_are_renamed_and_moved_with_all_below_them(town: Town) -> None:
    report = await import_units(
        CALL,
        table(
            ("archive", "Arsip", "agency", "city", "WIB"),
            ("office", "Office", "agency", "archive", "WIB"),
            ("team", "Tim", "tim kerja", "office", ""),
        ),
    )
    assert counts(report) == (1, 2, 0, 0)
    assert await closure() == await naive_closure()
    assert {row.employee_id for row in await DirtyRow.all()} == {
        town.people[name] for name in ("Sri", "Budi", "Wati", "Joko")
    }


async def test_a_swap_of_parent_and_child_is_possible_in_any_order(town: Town) -> None:
    swap = [("office", "Office", "agency", "", "WIB"), ("city", "Kota", "city", "office", "WIB")]
    random.Random(1).shuffle(swap)
    assert counts(await import_units(CALL, table(*swap))) == (0, 2, 0, 0)
    assert await parents() == {"office": None, "city": "office", "archive": "city"}
    assert await closure() == await naive_closure()


async def test_columns_that_are_not_there_change_nothing(town: Town) -> None:
    header = ("code", "name", "kind")
    assert counts(await import_units(CALL, table(("office", "Dinas", "agency"), header=header))) == (
        0,
        1,
        0,
        0,
    )
    assert (await parents())["office"] == "city"


async def test_what_hangs_on_a_bad_row_is_bad_and_the_rest_lands(database: str) -> None:
    report = await import_units(
        CALL,
        table(
            ("a", "A", "kota", "", ""),
            ("b", "B", "castle", "a", ""),
            ("c", "C", "seksi", "b", ""),
            ("d", "D", "seksi", "c", ""),
            ("e", "E", "seksi", "a", ""),
            ("f", "F", "seksi", "nowhere", ""),
        ),
    )
    assert problems(report) == [
        (3, "kind", "BAD_INPUT"),
        (4, "parent_code", "DEPENDS_ON_BAD_ROW"),
        (5, "parent_code", "DEPENDS_ON_BAD_ROW"),
        (7, "parent_code", "NOT_FOUND"),
    ]
    assert "row 3" in report.problems[1].message
    assert set(await parents()) == {"a", "e"}


async def test_rings_are_refused_and_what_hangs_on_them(town: Town) -> None:
    report = await import_units(
        CALL,
        table(
            ("x", "X", "seksi", "y", ""),
            ("y", "Y", "seksi", "x", ""),
            ("z", "Z", "seksi", "y", ""),
            ("me", "Me", "seksi", "me", ""),
            ("city", "Kota", "city", "office", "WIB"),
        ),
    )
    assert [(problem.row, problem.code) for problem in report.problems] == [
        (2, "UNIT_CYCLE"), (3, "UNIT_CYCLE"), (4, "DEPENDS_ON_BAD_ROW"), (5, "UNIT_CYCLE"), (6, "UNIT_CYCLE"),
    ]  # fmt: skip
    assert await closure() == await naive_closure()


async def test_a_ring_through_a_refused_row_and_an_unnamed_unit_is_seen(town: Town) -> None:
    await import_units(
        CALL, table(("team", "Tim", "team", "office", ""), ("desk", "Meja", "team", "team", ""))
    )
    report = await import_units(
        CALL,
        table(("team", "Tim", "castle", "city", ""), ("office", "Office", "agency", "desk", "WIB")),
    )
    assert report.bad == (2, 3)
    assert await closure() == await naive_closure()


async def test_a_chain_deeper_than_allowed_ends_where_it_becomes_too_deep(database: str) -> None:
    deep = [(f"u{n}", "U", "other", f"u{n - 1}" if n else "", "") for n in range(MOST_DEPTH + 2)]
    report = await import_units(CALL, table(*reversed(deep)))
    assert counts(report) == (MOST_DEPTH, 0, 0, 2)
    assert {problem.code for problem in report.problems} == {"LIMIT_EXCEEDED", "DEPENDS_ON_BAD_ROW"}


async def test_rows_beyond_the_callers_reach_are_refused_one_by_one(town: Town) -> None:
    caller = town.call("Eka", (Role.PERSONNEL_ADMIN, "archive"))
    report = await import_units(
        caller,
        table(
            ("own", "Own", "seksi", "archive", ""),
            ("below", "Below", "seksi", "own", ""),
            ("other", "Other", "seksi", "office", ""),
            ("root", "Root", "kota", "", ""),
            ("office", "Renamed", "agency", "city", "WIB"),
            ("archive", "Archive", "agency", "office", "WIB"),
        ),
    )
    assert problems(report) == [
        (2, "parent_code", "DEPENDS_ON_BAD_ROW"),
        (3, "parent_code", "DEPENDS_ON_BAD_ROW"),
        (4, "parent_code", "DEPENDS_ON_BAD_ROW"),
        (5, "parent_code", "FORBIDDEN"),
        (6, "code", "FORBIDDEN"),
        (7, "parent_code", "DEPENDS_ON_BAD_ROW"),
    ]
    assert not await UnitRow.exists(code="other")
    assert (await UnitRow.get(code="office")).name == "Office"
    report = await import_units(
        caller,
        table(("other", "O", "seksi", "office", ""), ("archive", "Archive", "agency", "office", "WIB")),
    )
    assert problems(report) == [(2, "parent_code", "FORBIDDEN"), (3, "parent_code", "FORBIDDEN")]


async def test_an_import_within_ones_own_reach_lands(town: Town) -> None:
    caller = town.call("Eka", (Role.PERSONNEL_ADMIN, "archive"))
    report = await import_units(
        caller, table(("below", "B", "seksi", "own", ""), ("own", "O", "seksi", "archive", ""))
    )
    assert counts(report) == (2, 0, 0, 0)


async def test_thousands_of_units_land_quickly(database: str) -> None:
    rows = [(f"u{n}", f"Unit {n}", "other", f"u{n // 8}" if n else "", "") for n in range(5000)]
    random.Random(2).shuffle(rows)
    steps: list[tuple[str, int, int]] = []
    assert counts(await import_units(CALL, table(*rows), progress=lambda *step: steps.append(step))) == (
        5000,
        0,
        0,
        0,
    )
    assert steps[-1] == ("write", 5000, 5000)
    assert await closure() == await naive_closure()


CODES = st.sampled_from("abcdef")
FILES = st.lists(
    st.lists(st.tuples(CODES, st.one_of(st.just(""), CODES)), max_size=6, unique_by=lambda row: row[0]),
    max_size=4,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files=FILES, seed=st.randoms(use_true_random=False))
async def test_after_any_files_the_tree_is_a_tree_and_their_order_did_not_matter(
    database: str, files: list[list[tuple[str, str]]], seed: random.Random
) -> None:
    trees = []
    for shuffled in (False, True):
        await UnitTreeRow.all().delete()
        await UnitRow.all().update(parent_id=None)
        await UnitRow.all().delete()
        for file in files:
            rows = [(code, "U", "other", parent, "WIB") for code, parent in file]
            if shuffled:
                seed.shuffle(rows)
            report = await import_units(CALL, table(*rows))
            again = await import_units(CALL, table(*rows))
            assert again.created == again.changed == 0
            assert len(again.bad) <= len(report.bad)
            assert await closure() == await naive_closure()
        trees.append(await parents())
    assert trees[0] == trees[1]
