"""`eperf import punches`: files of clock records, by a profile of their columns; count in is count out."""

from __future__ import annotations

import csv
import datetime
import json
import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from eperf.adapters import table
from eperf.app.cli.imports import app
from eperf.app.cli.punches import TABLE, USB, carried_file
from eperf.domain.access import Role
from eperf.domain.attendance.carried import CarriedFile
from eperf.domain.attendance.source import DeviceRequest
from eperf.domain.errors import (
    BadInput,
    DoubleColumn,
    FileUnreadable,
    Forbidden,
    MissingColumn,
    NotFound,
    Refused,
)
from eperf.services.attendance.days import reclassify
from eperf.services.attendance.devices import enrol, register
from eperf.services.imports.punches import PunchReport, import_punches, preview_punches
from eperf.store import database
from eperf.store.attendance import DayRow, DeviceRow, PunchRow, UnreadRow
from tests.imports.conftest import Written
from tests.support.database import run
from tests.support.reception import receive
from tests.support.town import SINCE, Town, build

STICK = (
    "        2\t2026-11-23 07:25:00\t1\t0\t1\t0\r\n"
    "        2\t2026-11-23 16:05:00\t1\t1\t1\t0\r\n"
    "rubbish\r\n"
    "\r\n"
    "       77\t2026-11-23 07:30:00\t1\t0\t1\t0\r\n"
    "        2\t2026-11-23 07:25:00\t1\t0\t1\t0\r\n"
)
CSV = (
    "No. ID;Nama;Tanggal;Jam;Status\n"
    "2;Budi;23/11/2026;07.25;Masuk\n"
    "2;Budi;23-11-2026;16:05:00;Pulang\n"
    "'3;Wati;2026-11-23;7:31;masuk\n"
    "77;Orang;23/11/2026;07.26;Masuk\n"
    ";Budi;23/11/2026;07.26;Masuk\n"
    "2;Budi;31/11/2026;07.26;Masuk\n"
    "2;Budi;23/11/2026;07.25;masuk\n"
)
COLUMNS = {"pin": "No. ID", "date": "Tanggal", "time": "Jam", "state": "status"}


def officer(town: Town) -> Any:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, "city"))


async def carry(
    town: Town,
    path: Path,
    columns: dict[str, str] | None = None,
    serial: str = "OFFICE1",
    dry_run: bool = False,
) -> PunchReport:
    file, source = carried_file(path, None)
    done = await import_punches(officer(town), serial, source, file, columns or {}, dry_run)
    assert done.rows == done.used + done.duplicates + done.unexplained
    await reclassify(officer(town))
    return done


async def test_a_stick_lands_and_what_cannot_be_read_comes_back_with_its_line(
    town: Town, file: Written
) -> None:
    path = file(STICK, "1_attlog.dat")
    foreseen = await carry(town, path, dry_run=True)
    assert await PunchRow.all().count() == await UnreadRow.all().count() == 0
    done = await carry(town, path)
    assert (done.rows, done.used, done.duplicates, done.unexplained) == (5, 2, 1, 2)
    assert (foreseen.used, foreseen.duplicates, foreseen.unexplained) == (2, 1, 2)
    assert foreseen.strangers == done.strangers
    assert [(line.line, line.reason, line.raw) for line in done.unread] == [(3, "time_missing", "rubbish")]
    assert [(line.line, line.reason) for line in done.strangers] == [(5, "unknown-pin")]
    day = await DayRow.get(employee_id=town.people["Budi"], date=datetime.date(2026, 11, 23))
    assert (day.status, day.missing_taps) == ("present", 0)
    punch = await PunchRow.filter(pin="2", kind="in").get()
    assert (punch.source, punch.copies, punch.outcome) == ("eperf/usb-file", 1, "used")
    assert punch.line == "        2\t2026-11-23 07:25:00\t1\t0\t1\t0"


async def test_the_same_file_again_is_nothing_but_duplicates(town: Town, file: Written) -> None:
    path = file(STICK, "1_attlog.dat")
    await carry(town, path)
    assert (await carry(town, path, dry_run=True)).duplicates == 5
    again = await carry(town, path)
    assert (again.rows, again.used, again.duplicates, again.unexplained) == (5, 0, 5, 0)
    assert (await UnreadRow.get()).copies == 1


