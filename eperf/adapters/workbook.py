"""Reading the first visible sheet of an XLSX workbook, row by row, as text.

We read it ourselves because a cell must not change on the way: readers built for figures give a NIP that a
spreadsheet kept as a number with other last digits, and make one dense block of a sheet, which a file of a few
kilobytes with one far-off cell turns into the end of the process. Here a row is forgotten when the next begins, every
part is bounded by its declared size before it is unpacked, and a document type declaration (the door to entity bombs)
is refused.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from pyexpat import ExpatError
from xml.parsers import expat

from eperf.adapters.cells import Cell, Formats, cell_text, column_of, unescaped
from eperf.domain.errors import FileUnreadable, TooMany
from eperf.domain.table import Line

MOST_PARTS = 2000
MOST_PART_BYTES = 128 * 1024 * 1024
MOST_SMALL_PART_BYTES = 8 * 1024 * 1024
MOST_SHEET_ROW = 1_048_576
_CHUNK = 256 * 1024
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ExpatError, EOFError, KeyError, IndexError, NotImplementedError, RuntimeError,
    ValueError, OverflowError,
)  # fmt: skip


class _Refusal(Exception):
    """A reason why the workbook cannot be read, in words."""


def rows(
    name: str, content: bytes, most_rows: int, most_columns: int, most_bytes: int = MOST_PART_BYTES
) -> Iterator[Line]:
    """The rows that hold something, by their number in the sheet. Refusals carry `name`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _rows(_Parts(archive), most_rows, most_columns, most_bytes)
    except _Refusal as refusal:
        raise FileUnreadable(name, str(refusal)) from refusal
    except _BROKEN as error:
        raise FileUnreadable(
            name, "the workbook is damaged or protected, save it again as XLSX or CSV"
        ) from error


def _rows(parts: _Parts, most_rows: int, most_columns: int, most_bytes: int) -> Iterator[Line]:
    book = posixpath.normpath(parts.related("", "/officeDocument")[0].lstrip("/"))
    workbook = _Workbook()
    parts.parse(book, workbook, MOST_SMALL_PART_BYTES)
    sheet = parts.targets(book)[workbook.first_visible()]
    strings, formats = _Strings(), Formats(from_1904=workbook.from_1904)
    for target in parts.related(book, "/sharedStrings"):
        parts.parse(target, strings, most_bytes)
    for target in parts.related(book, "/styles"):
        parts.parse(target, formats, MOST_SMALL_PART_BYTES)
    reader = _Sheet(strings.found, formats, most_rows, most_columns)
    for _ in parts.stream(sheet, reader, most_bytes):
        yield from reader.taken()


class _Reader:
    """What listens to one XML part: names come without their namespace."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text within the current element."""


class _Parts:
    """The parts of the package, each checked against its bound before it is unpacked."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        if len(archive.infolist()) > MOST_PARTS:
            raise TooMany("workbook parts", MOST_PARTS, len(archive.infolist()))

    def parse(self, name: str, reader: _Reader | Formats, most: int = MOST_PART_BYTES) -> None:
        """Reads a whole part."""
        for _ in self.stream(name, reader, most):
            pass

    def stream(self, name: str, reader: _Reader | Formats, most: int = MOST_PART_BYTES) -> Iterator[None]:
        """Reads a part, pausing after each piece."""
        info = self._archive.getinfo(name)
        if info.file_size > most:
            raise TooMany("unpacked bytes", most, info.file_size)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _Refusal("it is compressed in an unusual way")
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, given: reader.start(
            tag.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in given.items()}
        )
        parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(" ")[2])
        parser.CharacterDataHandler = reader.text
        parser.StartDoctypeDeclHandler = _no_doctype
        with self._archive.open(info) as part:
            while piece := part.read(_CHUNK):
                parser.Parse(piece, False)
                yield
        parser.Parse(b"", True)
        yield

    def related(self, part: str, kind: str) -> list[str]:
        """The targets of a part's relations whose type ends with `kind`."""
        return [target for target, type_ in self._relations(part).values() if type_.endswith(kind)]

    def targets(self, part: str) -> dict[str, str]:
        """A part's relations by id."""
        return {number: target for number, (target, _) in self._relations(part).items()}

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        folder, file = posixpath.split(part)
        reader = _Relations(folder)
        self.parse(posixpath.join(folder, "_rels", f"{file}.rels"), reader, MOST_SMALL_PART_BYTES)
        return reader.found


