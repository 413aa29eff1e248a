"""`eperf period close`, `receipt`, `verify` and `what-if` as an operator runs them, on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eperf.app.cli import app
from eperf.store.people import EmployeeRow
from tests.support.closed import POINTS, chosen, worked
from tests.support.database import opened, run
from tests.support.town import build

NIP = "198001012005011001"
Command = Callable[..., Result]


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `eperf …` on a town's database, in which October is worked and not scored."""

    async def write() -> None:
        async with opened(database_url):
            town = await build()
            await EmployeeRow.filter(id=town.people["Budi"]).update(nip=NIP)
            await chosen(town, POINTS, {})
            await worked(town, "Budi", quantity_h=3_000)
            await worked(town, "Wati", quantity_h=1_000)

    run(write())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(app, list(words))


def test_a_month_is_closed_and_its_receipts_verify(command: Command, tmp_path: Path) -> None:
    result = command("period", "close", "city", "2026-10")
    assert result.exit_code == 0, result.output
    assert result.output == "city 2026-10: closed, 2 scores, 0 provisional\n"
    assert command("receipt", NIP, "2026-10").output == f"{NIP}-2026-10.eperf.zip\n"
    own = command("verify", f"{NIP}-2026-10.eperf.zip")
    assert own.exit_code == 0, own.output
    assert own.output.startswith(f"office 2026-10 (closed): 1 people, 1 with a figure, by {POINTS}")
    command("receipt", "--unit", "office", "2026-10", "--out", "office.zip")
    assert "2 people, 2 with a figure" in command("verify", "office.zip").output
    broken = bytearray((tmp_path / "office.zip").read_bytes())
    broken[len(broken) // 2] ^= 1
    (tmp_path / "office.zip").write_bytes(bytes(broken))
    damaged = command("verify", "office.zip")
    assert damaged.exit_code == 2
    assert "BUNDLE_DAMAGED" in damaged.output
    assert command("verify", "nowhere.zip").exit_code == 2


def test_a_quarter_is_closed_month_by_month_and_what_is_not_over_is_refused(command: Command) -> None:
    result = command("period", "close", "city", "2026Q3")
    assert [line.split(":")[0] for line in result.output.splitlines()] == [
        "city 2026-07", "city 2026-08", "city 2026-09",
    ]  # fmt: skip
    refused = command("period", "close", "city", "2199")
    assert refused.exit_code == 2
    assert "PERIOD_NOT_READY" in refused.output
    assert command("period", "close", "nowhere", "2026-10").exit_code == 2


def test_what_if_prints_who_would_move_and_changes_nothing(command: Command) -> None:
    command("period", "close", "city", "2026-10")
    words = ("what-if", "city", "2026-10", "--scheme", "eperf/norm-minutes", "--bands", "10,50")
    found = json.loads(command(*words, "--json").output)
    assert found["summary"]["people"] == 2
    assert {one["name"] for one in found["movers"]} == {"Budi", "Wati"}
    assert found["movers"][0]["delta_h"] == found["movers"][0]["after_h"] - found["movers"][0]["before_h"]
    shown = command(*words)
    assert shown.exit_code == 0, shown.output
    assert shown.output.rstrip().endswith("Nothing was changed.")
    same = json.loads(command("what-if", "city", "2026-10", "--json").output)
    assert (same["summary"]["same"], same["movers"]) == (2, [])
    for wrong in (("--settings", "[]"), ("--bands", "50,10"), ("--scheme", "no/such"), ("--to", "2026-09")):
        assert command("what-if", "city", "2026-10", *wrong).exit_code == 2, wrong
