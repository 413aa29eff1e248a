"""Reading tables from files that people made, and writing one that a spreadsheet program can open.

What a file is, its content says: a ZIP is a workbook, everything else has to be CSV in UTF-8. Each refusal tells the
person what to do in their spreadsheet program. Sizes are bounded before anything is read.
"""

from __future__ import annotations

import csv
import io
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from eperf.adapters import workbook
from eperf.domain.errors import FileUnreadable, TooMany
from eperf.domain.table import Line, Table

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 64
LARGE_BYTES = 256 * 1024 * 1024
LARGE_ROWS = workbook.MOST_SHEET_ROW
LARGE_PART_BYTES = 512 * 1024 * 1024
"""Bounds of a file of clock records, whose rows are not held."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read(path: Path) -> Table:
    """The table in a CSV file or in the first visible sheet of an XLSX file.

    Raises `FileUnreadable`, or `TooMany` for a file, a table or a part of it that is larger than allowed.
    """
    found = content(path)
    if found.startswith(_OLE):
        raise FileUnreadable(
            path.name, "it is an old or password-protected workbook, save it as XLSX or CSV UTF-8"
        )
    if is_workbook(found):
        return _widened(_table(path, workbook.rows(path.name, found, MOST_ROWS + 1, MOST_COLUMNS)))
    return _table(path, _csv(path, found))


def large(name: str, found: bytes) -> Table:
    """As `read`, of a file's bytes, but the rows are read anew each time one goes through them, and there may be more.

    What is wrong further down is refused where it is met.
    """
    if found.startswith(_OLE):
        raise FileUnreadable(
            name, "it is an old or password-protected workbook, save it as XLSX or CSV UTF-8"
        )
    rows = _Rows(Path(name), found)
    header = next(rows.filled(), None)
    if header is None:
        raise FileUnreadable(name, "it holds no rows")
    if len(header.cells) > MOST_COLUMNS:
        raise TooMany("columns", MOST_COLUMNS, len(header.cells))
    rows.width = len(header.cells)
    return Table(header.cells, rows)


class _Rows:
    """The rows below the header, from the bytes."""

    def __init__(self, path: Path, found: bytes) -> None:
        self._path, self._found, self.width = path, found, 0

    def filled(self) -> Iterator[Line]:
        """All rows that hold something, the header first."""
        book = is_workbook(self._found)
        lines = (
            workbook.rows(self._path.name, self._found, LARGE_ROWS, MOST_COLUMNS, LARGE_PART_BYTES)
            if book
            else _csv(self._path, self._found)
        )
        return (line for line in lines if line.faults or any(cell.strip() for cell in line.cells))

    def __iter__(self) -> Iterator[Line]:
        book, blank = is_workbook(self._found), ("",) * self.width
        for count, line in enumerate(self.filled()):
            if count > LARGE_ROWS:
                raise TooMany("rows", LARGE_ROWS, "more")
            if count:
                yield Line(line.number, line.cells + blank[len(line.cells) :], line.faults) if book else line


def is_workbook(content: bytes) -> bool:
    """Whether the content is that of an XLSX file (or of something else that is a ZIP)."""
    return content.startswith(_ZIP)


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]], guarded: frozenset[int]) -> None:
    """Writes a CSV file whole or not at all; a spreadsheet shall not compute what stands in the `guarded` columns.

    Other cells are written as they are: they are the person's own.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".part")
    try:
        with open(handle, "w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for row in rows:
                writer.writerow(
                    [_inert(cell) if place in guarded else cell for place, cell in enumerate(row)]
                )
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def content(path: Path, most: int = MOST_BYTES) -> bytes:
    """A file's bytes; raises `FileUnreadable` for what is no file or empty, `TooMany` above `most`."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise FileUnreadable(path.name, "it is not a file")
            # The size it says: room for the most that is allowed would be taken for every small file.
            read_bytes = file.read(min(most, found.st_size) + 1)
    except OSError as error:
        raise FileUnreadable(path.name, error.strerror or "the system refused it") from error
    except ValueError as error:
        raise FileUnreadable(str(path), "it is not the name of a file") from error
    if len(read_bytes) > most:
        raise TooMany("file bytes", most, found.st_size)
    if len(read_bytes) > found.st_size:
        raise FileUnreadable(path.name, "it grew while it was read, try again")
    if not read_bytes:
        raise FileUnreadable(path.name, "it is empty")
    return read_bytes


def _without_waiting(name: str, flags: int) -> int:
    # A pipe without a writer would otherwise be waited for.
    return os.open(name, flags | os.O_NONBLOCK)


def _csv(path: Path, content: bytes) -> Iterator[Line]:
    if content.startswith(_WIDE):
        raise FileUnreadable(path.name, "it is UTF-16, save it as CSV UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileUnreadable(path.name, f"line {line} is not UTF-8, save it as CSV UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            yield Line(number, tuple(cells))
    except csv.Error as error:
        raise FileUnreadable(path.name, f"line {reader.line_num}: {error}") from error


def _separator(text: str) -> str:
    """The one of `,` and `;` that parts the header into more cells."""
    header = text.lstrip().split("\n", 1)[0]
    return ";" if header.count(";") > header.count(",") else ","


def _table(path: Path, lines: Iterator[Line]) -> Table:
    filled = (line for line in lines if line.faults or any(cell.strip() for cell in line.cells))
    header = next(filled, None)
    if header is None:
        raise FileUnreadable(path.name, "it holds no rows")
    if len(header.cells) > MOST_COLUMNS:
        raise TooMany("columns", MOST_COLUMNS, len(header.cells))
    kept: list[Line] = []
    for line in filled:
        kept.append(line)
        if len(kept) > MOST_ROWS:
            raise TooMany("rows", MOST_ROWS, "more")
    return Table(header.cells, tuple(kept))


def _widened(table: Table) -> Table:
    """A workbook leaves out the empty cells at a row's end; a CSV file does not."""
    blank = ("",) * len(table.header)
    return Table(
        table.header,
        tuple(Line(line.number, line.cells + blank[len(line.cells) :], line.faults) for line in table.lines),
    )
