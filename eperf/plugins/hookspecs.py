"""All hooks of eperf, in one file. Each docstring is the manual of its hook.

A plugin is an installed distribution with an entry point in the group `eperf`; the entry point's name is
the plugin's name and its value a module (or an object) with functions marked `@hookimpl`. Every hook is
called exactly once, when eperf starts; the answers are checked, frozen and used from then on, so nothing of
a request or of a loop goes through a hook. Hooks take no arguments, are ordinary functions (not `async`),
and return a list or a tuple.

A name that is not in this file, a missing `@hookimpl`, a parameter, an `async def` or an answer of another
type is refused at start with file and line; the rest of eperf runs without that plugin (with
`EPERF_PLUGINS_STRICT=1` it does not start).
"""

# Nobody calls a specification.
# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from eperf.domain.attendance.policy import WorkTimePolicy
    from eperf.domain.attendance.source import AttendanceSource
    from eperf.domain.events import Event
    from eperf.domain.integrity.detector import Detector
    from eperf.domain.pay.policy import PayPolicy
    from eperf.domain.scoring import Scheme
    from eperf.plugins.api import Contribution
    from eperf.plugins.chores import Command, EventSink, Job, Lifespan
    from eperf.plugins.http import HttpRoute
    from eperf.plugins.values import Models

GROUP = "eperf"
"""The entry point group, and pluggy's project name."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a function of a plugin as a hook: written as `@hookimpl` above it."""


@hookspec
def eperf_scoring_schemes() -> Sequence[Scheme[Any]]:
    """Scoring schemes: how a unit turns a month of facts into a score.

    A scheme is an ordered list of stages, each filled with parts that work on columns; its settings are a
    frozen dataclass; every rule cites its legal basis. A unit is bound to `plugin/scheme` from a date on.
    Example:

        @part("tegal.norm", "Perwal Tegal 2/2023")
        def norm(frame, settings):
            rows = frame.verified
            return leaves(
                rows,
                amount=pl.col("norm_min").fill_null(0) * 100 // settings.minutes_per_point,
                label_id=pl.col("item_name"),
                label_en=pl.col("item_name"),
                evidence=("activity", pl.col("activity_id")),
            )

        @hookimpl
        def eperf_scoring_schemes():
            return [Scheme(name="norm", version="1", title_id="Norma waktu", title_en="Norm time",
                           legal_basis="Perwal Tegal 2/2023", settings=NormSettings,
                           parts=(StagePart("work", norm),))]
    """


@hookspec
def eperf_work_time_policies() -> Sequence[WorkTimePolicy]:
    """Work-time policies: how the taps of a day become its status, lateness and worked minutes.

    A policy has `name`, `version`, `settings` (a frozen dataclass) and `classify(day, settings)`, which is
    pure and returns a `DayResult` with its steps. Example:

        class GuardShift:
            name, version, settings = "guard-shift", "1", GuardSettings
            def classify(self, day, settings): ...
        @hookimpl
        def eperf_work_time_policies():
            return [GuardShift()]
    """


@hookspec
def eperf_attendance_sources() -> Sequence[AttendanceSource]:
    """Attendance sources: readers of what machines send, at the HTTP paths the machines insist on.

    A source has `name`, `version`, `routes`, `serial_of(request)` and `handle(request, device, now)`; it is
    pure and decides nothing but what the bytes mean. Two sources cannot claim one path. One that also has
    `read_file(file, profile)` reads files for `eperf import punches`; it may have no routes at all. One whose files are
    large may also have `read_frame(file, profile)`, which gives the same records as polars frames by
    `eperf.domain.attendance.frames` (`RECORDS`, `SKIPPED`): it is asked instead of `read_file`. One that
    also has `is_asked(options)` and `pull(device, now, outside)` is asked for its records. Example:

        class GateTerminal:
            name, version = "gate-terminal", "1"
            routes = (Route("POST", "/gate/push", "push"),)
            def serial_of(self, request):
                return request.query.get("sn", "")
            def handle(self, request, device, now): ...
        @hookimpl
        def eperf_attendance_sources():
            return [GateTerminal()]
    """


@hookspec
def eperf_integrity_detectors() -> Sequence[Detector]:
    """Integrity detectors: rules over a unit's month that give hints, each with the rows it rests on.

    A detector has `name`, `version`, `settings` (a frozen dataclass with a default for every threshold), an
    `indicator` that tells employees the pattern and its innocent cause, and `find(month, settings)`, which is pure.
    A hint cuts nothing by itself: a person answers it, and another decides. Example:

        NIGHT = Indicator("tegal-night", "Laporan malam", "Reports at night", Detectable.YES,
                          EvidenceKind.ENTRIES, Strength.WEAK, "Piket malam", "A night watch", "Perwal Tegal 2/2023")

        def long_days(month, settings):
            rows = month.activities.filter(pl.col("minutes") > settings.most_min)
            return rows.select("employee_id", "date",
                               evidence=pl.concat_list(pl.format("activity:{}", "activity_id")))

        @hookimpl
        def eperf_integrity_detectors():
            return [ReadyDetector("night", "1", NIGHT, NightSettings, long_days)]
    """


