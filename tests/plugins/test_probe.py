"""A start that a plugin ends: what is left of it, and what the next one makes of that."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eperf import __version__
from eperf.plugins.discovery import Candidate
from eperf.plugins.guests.process import TIMED_OUT, Overrun, Trial

RIGHT = "from tests.faults.chaos import eperf_scoring_schemes\n"
ENDS, HANGS = "import os\nos._exit(3)\n", "while True:\n    pass\n"
START = """
import sys
from pathlib import Path
from eperf import __version__
from eperf.plugins.discovery import Candidate
from eperf.plugins.guests import probed
from eperf.plugins.registry import load
import importlib
names = ["first", "second"]
plan = [
    Candidate(n, n, "1", f"=={__version__}", lambda n=n: importlib.import_module(n), where=n) for n in names
]
with probed(plan, Path(sys.argv[1]) / "notes", float(sys.argv[2])) as chosen:
    registry = load(candidates=chosen)
for one in registry.report():
    print(one.name, one.state, one.cause)
"""


def start(folder: Path, *plugins: str, seconds: int = 30) -> subprocess.CompletedProcess[str]:
    """Starts with two plugins as they are written there."""
    for name, text in zip(("first", "second"), plugins, strict=True):
        (folder / f"{name}.py").write_text(text)
    (folder / "start.py").write_text(START)
    root = str(Path(__file__).resolve().parents[2])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), root]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, "start.py", str(folder), str(seconds)], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_an_ordinary_start_tries_nothing_apart_and_leaves_no_note(tmp_path: Path) -> None:
    done = start(tmp_path, RIGHT, RIGHT)
    assert done.stdout == "first ok None\nsecond ok None\n", done.stderr
    assert not list((tmp_path / "notes").iterdir())


def test_who_ends_the_start_is_named_and_left_out_until_it_is_mended(tmp_path: Path) -> None:
    assert start(tmp_path, RIGHT, ENDS).returncode == 3
    for _ in range(2):
        done = start(tmp_path, RIGHT, ENDS)
        assert done.stdout.startswith("first ok None\nsecond refused its import or a hook ends the process")
        assert "ended with 3" in done.stdout
    assert start(tmp_path, RIGHT, RIGHT).stdout == "first ok None\nsecond ok None\n"
    assert not list((tmp_path / "notes").iterdir())


def test_who_hangs_is_given_up_and_the_same_start_goes_on_without_it(tmp_path: Path) -> None:
    done = start(tmp_path, HANGS, RIGHT, seconds=6)
    assert done.stdout == "first refused its import or a hook does not end within 6 s\nsecond ok None\n"


def test_a_child_that_lives_on_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "forks.py").write_text(
        "import os, time\nif os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)\ntime.sleep(60)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    forks = Candidate("forks", "forks", "1", f"=={__version__}", lambda: None, where="forks")
    began = time.monotonic()
    with pytest.raises(Overrun) as overrun:
        Trial(forks, 3)
    assert overrun.value.code == TIMED_OUT
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("note", ["{", "[1, null]"])
def test_a_note_that_says_nothing_is_no_hindrance(tmp_path: Path, note: str) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "starting-999999999.json").write_text(note)
    (tmp_path / "notes" / "suspects.json").write_text(note)
    assert start(tmp_path, RIGHT, RIGHT).stdout == "first ok None\nsecond ok None\n"
