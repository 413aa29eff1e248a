"""Backup and restore: one archive that can be checked, and an empty place that becomes what it was made of."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from eperf.adapters.blobs import Blobs
from eperf.app.house import opened as opened_house
from eperf.domain.activity import Report
from eperf.domain.errors import BackupDamaged, BackupNewer, BadInput, PlaceNotEmpty, RestoreUnfinished
from eperf.domain.webhook.state import WebhookState
from eperf.services import activity, backup
from eperf.services.backup import form, restoring
from eperf.services.schedule import due
from eperf.settings import Settings
from eperf.store import database, log, migrate
from eperf.store.activity import ActivityRow
from eperf.store.event import EventRow
from eperf.store.guest import JobRow, SinkRow
from eperf.store.scoring import ScoreRow
from eperf.store.webhook import WebhookRow
from tests.support.closed import POINTS, chosen, closed, scored, worked
from tests.support.database import KIND, Databases, opened, run
from tests.support.town import NOW, TODAY, Town, build

pytestmark = pytest.mark.database
CONTENT = b"%PDF-1.7 bukti kegiatan" * 1000
EVIDENCE = hashlib.sha256(CONTENT).hexdigest()
SECRET = b"s" * 32


async def submitted(town: Town, key: str) -> int:
    return await activity.submit(
        town.call("Budi", key=key), Report(town.item, TODAY, 30, 100, f"kerja {key}")
    )


async def numbered() -> None:
    while await log.number():
        pass


async def hooked(town: Town) -> None:
    """A webhook of each state, changed long ago."""
    for state in WebhookState:
        await WebhookRow.create(
            account_id=town.accounts["Eka"], unit_id=town.units["city"], name=state.value, state=state.value,
            url="https://receiver.example/", host="receiver.example", secret="whsec_x", cursor=1,
            created_at=NOW - timedelta(days=60), changed_at=NOW - timedelta(days=60),
        )  # fmt: skip


def lived_in(url: str, data: Path) -> Town:
    """A town in which something has happened: work, a closed month with its file, evidence, a sink, a job."""

    async def live() -> Town:
        async with opened(url):
            town = await build()
            await worked(town)
            await chosen(town, POINTS, {})
            await scored(town)
            await closed(town, Blobs(data))
            await submitted(town, "before")
            await numbered()
            await SinkRow.create(name="broker/all", cursor=2)
            await JobRow.create(name="mail/daily", due_at=NOW - timedelta(days=3), cause="was away")
            await hooked(town)
            await Blobs(data).put(CONTENT)
            return town

    town = run(live())
    (data / "server.secret").write_bytes(SECRET)
    (data / "server.secret").chmod(0o600)
    return town


def rows_of(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, as the drivers give them."""
    found = run(_postgres_rows(url)) if KIND == "postgres" else _sqlite_rows(database.sqlite_path(url))
    found["plugin_job"] = [row[:2] + row[3:] for row in found["plugin_job"]]  # but when a job is due next
    # and what is paused by a restore.
    flowing = {"active", "paused"}
    found["webhook"] = [row if flowing.isdisjoint(row) else row[:1] for row in found["webhook"]]
    return found


def _sqlite_rows(path: str) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}


async def _postgres_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    connection = await asyncpg.connect(url)
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {
            name: sorted((tuple(row) for row in await connection.fetch(f"SELECT * FROM {name}")), key=repr)
            for (name,) in names
        }
    finally:
        await connection.close()


def made(url: str, data: Path, path: Path) -> backup.Made:
    return run(backup.backup(url, data, path, NOW))


def restored(url: str, data: Path, path: Path, ahead: int = 0, apps: Mapping[str, Any] | None = None) -> None:
    run(backup.restore(url, data, path, apps or {}, ahead))


def files_of(data: Path) -> dict[str, bytes]:
    return {str(one.relative_to(data)): one.read_bytes() for one in data.glob("files/**/*") if one.is_file()}


class Place:
    """Where a town lives, its archive, and empty places to restore into."""

    def __init__(self, folder: Path, new_database: Callable[..., str]) -> None:
        self._folder, self._new, self._count = folder, new_database, 0
        self.url, self.data, self.archive = new_database(), folder / "data", folder / "town.tar"
        self.town = lived_in(self.url, self.data)

    def empty(self) -> tuple[str, Path]:
        self._count += 1
        return self._new(empty=True), self._folder / f"place-{self._count}"


@pytest.fixture
def place(tmp_path: Path, new_database: Callable[..., str]) -> Place:
    return Place(tmp_path, new_database)


