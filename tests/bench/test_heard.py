"""The raw client reads frames however they are cut, and the judge sees what was not heard, heard twice or out of order."""

from __future__ import annotations

import asyncio
import json
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from bench import frames
from bench.ear import CountingEar, Ear, Log
from bench.heard import Faults, Heard, faults, instant, percentile

_OPENED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


def _sent(payload: bytes, kind: Opcode = Opcode.TEXT) -> bytes:
    """A server's frame, as a library makes it."""
    return Frame(kind, payload).serialize(mask=False)


@given(st.lists(st.integers(0, 70_000), max_size=6), st.lists(st.integers(1, 5000), min_size=1))
def test_frames_of_every_length_are_read_however_the_network_cuts_them(
    sizes: list[int], cuts: list[int]
) -> None:
    payloads = [bytes([65 + place]) * size for place, size in enumerate(sizes)]
    data = _OPENED + b"".join(_sent(payload) for payload in payloads)
    reader, found, place = frames.Reader(), [], 0
    while data:
        cut = cuts[place % len(cuts)]
        found += reader.feed(data[:cut])
        data, place = data[cut:], place + 1
    assert found == [(frames.TEXT, payload) for payload in payloads]
    assert reader.empty


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_our_frames_are_those_of_the_library(size: int) -> None:
    ours, theirs = frames.framed(b"x" * size), Frame(Opcode.TEXT, b"x" * size).serialize(mask=True)
    head = len(ours) - size - 4
    assert ours[:head] == theirs[:head]
    assert ours[head:] == b"\0\0\0\0" + b"x" * size


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 403 Forbidden\r\n\r\n",
        _OPENED + b"\x01\x01a",
        _OPENED + b"\xc1\x01a",
        _OPENED + b"\x81\x81",
    ],
)
def test_a_refusal_a_part_a_compressed_and_a_masked_frame_are_refused(data: bytes) -> None:
    with pytest.raises(frames.Refused):
        frames.Reader().feed(data)


def test_the_code_and_the_reason_of_a_closing_are_read() -> None:
    assert frames.closing((1013).to_bytes(2, "big") + b"slow") == (1013, "slow")
    assert frames.closing(b"") == (1005, "")


class _Transport:
    def __init__(self) -> None:
        self.written, self.closed = b"", False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True


def _update(cursor: int, *, long: bool = True) -> bytes:
    data = {"cursor": str(cursor), "occurredAt": "2026-11-30T10:00:00.5Z", "name": "x" * 200 * long}
    return json.dumps({"id": "1", "type": "next", "payload": {"data": {"performanceUpdates": data}}}).encode()


def _entered(ear: Ear) -> _Transport:
    transport = _Transport()
    ear.connection_made(transport)
    ear.data_received(_OPENED)
    ear.data_received(_sent(b'{"type":"connection_ack"}'))
    return transport


async def test_a_subscriber_says_its_two_messages_and_is_ready_when_the_server_has_taken_the_second() -> None:
    ear = Ear(7, 1, (b"INIT", b"SUBSCRIBE"), [])
    transport = _entered(ear)
    assert transport.written.index(b"INIT") < transport.written.index(b"SUBSCRIBE")
    assert not ear.ready.done()
    ear.data_received(_sent(b'{"type":"pong"}'))
    assert ear.ready.done()
    assert ear.end is None


async def test_an_update_is_noted_whether_it_comes_alone_short_with_others_or_in_pieces() -> None:
    log: Log = []
    ear = Ear(7, 1, (b"", b""), log)
    _entered(ear)
    for cursor, data in ((1, _sent(_update(1))), (2, _sent(_update(2, long=False)))):
        ear.data_received(data)
        assert len(log) == cursor
    many = b"".join(_sent(_update(cursor)) for cursor in (3, 4, 5))
    ear.data_received(many[:300])
    ear.data_received(many[300:])
    assert [f'"cursor": "{cursor}"'.encode() in data for cursor, (_, _, data) in enumerate(log, 1)] == [
        True
    ] * 5
    assert {who for who, _, _ in log} == {7}


