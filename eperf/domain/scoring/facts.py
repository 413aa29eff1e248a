"""Facts as plain text, for files that come from strangers: a line a row, tabs between values, names on top.

A closed month is kept as Parquet, which only we write, and read by its hash. A reader of Parquet trusts what the file
says of itself, and a forged one can end the whole process; so what is handed out, and handed in by anybody, is text
that a few lines read. Escapes are those of the digest: a backslash before itself, before `t`, `n` and `r`, and before
`N` for a missing value.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from eperf.domain.errors import BundleUnreadable
from eperf.domain.scoring import tables
from eperf.domain.scoring.digest import ESCAPES
from eperf.domain.scoring.frame import UnitPeriod

TABLES = tuple(field.name for field in dataclasses.fields(UnitPeriod) if field.type == "pl.DataFrame")
"""The tables of facts, in the order of the frame."""
MOST_ROWS = 2_000_000

_MEANT = {escaped[1]: letter for letter, escaped in ESCAPES.items()}
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_MISSING = "\\N"


def written(rows: pl.DataFrame) -> bytes:
    """A table as text; the same rows in the same order give the same bytes."""
    lines = ["\t".join(rows.columns), *("\t".join(map(_cell, row)) for row in rows.iter_rows())]
    return "".join(f"{line}\n" for line in lines).encode()


def read(table: str, data: bytes) -> pl.DataFrame:
    """The table of a text, its values of the types that scoring reads; `BUNDLE_UNREADABLE` names table and line."""
    schema: pl.Schema = getattr(tables, table.upper())
    # Counted before it is parted: a text of nothing but lines would fill the memory first.
    if (count := data.count(b"\n") - 1) > MOST_ROWS:
        raise _unreadable(table, 0, f"{count} rows, more than {MOST_ROWS}")
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError as broken:
        raise _unreadable(table, 0, "not UTF-8") from broken
    if lines.pop() != "" or not lines or lines[0].split("\t") != schema.names():
        raise _unreadable(table, 1, f"its columns are not {', '.join(schema.names())}")
    readers = [_reader(dtype) for dtype in schema.dtypes()]
    rows = [_row(table, number, line, readers) for number, line in enumerate(lines[1:], 2)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _row(table: str, number: int, line: str, readers: list[Callable[[str], Any]]) -> list[Any]:
    cells = line.split("\t")
    if len(cells) != len(readers):
        raise _unreadable(table, number, f"{len(cells)} values, not {len(readers)}")
    try:
        return [
            None if cell == _MISSING else reader(cell) for cell, reader in zip(cells, readers, strict=True)
        ]
    except ValueError as broken:
        raise _unreadable(table, number, str(broken)) from broken


def _cell(value: object) -> str:
    if value is None:
        return _MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    return "".join(ESCAPES.get(letter, letter) for letter in value) if isinstance(value, str) else str(value)


def _reader(dtype: pl.DataType) -> Callable[[str], Any]:
    readers: list[tuple[pl.DataType, Callable[[str], Any]]] = [
        (pl.String(), _text),
        (pl.Int64(), _number),
        (pl.Date(), _day),
        (pl.Boolean(), _truth),
    ]
    return next(reader for known, reader in readers if known == dtype)


def _text(cell: str) -> str:
    def meant(found: re.Match[str]) -> str:
        if found[1] not in _MEANT:
            raise ValueError("an escape that means nothing")
        return _MEANT[found[1]]

    return _ESCAPED.sub(meant, cell) if "\\" in cell else cell


def _number(cell: str) -> int:
    if not _NUMBER.match(cell):
        raise ValueError("not a whole number")
    return int(cell)


def _day(cell: str) -> date:
    if not _DAY.match(cell):
        raise ValueError("not a civil day")
    return date.fromisoformat(cell)


def _truth(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError("neither true nor false")
    return cell == "true"


def _unreadable(table: str, line: int, why: str) -> BundleUnreadable:
    return BundleUnreadable("snapshot", f"{table}, line {line}: {why}")