async def test_what_the_device_pushed_already_is_a_duplicate(town: Town, file: Written) -> None:
    query = {"SN": "OFFICE1", "table": "ATTLOG", "Stamp": "1"}
    request = DeviceRequest("POST", "/iclock/cdata", query, b"2\t2026-11-23 07:25:00\t0\t1\t0")
    await receive(officer(town), town.registry.sources["eperf/adms-push"], request)
    done = await carry(town, file(STICK, "1_attlog.dat"))
    assert (done.used, done.duplicates, done.unexplained) == (1, 2, 2)
    assert await PunchRow.filter(pin="2").count() == 2


async def test_a_machine_that_is_networked_later_is_still_the_same_one(town: Town, file: Written) -> None:
    office = town.units["office"]
    await register(officer(town), "MOVED", "x", office, "eperf/usb-file")
    await carry(town, file(STICK, "1_attlog.dat"), serial="MOVED")
    before = await PunchRow.all().count()
    query = {"SN": "MOVED", "table": "ATTLOG", "Stamp": "1"}
    memory = b"2\t2026-11-23 07:25:00\t0\t1\t0\n2\t2026-11-23 16:05:00\t1\t1\t0"
    for source in ("fingerspot/cloud", "eperf/adms-push"):
        await register(officer(town), "MOVED", "x", office, source)
    request = DeviceRequest("POST", "/iclock/cdata", query, memory)
    reply = await receive(officer(town), town.registry.sources["eperf/adms-push"], request)
    assert reply.body == b"OK: 2"
    assert await PunchRow.all().count() == before
    assert (await carry(town, file(STICK, "1_attlog.dat"), serial="MOVED")).duplicates == 5


async def test_a_table_is_read_by_its_profile_and_other_columns_are_not_kept(
    town: Town, file: Written
) -> None:
    done = await carry(town, file(CSV), COLUMNS)
    assert (done.rows, done.used, done.duplicates, done.unexplained) == (7, 3, 1, 3)
    assert [(line.line, line.reason) for line in done.unread] == [(6, "pin_missing"), (7, "time_unreadable")]
    assert [(line.line, line.reason) for line in done.strangers] == [(5, "unknown-pin")]
    kept = [
        (p.pin, p.kind, f"{p.occurred_at:%H:%M:%S}")
        for p in await PunchRow.all().order_by("occurred_at", "pin")
    ]
    assert kept == [
        ("2", "in", "00:25:00"), ("77", "in", "00:26:00"), ("3", "in", "00:31:00"), ("2", "out", "09:05:00"),
    ]  # fmt: skip
    assert "Budi" not in "".join([punch.line for punch in await PunchRow.all()])


async def test_a_device_keeps_its_profile_in_its_options(town: Town, file: Written) -> None:
    options = {f"column_{name}": heading for name, heading in COLUMNS.items()}
    office = town.units["office"]
    device = await register(officer(town), "DESK1", "Desk", office, "eperf/table-file", options)
    await enrol(officer(town), device, [("2", town.people["Budi"]), ("3", town.people["Wati"])], SINCE)
    assert (await carry(town, file(CSV), serial="DESK1")).used == 3
    with pytest.raises(MissingColumn):
        await carry(town, file(CSV), {"pin": "Nomor"}, serial="DESK1")


async def test_numbers_mean_what_they_mean_in_the_device_s_family(town: Town, file: Written) -> None:
    office = town.units["office"]
    rows = "pin,time,state,verify\n2,2026-11-23 12:00:00,2,4\n"
    for serial, source, options, expected in (
        ("A", "eperf/usb-file", {}, ("break_out", "card")),
        ("B", "fingerspot/cloud", {}, ("break_in", "face")),
        ("C", "fingerspot/cloud", {"codes": "adms"}, ("break_out", "card")),
        ("D", "eperf/table-file", {"codes": "fingerspot"}, ("break_in", "face")),
    ):
        device = await register(officer(town), serial, serial, office, source, options)
        await carry(town, file(rows), serial=serial)
        punch = await PunchRow.get(device_id=device)
        assert (punch.kind, punch.verify) == expected
    await register(officer(town), "E", "E", office, "eperf/table-file", {"codes": "morse"})
    with pytest.raises(BadInput, match="codes"):
        await carry(town, file(rows), serial="E")


async def test_a_word_and_the_number_of_its_meaning_are_one_record(town: Town, file: Written) -> None:
    rows = "pin,time,state\n2,2026-11-23 07:25:00,0\n2,2026-11-23 07:25,Masuk\n2,23/11/2026 07:25:00,IN\n"
    done = await carry(town, file(rows))
    assert (done.used, done.duplicates) == (1, 2)


def workbook(*rows: list[object]) -> bytes:
    book, made = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(made)
    return made.getvalue()


