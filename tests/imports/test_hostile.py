"""Hostile files at the imports' door: no traceback, a typed answer, nothing half written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from eperf.store.catalogue import ItemRow
from eperf.store.event import EventRow
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.people import EmployeeRow, PlacementRow
from tests.imports.test_command import Command, asked
from tests.imports.test_command import command as command
from tests.imports.test_employees import HEADER, nip, row
from tests.imports.test_workbook import PLAIN, SHEET, by_hand, changed, made
from tests.services.test_organisation import closure, naive_closure

UNITS = b"code,name,kind,parent_code\n"
ITEMS = b"unit_code,code,name,per,unit_size,points_per_unit,valid_from\n"
PEOPLE = ",".join(HEADER).encode() + b"\n"
RING = b"".join(b"u%d,U,other,u%d\n" % (n, (n + 1) % 500) for n in range(500))
CHAIN = b"".join(b"u%d,U,other,u%d\n" % (n, n + 1) for n in range(3000))


def person(**changes: str) -> bytes:
    return ",".join(row(0, **changes)).encode("utf-8", "surrogatepass") + b"\n"


HOSTILE: dict[str, tuple[str, bytes]] = {
    "nothing": ("units", b""),
    "a mark of order alone": ("units", b"\xef\xbb\xbf"),
    "one NUL": ("units", b"\x00"),
    "a block of NULs": ("units", b"\x00" * 100_000),
    "blank lines": ("units", b"\n" * 100_000),
    "separators": ("units", b";,;,;,\n" * 100),
    "binary": ("units", bytes(range(256)) * 50),
    "a program": ("units", b"\x7fELF" + b"\x01" * 500),
    "a PDF": ("units", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    "a web page": ("units", b"<html><script>alert(1)</script></html>"),
    "an old workbook": ("units", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512),
    "UTF-16": ("units", UNITS.decode().encode("utf-16")),
    "UTF-16 without a mark": ("units", UNITS.decode().encode("utf-16-le")),
    "Latin-1": ("units", UNITS + "a,Caf\xe9,kota,\n".encode("latin-1")),
    "a surrogate as UTF-8": ("units", UNITS + b"a,\xed\xa0\x80,kota,\n"),
    "an overlong NUL": ("units", UNITS + b"a,\xc0\x80,kota,\n"),
    "an open quote": ("units", UNITS + b'a,"never closed,kota,\n' * 1),
    "text after a quote": ("units", UNITS + b'a,"A"x,kota,\n'),
    "a huge cell": ("units", UNITS + b"a," + b"x" * 10_000_000 + b",kota,\n"),
    "a huge header": ("units", b"c" * 120_000 + b"\n"),
    "a thousand columns": ("units", b",".join(b"c%d" % n for n in range(1000))),
    "a column twice": ("units", b"code,code,name,kind\n"),
    "columns that differ in case alone": ("units", b"code,CODE,name,kind\n"),
    "a column called like SQL": ("units", b"code,name,kind,x; DROP TABLE unit\n"),
    "missing columns": ("units", b"code\na\n"),
    "a file of something else": ("employees", UNITS + b"a,A,kota,\n"),
    "rows of other widths": ("units", UNITS + b"a\nb,B\nc,C,kota,,,,,x\n"),
    "a million commas": ("units", UNITS + b"," * 1_000_000 + b"x\n"),
    "NUL in a code": ("units", UNITS + b"a\x00b,A,kota,\n"),
    "escape signs in a name": ("units", UNITS + b"a,\x1b[2J\x1b]0;x\x07,kota,\n"),
    "markup in every cell": ("units", UNITS + b"[red]a,[bold]A[/],[/red],[link=x]\n"),
    "format signs": ("units", UNITS + b"{field},{0.__class__},%s%n,{value}\n"),
    "formulas": ("units", UNITS + b"=1+1,=cmd|' /C calc'!A0,@SUM(A1),-2+3\n"),
    "SQL in cells": ("units", UNITS + b"a,x'); DROP TABLE unit;--,kota,' OR 1=1\n"),
    "other digits and lookalikes": ("units", UNITS + "\u0661,A,kota,\n\u0430,A,kota,\n".encode()),
    "turned text in a code": ("units", UNITS + "a\u202eb,A,kota,\n".encode()),
    "a ring of 500": ("units", UNITS + RING),
    "a chain of 3000 without an end": ("units", UNITS + CHAIN),
    "one code 5000 times": ("units", UNITS + b"a,A,kota,\n" * 5000),
    "a unit below itself": ("units", UNITS + b"a,A,kota,a\n"),
    "a number that lost its digits": ("employees", PEOPLE + person(nip="1.98E+17")),
    "a number of a thousand digits": ("employees", PEOPLE + person(nip="9" * 1000)),
    "a number in other digits": ("employees", PEOPLE + person(nip="\u0661" * 18)),
    "days that never were": ("employees", PEOPLE + person(valid_from="2026-02-30") + person(birth_date="0000-00-00")),
    "days beyond reckoning": ("employees", PEOPLE + person(valid_from="9999-12-31")),
    "a class beyond 64 bits": ("employees", PEOPLE + person(job_class="9" * 40)),
    "a superior of oneself": ("employees", PEOPLE + person(supervisor_nip=nip(0))),
    "units that are not there": ("employees", PEOPLE + person(unit_code="../../etc/passwd")),
    "not a number": ("catalogue", ITEMS + b"root,a,A,x,NaN,Infinity,2026-01-01\n"),
    "numbers below nothing": ("catalogue", ITEMS + b"root,a,A,x,-1,-0,2026-01-01\n"),
    "numbers beyond 64 bits": ("catalogue", ITEMS + b"root,a,A,x,99999999999999999999,1e400,2026-01-01\n"),
    "an empty archive": ("units", b"PK\x05\x06" + b"\x00" * 18),
    "half a workbook": ("units", PLAIN[: len(PLAIN) // 2]),
    "an archive that is no workbook": ("units", changed(PLAIN, "_rels/.rels", lambda xml: b"<x/>")),
    "an entity bomb": (
        "units",
        changed(PLAIN, SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + xml[xml.find(b"<w") :]),
    ),
    "an outer entity": (
        "units",
        changed(PLAIN, SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + xml),
    ),
    "a sheet of 200 MB in 200 kB": (
        "units", changed(PLAIN, SHEET, lambda xml: xml.replace(b"<sheetData>", b" " * 200_000_000 + b"<sheetData>")),
    ),
    "one far-off cell": ("units", made({"A1": "code", "B1": "name", "C1": "kind", "XFD1048576": "x"})),
    "a sheet outside the archive": ("units", by_hand("<row/>", "", sheet="../../../../etc/passwd")),
    "a billion rows": ("units", by_hand('<row r="1000000000"><c t="b"><v>1</v></c></row>', "")),
    "deep markup": ("units", changed(PLAIN, SHEET, lambda xml: b"<a>" * 200_000)),
}  # fmt: skip


@pytest.fixture
def ground(command: Command, tmp_path: Path) -> Command:
    """A database with one unit, so that good rows would land."""
    (tmp_path / "root.csv").write_text("code,name,kind\nroot,Root,kota\noffice,Dinas,dinas\n")
    assert command("units", "root.csv").exit_code == 0
    return command


async def _whole() -> None:
    """Nothing is half there."""
    units, people = await UnitRow.all().count(), await EmployeeRow.all().count()
    assert await closure() == await naive_closure()
    assert await EventRow.filter(kind="organisation.unit-changed").count() == units
    assert await PlacementRow.all().count() == people == await EventRow.filter(kind="people.placed").count()
    posts = await PositionRow.all().count()
    assert await EventRow.filter(kind="organisation.position-changed").count() == posts <= people
    assert await ItemRow.all().count() >= await EventRow.filter(kind="catalogue.changed").count()


def test_there_are_fifty_of_them() -> None:
    assert len(HOSTILE) >= 50


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_in_kind_and_leaves_nothing_half_written(
    name: str, ground: Callable[..., Result], tmp_path: Path, database_url: str
) -> None:
    noun, content = HOSTILE[name]
    (tmp_path / "hostile").write_bytes(content)
    done = ground(noun, "hostile", "--json")
    shown = ground(noun, "hostile")
    assert done.exit_code == shown.exit_code, shown.output
    assert done.exit_code in (1, 2), done.output
    assert "Traceback" not in done.output + shown.output
    assert "\x1b" not in shown.output
    answer = json.loads(done.stdout)
    if done.exit_code == 2:
        assert answer["error"]["code"] in {
            "FILE_UNREADABLE", "LIMIT_EXCEEDED", "UNKNOWN_COLUMN", "MISSING_COLUMN", "DUPLICATE_COLUMN",
        }  # fmt: skip
        assert not (tmp_path / "hostile.bad.csv").exists()
    else:
        assert answer["bad"] == len({problem["row"] for problem in answer["problems"]}) > 0
        assert (tmp_path / "hostile.bad.csv").exists()
        assert ground(noun, "hostile.bad.csv", "--json", "--bad", "worse.csv").exit_code == 1
    asked(database_url, _whole)
