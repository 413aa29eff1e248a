"""An answer's head and body are written together, and a stream's head does not wait for what follows."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from eperf.app.wire import Whole, WholeProtocol


class Written:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.pieces.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def whole() -> tuple[Whole, Written]:
    transport = Written()
    return Whole(transport, asyncio.get_running_loop()), transport  # type: ignore[arg-type]


async def test_a_head_and_its_body_are_one_piece() -> None:
    made, transport = whole()
    made.write(b"head")
    made.write(b"body")
    assert transport.pieces == [b"headbody"]
    await asyncio.sleep(0)
    assert transport.pieces == [b"headbody"]


async def test_a_head_alone_goes_out_when_the_loop_comes_round() -> None:
    made, transport = whole()
    made.write(b"head")
    assert transport.pieces == []
    await asyncio.sleep(0)
    assert transport.pieces == [b"head"]
    made.write(b"")
    made.write(b"later")
    await asyncio.sleep(0)
    assert transport.pieces == [b"head", b"later"]


async def test_a_large_body_is_not_copied() -> None:
    made, transport = whole()
    body = b"x" * 100_000
    made.write(b"head")
    made.write(body)
    assert transport.pieces[0] == b"head"
    assert transport.pieces[1] is body


async def test_closing_writes_what_waits_first() -> None:
    made, transport = whole()
    made.write(b"the last")
    made.close()
    assert transport.pieces == [b"the last"]
    assert made.is_closing()


def test_uvicorn_still_starts_its_answers_where_this_steps_in() -> None:
    assert "_start_asgi_task" in vars(HttpToolsProtocol)
    assert issubclass(WholeProtocol, HttpToolsProtocol)