async def test_a_ping_is_answered_with_its_payload_and_a_closing_ends_the_subscriber() -> None:
    ear = Ear(0, 1, (b"", b""), [])
    transport = _entered(ear)
    ear.data_received(_sent(b"abcd", Opcode.PING))
    assert transport.written.endswith(frames.framed(b"abcd", frames.PONG))
    ear.data_received(_sent((1013).to_bytes(2, "big") + b"too slow", Opcode.CLOSE))
    assert ear.end == (1013, "too slow")
    assert transport.closed


async def test_an_error_of_the_operation_ends_the_subscriber_with_what_it_says() -> None:
    ear = Ear(0, 1, (b"", b""), [])
    _entered(ear)
    ear.data_received(_sent(b'{"id":"1","type":"error","payload":[{"message":"no"}]}'))
    assert ear.end is not None
    assert "no" in ear.end[1]
    assert ear.ready.done()


@given(cuts=st.lists(st.integers(1, 400), min_size=1), pings=st.sets(st.integers(0, 39)))
def test_a_counting_subscriber_counts_every_cursor_once_however_they_come(
    cuts: list[int], pings: set[int]
) -> None:
    async def counted() -> tuple[CountingEar, _Transport]:
        ear = CountingEar(0, 1, (b"", b""), [], 10)
        transport = _entered(ear)
        data = _sent(b'{"type":"pong"}')
        for place in range(40):
            data += _sent(bytes([place, 1, 2, 3]), Opcode.PING) if place in pings else b""
            data += _sent(_update(11 + place))
        place = 0
        while data:
            cut = cuts[place % len(cuts)]
            ear.data_received(data[:cut])
            data, place = data[cut:], place + 1
        return ear, transport

    ear, transport = asyncio.run(counted())
    assert (ear.last, ear.wrong) == (50, 0)
    assert ear.ready.done()
    assert transport.written.count(b"\x8a\x84") == len(pings)


async def test_a_counting_subscriber_sees_what_is_missing_doubled_and_out_of_order() -> None:
    for cursors, wrong in (([11, 13], 1), ([11, 11, 12], 1), ([12, 11, 13], 3), ([11, 12, 13], 0)):
        ear = CountingEar(0, 1, (b"", b""), [], 10)
        _entered(ear)
        ear.data_received(b"".join(_sent(_update(cursor)) for cursor in cursors))
        assert ear.wrong == wrong, cursors


def test_what_was_not_heard_heard_twice_not_asked_for_or_out_of_order_is_counted() -> None:
    wanted = {0: [1, 2, 3], 1: [4, 5], 2: [6], 3: [7, 8], 4: [9]}
    heard = {0: [1, 2, 3], 1: [4], 2: [6, 6], 3: [8, 7], 4: [9, 10]}
    assert faults(heard, wanted) == Faults(missing=1, doubled=1, strange=1, disordered=1, subscribers=4)
    assert faults({0: [1]}, {0: [1]}).none


def test_who_heard_nothing_at_all_missed_everything() -> None:
    assert faults({}, {3: [1, 2]}) == Faults(missing=2, subscribers=1)


def test_latencies_are_of_what_was_read_in_the_time_and_in_milliseconds() -> None:
    second = 1_000_000_000
    heard = Heard(
        *(
            array("q", column)
            for column in (
                [0, 1, 1],
                [5, 5, 6],
                [second] * 3,
                [second + 2_000_000, second + 4_000_000, 9 * second],
            )
        )
    )
    part = heard.between(second, 2 * second)
    assert part.milliseconds() == [2.0, 4.0]
    assert part.milliseconds({5: second + 1_000_000}) == [1.0, 3.0]
    assert heard.of([1]).cursors() == {1: [5, 6]}
    assert percentile(part.milliseconds(), 0.99) == 4.0
    assert len(heard.between(0, 1)) == 0


def test_an_instant_of_an_update_is_read_to_the_microsecond() -> None:
    assert instant("1970-01-01T00:00:01.000001Z") == 1_000_001_000
    assert instant("2026-11-30T10:00:00Z") % 1_000_000_000 == 0
