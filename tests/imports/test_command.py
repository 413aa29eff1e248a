"""`eperf import` as people and scripts run it: exit codes, reports, and bad rows that come back and land."""

from __future__ import annotations

import csv
import datetime
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from eperf.app.cli.imports import app
from eperf.store import database
from eperf.store.event import EventRow
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from tests.imports.test_employees import HEADER, row
from tests.support.database import run

UNITS = "code,name,kind,parent_code,zone\noffice,Dinas Arsip,dinas,city,\ncity,Kota,kota,,WIB\n"
Command = Callable[..., Result]


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs `eperf import …` in this process on a fresh database."""
    for name in [name for name in os.environ if name.startswith("EPERF_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def asked(url: str, question: Callable[[], Awaitable[Any]]) -> Any:
    async def look() -> Any:
        await database.connect(url)
        try:
            return await question()
        finally:
            await database.disconnect()

    return run(look())


def employees(*rows: tuple[str, ...]) -> str:
    return "".join(";".join(cells) + "\n" for cells in (HEADER, *rows))


def test_a_good_file_lands_and_exits_with_0(command: Command, tmp_path: Path, database_url: str) -> None:
    (tmp_path / "units.csv").write_text(UNITS)
    done = command("units", "units.csv")
    assert done.exit_code == 0, done.output
    assert "2 rows of units: 2 created, 0 changed, 0 unchanged, 0 bad" in done.stdout
    assert not (tmp_path / "units.csv.bad.csv").exists()
    again = command("units", "units.csv", "--json")
    assert json.loads(again.stdout)["unchanged"] == 2
    assert asked(database_url, lambda: EventRow.all().count()) == 2


def test_bad_rows_exit_with_1_and_a_report_by_row_and_column(command: Command, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS + "x,X,castle,city,\n")
    done = command("units", "units.csv", "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert (report["created"], report["bad"], report["bad_file"]) == (2, 1, "units.csv.bad.csv")
    assert report["problems"][0] | {"message": ""} == {
        "row": 4, "column": "kind", "value": "castle", "code": "BAD_INPUT", "message": "",
    }  # fmt: skip
    assert done.stderr == ""
    shown = command("units", "units.csv", "--bad", "other.csv")
    assert "row 4, kind: BAD_INPUT" in shown.stderr
    assert (tmp_path / "other.csv").exists()


def test_a_dry_run_writes_nothing_but_the_bad_rows(
    command: Command, tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "units.csv").write_text(UNITS + "x,X,castle,city,\n")
    done = command("units", "units.csv", "--dry-run")
    assert done.exit_code == 1
    assert "2 would be created" in done.stdout
    assert (tmp_path / "units.csv.bad.csv").exists()
    assert asked(database_url, lambda: UnitRow.all().count()) == 0


def test_an_unreadable_file_exits_with_2_and_says_why(command: Command, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("code,name,kind,colour\n")
    for arguments, code in (
        (("units", "missing.csv"), "FILE_UNREADABLE"),
        (("units", "."), "FILE_UNREADABLE"),
        (("units", "x.csv"), "UNKNOWN_COLUMN"),
        (("employees", "x.csv"), "UNKNOWN_COLUMN"),
        (("units", "x.csv", "--bad", "./x.csv"), "BAD_INPUT"),
        (("units", "x.csv", "--bad", "nowhere/x.csv"), "BAD_INPUT"),
    ):
        plain, machine = command(*arguments), command(*arguments, "--json")
        assert plain.exit_code == machine.exit_code == 2
        assert code in plain.stderr
        assert json.loads(machine.stdout)["error"]["code"] == code


def test_bad_rows_that_are_corrected_land(command: Command, tmp_path: Path, database_url: str) -> None:
    (tmp_path / "units.csv").write_text(UNITS)
    command("units", "units.csv")
    (tmp_path / "people.csv").write_text(employees(row(0, rank="X"), row(1), row(2, supervisor_nip="")))
    assert command("employees", "people.csv").exit_code == 1
    bad = tmp_path / "people.csv.bad.csv"
    with bad.open(encoding="utf-8-sig", newline="") as read:
        rows = list(csv.reader(read))
    assert rows[0] == ["error", *HEADER]
    assert [cells[1:] for cells in rows[1:]] == [list(row(0, rank="X")), list(row(1))]
    bad.write_text(bad.read_text().replace(",X,", ",III/a,"))
    assert command("employees", bad).exit_code == 0
    again = command("employees", bad, "--json")
    assert json.loads(again.stdout)["unchanged"] == 2
    assert asked(database_url, lambda: EmployeeRow.all().count()) == 3


def test_a_workbook_with_days_and_numbers_as_text_lands(command: Command, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS)
    command("units", "units.csv")
    book = openpyxl.Workbook()
    for cells in (HEADER, row(0), row(1)):
        book.active.append(cells)
    book.active["A3"] = 198002022005011002
    book.active["N2"].value = datetime.date(2024, 1, 1)
    book.save(tmp_path / "people.xlsx")
    done = command("employees", "people.xlsx", "--json")
    report = json.loads(done.stdout)
    assert (report["created"], [problem["code"] for problem in report["problems"]]) == (
        1,
        ["NUMBER_NOT_EXACT"],
    )
    assert (report["problems"][0]["row"], report["problems"][0]["column"]) == (3, "nip")


def test_the_real_program_shows_no_bar_to_scripts(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
    environment |= {"EPERF_DATABASE_URL": database_url, "EPERF_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "eperf", "import", "units", "units.csv", "--json"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["created"] == 2


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12
).filter(lambda word: word.strip(" \u00a0") and word == word.strip())


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    names=st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=8), separator=st.sampled_from(",;")
)
def test_whatever_was_bad_lands_when_it_is_corrected(
    command: Command, tmp_path: Path, database_url: str, names: list[tuple[str, bool]], separator: str
) -> None:
    path, bad = tmp_path / "units.csv", tmp_path / "units.csv.bad.csv"
    bad.unlink(missing_ok=True)
    rows = [(f"c{n}", name, "kota" if good else "=castle") for n, (name, good) in enumerate(names)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator).writerows([("code", "name", "kind"), *rows])
    wrong = sum(not good for _, good in names)
    assert command("units", path).exit_code == (1 if wrong else 0)
    if wrong:
        with bad.open(encoding="utf-8-sig", newline="") as file:
            back = list(csv.DictReader(file))
        assert [(one["code"], one["name"], one["kind"]) for one in back] == [
            one for one in rows if one[2] != "kota"
        ]
        bad.write_bytes(bad.read_bytes().replace(b"=castle", b"kota"))
        assert command("units", bad).exit_code == 0

    async def kept() -> dict[str, str]:
        return {unit.code: unit.name for unit in await UnitRow.all()}

    found = asked(database_url, kept)
    assert {code: found[code] for code, _, _ in rows} == {
        code: unicodedata.normalize("NFC", name).strip() for code, name, _ in rows
    }
