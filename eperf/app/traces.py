"""Traces by OpenTelemetry, to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names. Without it nothing is imported.

A span for each request, below it the operation and its statements; the leader's scoring, and deliveries to sinks. They
hold texts of statements and words of our own, never values, bodies or names. The variables are the library's.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

from eperf import __version__
from eperf.adapters import spans
from eperf.domain.errors import BadInput
from eperf.store.observed import observe

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_MOST_TEXT = 2000
_log = structlog.get_logger("eperf.traces")


def wanted() -> bool:
    """Whether somebody has named a collector."""
    return any(os.environ.get(name) for name in _ENDPOINTS)


@contextmanager
def traced() -> Iterator[None]:
    """Within, spans are sent to the collector, if one is named; what is left at the end is sent then."""
    if not wanted():
        yield
        return
    provider = _provider()
    tracer = provider.get_tracer("eperf", __version__)
    spans.trace(tracer)
    end = observe(_statement(tracer))
    try:
        yield
    finally:
        end()
        spans.trace(None)
        provider.shutdown()


def served(app: Any) -> Any:
    """The application with a span around each request, below the caller's if it names one; the same one untraced."""
    return _Served(app) if wanted() else app


def _provider() -> Any:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        raise BadInput(_ENDPOINTS[0], os.environ.get(_ENDPOINTS[0], ""), "needs eperf[otel]") from missing
    told = {"service.version": __version__}
    if "OTEL_SERVICE_NAME" not in os.environ:
        told["service.name"] = "eperf"
    provider = TracerProvider(resource=Resource.create(told))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    logger = logging.getLogger("opentelemetry")
    logger.handlers, logger.propagate = [_Told()], False
    return provider


class _Told(logging.Handler):
    """What the library says goes into our log, in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            _log.warning("traces.trouble", said=record.getMessage()[:300])


def _statement(tracer: Any) -> Callable[[str, float, BaseException | None], None]:
    from opentelemetry import trace

    def took(text: str, seconds: float, failure: BaseException | None) -> None:
        if not trace.get_current_span().is_recording():
            return  # nobody's: the leader's looks, by the thousand
        now = time.time_ns()
        span = tracer.start_span(
            text.split(None, 1)[0].upper()[:20] if text.strip() else "statement",
            kind=trace.SpanKind.CLIENT,
            start_time=now - int(seconds * 1e9),
            attributes={"db.query.text": text[:_MOST_TEXT]},
        )
        if failure is not None:
            span.set_status(trace.StatusCode.ERROR, type(failure).__name__)
        span.end(now)

    return took


class _Served:
    """A span around each request. A socket has none: it lasts, and its operations have their own."""

    def __init__(self, app: Any) -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._app, self._trace, self._carried = app, trace, TraceContextTextMapPropagator()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves one connection."""
        if scope["type"] != "http" or not spans.tracing():
            await self._app(scope, receive, send)
            return
        carried = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with spans.tracing()[0].start_as_current_span(
            f"{scope['method']} {_area(scope['path'])}",
            context=self._carried.extract(carried),
            kind=self._trace.SpanKind.SERVER,
            attributes={"http.request.method": scope["method"], "url.scheme": scope.get("scheme", "http")},
        ) as span:

            async def said(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    self._answered(span, message)
                await send(message)

            await self._app(scope, receive, said)

    def _answered(self, span: Any, message: MutableMapping[str, Any]) -> None:
        status = message["status"]
        span.set_attribute("http.response.status_code", status)
        for name, value in message.get("headers", ()):
            if bytes(name).lower() == b"x-request-id":
                span.set_attribute("eperf.request", bytes(value).decode("latin-1"))
        if status >= 500:
            span.set_status(self._trace.StatusCode.ERROR)


def _area(path: str) -> str:
    """The first word of a path: what comes behind it is ids, or a stranger's."""
    word = path.lstrip("/").partition("/")[0][:40]
    return f"/{word}" if word.replace("-", "").isalnum() else "/"
