"""Count in is count out, for mixed records by each way of carrying them: `make soak` runs it with a million."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from bench.punch_file import PEOPLE, expected, rows, stick, table
from eperf.app.cli.punches import carried_file
from eperf.domain.access import SYSTEM
from eperf.plugins import registry
from eperf.services.call import Call
from eperf.services.imports.punches import PunchReport, import_punches
from eperf.store import bulk
from eperf.store import database as store
from eperf.store.attendance import PunchRow
from tests.support.town import Town, build

RECORDS = int(os.environ.get("EPERF_SOAK_RECORDS", "20000"))
_COUNTED = "SELECT count(*) + coalesce(sum(copies), 0) AS came, count(*) AS kept FROM {} WHERE outcome <> 'duplicate'"


@pytest.fixture
async def town(database: str) -> Town:
    """A town where the PINs of a thousand are Budi's."""
    built = await build()
    pins = [
        (built.device, str(pin), built.people["Budi"], date(2020, 1, 1))
        for pin in range(1, PEOPLE + 1)
        if str(pin) not in ("1", "2", "3")
    ]
    async with store.transaction():
        await bulk.insert("enrolment", ("device_id", "pin", "employee_id", "valid_from"), pins)
    return built


def usb(folder: Path) -> Path:
    path = folder / "1_attlog.dat"
    path.write_text(stick(rows(RECORDS)))
    return path


def csv(folder: Path) -> Path:
    path = folder / "punches.csv"
    path.write_text(table(rows(RECORDS)))
    return path


def xlsx(folder: Path) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(("pin", "time", "state"))
    for row in rows(RECORDS):
        sheet.append((row.pin, row.time, row.state))
    book.save(folder / "punches.xlsx")
    return folder / "punches.xlsx"


async def carry(path: Path, seen: list[tuple[str, int, int]]) -> PunchReport:
    call = Call(SYSTEM, datetime(2026, 11, 24, tzinfo=UTC), registry=registry.load())
    file, source = carried_file(path, None)
    return await import_punches(
        call, "OFFICE1", source, file, {}, False, lambda *progress: seen.append(progress)
    )


async def counted(noun: str) -> tuple[int, int]:
    (found,) = await store.connection().execute_query_dict(_COUNTED.format(noun))
    return int(found["came"]), int(found["kept"])


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("way", [usb, csv, xlsx])
async def test_every_record_of_a_file_ends_as_used_a_duplicate_or_unexplained(
    town: Town, tmp_path: Path, way: Callable[[Path], Path]
) -> None:
    wanted, path = expected(rows(RECORDS)), way(tmp_path)
    progress: list[tuple[str, int, int]] = []
    done = await carry(path, progress)
    assert (done.used, done.duplicates, done.unexplained) == (
        wanted.used,
        wanted.duplicates,
        wanted.unexplained,
    )
    assert done.rows == RECORDS
    assert progress[-1][0] == "write"
    assert progress[-1][1] == progress[-1][2]
    punches, unread = await counted("punch"), await counted("unread_record")
    assert punches[0] + unread[0] == RECORDS
    assert punches[1] + unread[1] == RECORDS - wanted.duplicates
    assert await PunchRow.filter(outcome="used").count() == wanted.used

    again = await carry(path, progress)
    assert (again.used, again.duplicates, again.unexplained) == (0, RECORDS, 0)
    assert (await counted("punch"))[0] + (await counted("unread_record"))[0] == 2 * RECORDS
    assert (await counted("punch"))[1] == punches[1]
