"""The kit's followers keep a table of scores equal to the server's, through all that may come between."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eperf.schema.ids import global_id
from eperf.store.event import EventRow
from eperf.store.scoring import ScoreRow
from tests.faults.workload import token_of
from tests.support.database import opened, run
from tests.support.kit import KIT, Program
from tests.support.restarts import FOLLOWER, agreed, committed, followed_town, report_through_restarts
from tests.support.server import Server

SCORES = ("score.changed",)
RESTARTS = int(os.environ.get("EPERF_KIT_RESTARTS", "1"))


class Follower:
    """One of them, with its token and its ledger."""

    def __init__(self, folder: Path, server: Server, language: str, *more: str) -> None:
        name = "-".join((language, *more)).replace("--", "")
        self.ledger, self.token = folder / f"{name}.db", folder / f"{name}.token"
        paths = ("--token", str(self.token), "--ledger", str(self.ledger))
        self.program = Program(folder, language, "follow", server.url, *paths, *more)

    def cursor(self) -> str | None:
        """The place that it has kept."""
        found = self._read("SELECT cursor FROM place")
        return str(found[0][0]) if found else None

    def scores(self) -> dict[str, tuple[Any, ...]]:
        """The scores that it has kept, by id."""
        return {row[0]: row[1:] for row in self._read("SELECT id, period, score, state FROM score")}

    def put_back(self, cursor: str) -> None:
        """As it would be after a long time away."""
        with closing(sqlite3.connect(self.ledger)) as file:
            file.execute("UPDATE place SET cursor = ?", (cursor,))
            file.execute("DELETE FROM score")
            file.commit()

    def _read(self, statement: str) -> list[Any]:
        if not self.ledger.exists():
            return []
        with closing(sqlite3.connect(self.ledger)) as file:
            try:
                return file.execute(statement).fetchall()
            except sqlite3.OperationalError:
                return []  # it has just been made


def scores(url: str) -> dict[str, tuple[Any, ...]]:
    """The scores as they are."""

    async def look() -> dict[str, tuple[Any, ...]]:
        async with opened(url):
            return {
                global_id("Score", row.id): (
                    row.period,
                    None if row.score_h is None else f"{row.score_h / 100:.2f}",
                    row.state,
                )
                for row in await ScoreRow.all()
            }

    return run(look())


def forget(url: str) -> str:
    """The log as it is after retention: only its last update is kept. Gives the cursor before that one."""

    async def cut() -> str:
        async with opened(url):
            last = await EventRow.filter(cursor__not_isnull=True).order_by("-cursor").first()
            assert last is not None
            await EventRow.filter(cursor__lt=last.cursor).delete()
            return str(int(last.cursor or 0) - 1)

    return run(cut())


@pytest.fixture
def followers(tmp_path: Path) -> Iterator[Callable[[Server], list[Follower]]]:
    made: list[Follower] = []

    def make(server: Server) -> list[Follower]:
        javascript = [
            Follower(tmp_path, server, "javascript", "--over", way) for way in ("sockets", "streams")
        ]
        made.extend([Follower(tmp_path, server, "python"), *javascript])
        return made

    yield make
    for one in made:
        one.program.kill()


@pytest.mark.fault
@pytest.mark.timeout(600)
def test_they_follow_through_expired_tokens_kills_of_both_sides_and_a_log_that_was_cut(
    database_url: str, serve: Callable[..., Server], followers: Callable[[Server], list[Follower]]
) -> None:
    town = followed_town(database_url)
    server = serve(database_url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"})
    each = followers(server)

    for one in each:
        one.token.write_text("eperf_of-yesterday\n")
        one.program.start()
    for one in each:
        one.program.until_said("TokenRefused")
        one.token.unlink()
        one.program.until_said("again in", times=2)
        one.token.write_text(token_of(FOLLOWER) + "\n")

    def connected() -> int:
        """They are killed too, before each time that the server is."""
        for one in each:
            one.program.kill()
            one.program.start()
        return RESTARTS + 1

    assert asyncio.run(report_through_restarts(server, town, RESTARTS, connected)) >= 8 * RESTARTS
    asyncio.run(agreed(database_url, lambda: [_kept(one, database_url) for one in each], kinds=SCORES))
    reached = committed(database_url, SCORES)[-1]
    assert [one.cursor() for one in each] == [reached] * len(each), [one.program.said() for one in each]
    assert [one.scores() for one in each] == [scores(database_url)] * len(each)
    assert scores(database_url)

    for one in each:
        one.program.kill()
    server.kill()
    oldest = forget(database_url)
    for one in each:
        one.put_back("1")
        one.program.start()  # before the server: nobody is there yet
    server.start()
    for one in each:
        one.program.until_said(f"the log begins at {oldest} now: reading everything")
    asyncio.run(agreed(database_url, lambda: [_kept(one, database_url) for one in each], kinds=SCORES))
    assert [one.scores() for one in each] == [scores(database_url)] * len(each)
    assert all(int(one.cursor() or 0) >= int(oldest) for one in each)
    assert all(one.program.runs() for one in each)
    assert "Traceback" not in "".join(one.program.said() for one in each)


def _kept(one: Follower, url: str) -> list[str]:
    """All that is committed, once its scores are the server's: what `agreed` waits for."""
    reached, cursors = int(one.cursor() or 0), committed(url, SCORES)
    same = one.scores() == scores(url) and all(int(cursor) <= reached for cursor in cursors)
    return cursors if same else []


@pytest.mark.fault
def test_a_cursor_of_another_log_leads_to_a_full_read(
    database_url: str, serve: Callable[..., Server], followers: Callable[[Server], list[Follower]]
) -> None:
    followed_town(database_url)
    each = followers(serve(database_url))
    for one in each:
        one.token.write_text(token_of(FOLLOWER))
        # As after the server was restored from a backup: the log ends before what was heard.
        with closing(sqlite3.connect(one.ledger)) as file:
            file.execute("CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT NOT NULL)")
            file.execute("INSERT INTO place VALUES (1, '999999')")
            file.commit()
        one.program.start()
    for one in each:
        one.program.until_said("reading everything")
        until(lambda one=one: one.cursor() != "999999")  # type: ignore[misc]
        assert one.program.runs()


@pytest.mark.fault
def test_what_would_be_refused_again_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    for language, more in (("python", ()), ("javascript", ("--over", "streams"))):
        token = tmp_path / f"{language}.token"
        token.write_text("any")
        paths = ("--token", str(token), "--ledger", str(tmp_path / f"{language}.db"))
        program = Program(tmp_path, language, "follow", f"{server.url}/elsewhere", *paths, *more)
        program.start()
        until(lambda program=program: not program.runs())  # type: ignore[misc]
        assert "Wrong" in program.said()
        assert "status 404" in program.said()


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Waits."""
    last = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last
        time.sleep(0.05)


def test_the_kit_asks_for_the_versions_that_are_tried_here() -> None:
    kit = json.loads((KIT / "javascript" / "package.json").read_text())["dependencies"]
    suites = KIT.parents[1] / "tests" / "conformance" / "package.json"
    tried = json.loads(suites.read_text())["devDependencies"]
    assert {name: wanted.lstrip("^") for name, wanted in kit.items()} == {name: tried[name] for name in kit}
