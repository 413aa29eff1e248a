"""Reading CSV as spreadsheet programs and people write it, and writing what they can open."""

from __future__ import annotations

import csv
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.adapters import table
from eperf.domain.errors import FileUnreadable, TooMany
from eperf.domain.table import Line

Written = Callable[..., Path]


@pytest.mark.parametrize(
    "content",
    [
        "code,name\na,Satu\nb,Dua\n",
        "\ufeffcode,name\r\na,Satu\r\nb,Dua",
        "code;name\na;Satu\nb;Dua\n",
        '"code","name"\n"a","Satu"\n"b","Dua"\n',
        "\n\ncode,name\na,Satu\nb,Dua\n\n\n",
    ],
)
def test_separators_marks_quotes_and_line_ends_are_seen(file: Written, content: str) -> None:
    read = table.read(file(content))
    assert read.header == ("code", "name")
    assert [line.cells for line in read.lines] == [("a", "Satu"), ("b", "Dua")]


def test_a_row_has_the_number_that_a_spreadsheet_shows(file: Written) -> None:
    read = table.read(file('code,name\na,"two\nlines"\n\n,\nb,x\n'))
    assert read.lines == (Line(2, ("a", "two\nlines")), Line(5, ("b", "x")))


def test_separators_inside_quotes_are_text(file: Written) -> None:
    assert table.read(file('a;b\n"x;y";"say ""hi"""\n')).lines[0].cells == ("x;y", 'say "hi"')


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "no rows"),
        (b"\n\n,,\n", "no rows"),
        (b"a,b\nx,\xff", "line 2 is not UTF-8"),
        ("a,b\nx,y".encode("utf-16"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0rest", "password-protected"),
        (b'a,b\n"x,y', "line 2"),
        (b'a,b\n"x"y,z', "line 2"),
        (b"a,b\n" + b"x" * 200_000, "line 2"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(file: Written, content: bytes, why: str) -> None:
    with pytest.raises(FileUnreadable, match=why):
        table.read(file(content))


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "missing.csv", tmp_path / "pipe", Path("/dev/zero"), Path("a\x00b")):
        with pytest.raises(FileUnreadable):
            table.read(path)


def test_size_rows_and_columns_are_bounded(file: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooMany, match="columns"):
        table.read(file(",".join("a" * (table.MOST_COLUMNS + 1)) + "\n"))
    monkeypatch.setattr(table, "MOST_BYTES", 8)
    with pytest.raises(TooMany, match="bytes"):
        table.content(file("a\n1\n2\n3\n4\n"), table.MOST_BYTES)
    monkeypatch.undo()
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    assert len(table.read(file("a\n1\n2\n")).lines) == 2
    with pytest.raises(TooMany, match="rows"):
        table.read(file("a\n1\n2\n3\n"))


def test_a_written_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("before")

    def rows() -> list[list[str]]:
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError):
        table.write(path, ["a"], (row for row in rows()), frozenset())
    assert path.read_text() == "before"
    assert [found.name for found in tmp_path.iterdir()] == ["bad.csv"]


def test_a_spreadsheet_computes_nothing_that_we_wrote_and_keeps_what_the_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    table.write(
        path, ["error", "name"], [["=HYPERLINK(1)", "=mine"], ["@x", "-1"], ["fine", "x"]], frozenset({0})
    )
    with path.open(encoding="utf-8-sig", newline="") as read:
        assert list(csv.reader(read))[1:] == [["'=HYPERLINK(1)", "=mine"], ["'@x", "-1"], ["fine", "x"]]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8))
def test_any_text_survives_writing_and_reading(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        table.write(path, ["a", "b", "c"], rows, frozenset())
        read = [list(line.cells) for line in table.read(path).lines]
    assert read == [row for row in rows if any(cell.strip() for cell in row)]


def test_a_file_that_grows_while_it_is_read_is_refused_and_not_cut(
    file: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file("a,b\n1,2\n3,4\n")
    shorter = os.stat_result((stat.S_IFREG, 0, 0, 1, 0, 0, 8, 0, 0, 0))
    monkeypatch.setattr(table.os, "fstat", lambda _: shorter)
    with pytest.raises(FileUnreadable, match="grew"):
        table.read(path)
