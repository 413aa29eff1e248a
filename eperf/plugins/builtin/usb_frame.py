"""The file off a stick in columns: ordinary lines are read by the hundred thousand, every other one by itself.

An ordinary line is one of which there is no doubt how `read_usb_line` reads it: printable ASCII and tabs, a PIN, a
time of this century written in full, numbers for state and verify code or nothing. Whatever is not, odd or hostile, is
given to `read_usb_line`, so that there is one meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from eperf.domain.attendance.frames import INSTANT, KIND, VERIFY, FrameRead, joined, sorted_out
from eperf.domain.attendance.punch import PunchKind, Verify
from eperf.plugins.builtin.adms_lines import MAX_LINE_BYTES, text_of
from eperf.plugins.builtin.code_tables import ADMS, Codes
from eperf.plugins.builtin.usb import MOST_FILE_LINES, ColumnProfile, read_usb_line

_PIECE_BYTES = 4_000_000
_BLANK = " \t\r\x0b\x0c"
_LINE = r"^[\t -~]*$"
PIN = r"^[!-\[\]-~]{1,24}$"
TIME = r"^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]) (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
CODE = r"^[0-9]{1,4}$"


def read_usb_frame(
    body: bytes, profile: ColumnProfile, zone_offset_min: int, codes: Codes = ADMS
) -> FrameRead:
    """As `read_usb`, in columns."""
    pieces = _pieces(text_of(body, MOST_FILE_LINES))
    return joined([_piece(first, lines, profile, zone_offset_min, codes) for first, lines in pieces])


def _pieces(text: bytes) -> Iterator[tuple[int, list[str]]]:
    """The lines, some at a time, and the place of the first; each character stands for a byte."""
    start, first = 0, 1
    while start <= len(text):
        end = text.find(b"\n", start + _PIECE_BYTES)
        end = len(text) if end < 0 else end
        lines = text[start:end].decode("latin-1").split("\n")
        yield first, lines
        start, first = end + 1, first + len(lines)


def _piece(first: int, lines: list[str], profile: ColumnProfile, offset_min: int, codes: Codes) -> FrameRead:
    # A line that is too long is not parted: a cell for each of a million tabs would be an attack on our memory.
    texts = [line if line.isascii() and len(line) <= MAX_LINE_BYTES else None for line in lines]
    raw = pl.col("raw")
    told = (
        pl.DataFrame({"raw": pl.Series(texts, dtype=pl.String)})
        .with_row_index("line_no", offset=first)
        .with_columns(pl.col("line_no").cast(pl.Int64))
        .filter(raw.is_null() | (raw.str.strip_chars(_BLANK) != ""))
        .with_columns(raw.str.strip_suffix("\r"))
    )
    cells = pl.col("raw").str.split("\t")
    parted = told.select(
        "line_no",
        "raw",
        pin=_cell(cells, profile.pin),
        time=_cell(cells, profile.time),
        state=_cell(cells, profile.state),
        verify=_cell(cells, profile.verify),
    ).with_columns(instant=instant("time", offset_min), ordinary=pl.col("raw").str.contains(_LINE))
    ordinary = parted.select(
        pl.col("ordinary") & is_ordinary("pin", "instant", codes=("state", "verify"))
    ).to_series()
    ordinary = ordinary.fill_null(value=False)
    records = kept(parted.filter(ordinary), codes)
    odd = (~ordinary).arg_true()
    found, skipped = sorted_out(
        read_usb_line(lines[place - first].encode("latin-1"), place, profile, offset_min, codes)
        for place in parted["line_no"].gather(odd)
    )
    return pl.concat([records, found]), skipped


def _cell(cells: pl.Expr, place: int | None) -> pl.Expr:
    """A cell as `read_usb_line` takes it; null for one that is empty or not there."""
    if place is None:
        return pl.lit(None, dtype=pl.String)
    text = cells.list.get(place, null_on_oob=True).str.strip_chars(" ")
    return pl.when(text != "").then(text)


def instant(column: str, offset_min: int) -> pl.Expr:
    """The instant of a time of this century that is written in full; null for every other text."""
    text = pl.when(pl.col(column).str.contains(TIME)).then(pl.col(column))
    wall = text.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    return (wall - timedelta(minutes=offset_min)).dt.replace_time_zone("UTC").cast(INSTANT)


def is_ordinary(pin: str, instant: str, codes: tuple[str, ...]) -> pl.Expr:
    """Whether a PIN, an instant and numbers leave no doubt."""
    checks = [pl.col(pin).str.contains(PIN), pl.col(instant).is_not_null()]
    checks += [pl.col(code).is_null() | pl.col(code).str.contains(CODE) for code in codes]
    return pl.all_horizontal(checks)


def kept(rows: pl.DataFrame, codes: Codes) -> pl.DataFrame:
    """Ordinary rows with `line_no`, `pin`, `instant`, `state`, `verify` and `raw` as records."""
    kinds = {number: meant.value for number, meant in codes.status.items()}
    ways = {number: meant.value for number, meant in codes.verify.items()}
    status, verify = pl.col("state").cast(pl.Int64), pl.col("verify").cast(pl.Int64)
    return rows.select(
        "line_no",
        "pin",
        pl.col("instant").alias("occurred_at"),
        status.alias("status"),
        status.replace_strict(kinds, default=PunchKind.UNKNOWN.value, return_dtype=KIND).alias("kind"),
        verify.replace_strict(ways, default=Verify.UNKNOWN.value, return_dtype=VERIFY).alias("verify"),
        "raw",
    )
