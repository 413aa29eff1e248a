"""What parent and worker say to each other: a head in JSON and frames as Arrow IPC, each with its length.

Months go as one frame for each table, whatever their number, with how many rows are whose: two hundred small units cost
little more than one large one.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import polars as pl

from eperf.domain.period import YearMonth
from eperf.domain.scoring import UnitPeriod

MOST_BYTES = 1 << 29
"""A longer piece is not read."""
_LENGTH = struct.Struct(">Q")
_COUNT = struct.Struct(">I")
_MOST_PIECES = 64


class Garbled(Exception):
    """What came is not a message."""


def write(to: BinaryIO, head: Mapping[str, Any], frames: Sequence[pl.DataFrame] = ()) -> None:
    """Sends a message."""
    pieces = [json.dumps(head).encode(), *map(_packed, frames)]
    to.write(_COUNT.pack(len(pieces)))
    for piece in pieces:
        to.write(_LENGTH.pack(len(piece)))
        to.write(piece)
    to.flush()


def read(source: BinaryIO) -> tuple[dict[str, Any], list[pl.DataFrame]]:
    """The next message. Raises `EOFError` when there is none, `Garbled` when it is no message."""
    (count,) = _COUNT.unpack(_exactly(source, _COUNT.size))
    if not 1 <= count <= _MOST_PIECES:
        raise Garbled(f"{count} pieces")
    pieces = [_piece(source) for _ in range(count)]
    try:
        head = json.loads(pieces[0])
    except (RecursionError, ValueError) as broken:
        raise Garbled(str(broken)) from broken
    if not isinstance(head, dict):
        raise Garbled("no head")
    return head, [_unpacked(piece) for piece in pieces[1:]]


def packed(months: Sequence[UnitPeriod]) -> tuple[list[dict[str, Any]], list[pl.DataFrame]]:
    """Months as what is said of each, and their tables, each as one frame."""
    contents = [month.content() for month in months]
    heads = [
        {
            "unit_id": getattr(month, "unit_id", None),
            "unit_code": getattr(month, "unit_code", None),
            "period": str(month.period),
            "working_days": month.working_days,
            "rows": {name: rows.height for name, rows in content.items()},
        }
        for month, content in zip(months, contents, strict=True)
    ]
    return heads, [pl.concat([content[name] for content in contents]) for name in contents[0]]


def unpacked(heads: Sequence[Mapping[str, Any]], frames: Sequence[pl.DataFrame]) -> list[UnitPeriod]:
    """The months that `packed` packed."""
    months = []
    starts = dict.fromkeys(heads[0]["rows"], 0)
    for head in heads:
        tables = {}
        for (name, height), frame in zip(head["rows"].items(), frames, strict=True):
            tables[name] = frame.slice(starts[name], height)
            starts[name] += height
        named = {name: head[name] for name in ("unit_id", "unit_code") if head[name] is not None}
        months.append(
            UnitPeriod.of_checked(
                **named, period=YearMonth.parse(head["period"]), working_days=head["working_days"], **tables
            )
        )
    return months


def _packed(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.rechunk().write_ipc_stream(written)
    return written.getvalue()


def _unpacked(piece: bytes) -> pl.DataFrame:
    try:
        return pl.read_ipc_stream(io.BytesIO(piece))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as broken:
        raise Garbled(f"no frame: {broken}") from broken


def _piece(source: BinaryIO) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(source, _LENGTH.size))
    if length > MOST_BYTES:
        raise Garbled(f"{length} bytes")
    return _exactly(source, length)


def _exactly(source: BinaryIO, size: int) -> bytes:
    found = source.read(size)
    if len(found) < size:
        raise EOFError
    return found
