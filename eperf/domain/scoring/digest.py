"""One name for one set of facts: the same on every platform, database, row order and polars version.

The text that is hashed is our own (tab between values, backslash escapes, `\\N` for a missing value),
because a receipt written today must verify in ten years; the bytes of somebody else's file format would
not.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum

import polars as pl

Buffer = bytes | memoryview
ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def digest_of_tables(head: Iterable[object], tables: Mapping[str, pl.DataFrame]) -> str:
    """`sha256:…` of a head and of tables whose rows already stand in canonical order."""
    texts = [(name, rows.columns, rows.height, _written(rows)) for name, rows in tables.items()]
    return _digest(head, texts)


def digests_of_employees(
    head_of: Callable[[int], Iterable[object]], tables: Mapping[str, pl.DataFrame]
) -> dict[int, str]:
    """By `employee_id`, the digest of the employee's head and of that employee's rows alone.

    The first table has a row for everyone, and in all of them an employee's rows stand together. Equal to
    `digest_of_tables` on tables that hold nobody else.
    """
    columns = {name: rows.columns for name, rows in tables.items()}
    parts = {name: _lines_of_employees(rows) for name, rows in tables.items()}
    everyone = next(iter(tables.values())).get_column("employee_id")
    return {
        one: _digest(
            head_of(one), [(name, columns[name], *parts[name].get(one, (0, b""))) for name in tables]
        )
        for one in everyone
    }


def _digest(head: Iterable[object], tables: Iterable[tuple[str, list[str], int, Buffer]]) -> str:
    digest = hashlib.sha256()
    for word in head:
        digest.update(f"{_escape(str(word))}\n".encode())
    for name, columns, height, lines in tables:
        digest.update(f"{name}\t{height}\t{chr(9).join(columns)}\n".encode())
        digest.update(lines)
    return f"sha256:{digest.hexdigest()}"


def settings_digest(settings: object) -> str:
    """`sha256:…` of a settings value; equal settings have equal digests, `100` and `100.00` alike."""
    text = json.dumps(plain(settings), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def plain(value: object) -> object:
    """A settings value as JSON's types, decimals as their shortest text. Refuses floats and objects."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(member) for member in value]
    if value is None or isinstance(value, (str, int)):
        return value
    raise TypeError(f"a setting cannot hold {type(value).__name__}")


def _lines_of_employees(rows: pl.DataFrame) -> dict[int, tuple[int, Buffer]]:
    """How many rows each employee has, and their lines.

    All are written as one text. Before each employee's first line stands a mark, which is escaped wherever it is part
    of a value.
    """
    first = pl.col("employee_id") != pl.col("employee_id").shift()
    mark = pl.when(first.fill_null(value=True)).then(pl.lit("\r")).otherwise(pl.lit(""))
    head = rows.columns[0]
    marked = rows.select(pl.concat_str([mark, pl.col(head).cast(pl.String)]).alias(head))
    text = _written(rows, marked.get_column(head))
    found: dict[int, tuple[int, Buffer]] = {}
    begin, lines = 1, memoryview(text)
    for run in rows.get_column("employee_id").rle():
        end = text.find(b"\r", begin)
        found[run["value"]] = run["len"], lines[begin : end if end > 0 else len(text)]
        begin = end + 1
    return found


def _written(rows: pl.DataFrame, head: pl.Series | None = None) -> bytes:
    """The lines; `head` is written instead of the first column."""
    cells = [_cell(column) for column in rows]
    if head is not None:
        cells[0] = head
    written = io.BytesIO()
    pl.DataFrame(cells).write_csv(
        written, include_header=False, separator="\t", quote_style="never", null_value="\\N"
    )
    return written.getvalue()


def _cell(column: pl.Series) -> pl.Series:
    """A column as it is written; most words have nothing to escape."""
    if column.dtype != pl.String():
        return column
    return _by_value(column, lambda words: words.str.replace_many(list(ESCAPES), list(ESCAPES.values())))


def _by_value(column: pl.Series, write: Callable[[pl.Series], pl.Series]) -> pl.Series:
    values = column.unique()
    if values.len() * 2 > column.len():
        return write(column)
    written = write(values)
    if values.dtype == pl.String() and values.eq_missing(written).all():
        return column
    return column.replace_strict(values, written, return_dtype=pl.String())


def _escape(text: str) -> str:
    return "".join(ESCAPES.get(letter, letter) for letter in text)
