"""The two ways of a reader are one: what it gives in objects and what it gives in columns are the same records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.carried import CarriedFile, FileProfile, FrameSource
from eperf.domain.attendance.frames import RECORDS, SKIPPED, records_of, skipped_of
from eperf.domain.errors import TooMany
from eperf.domain.table import CellFault, Line, Table
from eperf.plugins.builtin import usb_frame
from eperf.plugins.builtin.carried_files import TableFile, UsbFile

PINS = st.sampled_from(["1", "57", "'57", "A-1", "a b", "", "x" * 24, "x" * 25, "é", "1\\2", "\x07", "٣"])
DAYS = st.sampled_from(
    "2026-03-02 2026-02-29 1999-12-31 2100-01-01 0000-00-00 2024-02-29 02/03/2026 2-3-2026 31/11/2026 02-03/2026 "
    "02.03.2026 2026-3-2 ２026-03-02 ".split(" ")
)
CLOCKS = st.sampled_from(
    [
        "07:20:31",
        "07.20",
        "7:20",
        "24:00:00",
        "23:59:60",
        "23:59:59",
        "07:20:31.5",
        "07:20.31",
        "",
        "7",
        "-1:00",
    ]
)
TIMES = st.one_of(
    st.tuples(DAYS, st.sampled_from([" ", "T", "  "]), CLOCKS).map("".join),
    st.sampled_from(["", "1767225600", "99999999999", "soon", "123"]),
)
STATES = st.sampled_from(
    [
        "",
        "0",
        "1",
        "5",
        "255",
        "9999",
        "00001",
        "-1",
        "Masuk",
        "lembur keluar",
        "BREAK-OUT",
        "meeting in",
        "apa",
        "1.0",
    ]
)
WAYS = st.sampled_from(["", "1", "15", "25", "77777", "finger", "Face", "sidik jari", "unknown"])
ODD = st.text(max_size=8) | st.sampled_from(
    ["y" * 64, "y" * 65, "y" * 1100, " 1 ", "\u00a01", "1\r", "\x00", "\ud800"]
)
FAMILIES = st.sampled_from(["adms", "fingerspot"])
ZONES = st.sampled_from([420, 480, 540, -60])


def agree(source: FrameSource, file: CarriedFile, profile: FileProfile) -> None:
    punches, skipped = source.read_file(file, profile)
    records, lines = source.read_frame(file, profile)
    assert (records.schema, lines.schema) == (RECORDS, SKIPPED)
    assert records.rows() == records_of(punches).rows()
    assert lines.rows() == skipped_of(skipped).rows()


FIELDS = st.tuples(PINS, TIMES, ODD | st.just("1"), STATES | ODD, WAYS | ODD, ODD)
STICK = st.builds(
    lambda cells, most, pad, end: (" " * pad + "\t".join(cells[:most]) + end).encode(
        "utf-8", "surrogatepass"
    ),
    FIELDS,
    st.integers(1, 6),
    st.integers(0, 9),
    st.sampled_from(["", "\r", "\t", " "]),
)


@given(
    lines=st.lists(STICK | st.binary(max_size=40), max_size=8),
    codes=FAMILIES,
    zone=ZONES,
    columns=st.sampled_from(
        [{}, {"pin": "1", "time": "0"}, {"pin": "0", "time": "1", "verify": "2", "state": "4"}]
    ),
)
def test_a_stick_is_read_alike_in_objects_and_in_columns(
    lines: list[bytes], codes: str, zone: int, columns: dict[str, str]
) -> None:
    agree(UsbFile(), CarriedFile(b"\n".join(lines)), FileProfile(zone, columns, codes))


ROWS = st.lists(st.tuples(PINS | ODD, DAYS | ODD, TIMES | CLOCKS, STATES | ODD, WAYS | ODD), max_size=8)


@given(
    rows=ROWS,
    dated=st.booleans(),
    codes=FAMILIES,
    zone=ZONES,
    shapes=st.lists(st.integers(0, 9), min_size=8, max_size=8),
)
def test_a_table_is_read_alike_in_objects_and_in_columns(
    rows: list[tuple[str, ...]], dated: bool, codes: str, zone: int, shapes: list[int]
) -> None:
    header = ("pin", "date" if dated else "name", "time", "state", "verify")
    lines = []
    for number, (cells, shape) in enumerate(zip(rows, shapes, strict=False), start=2):
        given = (
            cells[:3]
            if shape == 0
            else (*cells, "")
            if shape == 1
            else (*cells, "x")
            if shape == 2
            else cells
        )
        lines.append(Line(number, given, {0: CellFault.INEXACT} if shape == 3 else {}))
    agree(TableFile(), CarriedFile(table=Table(header, tuple(lines))), FileProfile(zone, {}, codes))


def test_pieces_of_a_file_are_put_together_in_the_order_of_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb_frame, "_PIECE_BYTES", 90)
    lines = [b"%d\t2026-03-02 07:20:%02d\t1\t0\t1\t0" % (n, n) if n % 4 else b"junk%d" % n for n in range(20)]
    agree(UsbFile(), CarriedFile(b"\n".join(lines)), FileProfile(420))


def test_a_file_of_more_lines_than_are_read_is_refused_both_ways() -> None:
    body = b"\n" * 2_000_000
    for read in (UsbFile().read_file, UsbFile().read_frame):
        with pytest.raises(TooMany):
            read(CarriedFile(body), FileProfile(420))
