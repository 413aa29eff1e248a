"""Commendations that superiors give, kept beside eperf; and a small part of every other kind a plugin can offer.

The hooks are all here, each a few words long: what they hand over is in the file of its kind. What loads the ORM or the
GraphQL library is imported inside its hook, so that the rest of the plugin stays light.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eperf.plugins import AttendanceSource, Detector, Event, Models, Scheme, WorkTimePolicy, hookimpl
from eperf.plugins.pay import PayPolicy
from eperf.plugins.service import Command, EventSink, HttpRoute, Job, Lifespan
from eperf_sample.events import Commended
from eperf_sample.journal import JOURNAL, Journal, SampleSettings
from eperf_sample.parts import DETECTOR, SCHEME, PerPoint, Presence
from eperf_sample.source import Lines

if TYPE_CHECKING:
    from eperf.plugins.api import Contribution


@hookimpl
def eperf_models() -> Sequence[Models]:
    """The table of commendations."""
    return [Models("sample", "eperf_sample.models", "eperf_sample.migrations")]


@hookimpl
def eperf_event_kinds() -> Sequence[type[Event]]:
    """Somebody was commended."""
    return [Commended]


@hookimpl
def eperf_api() -> Sequence[Contribution]:
    """`Employee.commendations`, `commend`, and the event's own fields on updates."""
    from eperf_sample.graph import CONTRIBUTION

    return [CONTRIBUTION]


@hookimpl
def eperf_routes() -> Sequence[HttpRoute]:
    """Commendations in reach as JSON, and how many there are for anybody."""
    from eperf_sample.web import ROUTES

    return ROUTES


@hookimpl
def eperf_jobs() -> Sequence[Job]:
    """Certificates get their numbers at night."""
    from eperf_sample.chores import number

    return [Job("number", "15 2 * * *", number)]


@hookimpl
def eperf_commands() -> Sequence[Command]:
    """`eperf x sample count`."""
    from eperf_sample.chores import count

    return [Command("count", count)]


@hookimpl
def eperf_settings() -> Sequence[type[Any]]:
    """`EPERF_PLUGIN_SAMPLE_JOURNAL`."""
    return [SampleSettings]


@hookimpl
def eperf_lifespan() -> Sequence[Lifespan]:
    """The journal's file is open while the service lives."""
    return [Lifespan("journal-file", JOURNAL.opened)]


@hookimpl
def eperf_event_sinks() -> Sequence[EventSink]:
    """What is commended is written to the journal."""
    return [Journal(JOURNAL)]


@hookimpl
def eperf_scoring_schemes() -> Sequence[Scheme[Any]]:
    """Points against a target."""
    return [SCHEME]


@hookimpl
def eperf_work_time_policies() -> Sequence[WorkTimePolicy]:
    """Present by a tap."""
    return [Presence()]


@hookimpl
def eperf_attendance_sources() -> Sequence[AttendanceSource]:
    """Devices that push lines."""
    return [Lines()]


@hookimpl
def eperf_integrity_detectors() -> Sequence[Detector]:
    """Activities longer than a day's work."""
    return [DETECTOR]


@hookimpl
def eperf_pay_policies() -> Sequence[PayPolicy]:
    """So much a point."""
    return [PerPoint()]
