"""Importing employees: superiors in any order, posts that agree, placements that fit, twice is once."""

from __future__ import annotations

import asyncio
import random
from datetime import date, timedelta

import pytest

from eperf.domain.access import SYSTEM, Role
from eperf.domain.errors import Refused
from eperf.domain.people import Post
from eperf.domain.table import Table
from eperf.services.call import Call
from eperf.services.imports import ImportReport, import_employees
from eperf.services.people import place
from eperf.store.event import EventRow
from eperf.store.organisation import PositionRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, TODAY, Town

CALL = Call(SYSTEM, NOW)
HEADER = (
    "nip", "kind", "name", "birth_date", "sex", "rank", "rank_since", "unit_code", "position_code", "position_title",
    "job_class", "position_kind", "supervisor_nip", "valid_from",
)  # fmt: skip


def nip(number: int) -> str:
    return f"1980{number % 12 + 1:02}{number % 28 + 1:02}2005011{number % 999 + 1:03}"


def row(number: int, **changes: str) -> tuple[str, ...]:
    """A good row of the office; number 0 has no superior."""
    values = {
        "nip": nip(number), "kind": "PNS", "name": f"Pegawai {number}", "birth_date": "", "sex": "", "rank": "III/a",
        "rank_since": "01/04/2024", "unit_code": "office", "position_code": "analyst", "position_title": "Analis",
        "job_class": "8", "position_kind": "Pelaksana", "supervisor_nip": nip(0) if number else "",
        "valid_from": "2024-01-01", **changes,
    }  # fmt: skip
    return tuple(values[name] for name in HEADER)


def table(*rows: tuple[str, ...]) -> Table:
    return Table.of(HEADER, rows)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, len(report.bad)


def problems(report: ImportReport) -> list[tuple[int, str | None, str]]:
    return [(problem.row, problem.column, problem.code) for problem in report.problems]


async def person(number: int) -> EmployeeRow:
    return await EmployeeRow.get(nip=nip(number))


async def spans(employee_id: int) -> list[tuple[int, date, date | None]]:
    rows = await PlacementRow.filter(employee_id=employee_id).order_by("valid_from")
    return [(one.unit_id, one.valid_from, one.valid_to) for one in rows]


async def test_a_subordinate_may_stand_before_the_superior(town: Town) -> None:
    chain = [row(n, supervisor_nip=nip(n - 1) if n else "") for n in range(5)]
    assert counts(await import_employees(CALL, table(*reversed(chain)))) == (5, 0, 0, 0)
    head, first, last = await person(0), await person(1), await person(4)
    assert (head.supervisor_id, first.supervisor_id) == (None, head.id)
    assert last.supervisor_id == (await person(3)).id
    post = await PositionRow.get(code="analyst")
    assert (post.title, post.job_class, post.kind, post.unit_id) == (
        "Analis",
        8,
        "implementer",
        town.units["office"],
    )
    assert (head.unit_id, head.position_id, head.birth_date, head.sex) == (
        town.units["office"], post.id, date(1980, 1, 1), "male",
    )  # fmt: skip
    assert (head.rank, head.rank_since) == ("III/a", date(2024, 4, 1))
    assert await spans(head.id) == [(town.units["office"], date(2024, 1, 1), None)]
    assert await EventRow.filter(kind="people.placed").count() == 5
    assert await EventRow.filter(kind="organisation.position-changed").count() == 1
    assert {(d.employee_id, d.period) for d in await DirtyRow.all()} >= {
        (head.id, "2026-11"),
        (last.id, "2026-11"),
    }


async def test_importing_twice_changes_nothing_and_says_so(town: Town) -> None:
    rows = [row(n) for n in range(10)]
    await import_employees(CALL, table(*rows))
    events, dirty = await EventRow.all().count(), await DirtyRow.all().values_list("mark", flat=True)
    assert counts(await import_employees(CALL, table(*reversed(rows)))) == (0, 0, 10, 0)
    assert counts(await import_employees(CALL, table(*rows), change_posts=True)) == (0, 0, 10, 0)
    assert await EventRow.all().count() == events
    assert await DirtyRow.all().values_list("mark", flat=True) == dirty


