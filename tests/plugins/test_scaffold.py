"""`eperf plugins new` writes what passes its own tests and the laws; five commands of the manual lead to a score."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from eperf.app.cli import app
from eperf.domain.errors import BadInput
from eperf.store.attendance import DayRow
from eperf.store.scoring import ScoreRow
from eperf.testing.scaffold import Kind, write
from tests.support.fresh import Fresh
from tests.support.town import build

MANUAL = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()


def ran(line: str, folder: Path) -> str:
    """What a shell line says in the environment of these tests, without its variables."""
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("kind", Kind)
def test_a_new_plugin_passes_its_own_tests_and_every_law(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(f"kabupaten-contoh-2-{kind}", kind, tmp_path)
    assert re.search(r"\d passed", ran(f"pytest {folder.name}", tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])
    checked = CliRunner().invoke(app, ["plugins", "check", str(folder), "--examples", "1"])
    assert (checked.exit_code, checked.output) == (0, f"{folder}: every law holds\n")
    readme = (folder / "README.md").read_text()
    assert "REGULATION TO BE NAMED" in readme
    assert "$" not in readme


@pytest.mark.parametrize("kind", Kind)
def test_a_new_plugin_is_formatted_and_clean(kind: Kind, tmp_path: Path) -> None:
    folder = write("contoh", kind, tmp_path)
    ran("ruff check --isolated --line-length 120 --select E,F,I,UP,B .", folder)
    ran("ruff format --isolated --line-length 120 --check .", folder)


@pytest.mark.parametrize(
    "name", ["", "Kota", "kota_contoh", "2kota", "kota--contoh", "kota-", "../kota", "a" * 41, "eperf-x"]
)
def test_a_bad_name_is_refused_and_nothing_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        write(name, Kind.SCHEME, tmp_path)
    assert refused.value.field == "name"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "eperf-contoh").mkdir()
    done = CliRunner().invoke(app, ["plugins", "new", "contoh", "--in", str(tmp_path)])
    assert done.exit_code == 2
    assert list((tmp_path / "eperf-contoh").iterdir()) == []


def lines() -> list[str]:
    block = re.search(r"<!-- executed: five commands -->\n```sh\n(.*?)```", MANUAL, re.DOTALL)
    assert block is not None
    return block[1].splitlines()


@pytest.mark.database
async def test_the_five_commands_of_the_manual_lead_to_a_score(
    database: str, database_url: str, tmp_path: Path, environment: Fresh
) -> None:
    # The day of the town: in the evening of UTC's last of a month it is in the next one already.
    town, today = await build(), datetime.now(ZoneInfo("Asia/Jakarta")).date()
    await DayRow.create(
        employee_id=town.people["Budi"], unit_id=town.units["office"], date=today, status="late", late_min=45,
        missing_taps=0, policy="eperf/office-hours", policy_version="1", steps=[],
    )  # fmt: skip
    assert len(lines()) == 5
    for line in lines():
        said = environment.ran(
            line, tmp_path, EPERF_DATABASE_URL=database_url, EPERF_DATA_DIR=str(tmp_path / "data")
        )
    assert "kota-contoh/score bound to city" in said
    score = await ScoreRow.get(employee_id=town.people["Budi"], period=f"{today:%Y-%m}")
    assert (score.scheme, score.state, score.score_h) == ("kota-contoh/score", "final", 3_960)
    assert (environment.site / "eperf_kota_contoh").is_dir()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--settings", "{"], "not JSON"),
        (["--settings", "[]"], "not a JSON object"),
        ([], "unit: nowhere was not found."),
    ],
)
def test_a_binding_that_cannot_be_is_refused(
    words: list[str], said: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path / "data"))
    given = ["plugins", "bind", "eperf/norm-minutes", "--unit", "nowhere", "--from", "2026-01-01", *words]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 2
    assert said in done.stderr
