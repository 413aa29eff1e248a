"""What the hooks for code in the service refuse at start, each by name, and what they keep of what they were given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from eperf.plugins.registry import load
from eperf.plugins.service import (
    Command,
    HttpReply,
    HttpRoute,
    Job,
    Lifespan,
    Permission,
    Reach,
    Role,
)
from eperf.testing import candidate, registry_of
from tests.plugins.samples import cause_of, module

READ = Permission("sample.read", {Role.EMPLOYEE: Reach.SELF})


async def do(desk: object, *given: object) -> Any:
    """Do it."""


async def silent(desk: object) -> None: ...


def plain(desk: object) -> None: ...


class Sink:
    name, version, kinds, seconds = "broker", "1", (), 5

    async def send(self, updates: object) -> None: ...


class Blocking(Sink):
    def send(self, updates: object) -> None: ...  # type: ignore[override]


class Picky(Sink):
    kinds = ["score.changed"]  # type: ignore[assignment] # noqa: RUF012


class Patient(Sink):
    seconds = 3600


def test_each_is_found_under_its_key() -> None:
    registry = registry_of(
        "sample",
        module(
            eperf_event_sinks=lambda: [Sink()],
            eperf_jobs=lambda: [Job("tidy", "15 2 * * *", do)],
            eperf_commands=lambda: [Command("count", do)],
            eperf_lifespan=lambda: [Lifespan("link", lambda: None)],  # type: ignore[arg-type, return-value]
            eperf_routes=lambda: [HttpRoute("GET", "/count/{year}", do, READ)],
        ),
    )
    assert [*registry.sinks, *registry.jobs, *registry.commands, *registry.lifespans, *registry.routes] == [
        "sample/broker", "sample/tidy", "sample/count", "sample/link", "GET /plugins/sample/count/{year}",
    ]  # fmt: skip
    assert "sample.read" in registry.report()[0].parts


@pytest.mark.parametrize(
    ("hook", "member", "said"),
    [
        ("eperf_event_sinks", Blocking, "Blocking without send, a coroutine function"),
        ("eperf_event_sinks", Picky, "without kinds (a tuple of texts)"),
        ("eperf_event_sinks", Patient, "seconds 3600: not within 0 to 60"),
        ("eperf_jobs", lambda: Job("tidy", "15 2 * * *", plain), "run that is no coroutine function"),  # type: ignore[arg-type]
        ("eperf_jobs", lambda: Job("tidy", "99 2 * * *", do), "schedule '99 2 * * *'"),
        ("eperf_jobs", lambda: Job("tidy", "@daily", do), "has not five fields"),
        ("eperf_jobs", lambda: Job("tidy", "* * * * *", do, seconds=1e9), "seconds 1000000000.0 is not within"),
        ("eperf_jobs", lambda: Job("Tidy Up", "* * * * *", do), "'Tidy Up': not lower case letters"),
        ("eperf_jobs", object, "object, not Job"),
        ("eperf_commands", lambda: Command("count", silent), "without a docstring, which is its help"),
        ("eperf_lifespan", lambda: Lifespan("link", 7), "opened that cannot be called"),  # type: ignore[arg-type]
        ("eperf_lifespan", lambda: Lifespan("link", do, seconds=0), "seconds 0 is not within"),  # type: ignore[arg-type]
        ("eperf_routes", lambda: HttpRoute("TRACE", "/count", do), "'TRACE' is not one of"),
        ("eperf_routes", lambda: HttpRoute("GET", "/../metrics", do), "'/../metrics' is not /segments"),
        ("eperf_routes", lambda: HttpRoute("GET", "count", do), "'count' is not /segments"),
        ("eperf_routes", lambda: HttpRoute("GET", "/count", plain), "handle that is no coroutine function"),  # type: ignore[arg-type]
        (
            "eperf_routes",
            lambda: HttpRoute("GET", "/count", do, Permission("other.read", {})),
            "permission other.read does not begin with sample.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(hook: str, member: Callable[[], object], said: str) -> None:
    assert said in cause_of(module(**{hook: lambda: [member()]}))


def test_a_name_that_is_taken_twice_is_refused() -> None:
    twice = [HttpRoute("GET", "/count", do), HttpRoute("GET", "/count", do)]
    assert "route GET /plugins/sample/count belongs to sample" in cause_of(module(eperf_routes=lambda: twice))
    other = Permission("sample.read", {Role.AUDITOR: Reach.ALL})
    both = [HttpRoute("GET", "/a", do, READ), HttpRoute("GET", "/b", do, other)]
    assert "sample.read is described twice" in cause_of(module(eperf_routes=lambda: both))
    jobs = [Job("tidy", "* * * * *", do), Job("tidy", "5 * * * *", do)]
    assert "two parts called sample/tidy" in cause_of(module(eperf_jobs=lambda: jobs))


def test_the_same_path_below_two_plugins_is_two_paths() -> None:
    route = [HttpRoute("GET", "/count", do)]
    plan = [candidate(name, module(eperf_routes=lambda: route)) for name in ("one", "two")]
    assert list(load(strict=True, candidates=plan).routes) == [
        "GET /plugins/one/count",
        "GET /plugins/two/count",
    ]


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("15 2 * * *", "2026-11-23T18:00+00:00", "2026-11-23T19:15+00:00"),  # 02:15 in Jakarta is 19:15 UTC
        ("15 2 * * *", "2026-11-23T19:15+00:00", "2026-11-24T19:15+00:00"),
        ("0 0 1 * *", "2026-11-23T18:00+00:00", "2026-11-30T17:00+00:00"),
    ],
)
def test_a_job_is_due_by_the_clock_of_western_indonesia(schedule: str, after: str, expected: str) -> None:
    found = Job("tidy", schedule, do).after(datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(expected)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": "text"},
        {"body": b"", "status": 99},
        {"body": b"", "content_type": "text/html\r\nset-cookie: a=b"},
        {"body": b"", "filename": "../etc/passwd"},
        {"body": b"", "filename": 'a"; x="'},
    ],
)
def test_an_answer_that_could_say_more_than_it_should_cannot_be_made(wrong: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        HttpReply(**wrong)
