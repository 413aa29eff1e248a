"""Operations that nobody would write, made from the schema by Schemathesis for a bounded time: none is a fault of ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 30
_LEAST = 50


def test_no_operation_that_the_schema_allows_is_a_server_error(
    town: dict[str, Any], tmp_path: Path, record_property: Any
) -> None:
    """The role that may do and see most. `not_a_server_error` takes a status of 500 and any error without a usual code."""
    ended = subprocess.run(
        [
            str(Path(sys.executable).parent / "st"),
            *("run", f"{town['url']}/graphql", "--no-color", "--continue-on-failure"),
            *("--header", f"Authorization: Bearer {town['tokens']['personnel_admin']}"),
            *("--checks", "not_a_server_error", "--max-time", str(_SECONDS)),
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(_ROOT),
            "SCHEMATHESIS_HOOKS": "tests.conformance.scalars",
        },
        capture_output=True,
        text=True,
        timeout=_SECONDS * 4,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
    operations = re.search(r"Tested: (\d+)", ended.stdout)
    cases = re.search(r"(\d+) generated, (\d+) passed", ended.stdout)
    assert operations is not None
    assert cases is not None
    record_property(
        "figure", f"Schemathesis: {cases[2]} operations on {operations[1]} fields, no server error"
    )
    assert int(cases[2]) >= _LEAST
