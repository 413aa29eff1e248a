"""A table of clock records in columns: ordinary rows by the ten thousand, every other one by itself.

An ordinary row is one of which there is no doubt how `read_row` reads it: short cells of printable ASCII, a PIN, a time
of this century in one of the usual forms, states and ways that are numbers or known words. Whatever is not is given to
`read_row`, so that there is one meaning.
"""

from __future__ import annotations

from itertools import islice

import polars as pl

from eperf.domain.attendance.carried import FileProfile
from eperf.domain.attendance.frames import KIND, VERIFY, FrameRead, joined, sorted_out
from eperf.domain.attendance.punch import PunchKind, Verify
from eperf.domain.table import Line, Table
from eperf.plugins.builtin.code_tables import Codes, codes_named
from eperf.plugins.builtin.punch_table import FIELDS, STATE_WORDS, VERIFY_WORDS, places_of, read_row
from eperf.plugins.builtin.usb_frame import CODE, PIN, instant

_AT_ONCE = 50_000
_CELL = r"^[ -~]{0,64}$"


def read_table_frame(table: Table, profile: FileProfile) -> FrameRead:
    """As `read_table`, in columns."""
    codes = codes_named(profile.codes)
    places = places_of(table, profile.columns)
    lines = iter(table.lines)
    parts = []
    while some := list(islice(lines, _AT_ONCE)):
        parts.append(_piece(some, table, places, codes, profile.zone_offset_min))
    return joined(parts)


def _piece(
    lines: list[Line], table: Table, places: dict[str, int], codes: Codes, offset_min: int
) -> FrameRead:
    width, looked_at = len(table.header), tuple(places.values())
    even = [
        len(line.cells) == width
        and not line.faults
        and all(line.cells[place].isascii() for place in looked_at)
        for line in lines
    ]
    whole = [line for line, fits in zip(lines, even, strict=True) if fits]
    cells = {name: [line.cells[place] for line in whole] for name, place in places.items()}
    told = pl.DataFrame(
        {"line_no": [line.number for line in whole], **cells},
        {"line_no": pl.Int64, **dict.fromkeys(cells, pl.String)},
    )
    read = _read(told, list(places), codes, offset_min)
    ordinary = read["ordinary"].fill_null(value=False)
    known = iter(ordinary)
    odd = [line for line, fits in zip(lines, even, strict=True) if not fits or not next(known)]
    found, skipped = sorted_out(read_row(line, table, places, codes, offset_min) for line in odd)
    return pl.concat([read.filter(ordinary).select(found.columns), found]), skipped


def _read(told: pl.DataFrame, given: list[str], codes: Codes, offset_min: int) -> pl.DataFrame:
    clean = told.with_columns(
        [_said(name) if name in given else pl.lit(None, dtype=pl.String).alias(name) for name in FIELDS]
    ).with_columns(
        raw=pl.concat_str([told[name] for name in given], separator="\t"),
        fit=pl.all_horizontal([told[name].str.contains(_CELL) for name in given]),
        pin=pl.col("pin").str.strip_prefix("'"),
        wall=_wall(parted="date" in given),
        state_number=_number("state"),
        verify_number=_number("verify"),
        state_word=pl.col("state").str.to_lowercase().str.replace_all("[ -]+", "_"),
        verify_word=pl.col("verify").str.to_lowercase(),
    )
    kinds = {number: kind.value for number, kind in codes.status.items()}
    ways = {number: way.value for number, way in codes.verify.items()}
    words = {word: kind.value for word, kind in STATE_WORDS.items()}
    numbers = {word: codes.number_of(kind) for word, kind in STATE_WORDS.items()}
    said_ways = {word: way.value for word, way in VERIFY_WORDS.items()}
    return clean.select(
        "line_no",
        "pin",
        instant("wall", offset_min).alias("occurred_at"),
        pl.coalesce(
            "state_number", pl.col("state_word").replace_strict(numbers, default=None, return_dtype=pl.Int64)
        ).alias("status"),
        _meant("state", kinds, words, KIND, PunchKind.UNKNOWN.value).alias("kind"),
        _meant("verify", ways, said_ways, VERIFY, Verify.UNKNOWN.value).alias("verify"),
        "raw",
        ordinary=pl.col("fit")
        & pl.col("pin").str.contains(PIN)
        & instant("wall", offset_min).is_not_null()
        & _is_known("state", words)
        & _is_known("verify", said_ways),
    )


def _said(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars(" ")
    return pl.when(text != "").then(text).alias(name)


def _number(name: str) -> pl.Expr:
    return pl.when(pl.col(name).str.contains(CODE)).then(pl.col(name)).cast(pl.Int64)


def _is_known(name: str, words: dict[str, str]) -> pl.Expr:
    word = pl.col(f"{name}_word").is_in(list(words))
    return pl.col(name).is_null() | pl.col(f"{name}_number").is_not_null() | word


def _meant(
    name: str, numbers: dict[int, str], words: dict[str, str], meanings: pl.DataType, unknown: str
) -> pl.Expr:
    """What a number or a word says."""
    number, word = pl.col(f"{name}_number"), pl.col(f"{name}_word")
    by_number = number.replace_strict(numbers, default=unknown, return_dtype=meanings)
    by_word = word.replace_strict(words, default=unknown, return_dtype=meanings)
    return pl.when(number.is_null()).then(by_word.fill_null(unknown)).otherwise(by_number)


def _wall(*, parted: bool) -> pl.Expr:
    """The time as `YYYY-MM-DD HH:MM:SS`, when it is written with all its zeros; else something that is no time."""
    text = pl.concat_str("date", "time", separator=" ") if parted else pl.col("time").str.replace("T", " ")
    iso = text.str.replace(r"^([0-9]{2})/([0-9]{2})/([0-9]{4}) ", "${3}-${2}-${1} ").str.replace(
        r"^([0-9]{2})-([0-9]{2})-([0-9]{4}) ", "${3}-${2}-${1} "
    )
    return iso.str.replace(r" ([0-9]{2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?$", " ${1}:${2}:${3}").str.replace(
        ":$", ":00"
    )
