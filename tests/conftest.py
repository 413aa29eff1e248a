"""Fixtures that every floor's tests share; see `tests/support` for what is behind them.

A test that asks for one of the database fixtures carries the marker `database` by itself: `make test` runs the whole
suite on SQLite and the tests with that marker again on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

# Two workers on two cores: a pool of threads in each, for frames of a few rows, only changes places.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import hypothesis
import pytest

from tests.support import database as support
from tests.support.server import Server

_DATABASE_FIXTURES = frozenset(
    {"database_url", "empty_database_url", "new_database", "database", "serve", "server"}
)
# Two busy cores make any single example slow at times; how long a test may take is pytest's to say.
hypothesis.settings.register_profile("eperf", deadline=None, print_blob=True)
hypothesis.settings.load_profile("eperf")

_folder = pytest.StashKey[Path]()
_bundled = pytest.StashKey[support.BundledServer]()
_servers = pytest.StashKey[list[Server]]()


def pytest_configure(config: pytest.Config) -> None:
    """Makes the run's folder for databases and starts its PostgreSQL, once for all workers."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = config.stash[_folder] = support.new_folder()
    os.environ[support.FOLDER_VARIABLE] = str(folder)
    if support.KIND == "postgres" and support.SERVER_VARIABLE not in os.environ:
        config.stash[_bundled] = support.BundledServer(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops it, and removes them."""
    if _bundled in config.stash:
        config.stash[_bundled].stop()
    elif _folder in config.stash:
        support.forget_template(config.stash[_folder])
    if _folder in config.stash:
        shutil.rmtree(config.stash[_folder], ignore_errors=True)
        del os.environ[support.FOLDER_VARIABLE]


def pytest_report_header(config: pytest.Config) -> str:
    """Says which database this run uses."""
    return f"database: {support.KIND if config.option.collectonly else support.described()}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that meet a database."""
    for item in items:
        if _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says how many tests met it, and the figures that tests give with `record_property("figure", …)`."""
    if config.option.collectonly:
        return
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == "figure" and report.when == "call":
                terminalreporter.write_line(str(value))
    met = sum("database" in report.keywords for report in terminalreporter.getreports("passed"))
    terminalreporter.write_sep("=", f"{met} tests passed on a real {support.described()}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Shows the log of a test's servers when the test fails."""
    report = yield
    if report.failed and report.when == "call":
        for server in item.stash.get(_servers, []):
            report.sections.append((f"log of {server.url}", server.last_words()))
    return report


@pytest.fixture(scope="session")
def databases() -> support.Databases:
    """The source of this process's databases."""
    return support.databases()


@pytest.fixture
def new_database(databases: support.Databases) -> Iterator[Callable[..., str]]:
    """Makes databases: `new_database()` has the current schema, `new_database(empty=True)` no table at all."""
    made: list[str] = []

    def make(*, empty: bool = False) -> str:
        made.append(databases.empty() if empty else databases.migrated())
        return made[-1]

    yield make
    for url in made:
        databases.drop(url)


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """The URL of a fresh database with the current schema."""
    return new_database()


@pytest.fixture
def empty_database_url(new_database: Callable[..., str]) -> str:
    """The URL of a fresh database without tables."""
    return new_database(empty=True)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """A fresh database with the current schema, opened in this process; the value is its URL."""
    async with support.opened(database_url):
        yield database_url


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts real servers: `serve(database_url, {"EPERF_…": "…"}, ["--workers", "2"])`; all are stopped at the end."""
    started = request.node.stash.setdefault(_servers, [])

    def start(
        database_url: str, environment: dict[str, str] | None = None, arguments: tuple[str, ...] = ()
    ) -> Server:
        server = Server(database_url, tmp_path, environment, arguments)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(serve: Callable[..., Server], database_url: str) -> Server:
    """A real server on a fresh database with the current schema."""
    return serve(database_url)
