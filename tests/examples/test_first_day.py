"""The example client plays its day against a served demo town, on the database of this run."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.database import KIND

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A demo town of a hundred people, served; the value is what `--access` wrote."""
    folder = tmp_path_factory.mktemp("demo")
    access = folder / "access.json"
    command = [sys.executable, "-m", "eperf", "demo", "--employees", "100", "--port", "0", "--database", KIND]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--access", str(access), "--folder", str(folder / "town")],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 120
        while not access.exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
        time.sleep(0.2)
        yield json.loads(access.read_text())
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in (folder / "log").read_text()


@pytest.mark.database
async def test_the_first_day_ends_with_an_explained_score(
    town: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("first_day", REPOSITORY / "examples" / "first_day.py")
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    update = await example.main(town)
    score = update["subject"]
    assert update["kind"] == "score.changed"
    assert sum(Decimal(leaf["amount"]) for leaf in score["breakdown"]) == Decimal(score["score"])
    printed = capsys.readouterr().out
    assert "OK: 2" in printed
    assert "VERIFIED" in printed


@pytest.mark.database
def test_a_token_is_printed_for_each_role(town: dict[str, Any]) -> None:
    assert set(town["tokens"]) == {
        "employee", "supervisor", "acting_supervisor", "unit_leader", "personnel_admin", "auditor", "signer",
        "plugin_admin", "integrator",
    }  # fmt: skip
