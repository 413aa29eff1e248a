"""The benches of scoring and of freshness on a handful of people: every way gives the same scores, everything is heard."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.database import KIND

_ROOT = Path(__file__).parents[2]


def run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.database
@pytest.mark.skipif(KIND == "sqlite", reason="a city's month is measured on PostgreSQL")
@pytest.mark.timeout(240)
def test_every_way_of_scoring_gives_the_same_scores(tmp_path: Path) -> None:
    size = ("--employees", "60", "--activities", "6", "--rounds", "1", "--sample", "8")
    run("bench.scoring", *size, "--cache", str(tmp_path / "towns"), "--results", str(tmp_path / "results"))
    (kept,) = (tmp_path / "results").glob("*.json")
    found = json.loads(kept.read_text())
    assert set(found["turns"]) == {"eperf", "sql", "orm", "snapshot"}
    assert [turn["employees"] for turn in found["turns"]["eperf"]] == [60]
    assert len(found["goals"]) == 6


@pytest.mark.database
@pytest.mark.timeout(240)
def test_every_verification_is_heard_of(tmp_path: Path) -> None:
    size = ("--employees", "100", "--rate", "5", "--seconds", "2", "--crowd", "50")
    found = json.loads(run("bench.freshness", "--database", KIND, *size, "--cache", str(tmp_path), "--json"))
    for turn in found[KIND].values():
        assert turn["heard of"] == turn["verified"] == 10
        assert turn["dirty rows left at the end"] == 0