@hookspec
def eperf_pay_policies() -> Sequence[PayPolicy]:
    """Pay policies: how a unit turns a month into an amount before tax, step by step.

    A policy has `name`, `version`, `settings` (a frozen dataclass) and `advise(facts, settings)`, which is pure and
    gives a `PayLine`: whole rupiah with its steps, or a cause where a fact is missing, never an amount of zero for
    that. It advises; eperf pays nobody. Example:

        class PerPoint:
            name, version, settings = "per-point", "1", PointPay
            def advise(self, facts, settings):
                if facts.score_h is None:
                    return PayLine(None, "score-missing", ())
                amount = facts.score_h * settings.rupiah // 100
                step = PayStep("score", "tegal.per-point", "Perwal Tegal 2/2023", {"score_h": str(facts.score_h)},
                               Decimal(amount), "Harga poin.", "Price of a point.")
                return PayLine(amount, None, (step,))

        @hookimpl
        def eperf_pay_policies():
            return [PerPoint()]
    """


@hookspec
def eperf_api() -> Sequence[Contribution]:
    """GraphQL contributions: new types, root fields, and fields on types that exist.

    `Contribution` comes from `eperf.plugins.api`, which loads strawberry; import it inside the hook or in a
    module that only this hook imports, so that the rest of the plugin stays light. Example:

        @hookimpl
        def eperf_api():
            from training.schema import training_hours
            from eperf.plugins.api import Contribution
    from eperf.plugins.chores import Command, EventSink, Job, Lifespan
    from eperf.plugins.http import HttpRoute

            return [Contribution(extends={"Employee": {"training_hours": training_hours}})]
    """


@hookspec
def eperf_models() -> Sequence[Models]:
    """Tables of the plugin's own, with its own migrations; the core's tables are never altered.

    Modules are named, not imported, so that a plugin loads no ORM before the store does. Example:

        @hookimpl
        def eperf_models():
            return [Models(label="training", models="training.models", migrations="training.migrations")]
    """


@hookspec
def eperf_event_kinds() -> Sequence[type[Event]]:
    """New kinds of update that the plugin's own code emits and integrators can subscribe to.

    A kind is a frozen dataclass, a subclass of `Event`; its docstring is its documentation, its `kind`
    begins with the plugin's name and a dot, and a change of its meaning is a new `version`. Example (plugin
    `training`):

        @dataclass(frozen=True, kw_only=True)
        class TrainingDone(Event):
            "An employee completed a training."

            kind = "training.done"
            subject_type = "Employee"
            hours: int

        @hookimpl
        def eperf_event_kinds():
            return [TrainingDone]
    """


@hookspec
def eperf_settings() -> Sequence[type[Any]]:
    """Settings of the installation that the plugin needs: one frozen dataclass, read once at start.

    The field `broker_url` of the plugin `training` is the variable `EPERF_PLUGIN_TRAINING_BROKER_URL`; lists and
    numbers are written as JSON. What is missing or wrong leaves the plugin out, with the variable named and its value
    never shown. The plugin's code finds them under its name in `registry.settings` of the context. What a unit
    decides is no such setting but one of the part that is bound. Example:

        @dataclass(frozen=True)
        class TrainingSettings:
            broker_url: str
            most_hours: int = 40

        @hookimpl
        def eperf_settings():
            return [TrainingSettings]
    """


@hookspec
def eperf_event_sinks() -> Sequence[EventSink]:
    """Event sinks: places that committed updates are sent to, such as a broker.

    A sink has `name`, `version`, `kinds` (none: all), `seconds` and `async send(updates)`. The leader sends in order,
    from the log's end when it first sees it; what was not taken comes again, so all arrive at least once. Example:

        class Broker:
            name, version, kinds, seconds = "broker", "1", ("score.changed",), 10
            async def send(self, updates):
                await client.publish([(one.kind, one.cursor, one.payload) for one in updates])

        @hookimpl
        def eperf_event_sinks():
            return [Broker()]
    """


@hookspec
def eperf_jobs() -> Sequence[Job]:
    """Jobs: work by a schedule, run by the leader, each in a process of its own with a bound of time.

    One that raises, hangs or ends its process is logged and runs again at its next time; no other waits. Example:

        async def expire(desk):
            await TrainingRow.filter(valid_to__lt=desk.today).delete()

        @hookimpl
        def eperf_jobs():
            return [Job("expire", "15 2 * * *", expire)]
    """


@hookspec
def eperf_commands() -> Sequence[Command]:
    """Commands: `eperf x PLUGIN NAME`, on the server, in the name of the installation.

    The function gets a `Desk`, then what typer reads by its annotations; its docstring is the help. Example:

        async def count(desk, since: str = "2026-01-01"):
            "Count trainings."
            print(await TrainingRow.filter(day__gte=since).count())

        @hookimpl
        def eperf_commands():
            return [Command("count", count)]
    """


@hookspec
def eperf_lifespan() -> Sequence[Lifespan]:
    """Lifespans: what is opened when a serving process starts and closed, in reverse order, when it ends.

    Each runs on the plugin's own event loop; one that fails or is late is logged and left out. Example:

        @hookimpl
        def eperf_lifespan():
            return [Lifespan("broker", connected)]  # `connected()` gives an asynchronous context manager
    """


@hookspec
def eperf_routes() -> Sequence[HttpRoute]:
    """HTTP routes below `/plugins/NAME`, with the authentication, bounds and masking of eperf's own.

    A route's permission says whom its desk reaches. Without one it is public. Example, of a plugin `training`:

        async def count(desk, request):  # at /plugins/training/count
            return HttpReply(b"%d people in your reach" % len(await desk.people()), "text/plain")

        @hookimpl
        def eperf_routes():
            return [HttpRoute("GET", "/count", count, READ)]
    """
