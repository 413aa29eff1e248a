"""Structured logs: one event a line on the error stream, so that standard output stays for answers."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from prometheus_client import Counter

from eperf.app.about import with_request
from eperf.domain.events import Event
from eperf.domain.signing.passphrase import redacted
from eperf.services.call import Call, on_written

_LINES = Counter("eperf_log_lines", "Warnings and errors in the log, by event.", ["event", "level"])
_SAID = 20
_listening: list[Callable[[], None]] = []
_log = structlog.get_logger("eperf.events")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(level: str, as_json: bool) -> None:
    """Sets up logging for the process."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            with_request,
            structlog.processors.add_log_level,
            counted,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for forget in _listening:
        forget()
    # Nobody else pays for what only this level says.
    _listening[:] = [on_written(written)] if level == "debug" else []
    logging.getLogger("uvicorn.error").addFilter(without_strangers_traceback)


def written(call: Call, events: Sequence[Event], subject_id: int | None) -> None:
    """Says which events a call has committed: kind and subject, as subscribers see them."""
    said = [f"{event.kind} {event.subject_type}:{event.subject_id or subject_id}" for event in events[:_SAID]]
    _log.debug("events.written", by=call.viewer.account_id, count=len(events), events=said)


def counted(_: object, method: str, event: Any) -> Any:
    """Counts warnings and errors by their event, a word of the program's own: a fault is seen without a search."""
    if method not in ("debug", "info"):
        level = "error" if method in ("exception", "critical") else method
        _LINES.labels(str(event.get("event"))[:100], level).inc()
    return event


def without_secrets(_: object, __: str, event: Any) -> Any:
    """Whatever is logged, values under the name of a passphrase, a one-time password or the like are not."""
    return redacted(event)


def without_strangers_traceback(record: logging.LogRecord) -> bool:
    """A text message that is no UTF-8 is the sender's fault: a line for the operator, not a traceback of ours.

    The server logs one for each, so anybody could fill the log.
    """
    if record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError):
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True