async def test_a_workbook_s_dates_and_times_are_read_as_they_are_shown(town: Town, file: Written) -> None:
    day = datetime.date(2026, 11, 23)
    content = workbook(
        ["pin", "date", "time", "state"],
        [2, day, datetime.time(7, 25, 31), 0],
        ["3", "23/11/2026", "07:26", "masuk"],
        [2, day, "=1+1", 1],
    )
    done = await carry(town, file(content, "punches.xlsx"))
    assert (done.used, [(line.line, line.reason) for line in done.unread]) == (2, [(4, "cell_untrusted")])
    assert (await PunchRow.get(pin="2")).occurred_at.isoformat() == "2026-11-23T00:25:31+00:00"


@pytest.mark.parametrize("second", [0, 1, 29, 30, 31, 58, 59])
def test_a_cell_with_a_date_and_a_time_is_exact_to_the_second(file: Written, second: int) -> None:
    moments = [
        datetime.datetime(2026, 11, 23, hour, minute, second) for hour in (0, 7, 23) for minute in (1, 59)
    ]
    content = workbook(["time"], *[[moment] for moment in moments])
    read = table.read(file(content, "t.xlsx"))
    assert [line.cells[0] for line in read.lines] == [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments]


async def test_another_profile_explains_lines_that_could_not_be_read(town: Town, file: Written) -> None:
    path = file("1\t2026-11-23 07:25:00\t0\t1\t2\r\n", "1_attlog.dat")
    first = await carry(town, path, {"pin": "1", "time": "0"})
    assert (first.used, [line.reason for line in first.unread]) == (0, ["pin_unreadable"])
    again = await carry(town, path, {"pin": "4", "time": "1", "state": "2"})
    assert again.used == 1
    unread = await UnreadRow.get()
    assert (unread.outcome, unread.reason, unread.punch_id) == ("duplicate", None, (await PunchRow.get()).id)


async def test_a_preview_shows_the_lines_as_they_are_read_and_writes_nothing(
    town: Town, file: Written
) -> None:
    stick, source = carried_file(file(STICK, "1_attlog.dat"), None)
    lines = await preview_punches(officer(town), "OFFICE1", source, stick, {}, 3)
    assert [(one.line, one.pin, one.time_local, one.kind, one.reason) for one in lines] == [
        (1, "2", "2026-11-23 07:25:00", "in", ""),
        (2, "2", "2026-11-23 16:05:00", "out", ""),
        (3, "", "", "", "time_missing"),
    ]
    assert await PunchRow.all().count() == 0


async def test_the_reader_is_chosen_by_the_file(file: Written) -> None:
    assert carried_file(file(STICK, "x.csv"), None)[1] == USB
    assert carried_file(file(CSV, "1_attlog.dat"), None)[1] == TABLE
    assert carried_file(file(workbook(["a"], ["b"]), "1_attlog.dat"), None)[1] == TABLE
    with pytest.raises(FileUnreadable):
        carried_file(file("", "empty.dat"), None)


async def test_what_the_cloud_s_webhooks_lost_is_taken_in_from_its_saved_answer(
    town: Town, file: Written
) -> None:
    office = town.units["office"]
    old = {"pin": "2", "scan_date": "2026-11-23 07:25:00", "verify": 4, "status_scan": 3}
    hub = {
        "employeeNo": "2", "eventTime": "2026-11-23T07:25:00+07:00", "verifyMode": "vein",
        "attendanceStatus": "check_in", "name": "Budi", "image": "TVRJek5EVTJOemc1TUE",
    }  # fmt: skip
    answers: dict[str, dict[str, Any]] = {
        "fingerspot/cloud": {"success": True, "trans_id": "1", "data": [old, old, {"pin": "2"}]},
        "fingerspot/hub": {"records": [hub, hub, None], "total": 3, "page": 1, "limit": 100},
    }
    for number, (source, answer) in enumerate(answers.items()):
        await register(officer(town), f"F{number}", "x", office, source)
        carried, reader = carried_file(file(json.dumps(answer), "answer.json"), source)
        done = await import_punches(officer(town), f"F{number}", reader, carried, {}, False)
        assert (done.rows, done.duplicates, done.unexplained, len(done.strangers)) == (3, 1, 2, 1)
        for wrong in (b"{}", b"[]", b'{"success":true}', b'{"records":{}}', b"\xff"):
            with pytest.raises(BadInput):
                await import_punches(officer(town), f"F{number}", reader, CarriedFile(wrong), {}, False)
    kept = sorted([(punch.kind, punch.verify) for punch in await PunchRow.all()])
    assert kept == [("break_out", "face"), ("in", "vein")]
    assert "TVRJek5EVTJOemc1TUE" not in "".join([punch.line for punch in await PunchRow.all()])


