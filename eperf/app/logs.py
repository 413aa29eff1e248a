"""Structured logs: one event a line on the error stream, so that standard output stays for answers."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from eperf.domain.signing.passphrase import redacted

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(level: str, as_json: bool) -> None:
    """Sets up logging for the process."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("uvicorn.error").addFilter(without_strangers_traceback)


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
