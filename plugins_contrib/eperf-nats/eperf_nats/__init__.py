"""Updates to NATS JetStream: every committed update is published, and acknowledged by the stream, with an id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eperf.plugins import hookimpl
from eperf.plugins.service import EventSink, Lifespan
from eperf_nats.link import LINK
from eperf_nats.settings import NatsSettings
from eperf_nats.sink import JetStream


@hookimpl
def eperf_settings() -> Sequence[type[Any]]:
    """`EPERF_PLUGIN_NATS_…`."""
    return [NatsSettings]


@hookimpl
def eperf_lifespan() -> Sequence[Lifespan]:
    """The connection ends with the service; it is opened by the first update, so that no start waits for it."""
    return [Lifespan("connection", LINK.open)]


@hookimpl
def eperf_event_sinks() -> Sequence[EventSink]:
    """All updates, as CloudEvents."""
    return [JetStream(LINK)]