@pytest.mark.parametrize(
    ("content", "columns", "refusal"),
    [
        (CSV, {}, MissingColumn),
        (CSV, {"pin": "No. ID", "time": "Jam", "workcode": "Kode"}, MissingColumn),
        (CSV, {"pin": "No. ID", "time": "Jam", "mood": "Nama"}, BadInput),
        (CSV, {"pin": "Nama", "time": "Nama"}, BadInput),
        ("pin,pin,time\n1,2,3\n", {}, DoubleColumn),
        (STICK, {"pin": "No. ID"}, BadInput),
        (STICK, {"pin": "99"}, BadInput),
        (STICK, {"pin": "1"}, BadInput),
        (STICK, {"mood": "1"}, BadInput),
        (STICK, {"pin": "٣"}, BadInput),
    ],
)
async def test_a_profile_that_does_not_fit_is_refused_by_name(
    town: Town, file: Written, content: str, columns: dict[str, str], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        await carry(town, file(content), columns)
    assert await PunchRow.all().count() == await UnreadRow.all().count() == 0


async def test_only_registered_devices_and_their_officers_import(town: Town, file: Written) -> None:
    path = file(STICK, "1_attlog.dat")
    with pytest.raises(NotFound, match="NOBODY"):
        await carry(town, path, serial="NOBODY")
    await DeviceRow.create(serial="MET", name="x", source="eperf/adms-push", state="inactive")
    with pytest.raises(NotFound, match="MET"):
        await carry(town, path, serial="MET")
    for source in ("eperf/adms-push", "eperf/nothing", ""):
        with pytest.raises(NotFound, match="source"):
            await import_punches(officer(town), "OFFICE1", source, CarriedFile(b"x"), {}, False)
    with pytest.raises(Forbidden):
        await import_punches(town.call("Budi"), "OFFICE1", USB, CarriedFile(STICK.encode()), {}, False)
    with pytest.raises(FileUnreadable):
        await import_punches(officer(town), "OFFICE1", TABLE, CarriedFile(STICK.encode()), {}, False)


@pytest.fixture
def command(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Result]]:
    """Runs `eperf import punches …` in this process on the town's database."""

    async def populate() -> None:
        await database.connect(database_url)
        try:
            await build()
        finally:
            await database.disconnect()

    run(populate())
    for name in [name for name in os.environ if name.startswith("EPERF_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["punches", *map(str, arguments)])


def test_the_command_reports_and_writes_what_cannot_be_read(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "1_attlog.dat").write_text(STICK, newline="")
    shown = command("1_attlog.dat", "--device", "OFFICE1", "--preview", "2")
    assert shown.exit_code == 0, shown.output
    assert "line 1: 2  2026-11-23 07:25:00  in  finger" in shown.stdout
    tried = command("1_attlog.dat", "--device", "OFFICE1", "--dry-run")
    assert "5 records of OFFICE1: 2 would be used, 1 duplicates, 2 unexplained" in tried.stdout
    done = command("1_attlog.dat", "--device", "OFFICE1", "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert (report["rows"], report["used"], report["duplicates"], report["unexplained"]) == (5, 2, 1, 2)
    with (tmp_path / "1_attlog.dat.bad.csv").open(encoding="utf-8-sig") as bad:
        assert list(csv.reader(bad)) == [["error", "line", "raw"], ["time_missing", "3", "rubbish"]]


def test_the_command_takes_a_profile_and_refuses_a_wrong_one(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "punches.csv").write_text("No. ID,Waktu\n2,2026-11-23 07:25:00\n")
    columns = ("--column", "pin=No. ID", "--column", "time=Waktu")
    done = command("punches.csv", "--device", "OFFICE1", *columns)
    assert done.exit_code == 0, done.output
    assert "1 records of OFFICE1: 1 used, 0 duplicates, 0 unexplained" in done.stdout
    assert not (tmp_path / "punches.csv.bad.csv").exists()
    for wrong in (
        ("--column", "pin"),
        ("--column", "pin=a", "--column", "pin=b"),
        ("--source", "eperf/none"),
        (),
    ):
        refused = command("punches.csv", "--device", "OFFICE1", *wrong, "--json")
        assert refused.exit_code == 2, refused.output
        assert json.loads(refused.stdout)["error"]["code"]
