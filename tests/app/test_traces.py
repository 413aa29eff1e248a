"""Traces: sent to a collector where one is named, with statements and operations below the request; else not even imported."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from eperf.schema.ids import global_id
from tests.faults.workload import SUBMIT, VERIFY, populate, report, token_of
from tests.support.http import Connection
from tests.support.server import Server

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """A receiver of OTLP over HTTP on loopback."""

    def __init__(self) -> None:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests.append((self.path, ExportTraceServiceRequest.FromString(body)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.requests: list[tuple[str, ExportTraceServiceRequest]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def spans(self) -> list[Any]:
        return [
            span
            for _, request in list(self.requests)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


def facts_of(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def test_a_request_its_operation_its_statements_and_the_scoring_are_spans(
    database_url: str, serve: Callable[..., Server], collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    town = populate(database_url)
    server = serve(database_url)
    asyncio.run(_work(server, global_id("CatalogueItem", town.item)))
    wanted = {"POST /graphql", "operation", "score batch"}
    until = time.monotonic() + 30
    while not wanted <= {span.name for span in collector.spans()} and time.monotonic() < until:
        time.sleep(0.1)
    found = collector.spans()
    assert wanted <= {span.name for span in found}
    assert {path for path, _ in collector.requests} == {"/v1/traces"}
    ours = [span for span in found if span.trace_id.hex() == TRACE]
    (request,) = [span for span in ours if span.name == "POST /graphql"]
    assert request.parent_span_id.hex() == PARENT
    assert facts_of(request)["http.response.status_code"] == 200
    assert facts_of(request)["eperf.request"] == "asked-by-the-test"
    (operation,) = [span for span in ours if span.name == "operation"]
    assert operation.parent_span_id == request.span_id
    assert facts_of(operation) == {"eperf.kind": "mutation", "eperf.operation": "Verify"}
    statements = [facts_of(span).get("db.query.text", "") for span in ours if span.name not in wanted]
    assert any("activity" in text for text in statements)
    assert not any("kerja secret" in str(facts_of(span)) for span in found)
    services = {
        facts_of(one.resource)["service.name"]
        for _, sent in collector.requests
        for one in sent.resource_spans
    }
    assert services == {"eperf"}


async def _work(server: Server, item: str) -> None:
    connection = Connection(server.port)
    done = await connection.graphql(token_of("Budi"), SUBMIT, {"input": report(item, "secret")})
    number = done["data"]["submitActivity"]["id"]
    import json

    body = {"query": VERIFY, "variables": {"input": {"activity": number}}}
    status, said = await connection.request(
        "POST", "/graphql", json.dumps(body).encode(),
        {"Authorization": f"Bearer {token_of('Sri')}", "Content-Type": "application/json", "Accept": "application/json",
         "X-Request-Id": "asked-by-the-test", "traceparent": f"00-{TRACE}-{PARENT}-01"},
    )  # fmt: skip
    assert status == 200
    assert b'"state"' in said, said
    connection.close()


def test_nothing_of_it_is_imported_where_no_collector_is_named() -> None:
    look = "import sys, eperf.app.cli, eperf.app.traces as t\nwith t.traced(): print([m for m in sys.modules if 'opentelemetry' in m], t.served(1))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] 1"


def test_a_collector_that_is_away_changes_nothing(
    database_url: str, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    town = populate(database_url)
    server = serve(database_url)

    async def ask() -> None:
        connection = Connection(server.port)
        done = await connection.graphql(
            token_of("Budi"), SUBMIT, {"input": report(global_id("CatalogueItem", town.item), "key")}
        )
        assert done["data"]["submitActivity"]["state"] == "SUBMITTED"
        connection.close()

    asyncio.run(ask())
    assert server.terminate(20) != -9
