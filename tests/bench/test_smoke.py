"""A quick run of the whole bench, as `make bench` does it, on a small town."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import peer
from tests.support.database import KIND

_ROOT = Path(__file__).parents[2]


@pytest.mark.database
@pytest.mark.timeout(240)
def test_every_variant_gives_the_floor_s_answers_and_eperf_its_very_bytes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--no-unseen", "--database", KIND]
    command += ["--cache", str(tmp_path / "towns"), "--results", str(tmp_path / "results")]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]

    (kept,) = (tmp_path / "results").glob("*.json")
    found = json.loads(kept.read_text())
    assert kept.with_suffix(".md").read_text() in done.stdout
    expected = {"floor", "eperf", "eperf, ten idle plugins", "ordinary"}
    if KIND == "postgres":
        expected.add("floor, stock pool")
    if KIND == "postgres" and peer.installed():
        expected.add("postgraphile")
    for operation in ("page", "unit", "hundred", "one"):
        fields = {"eperf, three batch fields"} if operation == "page" else set()
        assert set(found["rounds"][operation]) == expected | fields
        assert found["same bytes as the floor"][operation]["eperf"]
    stepwise = {"floor, in steps"} if KIND == "postgres" else set()
    assert set(found["rounds"]["submit"]) == expected - {"ordinary"} | stepwise
    turns = [turn for rounds in found["rounds"].values() for made in rounds.values() for turn in made]
    assert all(turn["outcome"]["requests"] > 0 and turn["outcome"]["failed"] == 0 for turn in turns)
