"""A glance at SQLite: what is short is answered at once, what is not is left to the reader, and nothing waits."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eperf.store.glance import Glance

FOR_EVER = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) + ?1 FROM t"


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Glance, sqlite3.Connection]]:
    path = str(folder / "read.db")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE kept (n INT)")
    glance = Glance(path, {"cache_size": -1234, "busy_timeout": 5000})
    try:
        yield glance, writer
    finally:
        glance.close()
        writer.close()


def test_what_has_been_written_is_read_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    with opened(tmp_path) as (glance, writer):
        for number in range(50):
            writer.execute("INSERT INTO kept VALUES (?)", (number,))
            found = glance.rows("SELECT count(*) FROM kept WHERE n <= ?1", (number,))
            assert found is not None
            assert found[0][0] == number + 1
        assert glance.rows("INSERT INTO kept VALUES (?1)", (1,)) is None
        assert writer.execute("SELECT count(*) FROM kept").fetchone()[0] == 50


def test_what_takes_long_is_given_up_and_not_begun_again(tmp_path: Path) -> None:
    with opened(tmp_path) as (glance, _):
        begun = time.thread_time()
        assert glance.rows(FOR_EVER, (1,)) is None
        assert time.thread_time() - begun < 1
        begun = time.thread_time()
        for _ in range(1000):
            assert glance.rows(FOR_EVER, (1,)) is None
        assert time.thread_time() - begun < 1
        found = glance.rows("SELECT ?1", (3,))
        assert found is not None
        assert found[0][0] == 3


def test_short_ones_of_one_text_stay_short_however_often_they_are_asked(tmp_path: Path) -> None:
    text = (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT 50) SELECT max(n) + ?1 FROM t"
    )
    with opened(tmp_path) as (glance, _):
        for number in range(2000):
            found = glance.rows(text, (number,))
            assert found is not None
            assert found[0][0] == 50 + number


@pytest.mark.parametrize("lock", ["BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"])
def test_a_writer_at_work_makes_nobody_wait(tmp_path: Path, lock: str) -> None:
    with opened(tmp_path) as (glance, writer):
        writer.execute(lock)
        writer.execute("INSERT INTO kept VALUES (1)")
        begun = time.perf_counter()
        found = glance.rows("SELECT count(*) + ?1 FROM kept", (0,))
        assert time.perf_counter() - begun < 1
        assert found is None or found[0][0] == 0
        writer.execute("COMMIT")
        found = glance.rows("SELECT count(*) + ?1 FROM kept", (0,))
        assert found is not None
        assert found[0][0] == 1


def test_a_statement_that_is_wrong_is_left_to_whoever_says_why(tmp_path: Path) -> None:
    with opened(tmp_path) as (glance, _):
        assert glance.rows("SELECT * FROM nowhere", ()) is None