def test_a_restored_place_has_every_row_every_content_and_the_secret(place: Place) -> None:
    found = made(place.url, place.data, place.archive)
    assert found.damaged == ()
    checked = backup.check(place.archive)
    assert (checked.seal, checked.manifest, checked.bytes) == (found.seal, found.manifest, found.bytes)
    assert place.archive.stat().st_size == found.bytes
    url, data = place.empty()
    restored(url, data, place.archive)
    assert rows_of(url) == rows_of(place.url)
    assert files_of(data) == files_of(place.data)
    assert len(files_of(data)) == 2
    assert (data / "server.secret").read_bytes() == SECRET
    assert (data / "server.secret").stat().st_mode & 0o777 == 0o600
    assert not backup.is_unfinished(data)


@pytest.fixture(scope="module")
def once(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    """A place, and the database of one that was restored from it, for tests that do not mind each other."""
    urls: list[str] = []

    def new(*, empty: bool = False) -> str:
        urls.append(databases.empty() if empty else databases.migrated())
        return urls[-1]

    place = Place(tmp_path_factory.mktemp("once"), new)
    made(place.url, place.data, place.archive)
    url, data = place.empty()
    restored(url, data, place.archive)
    yield place, url
    for one in urls:
        databases.drop(one)


def test_ids_cursors_and_keys_go_on_in_a_restored_place(once: tuple[Place, str]) -> None:
    place, url = once

    async def go_on() -> None:
        async with opened(url):
            head, last = await log.head(), await ActivityRow.all().order_by("-id").first()
            assert last is not None
            assert await submitted(place.town, "before") == last.id
            assert await submitted(place.town, "after") > last.id
            await numbered()
            newest = await EventRow.all().order_by("-cursor").first()
            assert newest is not None
            assert newest.cursor == head + 1

    run(go_on())


def test_no_effect_fires_again_in_a_restored_place(once: tuple[Place, str]) -> None:
    _, url = once

    class Daily:
        def after(self, now: Any) -> Any:
            return now + timedelta(hours=5)

    async def look() -> None:
        async with opened(url):
            assert (await SinkRow.get(name="broker/all")).cursor == 2
            assert (await JobRow.get(name="mail/daily")).cause == "was away"
            assert await due("mail/daily", Daily(), NOW) == NOW + timedelta(hours=5)  # type: ignore[arg-type]

    run(look())


def test_webhooks_send_nothing_from_a_restored_place_until_they_are_resumed(once: tuple[Place, str]) -> None:
    _, url = once

    async def look() -> None:
        async with opened(url):
            states = dict(await WebhookRow.all().values_list("name", "state"))
            assert states.pop("active") == "paused"
            assert states == {name: name for name in states}
            paused = await WebhookRow.filter(state="paused")
            assert {row.name for row in paused} == {"active", "paused"}
            assert all(datetime.now(UTC) - row.changed_at < timedelta(minutes=5) for row in paused)

    run(look())


def test_numbers_that_were_given_out_after_the_backup_can_be_left_free(place: Place) -> None:
    made(place.url, place.data, place.archive)
    url, data = place.empty()
    restored(url, data, place.archive, ahead=1000)

    async def go_on() -> None:
        async with opened(url):
            head = await log.head()
            last = await ActivityRow.all().order_by("-id").first()
            assert last is not None
            assert await submitted(place.town, "after") == last.id + 1001
            await numbered()
            newest = await EventRow.all().order_by("-cursor").first()
            before = await EventRow.all().order_by("-cursor").offset(1).first()
            assert newest is not None
            assert before is not None
            assert (newest.cursor, before.cursor) == (head + 1, head - 1000)

    run(go_on())


def test_the_scores_of_a_closed_month_are_sealed_in_a_restored_place_too(once: tuple[Place, str]) -> None:
    _, url = once

    async def tamper() -> None:
        async with opened(url):
            score = await ScoreRow.filter(period="2026-10").first()
            assert score is not None
            with pytest.raises(Exception, match="closed month do not change"):
                await ScoreRow.filter(id=score.id).update(score_h=1)

    run(tamper())


def test_a_reference_to_nothing_is_refused_in_a_restored_place_as_before(once: tuple[Place, str]) -> None:
    _, url = once

    async def tamper() -> None:
        async with opened(url):
            row = await ActivityRow.all().first()
            assert row is not None
            with pytest.raises(Exception, match=r"(?i)foreign key"):
                await ActivityRow.filter(id=row.id).update(employee_id=10**9)

    run(tamper())


def test_an_archive_is_readable_by_its_owner_alone_and_leaves_nothing_beside_it(place: Place) -> None:
    former = os.umask(0)
    try:
        made(place.url, place.data, place.archive)
    finally:
        os.umask(former)
    assert place.archive.stat().st_mode & 0o777 == 0o600
    beside = {one.name for one in place.archive.parent.iterdir() if one.is_file()}
    assert {name for name in beside if name.startswith(".")} == set()


def test_a_path_that_is_taken_is_not_written(place: Place) -> None:
    place.archive.write_bytes(b"somebody's")
    with pytest.raises(BadInput, match="there already"):
        made(place.url, place.data, place.archive)
    assert place.archive.read_bytes() == b"somebody's"


def test_a_backup_that_fails_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("eperf.services.backup.writing._files", full)
    before = {one.name for one in place.archive.parent.iterdir()}
    with pytest.raises(BadInput, match="No space left"):
        made(place.url, place.data, place.archive)
    assert {one.name for one in place.archive.parent.iterdir()} == before


def test_a_content_that_is_not_what_its_name_says_is_left_out_and_named(place: Place) -> None:
    kept = Blobs(place.data).path(EVIDENCE)
    kept.write_bytes(b"rotten" + kept.read_bytes()[6:])
    found = made(place.url, place.data, place.archive)
    assert found.damaged == (EVIDENCE,)
    assert backup.check(place.archive).manifest.files.count == 1


def test_a_place_that_is_not_empty_is_left_as_it_is(place: Place) -> None:
    made(place.url, place.data, place.archive)
    rows, files = rows_of(place.url), files_of(place.data)
    with pytest.raises(PlaceNotEmpty):
        restored(place.url, place.data, place.archive)
    url, data = place.empty()
    with pytest.raises(PlaceNotEmpty):
        restored(place.url, data, place.archive)
    with pytest.raises(PlaceNotEmpty):
        restored(url, place.data, place.archive)
    assert (rows_of(place.url), files_of(place.data)) == (rows, files)
    assert not backup.is_unfinished(place.data)
    restored(url, data, place.archive)


class Killed(BaseException):
    """As if the process had been ended."""


STEPS = ("begin", "_files", "_sqlite" if KIND == "sqlite" else "_postgres")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("behind", [False, True])
def test_a_restore_that_was_cut_off_refuses_to_be_served_and_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str, behind: bool
) -> None:
    made(place.url, place.data, place.archive)
    url, data = place.empty()
    whole = getattr(restoring, step)

    def cut(*given: Any) -> Any:
        if behind:
            done = whole(*given)
            if asyncio.iscoroutine(done):

                async def first() -> None:
                    await done
                    raise Killed

                return first()
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restoring, step, cut)
        with pytest.raises(Killed):
            restored(url, data, place.archive)
    if (step, behind) != ("begin", False):
        with pytest.raises(RestoreUnfinished):
            run(_served(url, data))
        with pytest.raises(RestoreUnfinished):
            made(url, data, place.archive.with_name("other.tar"))
    restored(url, data, place.archive)
    assert rows_of(url) == rows_of(place.url)
    assert files_of(data) == files_of(place.data)
    assert not backup.is_unfinished(data)


