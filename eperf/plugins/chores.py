"""What a plugin does beside being asked: jobs by a schedule, commands, a lifespan, and sinks for events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from cronsim import CronSim, CronSimError

from eperf.domain.attendance.calendar import ZONES
from eperf.plugins.desk import Desk


@dataclass(frozen=True)
class Job:
    """Work by a schedule, run by the leader in a process of its own, which is ended after `seconds`.

    `schedule` is five fields of cron in Western Indonesian Time: `15 2 * * *` is 02:15 each day. One that was missed is
    made up for once. Runs of a plugin never overlap.
    """

    name: str
    schedule: str
    run: Callable[[Desk], Awaitable[None]] = field(compare=False)
    seconds: float = 300
    version: str = "1"

    def __post_init__(self) -> None:
        if len(self.schedule.split()) != 5:
            raise ValueError(f"job {self.name}: schedule {self.schedule!r} has not five fields")
        try:
            CronSim(self.schedule, datetime(2026, 1, 1, tzinfo=ZONES["WIB"]))
        except CronSimError as wrong:
            raise ValueError(f"job {self.name}: schedule {self.schedule!r}: {wrong}") from wrong
        if not 0 < self.seconds <= 6 * 3600:
            raise ValueError(f"job {self.name}: seconds {self.seconds} is not within 0 to 21,600")

    def after(self, instant: datetime) -> datetime:
        """The first time of the schedule after an instant, in UTC."""
        return next(CronSim(self.schedule, instant.astimezone(ZONES["WIB"]))).astimezone(UTC)


@dataclass(frozen=True)
class Command:
    """`eperf x PLUGIN NAME`: a coroutine function that gets a desk, then arguments and options as typer reads them.

    Its docstring is its help. What it raises as `Refused` is one line and exit code 2.
    """

    name: str
    run: Callable[..., Awaitable[None]] = field(compare=False)
    version: str = "1"


@dataclass(frozen=True)
class Lifespan:
    """`opened()` gives an asynchronous context manager: entered at start, left at the end in reverse order.

    It lives on an event loop of the plugin's own, where its sinks run too; so it cannot hold up the server, and must
    not meet the database. `seconds` bounds each way.
    """

    name: str
    opened: Callable[[], AbstractAsyncContextManager[Any]] = field(compare=False)
    seconds: float = 5
    version: str = "1"

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= 60:
            raise ValueError(f"lifespan {self.name}: seconds {self.seconds} is not within 0 to 60")


@dataclass(frozen=True)
class Update:
    """A committed event as a sink gets it; `cursor` is its place in the log and tells a repetition."""

    cursor: int
    kind: str
    version: int
    subject_type: str
    subject_id: int
    unit_id: int | None
    employee_id: int | None
    occurred_at: datetime
    payload: Mapping[str, Any]


class EventSink(Protocol):
    """A place that updates are sent to. `send` returns when they are there, and raises when they are not.

    They come in order, each at least once: what was not taken comes again, with growing waits. `kinds` narrows them;
    none are all. `seconds` bounds one call.
    """

    name: str
    version: str
    kinds: tuple[str, ...]
    seconds: float

    async def send(self, updates: Sequence[Update]) -> None:
        """Sends at most 100 updates; runs on the plugin's own event loop."""
        ...
