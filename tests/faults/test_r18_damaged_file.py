"""R18: SQLite's file is cut, rotten or without its log, its folder empty or read-only: `eperf serve` refuses, and writes nothing.

What cannot be seen is a value in which a byte was changed: then one value differs, and nothing else.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eperf.domain.errors import DatabaseDamaged
from eperf.store.sound import require_sound
from tests.faults.workload import populate
from tests.support.database import KIND
from tests.support.server import Server, free_port

FLIPS = int(os.environ.get("EPERF_R18_FLIPS", "150"))
_DROP, _MAY_ALL = 24, 1
"""PR_CAPBSET_DROP and CAP_DAC_OVERRIDE: without it root, too, may not write what its mode forbids."""
_prctl = ctypes.CDLL(None).prctl

pytestmark = pytest.mark.skipif(KIND != "sqlite", reason="PostgreSQL looks after its own files")


@pytest.fixture
def town(new_database: Callable[..., str], tmp_path: Path) -> Path:
    """The folder of a town that was stopped in order."""
    url = new_database()
    populate(url)
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(url.removeprefix("sqlite://"), folder / "eperf.db")
    return folder


def serve(folder: Path) -> tuple[int, str, float]:
    """The exit code of the real command, what it said, and how long it took."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "eperf", "serve", "--port", str(free_port())],
        env={**kept, "EPERF_DATA_DIR": str(folder), "COLUMNS": "400", "HOME": "/"},
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: _prctl(_DROP, _MAY_ALL, 0, 0, 0),
        check=False,
    )
    return done.returncode, done.stderr, time.monotonic() - begun


def state_of(folder: Path) -> dict[str, str]:
    """Every file of a database and what is in it."""
    return {
        one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(folder.glob("eperf.db*"))
    }


def values_of(path: Path) -> list[Any]:
    """Every value of every table, in order."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        ]
        return [
            value
            for name in names
            for row in connection.execute(f"SELECT rowid, * FROM {name} ORDER BY rowid")
            for value in row
        ]


@pytest.mark.fault
def test_r18_a_file_that_was_cut_is_refused_and_not_written(town: Path) -> None:
    path = town / "eperf.db"
    whole = path.read_bytes()
    for length in (len(whole) // 2 // 4096 * 4096, 1000):
        path.write_bytes(whole[:length])
        before = state_of(town)
        code, said, seconds = serve(town)
        assert code == 2
        assert "DATABASE_DAMAGED" in said
        assert "Traceback" not in said
        assert state_of(town) == before
        assert seconds < 30
    for length in (0, 15, 99, 512, 4096, len(whole) - 4096, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(DatabaseDamaged):
            require_sound(path)
        assert path.read_bytes() == whole[:length]


@pytest.mark.fault
def test_r18_a_rotten_file_is_refused_or_serves_what_was_right(
    town: Path, record_property: Callable[[str, object], None]
) -> None:
    path, rng = town / "eperf.db", random.Random(18)
    whole, right = path.read_bytes(), values_of(path)
    refused = unnoticed = 0
    for _ in range(FLIPS):
        at = rng.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1 :])
        before = state_of(town)
        try:
            require_sound(path)
        except DatabaseDamaged:
            refused += 1
        else:
            found = values_of(path)
            assert len(found) == len(right)
            differ = sum(one != other for one, other in zip(found, right, strict=True))
            assert differ <= 1, at
            unnoticed += differ
        assert state_of(town) == before
    path.write_bytes(whole[:100] + bytes(4096) + whole[4196:])
    code, said, _ = serve(town)
    assert (code, "DATABASE_DAMAGED" in said) == (2, True)
    assert refused
    record_property(
        "figure",
        f"R18: {FLIPS} flipped bits: {refused} refused, {FLIPS - refused - unnoticed} without effect, {unnoticed} in a value",
    )


@pytest.mark.fault
def test_r18_a_database_whose_log_was_taken_away_is_refused_and_not_written(
    town: Path, tmp_path: Path
) -> None:
    server = Server(f"sqlite://{town / 'eperf.db'}", tmp_path, {"EPERF_DATA_DIR": str(town)}).start()
    server.kill()
    log = town / "eperf.db-wal"
    assert log.exists()
    kept = log.read_bytes()
    for name in ("eperf.db-wal", "eperf.db-shm"):
        (town / name).unlink()
    before = state_of(town)
    code, said, _ = serve(town)
    assert code == 2
    assert "eperf.db-wal was taken away" in said
    assert state_of(town) == before
    log.write_bytes(kept)
    server.start()
    assert server.terminate() in (0, -15)
    require_sound(town / "eperf.db")


@pytest.mark.fault
def test_r18_an_empty_folder_is_refused_and_stays_without_a_database(tmp_path: Path) -> None:
    code, said, _ = serve(tmp_path / "nothing")
    assert code == 2
    assert "run `eperf migrate`" in said
    assert list((tmp_path / "nothing").glob("eperf.db*")) == []


@pytest.mark.fault
def test_r18_a_folder_that_may_not_be_written_is_refused(town: Path) -> None:
    for one in (town, *town.iterdir()):
        one.chmod(0o555 if one.is_dir() else 0o444)
    before = state_of(town)
    code, said, _ = serve(town)
    assert code == 2
    assert "data_dir" in said
    assert "Traceback" not in said
    assert state_of(town) == before