async def _served(url: str, data: Path) -> None:
    async with opened_house(Settings(database_url=url, data_dir=data)):
        pass


def test_another_archive_does_not_go_on_with_a_restore_that_was_cut_off(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(place.url, place.data, place.archive)
    other = place.archive.with_name("other.tar")
    run(_one_more(place))
    made(place.url, place.data, other)
    url, data = place.empty()

    def cut(*_: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_files", cut)
        with pytest.raises(Killed):
            restored(url, data, place.archive)
    with pytest.raises(PlaceNotEmpty, match="another backup"):
        restored(url, data, other)
    restored(url, data, place.archive)


async def _one_more(place: Place) -> None:
    async with opened(place.url):
        await submitted(place.town, "one more")


def test_an_archive_of_a_newer_program_is_refused_before_anything_is_changed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(place.url, place.data, place.archive)
    url, data = place.empty()
    known = migrate.known(database.config(url)["apps"])
    newest = max(known)
    monkeypatch.setattr(migrate, "known", lambda _: known - {newest})
    with pytest.raises(BackupNewer, match=newest):
        restored(url, data, place.archive)
    assert not data.exists()


def test_an_archive_of_an_older_program_is_migrated_by_the_usual_command(
    tmp_path: Path, new_database: Callable[..., str]
) -> None:
    older, data, path = new_database(empty=True), tmp_path / "data", tmp_path / "older.tar"
    known = sorted(migrate.known(database.config(older)["apps"]))

    async def older_program() -> None:
        config = await database.connect(older)
        try:
            await migrate.migrate(config, only=known[:-2])
        finally:
            await database.disconnect()

    run(older_program())
    made(older, data, path)
    url = new_database(empty=True)
    restored(url, tmp_path / "place", path)

    async def newer_program() -> tuple[migrate.Status, migrate.Status]:
        config = await database.connect(url)
        try:
            return await migrate.status(config), await migrate.migrate(config)
        finally:
            await database.disconnect()

    before, after = run(newer_program())
    assert before.pending == tuple(known[-2:])
    assert after.pending == ()


def test_an_archive_of_the_other_database_is_refused_by_name(place: Place, tmp_path: Path) -> None:
    made(place.url, place.data, place.archive)
    other = "postgres://nobody@127.0.0.1:1/none" if KIND == "sqlite" else f"sqlite://{tmp_path}/other.db"
    with pytest.raises(BadInput, match=f"the backup is of {KIND}"):
        restored(other, tmp_path / "place", place.archive)


def test_a_database_that_is_not_eperfs_is_not_backed_up(tmp_path: Path, empty_database_url: str) -> None:
    with pytest.raises((BadInput, BackupDamaged)):
        made(empty_database_url, tmp_path / "data", tmp_path / "a.tar")
    assert not (tmp_path / "a.tar").exists()


def test_a_backup_is_of_one_instant_while_others_write(place: Place) -> None:
    """Each event has its activity and each activity its event, however many come while the backup is made."""

    async def together() -> None:
        async with opened(place.url):
            going = asyncio.Event()

            async def write() -> None:
                number = 0
                while not going.is_set():
                    number += 1
                    await submitted(place.town, f"meanwhile {number}")

            writing = asyncio.create_task(write())
            await asyncio.sleep(0.2)
            await asyncio.to_thread(made, place.url, place.data, place.archive)
            going.set()
            await writing

    run(together())
    url, data = place.empty()
    restored(url, data, place.archive)

    async def look() -> None:
        async with opened(url):
            told = {row.subject_id for row in await EventRow.filter(kind="activity.submitted")}
            there = {row.id for row in await ActivityRow.filter(state="submitted")}
            assert there <= told
            assert len(there) > 1

    run(look())


@pytest.mark.skipif(KIND == "sqlite", reason="SQLite's file is copied as it is")
def test_a_table_of_somebody_elses_in_the_database_is_left_out_and_named(place: Place) -> None:
    async def lay() -> None:
        connection = await asyncpg.connect(place.url)
        await connection.execute("CREATE TABLE a_notes (text text); INSERT INTO a_notes VALUES ('x'), ('y')")
        await connection.close()

    run(lay())
    made(place.url, place.data, place.archive)
    url, data = place.empty()
    found = run(backup.restore(url, data, place.archive, {}))
    assert found.left_out == ("a_notes",)
    rows = rows_of(place.url)
    del rows["a_notes"]
    assert rows_of(url) == rows


@pytest.mark.skipif(KIND == "postgres", reason="a note beside a file")
def test_a_note_of_a_file_that_was_removed_does_not_keep_a_restored_one_from_being_served(
    place: Place,
) -> None:
    made(place.url, place.data, place.archive)
    url, data = place.empty()
    Path(f"{database.sqlite_path(url)}.open").write_text("1 1")
    restored(url, data, place.archive)
    run(_served(url, data))


SAMPLE = {
    "sample": {
        "models": ["eperf_sample.models"],
        "migrations": "eperf_sample.migrations",
        "default_connection": "default",
    }
}


def test_tables_of_plugins_are_in_it(tmp_path: Path, new_database: Callable[..., str]) -> None:
    url, empty, path = new_database(empty=True), new_database(empty=True), tmp_path / "a.tar"

    async def live() -> None:
        config = await database.connect(url, SAMPLE)
        try:
            await migrate.migrate(config)
            who = (await build()).people["Budi"]
            await database.connection().execute_query(
                "INSERT INTO sample_commendation (employee_id, day, reason, given_by, given_at) "
                f"VALUES ({who}, '2026-11-24', 'a tab \t, a \\ and a line\n', 1, '2026-11-24 03:00:00+00:00')"
            )
        finally:
            await database.disconnect()

    run(live())
    made(url, tmp_path / "data", path)
    if KIND == "postgres":
        with pytest.raises(BackupNewer, match="tables of sample"):
            restored(empty, tmp_path / "place", path)
    restored(empty, tmp_path / "place", path, apps=SAMPLE)
    assert rows_of(empty) == rows_of(url)
    assert len(rows_of(empty)["sample_commendation"]) == 1


def test_what_an_archive_says_of_itself_is_in_its_head(place: Place) -> None:
    found = made(place.url, place.data, place.archive)
    head = found.head
    assert (head.form, head.dialect, head.made_at) == (form.FORM, KIND, NOW.isoformat())
    assert set(head.migrations) == set(migrate.known(database.config(place.url)["apps"]))