async def test_a_dry_run_says_what_would_be_and_writes_nothing(town: Town) -> None:
    report = await import_employees(CALL, table(row(1), row(0), row(2, rank="X")), dry_run=True)
    assert counts(report) == (2, 0, 0, 1)
    assert await EmployeeRow.all().count() == len(town.people)
    assert await PositionRow.all().count() == 1
    assert await EventRow.all().count() == 0


async def test_a_changed_person_is_told_without_a_placement(town: Town) -> None:
    await import_employees(CALL, table(row(0)))
    assert counts(await import_employees(CALL, table(row(0, rank="III/b", name="Baru")))) == (0, 1, 0, 0)
    assert ((await person(0)).rank, (await person(0)).name) == ("III/b", "Baru")
    assert await EventRow.filter(kind="people.changed").count() == 1
    assert await EventRow.filter(kind="people.placed").count() == 1


async def test_a_later_day_is_another_placement_and_may_lie_ahead(town: Town) -> None:
    await import_employees(CALL, table(row(0), row(1)))
    ahead = (TODAY + timedelta(days=30)).isoformat()
    file = table(
        row(0, unit_code="archive", valid_from="2025-01-01"), row(1, unit_code="archive", valid_from=ahead)
    )
    assert counts(await import_employees(CALL, file)) == (0, 2, 0, 0)
    moved, waiting = await person(0), await person(1)
    assert (moved.unit_id, waiting.unit_id) == (town.units["archive"], town.units["office"])
    assert len(await spans(moved.id)) == len(await spans(waiting.id)) == 2
    assert counts(await import_employees(CALL, file)) == (0, 0, 2, 0)


async def test_an_older_file_does_not_undo_a_later_placement(town: Town) -> None:
    await import_employees(CALL, table(row(0)))
    head = await person(0)
    await place(CALL, head.id, Post(town.units["archive"], None, None), TODAY)
    assert counts(await import_employees(CALL, table(row(0)))) == (0, 0, 1, 0)
    assert (await person(0)).unit_id == town.units["archive"]


async def test_the_same_day_again_corrects_the_placement(town: Town) -> None:
    await import_employees(CALL, table(row(0)))
    assert counts(await import_employees(CALL, table(row(0, unit_code="archive")))) == (0, 1, 0, 0)
    head = await person(0)
    assert await spans(head.id) == [(town.units["archive"], date(2024, 1, 1), None)]
    assert head.unit_id == town.units["archive"]


async def test_who_begins_later_is_there_with_the_first_post_and_superior(town: Town) -> None:
    ahead = (TODAY + timedelta(days=30)).isoformat()
    assert counts(await import_employees(CALL, table(row(1, valid_from=ahead), row(0)))) == (2, 0, 0, 0)
    assert (await person(1)).supervisor_id == (await person(0)).id
    assert counts(await import_employees(CALL, table(row(1, valid_from=ahead), row(0)))) == (0, 0, 2, 0)


async def test_columns_that_are_not_there_change_nothing(town: Town) -> None:
    await import_employees(CALL, table(row(0), row(1)))
    short = Table.of(
        ("nip", "kind", "name", "unit_code", "valid_from"), [(nip(1), "PNS", "Baru", "archive", "2025-01-01")]
    )
    before = await person(1)
    assert counts(await import_employees(CALL, short)) == (0, 1, 0, 0)
    after = await person(1)
    assert (after.name, after.unit_id) == ("Baru", town.units["archive"])
    assert (after.rank, after.supervisor_id, after.position_id) == (
        before.rank, before.supervisor_id, before.position_id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"nip": "123"}, "nip", "BAD_NIP"),
        ({"nip": "1.98E+17"}, "nip", "NUMBER_NOT_EXACT"),
        ({"nip": "198001012005011000"}, "nip", "BAD_NIP"),
        ({"nip": ""}, "nip", "BAD_INPUT"),
        ({"kind": "honorer"}, "kind", "BAD_INPUT"),
        ({"name": ""}, "name", "BAD_INPUT"),
        ({"birth_date": "02/01/1980"}, "nip", "BAD_NIP"),
        ({"birth_date": "1980-13-01"}, "birth_date", "BAD_INPUT"),
        ({"sex": "P"}, "nip", "BAD_NIP"),
        ({"rank": "III/e"}, "rank", "BAD_INPUT"),
        ({"rank": ""}, "rank_since", "BAD_INPUT"),
        ({"kind": "PPPK"}, "rank", "BAD_INPUT"),
        ({"unit_code": "nowhere"}, "unit_code", "NOT_FOUND"),
        ({"position_code": ""}, "position_title", "BAD_INPUT"),
        ({"position_title": ""}, "position_title", "BAD_INPUT"),
        ({"position_title": "", "job_class": "", "position_kind": ""}, "position_code", "NOT_FOUND"),
        ({"job_class": "18"}, "job_class", "BAD_INPUT"),
        ({"position_kind": "raja"}, "position_kind", "BAD_INPUT"),
        ({"supervisor_nip": nip(7)}, "supervisor_nip", "NOT_FOUND"),
        ({"supervisor_nip": nip(1)}, "supervisor_nip", "SUPERVISOR_CYCLE"),
        ({"supervisor_nip": "Pak Budi"}, "supervisor_nip", "BAD_NIP"),
        ({"valid_from": ""}, "valid_from", "BAD_INPUT"),
        ({"valid_from": "1899-12-31"}, "valid_from", "BAD_INPUT"),
    ],
)
async def test_a_bad_row_is_refused_by_its_column_and_the_rest_lands(
    town: Town, changes: dict[str, str], column: str, code: str
) -> None:
    report = await import_employees(CALL, table(row(0), row(1, **changes), row(2)))
    assert (3, column, code) in problems(report)
    assert (report.created, report.bad) == (2, (3,))
    assert await EmployeeRow.all().count() == len(town.people) + 2


