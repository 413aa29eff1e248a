"""Schemathesis asks and does what the schema allows, as several callers, and finds no fault of ours.

`EPERF_FUZZ_SECONDS` is the time of each caller; `make fuzz` takes more of it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.workload import populate, token_of
from tests.support.database import Databases
from tests.support.server import Server

SECONDS = int(os.environ.get("EPERF_FUZZ_SECONDS", "30"))
REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"


def fuzz(server: Server, folder: Path, caller: str) -> str:
    """What Schemathesis says after its time; its database of examples is not kept."""
    done = subprocess.run(
        [
            str(SCHEMATHESIS), "--no-color", "run", f"{server.url}/graphql", "--checks", "not_a_server_error",
            "--header", f"Authorization: Bearer {token_of(caller)}", "--max-time", str(SECONDS),
            "--max-examples", "40", "--generation-database", "none", "--request-timeout", "20", "--workers", "1",
            "--suppress-health-check", "all",
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.conformance.scalars", "PYTHONPATH": str(REPOSITORY)},
        cwd=folder, capture_output=True, text=True, timeout=SECONDS + 120, check=False,
    )  # fmt: skip
    print(done.stdout[-6000:], done.stderr[-2000:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.timeout(SECONDS * 3 + 300)
def test_generated_operations_find_no_server_error(databases: Databases, tmp_path: Path) -> None:
    database = databases.migrated()
    populate(database)
    with Server(database, tmp_path) as server:
        said = fuzz(server, tmp_path, "Sri")
        tested = re.search(r"(\d+) generated", said)
        assert tested is not None, said
        assert int(tested[1]) > 100, said
    assert "Traceback" not in server.last_words(), server.last_words()
    assert "graphql_fault" not in server.last_words()
    databases.drop(database)
