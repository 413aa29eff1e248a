"""Reading XLSX: what a person sees in a cell is what we get, and no file takes the process down."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.adapters import table, workbook
from eperf.adapters.cells import column_of
from eperf.domain.errors import FileUnreadable, TooMany
from eperf.domain.table import CellFault

Written = Callable[..., Path]


def made(cells: Mapping[str, Any], **formats: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for place, value in cells.items():
        sheet[place] = value
    for place, shown in formats.items():
        sheet[place].number_format = shown
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part of it rewritten."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return into.getvalue()


def by_hand(rows: str, strings: str, prefix: str = "", sheet: str = "worksheets/sheet1.xml") -> bytes:
    """A workbook with shared strings, as Excel writes them and openpyxl does not."""
    colon = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    main = f'{colon}="http://purl.oclc.org/ooxml/spreadsheetml/main"'
    link = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ids = f'xmlns:r="{kinds}"'
    parts = {
        "_rels/.rels": f'<Relationships {link}><Relationship Id="a" Type="{kinds}/officeDocument" '
        'Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<{prefix}workbook {main} {ids}><{prefix}sheets><{prefix}sheet name="x" sheetId="1" '
        f'r:id="s"/></{prefix}sheets></{prefix}workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships {link}><Relationship Id="s" Type="{kinds}/worksheet" '
        f'Target="{sheet}"/><Relationship Id="t" Type="{kinds}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f"<{prefix}sst {main}>{strings}</{prefix}sst>",
        "xl/worksheets/sheet1.xml": f"<{prefix}worksheet {main}><{prefix}sheetData>{rows}</{prefix}sheetData>"
        f"</{prefix}worksheet>",
    }
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return into.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = made({"A1": "code", "B1": "name", "A2": "x", "B2": "Satu"})


def only_cell(file: Written, value: Any, shown: str | None = None) -> tuple[str, CellFault | None]:
    read = table.read(file(made({"A1": "h", "A2": value}, **({"A2": shown} if shown else {})), "t.xlsx"))
    line = read.lines[0]
    return line.cells[0], line.faults.get(0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("198001012005011001", "198001012005011001"),
        (" teks ", " teks "),
        (1, "1"),
        (-3, "-3"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (100000, "100000"),
        (123456789012345, "123456789012345"),
        (0, "0"),
        (True, "TRUE"),
        (datetime.date(2026, 1, 31), "2026-01-31"),
        (datetime.datetime(2024, 2, 29), "2024-02-29"),
        (datetime.date(1900, 1, 31), "1900-01-31"),
        ("a_x000D_b", "a\rb"),
        ("a_x005F_x000D_", "a_x000D_"),
    ],
)
def test_a_cell_is_the_text_that_a_person_sees(file: Written, value: Any, text: str) -> None:
    assert only_cell(file, value) == (text, None)


def test_a_day_in_an_indonesian_format_is_a_day(file: Written) -> None:
    assert only_cell(file, 46023, "[$-421]dd mmmm yyyy;@") == ("2026-01-01", None)
    assert only_cell(file, 46023, '0 "days"') == ("46023", None)


def test_days_of_a_workbook_that_counts_from_1904_are_right(file: Written) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["h"])
    book.active.append([datetime.date(2026, 1, 31)])
    assert table.read(file(saved(book), "t.xlsx")).lines[0].cells == ("2026-01-31",)


@pytest.mark.parametrize("number", [198001012005011001, 10**15, 1.98001012005011e17, 1e300])
def test_a_number_that_lost_digits_is_never_guessed(file: Written, number: float) -> None:
    assert only_cell(file, number)[1] is CellFault.INEXACT


def test_a_formula_is_its_value_or_a_fault(file: Written) -> None:
    assert only_cell(file, "=1+1") == ("", CellFault.NO_VALUE)
    computed = made({"A1": "h", "A2": "=1+1"})
    computed = changed(
        computed, SHEET, lambda xml: xml.replace(b"<v />", b"<v>2</v>").replace(b"<v/>", b"<v>2</v>")
    )
    assert table.read(file(computed, "t.xlsx")).lines[0].cells == ("2",)
    assert only_cell(file, "#DIV/0!")[1] is CellFault.ERROR


def test_rows_keep_their_numbers_and_are_as_wide_as_the_header(file: Written) -> None:
    read = table.read(file(made({"A1": "a", "C1": "c", "B4": "x", "A6": "y"}), "t.xlsx"))
    assert read.header == ("a", "", "c")
    assert [(line.number, line.cells) for line in read.lines] == [(4, ("", "x", "")), (6, ("y", "", ""))]


def test_the_first_visible_sheet_is_read(file: Written) -> None:
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    book.active["A1"] = "hidden"
    book.create_sheet("data")["A1"] = "seen"
    assert table.read(file(saved(book), "t.xlsx")).header == ("seen",)


def test_rich_text_is_joined(file: Written) -> None:
    rich = openpyxl.cell.rich_text.CellRichText("Ba", openpyxl.cell.rich_text.TextBlock(
        openpyxl.cell.text.InlineFont(b=True), "gus"))  # fmt: skip
    assert only_cell(file, rich) == ("Bagus", None)


def test_shared_strings_are_found_joined_and_without_their_phonetic_hints(file: Written) -> None:
    strings = (
        "<si><t>h</t></si><si><r><t>Ba</t></r><r><rPr><b/></rPr><t xml:space='preserve'>gus </t></r>"
        "<rPh sb='0' eb='1'><t>hint</t></rPh></si><si><t>last</t></si>"
    )
    rows = (
        "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>2</v></c></row>"
        "<row r='3'><c r='A3' t='s'><v>1</v></c><c r='B3' t='inlineStr'><is><t>in</t><rPh><t>x</t></rPh></is></c></row>"
    )
    read = table.read(file(by_hand(rows, strings), "t.xlsx"))
    assert (read.header, read.lines[0].number, read.lines[0].cells) == (("h", "last"), 3, ("Bagus ", "in"))


def test_cells_without_references_and_names_with_a_prefix_are_read(file: Written) -> None:
    rows = "<x:row><x:c t='s'><x:v>0</x:v></x:c></x:row><x:row><x:c><x:v>7</x:v></x:c></x:row>"
    read = table.read(file(by_hand(rows, "<x:si><x:t>h</x:t></x:si>", "x:"), "t.xlsx"))
    assert (read.header, [(line.number, line.cells) for line in read.lines]) == (("h",), [(2, ("7",))])


def test_content_decides_and_not_the_name(file: Written) -> None:
    assert table.read(file(PLAIN, "wrong.csv")).header == ("code", "name")
    assert table.read(file("code\nx\n", "wrong.xlsx")).header == ("code",)


def _doctype(xml: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    head, _, rest = xml.partition(b"<worksheet")
    return head + bomb + b"<worksheet" + rest


def _protected(content: bytes) -> bytes:
    """Sets the flag of encryption on every part."""
    data = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        PLAIN[: len(PLAIN) // 2],
        PLAIN.replace(b"xl/workbook.xml", b"xl/workbock.xml"),
        _protected(PLAIN),
        changed(PLAIN, SHEET, lambda xml: xml[:-30]),
        changed(PLAIN, SHEET, lambda xml: b"\x00" * 50),
        changed(PLAIN, SHEET, _doctype),
        changed(PLAIN, SHEET, lambda xml: xml.replace(b'r="2"', b'r="1"')),
        changed(PLAIN, SHEET, lambda xml: xml.replace(b'r="2"', b'r="99999999"')),
        changed(PLAIN, SHEET, lambda xml: xml.replace(b'r="2"', b'r="x"')),
        changed(PLAIN, SHEET, lambda xml: xml.replace(b'r="A2"', b'r="2A"')),
        by_hand('<row><c t="s"><v>99</v></c></row>', "<si><t>a</t></si>"),
        by_hand('<row><c t="s"><v>-1</v></c></row>', "<si><t>a</t></si>"),
        by_hand('<row><c t="s"><v>one</v></c></row>', "<si><t>a</t></si>"),
        by_hand('<row><c s="x"><v>1</v></c></row>', ""),
        changed(PLAIN, "xl/workbook.xml", lambda xml: xml.replace(b'"visible"', b'"hidden"')),
        changed(
            PLAIN,
            "xl/_rels/workbook.xml.rels",
            lambda xml: xml.replace(b"sheet1.xml", b"../../../etc/passwd"),
        ),
        changed(PLAIN, "_rels/.rels", lambda xml: b"<Relationships/>"),
    ],
)
def test_a_damaged_or_hostile_workbook_is_refused_without_a_trace(file: Written, content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        table.read(file(content, "t.xlsx"))


def test_a_far_off_cell_does_not_fill_the_memory(file: Written) -> None:
    with pytest.raises(TooMany, match="columns"):
        table.read(file(made({"A1": "a", "XFD1048576": "x"}), "t.xlsx"))
    assert len(table.read(file(made({"A1": "a", "A1048576": "x"}), "t.xlsx")).lines) == 1


def test_a_part_is_bounded_before_it_is_unpacked(file: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    blown = changed(PLAIN, SHEET, lambda xml: xml.replace(b"<sheetData>", b" " * 5_000_000 + b"<sheetData>"))
    monkeypatch.setattr(workbook.rows, "__defaults__", (4_000_000,))
    assert len(blown) < 50_000
    with pytest.raises(TooMany, match="unpacked bytes"):
        table.read(file(blown, "t.xlsx"))


def test_a_part_that_lies_about_its_size_is_not_unpacked_further(file: Written) -> None:
    blown = bytearray(
        changed(PLAIN, SHEET, lambda xml: xml.replace(b"<sheetData>", b" " * 5_000_000 + b"<sheetData>"))
    )
    with zipfile.ZipFile(io.BytesIO(blown)) as archive:
        true = struct.pack("<I", archive.getinfo(SHEET).file_size)
    with pytest.raises(FileUnreadable):
        table.read(file(bytes(blown).replace(true, struct.pack("<I", 1000)), "t.xlsx"))


def test_parts_are_counted(file: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_PARTS", 3)
    with pytest.raises(TooMany, match="parts"):
        table.read(file(PLAIN, "t.xlsx"))


@given(flips=st.lists(st.tuples(st.integers(0, len(PLAIN) - 1), st.integers(1, 255)), min_size=1, max_size=6))
def test_a_workbook_with_flipped_bytes_is_read_or_refused(
    tmp_path_factory: Any, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(PLAIN)
    for place, mask in flips:
        data[place] ^= mask
    path = tmp_path_factory.getbasetemp() / "flipped.xlsx"
    path.write_bytes(data)
    with suppress(FileUnreadable, TooMany):
        table.read(path)


TEXTS = st.text(
    st.characters(codec="utf-8", min_codepoint=32, exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=20
)


@given(rows=st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=6))
def test_any_text_in_a_workbook_is_read_as_it_is(tmp_path_factory: Any, rows: list[list[str]]) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    for number, row in enumerate(rows, start=2):
        for place, text in enumerate(row, start=1):
            cell = book.active.cell(number, place)
            cell.value = text
            cell.data_type = "s"
    path = tmp_path_factory.getbasetemp() / "texts.xlsx"
    path.write_bytes(saved(book))
    read = [list(line.cells) for line in table.read(path).lines]
    assert read == [row for row in rows if any(cell.strip() for cell in row)]


@given(number=st.integers(0, 16383))
def test_a_column_has_its_place(number: int) -> None:
    letters = openpyxl.utils.get_column_letter(number + 1)
    assert column_of(f"{letters}7") == number
