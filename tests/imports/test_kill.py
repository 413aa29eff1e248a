"""An import that is killed has imported nothing or everything, and the same command does the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eperf.store.event import EventRow
from eperf.store.people import EmployeeRow, PlacementRow
from tests.imports.test_command import UNITS, asked, employees
from tests.imports.test_employees import nip, row

ROWS = 1500


@pytest.mark.fault
def test_killed_again_and_again_it_gets_through_whole(database_url: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
    environment |= {"EPERF_DATABASE_URL": database_url, "EPERF_DATA_DIR": str(tmp_path)}
    (tmp_path / "units.csv").write_text(UNITS)
    people = {one[0]: one for one in (row(n, supervisor_nip=nip(n // 20) if n else "") for n in range(ROWS))}
    (tmp_path / "people.csv").write_text(employees(*people.values()))

    def started(noun: str, file: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "eperf", "import", noun, file]
        return subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)

    async def landed() -> tuple[int, int, int]:
        return (
            await EmployeeRow.all().count(),
            await PlacementRow.all().count(),
            await EventRow.filter(kind="people.placed").count(),
        )

    assert started("units", "units.csv").wait(60) == 0
    kills, seconds = 0, 1.5
    while True:
        importing = started("employees", "people.csv")
        try:
            assert importing.wait(seconds) == 0
            break
        except subprocess.TimeoutExpired:
            importing.kill()
            importing.wait()
            kills, seconds = kills + 1, seconds * 1.5
            assert asked(database_url, landed) in ((0, 0, 0), (len(people),) * 3)
    assert kills > 0
    assert asked(database_url, landed) == (len(people),) * 3
    assert started("employees", "people.csv").wait(60) == 0
    assert asked(database_url, landed) == (len(people),) * 3