def _no_doctype(*_: object) -> None:
    raise _Refusal("it declares a document type")


class _Relations(_Reader):
    def __init__(self, folder: str) -> None:
        self.found: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            path = posixpath.normpath(posixpath.join("/", self._folder, attributes["Target"])).lstrip("/")
            self.found[attributes["Id"]] = (path, attributes["Type"])


class _Workbook(_Reader):
    def __init__(self) -> None:
        self.from_1904 = False
        self._sheets: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            self._sheets.append((attributes.get("state", "visible"), attributes["id"]))
        elif tag == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")

    def first_visible(self) -> str:
        """The relation of the sheet that is read."""
        for state, number in self._sheets:
            if state == "visible":
                return number
        raise _Refusal("it has no visible sheet")


class _Strings(_Reader):
    """The shared strings; runs of rich text are joined, phonetic hints left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._inside, self._phonetic = False, False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._pieces = []
        self._phonetic = self._phonetic or tag == "rPh"
        self._inside = tag == "t" and not self._phonetic

    def end(self, tag: str) -> None:
        self._inside = False
        if tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            self.found.append(unescaped("".join(self._pieces)))

    def text(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)


class _Sheet(_Reader):
    """Collects rows; `taken` gives those that are complete and forgets them."""

    def __init__(self, strings: list[str], formats: Formats, most_rows: int, most_columns: int) -> None:
        self._strings, self._formats = strings, formats
        self._most_rows, self._most_columns = most_rows, most_columns
        self._ready: list[Line] = []
        self._count, self._row, self._column = 0, 0, -1
        self._cells: dict[int, Cell] = {}
        self._cell: Cell | None = None
        self._into: list[str] | None = None
        self._phonetic = False

    def taken(self) -> list[Line]:
        """The rows read since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            number = int(attributes.get("r", self._row + 1))
            if not self._row < number <= MOST_SHEET_ROW:
                raise _Refusal("its rows are not in order")
            self._row, self._column, self._cells = number, -1, {}
        elif tag == "c":
            self._column = column_of(attributes["r"]) if "r" in attributes else self._column + 1
            self._cell = Cell(attributes.get("t", "n"), int(attributes.get("s", "0")))
        elif self._cell is not None:
            self._cell.has_formula = self._cell.has_formula or tag == "f"
            self._phonetic = self._phonetic or tag == "rPh"
            self._into = self._cell.pieces if tag in ("v", "t") and not self._phonetic else None

    def text(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def end(self, tag: str) -> None:
        self._into = None
        self._phonetic = self._phonetic and tag != "rPh"
        if tag == "c" and self._cell is not None:
            if self._cell.pieces or self._cell.has_formula:
                if self._column >= self._most_columns:
                    raise TooMany("columns", self._most_columns, self._column + 1)
                self._cells[self._column] = self._cell
            self._cell = None
        elif tag == "row" and self._cells:
            self._finish()

    def _finish(self) -> None:
        self._count += 1
        if self._count > self._most_rows:
            raise TooMany("rows", self._most_rows - 1, "more")
        read = {place: cell_text(cell, self._strings, self._formats) for place, cell in self._cells.items()}
        texts = tuple(read[place][0] if place in read else "" for place in range(max(read) + 1))
        faults = {place: fault for place, (_, fault) in read.items() if fault is not None}
        self._ready.append(Line(self._row, texts, faults))
        self._cells = {}
