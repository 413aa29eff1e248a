"""What an import refuses, by file, row and cell."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class FileUnreadable(Refused):
    """A file cannot be read as a table at all."""

    code = "FILE_UNREADABLE"
    text_id = "Berkas {value} tidak dapat dibaca: {why}."
    text_en = "The file {value} cannot be read: {why}."

    def __init__(self, name: object, why: str) -> None:
        super().__init__("file", name, why=why)


class UnknownColumn(Refused):
    """A column of the file has no meaning; the message lists those that have."""

    code = "UNKNOWN_COLUMN"
    text_id = "Kolom {value} tidak dikenal; kolom yang dikenal: {known}."
    text_en = "The column {value} is not known; known are: {known}."

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__("columns", name, known="")
        self.facts["known"] = ", ".join(known)


class MissingColumn(Refused):
    """A column that every row needs is not in the file."""

    code = "MISSING_COLUMN"
    text_id = "Kolom wajib tidak ada: {value}."
    text_en = "A required column is missing: {value}."


class DoubleColumn(Refused):
    """The file has a column twice."""

    code = "DUPLICATE_COLUMN"
    text_id = "Kolom {value} muncul lebih dari sekali."
    text_en = "The column {value} appears more than once."


class RowShape(Refused):
    """A row has another number of cells than the header."""

    code = "ROW_SHAPE"
    text_id = "Baris berisi {value} sel, judul berisi {expected}."
    text_en = "The row has {value} cells, the header has {expected}."


class DuplicateRow(Refused):
    """Two rows of a file speak of the same thing; neither is taken."""

    code = "DUPLICATE_ROW"
    text_id = "{value} juga ada pada baris {other}."
    text_en = "{value} is also in row {other}."


class DependsOnBadRow(Refused):
    """A row needs another row of the file that is bad itself."""

    code = "DEPENDS_ON_BAD_ROW"
    text_id = "{value} ada pada baris {other}, yang ditolak."
    text_en = "{value} is in row {other}, which was refused."


class NumberNotExact(Refused):
    """A spreadsheet stored long digits as a number, which keeps only 15 of them."""

    code = "NUMBER_NOT_EXACT"
    text_id = "{field} tersimpan sebagai angka dan kehilangan digit ({value}); ubah format sel menjadi teks."
    text_en = "{field} is stored as a number and has lost digits ({value}); format the cell as text."
