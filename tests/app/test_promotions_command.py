"""`eperf promotions find` as a personnel office runs it, on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eperf.app.cli.promotions import app
from eperf.store.people import EmployeeRow
from tests.support.database import opened, run
from tests.support.town import build

NIP = "198001012005011001"
Command = Callable[..., Result]


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `eperf promotions find …` on a town's database."""

    async def write() -> None:
        async with opened(database_url):
            town = await build()
            await EmployeeRow.filter(id=town.people["Budi"]).update(
                nip=NIP, rank="III/b", rank_since=date(2022, 1, 1)
            )
            await EmployeeRow.filter(id=town.people["Eka"]).update(rank="III/a", rank_since=date(2024, 3, 1))

    run(write())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(app, ["find", *words])


def test_candidates_are_listed_with_what_they_have_to_show(command: Command) -> None:
    result = command("--date", "2027-01-01")
    assert result.exit_code == 0
    candidate, last = result.output.splitlines()
    assert candidate == f"{NIP} Budi: III/b to III/c by KP-R: to_be_shown (B2 unknown, B3 unknown)"
    assert last == (
        "2027-01-01: 2 judged, 1 candidates, 3 without a rank; proposals from 2026-11-16 to 2026-12-15; "
        "not recorded: B4, B5, B9, B11, B12"
    )


def test_everybody_is_listed_with_the_day_on_which_a_reason_clears(command: Command) -> None:
    lines = command("--date", "2027-01-01", "--all").output.splitlines()
    assert len(lines) == 3
    assert lines[1].endswith(
        "Eka: III/a to III/b by KP-R: refused (B1 until 2028-03-01, B2 unknown, B3 unknown)"
    )


def test_json_holds_every_rule_with_its_evidence(command: Command) -> None:
    found = json.loads(command("--date", "2027-01-01", "--unit", "office", "--json").output)
    assert (found["judged"], found["candidates"], found["tmt"]) == (1, 1, "2027-01-01")
    assert found["not_recorded"] == ["B4", "B5", "B9", "B11", "B12"]
    (person,) = found["people"]
    assert (person["nip"], person["rank"], person["next_rank"]) == (NIP, "III/b", "III/c")
    time = person["findings"][0]
    assert (time["code"], time["met"], time["clears"]) == ("B1", True, None)
    assert [finding["code"] for finding in person["findings"]] == ["B1", "B2", "B3", "B7"]
    assert time["step"]["facts"]["rank_since"] == "2022-01-01"


@pytest.mark.parametrize("words", [("--date", "2027-01-02"), ("--unit", "nowhere"), ("--date", "soon")])
def test_what_cannot_be_searched_is_an_exit_with_2(command: Command, words: tuple[str, ...]) -> None:
    assert command(*words).exit_code == 2
