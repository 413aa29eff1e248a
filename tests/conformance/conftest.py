"""A served town, and Node to run the public suites against it.

These suites test the front, which knows no database, so they run once, on SQLite: no test here carries the marker
`database`. A machine without the suites fails them (`make conformance` installs them); nothing is skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo import demo_town

HERE = Path(__file__).resolve().parent
_ROOT = HERE.parents[1]
_SECONDS = 60


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A demo town on SQLite, served; `url`, `tokens` by role, and `ids`."""
    with demo_town(tmp_path_factory.mktemp("town"), "sqlite", employees=60) as served:
        yield served


@pytest.fixture(scope="session")
def node() -> Callable[..., Any]:
    """Runs a script of this folder: `node("audit.mjs", {"url": …})`; gives what it says."""

    def run(script: str, asked: dict[str, Any]) -> Any:
        ended = in_node(str(HERE / script), given=json.dumps(asked))
        assert ended.returncode == 0, ended.stderr[-4000:]
        return json.loads(ended.stdout)

    return run


def in_node(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the Node that the wheel brought beside this Python, from the repository's root."""
    assert (HERE / "node_modules").is_dir(), "the suites are not installed; run: make conformance"
    executable = Path(sys.executable).parent / ("node.exe" if os.name == "nt" else "node")
    return subprocess.run(
        [str(executable), *arguments],
        cwd=_ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
