"""One name for one set of facts: the same on every platform, database, row order and polars version.

The text that is hashed is our own (tab between values, backslash escapes, `\\N` for a missing value),
because a receipt written today must verify in ten years; the bytes of somebody else's file format would
not.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum

import polars as pl

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def digest_of_tables(head: Iterable[object], tables: Mapping[str, pl.DataFrame]) -> str:
    """`sha256:…` of a head and of tables whose rows already stand in canonical order."""
    texts = [(name, rows.columns, rows.height, _lines(rows)) for name, rows in tables.items()]
    return _digest(head, texts)


def digests_of_employees(head: Iterable[object], tables: Mapping[str, pl.DataFrame]) -> dict[int, str]:
    """By `employee_id`, the digest of the head and of that employee's rows alone.

    The first table has a row for everyone. Equal to `digest_of_tables` on tables that hold nobody else.
    """
    words = list(head)
    columns = {name: rows.columns for name, rows in tables.items()}
    parts = {name: _lines_of_employees(rows) for name, rows in tables.items()}
    everyone = next(iter(tables.values())).get_column("employee_id")
    return {
        one: _digest(words, [(name, columns[name], *parts[name].get(one, (0, ""))) for name in tables])
        for one in everyone
    }


def _digest(head: Iterable[object], tables: Iterable[tuple[str, list[str], int, str]]) -> str:
    digest = hashlib.sha256()
    for word in head:
        digest.update(f"{_escape(str(word))}\n".encode())
    for name, columns, height, lines in tables:
        digest.update(f"{name}\t{height}\t{chr(9).join(columns)}\n{lines}".encode())
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


def _lines(rows: pl.DataFrame) -> str:
    text = rows.select(_line(rows).str.join("")).item()
    return text if isinstance(text, str) else ""


def _lines_of_employees(rows: pl.DataFrame) -> dict[int, tuple[int, str]]:
    grouped = rows.group_by("employee_id", maintain_order=True)
    texts = grouped.agg(height=pl.len(), lines=_line(rows).str.join(""))
    return {one: (height, lines) for one, height, lines in texts.iter_rows()}


def _line(rows: pl.DataFrame) -> pl.Expr:
    return pl.concat_str([_cell(name, dtype) for name, dtype in rows.schema.items()], separator="\t") + "\n"


def _cell(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Date():
        column = column.dt.to_string("%Y-%m-%d")
    elif dtype == pl.String():
        column = column.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    return column.cast(pl.String).fill_null("\\N")


def _escape(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in text)
