"""The client counts what it is answered, and the judge what was measured."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.client import Client, Load, Outcome
from bench.goals import judge
from bench.measure import Round, per_second, ratio
from bench.operations import KEY


class _Answering:
    """A server that gives every request one and the same answer, in two pieces, and keeps what it was asked."""

    def __init__(self, status: str) -> None:
        self.answer = [f"HTTP/1.1 {status}\r\nContent-Le".encode(), b"ngth: 5\r\n\r\nhello"]
        self.asked: list[bytes] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(65536):
                self.asked.append(request)
                for piece in self.answer:
                    connection.sendall(piece)


@contextmanager
def _answering(status: str) -> Iterator[_Answering]:
    server = _Answering(status)
    threading.Thread(target=server.accept, daemon=True).start()
    try:
        yield server
    finally:
        server.listening.shutdown(socket.SHUT_RDWR)
        server.listening.close()


def test_the_client_counts_whole_answers_and_marks_the_measured_time() -> None:
    marks: list[int] = []
    with _answering("200 OK") as server, Client() as client:
        load = Load(server.port, connections=3, warm_seconds=0.1, seconds=0.3)
        outcome = client.run(load, [b"GET / HTTP/1.1\r\n\r\n"], lambda: marks.append(len(server.asked)))
    assert outcome.failed == 0
    assert 0 < outcome.requests < len(server.asked)
    assert outcome.bytes % outcome.requests == 0
    assert 0 < outcome.p50_ms <= outcome.p99_ms
    assert len(marks) == 2
    assert 0 < marks[0] < marks[1]


def test_the_client_counts_refusals_and_shows_the_last() -> None:
    with _answering("503 Busy") as server, Client() as client:
        load = Load(server.port, connections=1, warm_seconds=0, seconds=0.1)
        outcome = client.run(load, [b"GET / HTTP/1.1\r\n\r\n"], lambda: None)
    assert outcome.failed > 0
    assert "503 Busy" in outcome.failure


def test_each_request_has_a_key_of_its_own() -> None:
    with _answering("200 OK") as server, Client() as client:
        load = Load(server.port, connections=2, warm_seconds=0, seconds=0.1)
        client.run(load, [f"GET /{KEY} HTTP/1.1\r\n\r\n".encode()], lambda: None)
    assert len(set(server.asked)) == len(server.asked) > 2


def _round(requests: int, p99_ms: float = 1.0) -> Round:
    outcome = Outcome(
        requests, seconds=1, p50_ms=1, p99_ms=p99_ms, bytes=0, client_cpu=0, failed=0, failure=""
    )
    return Round(outcome, app_ms=1, database_ms=1)


def test_one_client_runs_load_after_load() -> None:
    with _answering("200 OK") as server, Client() as client:
        load = Load(server.port, connections=1, warm_seconds=0, seconds=0.1)
        counts = [client.run(load, [b"GET / HTTP/1.1\r\n\r\n"], lambda: None).requests for _ in range(2)]
    assert min(counts) > 0


def test_a_ratio_is_of_neighbours_in_time() -> None:
    floor = [_round(100), _round(1000), _round(10)]
    eperf = [_round(90), _round(900), _round(9)]
    assert ratio(eperf, floor, per_second) == pytest.approx(0.9)


def test_a_goal_is_judged_only_where_both_variants_were_measured() -> None:
    found = {"page": {"floor": [_round(100, 10)], "eperf": [_round(96, 13)]}}
    judged = {one.text: one.reached for one in judge(found)}
    assert judged == {
        "page: requests a second of eperf / floor >= 0.95": True,
        "page: p99 of eperf / floor <= 1.2": False,
    }
