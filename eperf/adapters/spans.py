"""Spans of a trace, where somebody traces. Until `trace` is called nobody does, and a span is a look at one list."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

_NOTHING: AbstractContextManager[Any] = nullcontext()
_tracers: list[Any] = []


def trace(tracer: Any) -> None:
    """Spans are this tracer's from now on (an OpenTelemetry `Tracer`); None: nobody's."""
    _tracers[:] = [] if tracer is None else [tracer]


def tracing() -> list[Any]:
    """The tracer, in a list; nothing while nobody traces."""
    return _tracers


def span(name: str, **facts: str | int | float | bool) -> AbstractContextManager[Any]:
    """A span around a block, below the one in which this task is; facts are numbers and our own words, no contents."""
    if not _tracers:
        return _NOTHING
    found: AbstractContextManager[Any] = _tracers[0].start_as_current_span(
        name, attributes={f"eperf.{key}": value for key, value in facts.items()}
    )
    return found