async def test_everything_wrong_with_a_number_is_told_together(town: Town) -> None:
    report = await import_employees(CALL, table(row(0, nip="198013012005131000")))
    assert report.problems[0].message.count(",") >= 2


async def test_what_hangs_on_a_bad_row_is_bad(town: Town) -> None:
    report = await import_employees(
        CALL, table(row(0, rank="X"), row(1), row(2, supervisor_nip=nip(1)), row(3, supervisor_nip=""))
    )
    assert problems(report) == [
        (2, "rank", "BAD_INPUT"),
        (3, "supervisor_nip", "DEPENDS_ON_BAD_ROW"),
        (4, "supervisor_nip", "DEPENDS_ON_BAD_ROW"),
    ]
    assert report.created == 1


async def test_a_ring_of_superiors_is_refused_whole(town: Town) -> None:
    ring = [row(n, supervisor_nip=nip((n + 1) % 3)) for n in range(3)]
    report = await import_employees(
        CALL, table(*ring, row(3, supervisor_nip=nip(0)), row(4, supervisor_nip=""))
    )
    assert [problem.code for problem in report.problems] == ["SUPERVISOR_CYCLE"] * 3 + ["DEPENDS_ON_BAD_ROW"]
    assert report.created == 1


async def test_a_ring_with_those_who_are_there_is_refused(town: Town) -> None:
    await import_employees(CALL, table(row(0), row(1), row(2, supervisor_nip=nip(1))))
    report = await import_employees(CALL, table(row(0, supervisor_nip=nip(2), valid_from="2025-01-01")))
    assert problems(report) == [(2, "supervisor_nip", "SUPERVISOR_CYCLE")]
    assert nip(0) in report.problems[0].message


async def test_a_chain_of_command_is_bounded(town: Town) -> None:
    report = await import_employees(
        CALL, table(*(row(n, supervisor_nip=nip(n - 1) if n else "") for n in range(60)))
    )
    assert {problem.code for problem in report.problems} == {"LIMIT_EXCEEDED", "DEPENDS_ON_BAD_ROW"}
    assert report.created == 51


async def test_a_post_is_described_alike_or_the_row_is_bad(town: Town) -> None:
    report = await import_employees(
        CALL, table(row(0), row(1, position_title="Analisis"), row(2, job_class="9"))
    )
    assert problems(report) == [(3, "position_title", "CONFLICT"), (4, "job_class", "CONFLICT")]
    assert "row 2" in report.problems[0].message


async def test_a_known_post_is_changed_only_when_asked(town: Town) -> None:
    alone = {"supervisor_nip": ""}
    await import_employees(CALL, table(row(0), row(1, **alone)))
    promoted = table(row(0, job_class="9"), row(1, job_class="9", **alone))
    report = await import_employees(CALL, promoted)
    assert {problem.code for problem in report.problems} == {"CONFLICT"}
    await DirtyRow.all().delete()
    assert counts(await import_employees(CALL, promoted, change_posts=True)) == (0, 2, 0, 0)
    assert (await PositionRow.get(code="analyst")).job_class == 9
    assert {one.employee_id for one in await DirtyRow.all()} == {(await person(0)).id, (await person(1)).id}
    assert counts(await import_employees(CALL, promoted, change_posts=True)) == (0, 0, 2, 0)


