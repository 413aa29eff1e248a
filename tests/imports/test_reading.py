"""From cells to values: what people write, what is refused by name, and what comes back to be corrected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import DoubleColumn, MissingColumn, Refused, UnknownColumn
from eperf.domain.table import CellFault, Line, Table
from eperf.services.imports import cells
from eperf.services.imports.reading import Column, Row, rows_of
from eperf.services.imports.report import bad_rows, report

COLUMNS = (Column("code", cells.word, needed=True), Column("size", cells.hundredths))


def rows(header: tuple[str, ...], *lines: tuple[str, ...]) -> list[Row]:
    return rows_of(Table.of(header, lines), COLUMNS, ("code",), "en")


def codes(row: Row) -> list[tuple[str | None, str]]:
    return [(problem.column, problem.code) for problem in row.problems]


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (cells.day, "2026-01-31", date(2026, 1, 31)),
        (cells.day, "2026-01-31T00:00:00", date(2026, 1, 31)),
        (cells.day, "31/01/2026", date(2026, 1, 31)),
        (cells.day, "1-2-2026", date(2026, 2, 1)),
        (cells.day, "01.02.2026", date(2026, 2, 1)),
        (cells.hundredths, "1", 100),
        (cells.hundredths, "1,5", 150),
        (cells.hundredths, "1.05", 105),
        (cells.hundredths, "0,500", 50),
        (cells.whole, "007", 7),
        (cells.sex, "L", "male"),
        (cells.sex, "Perempuan", "female"),
        (cells.number, "19800101 200501 1 001", "198001012005011001"),
        (cells.number, "'198001012005011001", "198001012005011001"),
    ],
)
def test_cells_are_read_as_people_write_them(
    read: Callable[[str, str], Any], text: str, value: object
) -> None:
    assert read("column", text) == value


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (cells.day, "01/31/2026", "BAD_INPUT"),
        (cells.day, "31/02/2026", "BAD_INPUT"),
        (cells.day, "31/01-2026", "BAD_INPUT"),
        (cells.day, "2026-1-1", "BAD_INPUT"),
        (cells.day, "0000-01-01", "BAD_INPUT"),
        (cells.day, "٢٠٢٦-01-01", "BAD_INPUT"),
        (cells.day, "46023", "BAD_INPUT"),
        (cells.hundredths, "1.000,00", "BAD_INPUT"),
        (cells.hundredths, "1.005", "BAD_INPUT"),
        (cells.hundredths, "-1", "BAD_INPUT"),
        (cells.hundredths, "1e3", "BAD_INPUT"),
        (cells.hundredths, "9" * 13, "BAD_INPUT"),
        (cells.hundredths, "NaN", "BAD_INPUT"),
        (cells.whole, "1.0", "BAD_INPUT"),
        (cells.whole, "9" * 10, "BAD_INPUT"),
        (cells.sex, "x", "BAD_INPUT"),
        (cells.number, "1.98E+17", "NUMBER_NOT_EXACT"),
        (cells.number, "1,98E17", "NUMBER_NOT_EXACT"),
        (cells.known_number, "123", "BAD_NIP"),
        (cells.known_number, "19800101200501100x", "BAD_NIP"),
        (cells.word, "x" * 65, "BAD_INPUT"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_column(
    read: Callable[[str, str], Any], text: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        read("column", text)
    assert (refused.value.code, refused.value.field) == (code, "column")


@given(text=st.text(max_size=30))
def test_no_text_makes_a_cell_reader_stumble(text: str) -> None:
    for read in (
        cells.day,
        cells.hundredths,
        cells.whole,
        cells.sex,
        cells.number,
        cells.known_number,
        cells.word,
    ):
        try:
            read("column", text)
        except Refused as refused:
            assert refused.field == "column"


@given(hundredths=st.integers(0, 10**12), sign=st.sampled_from(".,"))
def test_hundredths_are_exact(hundredths: int, sign: str) -> None:
    assert cells.hundredths("c", f"{hundredths // 100}{sign}{hundredths % 100:02}") == hundredths


def test_headers_are_trimmed_and_their_case_does_not_matter() -> None:
    assert rows((" CODE ", "Size", ""), ("a", "1", ""))[0].values == {"code": "a", "size": 100}


@pytest.mark.parametrize(
    ("header", "refusal", "named"),
    [
        (("code", "colour"), UnknownColumn, "colour"),
        (("code", "", "size"), UnknownColumn, ""),
        (("size",), MissingColumn, "code"),
        (("code", "size", "CODE"), DoubleColumn, "code"),
    ],
)
def test_columns_are_refused_by_name(header: tuple[str, ...], refusal: type[Refused], named: str) -> None:
    with pytest.raises(refusal) as refused:
        rows(header)
    assert refused.value.value == named
    assert named in refused.value.message("en")


def test_a_row_tells_all_that_is_wrong_with_it() -> None:
    (row,) = rows(("code", "size"), (" ", "many"))
    assert codes(row) == [("code", "BAD_INPUT"), ("size", "BAD_INPUT")]


@pytest.mark.parametrize("cell", ["a\x00b", "a\nb", "a\x1bb", "a\x85b", "a\ud800", "a\x7f"])
def test_control_characters_are_refused(cell: str) -> None:
    (row,) = rows(("code", "size"), (cell, "1"))
    assert codes(row) == [("code", "BAD_INPUT")]
    assert all(sign.isprintable() for sign in row.problems[0].message)


def test_a_row_of_another_width_is_refused_unless_the_rest_is_empty() -> None:
    read = rows(("code", "size"), ("a",), ("b", "1", "x"), ("c", "1", " "))
    assert [codes(row) for row in read] == [[(None, "ROW_SHAPE")], [(None, "ROW_SHAPE")], []]


def test_rows_with_one_key_are_all_refused_and_name_each_other() -> None:
    read = rows(("code", "size"), ("a", "1"), ("b", "1"), ("a", "2"), ("a", "x"))
    assert [row.good for row in read] == [False, True, False, False]
    assert [re.findall(r"row (\d)", row.problems[-1].message) for row in read if not row.good] == [
        ["4"],
        ["2"],
        ["2"],
    ]


def test_what_a_spreadsheet_lost_is_refused_by_cell() -> None:
    faults = {0: CellFault.INEXACT, 1: CellFault.NO_VALUE}
    (row,) = rows_of(Table(("code", "size"), (Line(7, ("1.98E+17", ""), faults),)), COLUMNS, ("code",), "en")
    assert codes(row) == [("code", "NUMBER_NOT_EXACT"), ("size", "BAD_INPUT")]
    assert row.problems[0].row == 7


def test_messages_speak_the_language_of_the_call() -> None:
    (row,) = rows_of(Table.of(("code",), [("",)]), COLUMNS, ("code",), "id")
    assert "tidak dapat dipakai" in row.problems[0].message


def test_bad_rows_come_back_as_they_were_with_their_reasons() -> None:
    table = Table.of(("code", "error", "size"), [("a", "old reason", "=1"), ("b", "", "2")])
    done = report("x", rows_of(table, COLUMNS, ("code",), "en"), dry_run=False)
    header, back = bad_rows(table, done)
    assert header == ("error", "code", "size")
    assert [row[1:] for row in back] == [("a", "=1")]
    assert back[0][0].startswith("size: ")
