"""The way to machines: which addresses may be met, and what a hostile answer can cost."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from eperf.adapters.outgoing import Outgoing
from eperf.domain.attendance.network import networks_of
from eperf.domain.attendance.pull import HttpAsk
from eperf.domain.errors import BadInput, PullFailed

LOOPBACK = Outgoing(networks_of("127.0.0.0/8"), step_seconds=2, whole_seconds=4)
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@contextmanager
def serving(answer: Callable[[socket.socket], object]) -> Iterator[tuple[str, list[bytes]]]:
    """A server of ours that reads a request's head and lets `answer` do the rest."""
    server = socket.create_server(("127.0.0.1", 0))
    heads: list[bytes] = []

    def run() -> None:
        with suppress(OSError):
            while True:
                talk, _ = server.accept()
                with suppress(OSError), talk:
                    heads.append(talk.recv(65_536))
                    answer(talk)

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/iWsService", heads
    finally:
        server.close()


def body(text: bytes) -> Callable[[socket.socket], object]:
    return lambda talk: talk.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(text) + text)


def test_a_machine_on_an_allowed_network_is_asked_and_answers() -> None:
    with serving(body(b"<a/>")) as (url, heads):
        answer = LOOPBACK.http(HttpAsk("POST", url, {"content-type": "text/xml"}, b"<GetAttLog/>"))
    assert (answer.status, answer.body) == (200, b"<a/>")
    assert heads[0].startswith(b"POST /iWsService HTTP/1.1")
    assert b"accept-encoding: identity" in heads[0].lower()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_an_address_that_is_not_public_is_not_met_unless_it_is_allowed(host: str) -> None:
    with pytest.raises(BadInput, match="EPERF_PULL_NETWORKS"):
        Outgoing(networks_of("172.16.0.0/12")).address(host)


def test_public_addresses_are_met_and_only_with_https() -> None:
    assert Outgoing().address("93.184.216.34") == "93.184.216.34"
    with pytest.raises(BadInput, match="https"):
        Outgoing().http(HttpAsk("GET", "http://93.184.216.34/"))


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "//127.0.0.1", "http://", "http://u:p@127.0.0.1/", "http://127.0.0.1:x/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        LOOPBACK.http(HttpAsk("GET", url))


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with serving(lambda talk: talk.sendall(moved)) as (url, heads):
        assert LOOPBACK.http(HttpAsk("GET", url)).status == 302
    assert len(heads) == 1


def test_an_answer_is_read_up_to_its_bound_and_no_further() -> None:
    with serving(body(b"x" * 1001)) as (url, _), pytest.raises(PullFailed, match="1000 bytes"):
        LOOPBACK.http(HttpAsk("GET", url, most_bytes=1000))
    with serving(body(b"x" * 1000)) as (url, _):
        assert len(LOOPBACK.http(HttpAsk("GET", url, most_bytes=1000)).body) == 1000


def test_a_compressed_answer_is_refused() -> None:
    packed = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    with (
        serving(lambda talk: talk.sendall(packed)) as (url, _),
        pytest.raises(PullFailed, match="compressed"),
    ):
        LOOPBACK.http(HttpAsk("GET", url))


def _drips(letters: bytes) -> Callable[[socket.socket], object]:
    def drip(talk: socket.socket) -> None:
        talk.sendall(letters)
        for _ in range(60):
            talk.sendall(b"x")
            time.sleep(0.25)

    return drip


@pytest.mark.parametrize("letters", [b"HTTP/1.1 200 OK\r\nX: ", HEAD + b"\r\n"])
def test_letters_that_come_one_by_one_have_an_end(letters: bytes) -> None:
    begin = time.monotonic()
    with serving(_drips(letters)) as (url, _), pytest.raises(PullFailed, match="longer than"):
        LOOPBACK.http(HttpAsk("GET", url))
    assert time.monotonic() - begin < 12


@pytest.mark.parametrize("answer", [b"", b"\xff" * 100, b"HTTP/1.1 999999 x\r\n\r\n"])
def test_what_is_no_http_is_a_failure_with_the_host(answer: bytes) -> None:
    with (
        serving(lambda talk: talk.sendall(answer)) as (url, _),
        pytest.raises(PullFailed, match="does not answer"),
    ):
        LOOPBACK.http(HttpAsk("GET", url))


def test_a_name_that_nobody_knows_is_a_failure() -> None:
    with pytest.raises(PullFailed, match="not known"):
        Outgoing().address("mesin.invalid")