async def test_a_known_post_need_not_be_described(town: Town) -> None:
    blank = {"position_title": "", "job_class": "", "position_kind": "", "position_code": "staff"}
    assert counts(await import_employees(CALL, table(row(0, **blank)))) == (1, 0, 0, 0)


async def test_a_post_of_bad_rows_alone_is_not_created(town: Town) -> None:
    await import_employees(CALL, table(row(0), row(1, position_code="ghost", supervisor_nip=nip(9))))
    assert not await PositionRow.exists(code="ghost")


async def test_rows_beyond_the_callers_reach_are_refused_one_by_one(town: Town) -> None:
    await import_employees(CALL, table(row(0), row(1, unit_code="archive", supervisor_nip="")))
    caller = town.call("Eka", (Role.PERSONNEL_ADMIN, "archive"))
    later = {"valid_from": "2025-01-01", "supervisor_nip": ""}
    report = await import_employees(
        caller,
        table(
            row(0, unit_code="archive", **later),
            row(1, unit_code="office", **later),
            row(2, unit_code="archive", position_code="own", supervisor_nip=""),
            row(3, supervisor_nip=""),
        ),
    )
    assert problems(report) == [
        (2, "nip", "FORBIDDEN"), (3, "unit_code", "FORBIDDEN"), (5, "unit_code", "FORBIDDEN"),
    ]  # fmt: skip
    assert report.created == 1


async def test_changing_a_post_needs_the_right_over_its_own_unit(town: Town) -> None:
    await import_employees(CALL, table(row(0)))
    caller = town.call("Eka", (Role.PERSONNEL_ADMIN, "archive"))
    elsewhere = table(row(1, unit_code="archive", supervisor_nip="", job_class="9"))
    report = await import_employees(caller, elsewhere, change_posts=True)
    assert problems(report) == [(2, "position_code", "FORBIDDEN")]
    assert (await PositionRow.get(code="analyst")).job_class == 8


async def test_who_is_no_longer_active_is_neither_changed_nor_a_superior(town: Town) -> None:
    await import_employees(CALL, table(row(0)))
    await EmployeeRow.filter(nip=nip(0)).update(active=False)
    assert problems(await import_employees(CALL, table(row(0)))) == [(2, "nip", "CONFLICT")]
    assert problems(await import_employees(CALL, table(row(1)))) == [(2, "supervisor_nip", "NOT_FOUND")]


async def test_an_import_that_breaks_while_writing_leaves_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(step: str, done: int, total: int) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await import_employees(CALL, table(row(0), row(1)), progress=broken)
    assert await EmployeeRow.all().count() == len(town.people)
    assert await PositionRow.all().count() == 1
    assert await EventRow.all().count() == 0
    assert counts(await import_employees(CALL, table(row(0), row(1)))) == (2, 0, 0, 0)


async def test_two_imports_at_once_end_as_one(town: Town) -> None:
    rows = [row(n) for n in range(50)]
    reports = await asyncio.gather(*(import_employees(CALL, table(*rows)) for _ in range(3)))
    assert sorted(counts(report) for report in reports) == [(0, 0, 50, 0), (0, 0, 50, 0), (50, 0, 0, 0)]
    assert await EventRow.filter(kind="people.placed").count() == 50


async def test_thousands_of_employees_land_in_seconds(town: Town) -> None:
    rows = [row(n, supervisor_nip=nip(n // 20) if n else "") for n in range(3000)]
    numbers = {one[0] for one in rows}
    random.Random(3).shuffle(rows)
    report = await import_employees(CALL, table(*{one[0]: one for one in rows}.values()))
    assert counts(report) == (len(numbers), 0, 0, 0)
    assert await EmployeeRow.filter(supervisor_id=None).count() == len(town.people) - 2 + 1


async def test_a_file_that_is_something_else_is_refused_whole(town: Town) -> None:
    with pytest.raises(Refused, match="colour"):
        await import_employees(CALL, Table.of((*HEADER, "colour"), []))
