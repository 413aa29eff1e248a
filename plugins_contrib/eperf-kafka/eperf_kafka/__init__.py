"""Updates to Kafka: every committed update is a record that all replicas have acknowledged, keyed by its subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eperf.plugins import hookimpl
from eperf.plugins.service import EventSink, Lifespan
from eperf_kafka.link import LINK
from eperf_kafka.settings import KafkaSettings
from eperf_kafka.sink import Topic


@hookimpl
def eperf_settings() -> Sequence[type[Any]]:
    """`EPERF_PLUGIN_KAFKA_…`."""
    return [KafkaSettings]


@hookimpl
def eperf_lifespan() -> Sequence[Lifespan]:
    """The producer ends with the service; it is started by the first update, so that no start waits for it."""
    return [Lifespan("producer", LINK.open)]


@hookimpl
def eperf_event_sinks() -> Sequence[EventSink]:
    """All updates, as CloudEvents."""
    return [Topic(LINK)]
