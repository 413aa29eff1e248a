"""What must hold for every attendance source, as assertions a plugin's own tests can call.

Raw records are evidence: each ends as a punch or as a skipped line with a reason, and no input, however broken or
hostile, makes a source fail in any other way than by a `Refused`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from eperf.domain.attendance.carried import CarriedFile, FileProfile, FileSource
from eperf.domain.attendance.pull import HttpAnswer, HttpAsk, PullRead, PullSource
from eperf.domain.attendance.punch import RAW_CHARS, RawPunch, SkippedLine, digest
from eperf.domain.attendance.source import AttendanceSource, DeviceReply, DeviceRequest, DeviceState
from eperf.domain.errors import Refused

_DRIFTS = (timedelta(days=-400), timedelta(seconds=-20), timedelta(seconds=20), timedelta(days=400))
BROKEN = (
    b"",
    b"\x00",
    b"\xff\xfe\xfd",
    b"[" * 50_000,
    b"{" * 50_000,
    b"\t" * 5000,
    b"\n" * 5000,
    b"9" * 50_000,
)
"""Bodies without any sense."""


@dataclass(frozen=True)
class Upload:
    """A request as a device makes it, and how many records its body holds, readable or not."""

    request: DeviceRequest
    records: int


def assert_source_whole(
    source: AttendanceSource, device: DeviceState, uploads: Sequence[Upload], now: datetime, seed: int = 0
) -> None:
    """Holds a source to the law with uploads of an active device.

    Every record ends as a punch or as a skipped line; a resend gives the same records; a clock of ours that is wrong
    changes none; a device that is not active leaves nothing; and cut, turned and senseless bodies are refused at worst.
    """
    _hold(bool(uploads), "there is no upload to judge by")
    for upload in uploads:
        _assert_counted(source, device, upload, now)
        _assert_closed(source, device, upload, now)
    for request in _hostile([upload.request for upload in uploads], random.Random(seed)):  # noqa: S311
        _answered(source, request, device, now)


def assert_file_whole(
    source: FileSource, content: bytes, records: int, profile: FileProfile, seed: int = 0
) -> None:
    """Holds a reader of files to the law with a file that holds so many records, readable or not."""
    first, again = (source.read_file(CarriedFile(content), profile) for _ in range(2))
    _hold(first == again, "reading the file twice gives two results")
    _assert_lines(*first, records)
    for broken in _bodies(content, random.Random(seed)):  # noqa: S311
        try:
            read = source.read_file(CarriedFile(broken), profile)
        except Refused:
            continue
        except Exception as error:
            raise AssertionError(f"the file {broken[:80]!r} made the reader raise {error!r}") from error
        assert_sound(*read)


@dataclass(frozen=True)
class Answers:
    """An outside that gives one answer, whatever is asked."""

    body: bytes
    status: int = 200

    def http(self, ask: HttpAsk) -> HttpAnswer:
        """The answer."""
        return HttpAnswer(self.status, self.body)

    def address(self, host: str) -> str:
        """An address of the loopback, where nobody answers."""
        return "127.0.0.1"


def assert_pull_whole(
    source: PullSource, device: DeviceState, answer: bytes, records: int, now: datetime, seed: int = 0
) -> None:
    """Holds a source that asks over HTTP to the law, with an answer of so many records, readable or not.

    Every record ends as a punch or as a skipped line; asking twice gives the same; what is no such answer, or comes
    with another status, is refused and never fails otherwise.
    """
    _hold(source.is_asked(device.options), "a device with these options is not asked")
    first, again = (source.pull(device, now, Answers(answer)) for _ in range(2))
    _hold(first == again, "asking twice gives two results")
    _assert_lines(first.punches, first.skipped, records)
    for status in (204, 301, 401, 404, 500):
        _hold(
            _pulled(source, device, Answers(answer, status), now) is None,
            f"records of an answer with {status}",
        )
    for broken in _bodies(answer, random.Random(seed)):  # noqa: S311
        read = _pulled(source, device, Answers(broken), now)
        if read is not None:
            assert_sound(read.punches, read.skipped)


def _pulled(source: PullSource, device: DeviceState, outside: Answers, now: datetime) -> PullRead | None:
    """The portion, None for a refusal; anything else fails."""
    try:
        return source.pull(device, now, outside)
    except Refused:
        return None
    except Exception as error:
        raise AssertionError(f"the answer {outside.body[:80]!r} made the source raise {error!r}") from error


def _assert_counted(source: AttendanceSource, device: DeviceState, upload: Upload, now: datetime) -> None:
    request = upload.request
    _hold(
        source.serial_of(request) == device.serial, f"the serial number of {request.path} is not the device's"
    )
    reply = source.handle(request, device, now)
    _hold(reply == source.handle(request, device, now), f"{request.path}: a resend is read otherwise")
    _assert_lines(reply.punches, reply.skipped, upload.records)
    for drift in _DRIFTS:
        later = _answered(source, request, device, now + drift)
        if later is not None and 200 <= later.status < 300:
            _hold(later.punches == reply.punches, f"{request.path}: the records depend on our clock")


def _assert_closed(source: AttendanceSource, device: DeviceState, upload: Upload, now: datetime) -> None:
    for unheard in (None, replace(device, state="inactive")):
        reply = source.handle(upload.request, unheard, now)
        _hold(
            reply.status == 403,
            f"{upload.request.path}: a device that is not active is answered {reply.status}",
        )
        kept = (reply.punches, reply.skipped, reply.kept_users, reply.stamps, reply.command_results)
        _hold(not any(kept), f"{upload.request.path}: something of a device that is not active is kept")


def _answered(
    source: AttendanceSource, request: DeviceRequest, device: DeviceState, now: datetime
) -> DeviceReply | None:
    """The reply, None for a refusal; anything else fails."""
    try:
        source.serial_of(request)
        reply = source.handle(request, device, now)
    except Refused:
        return None
    except Exception as error:
        raise AssertionError(f"the body {request.body[:80]!r} made the source raise {error!r}") from error
    _hold(isinstance(reply, DeviceReply), f"{request.path}: answered {type(reply).__name__}, not DeviceReply")
    assert_sound(reply.punches, reply.skipped)
    return reply


def _assert_lines(punches: Sequence[RawPunch], skipped: Sequence[SkippedLine], records: int) -> None:
    assert_sound(punches, skipped)
    found = len(punches) + len(skipped)
    _hold(found == records, f"{records} records came in, {found} came out")
    places = [punch.line_no for punch in punches] + [skip.line_no for skip in skipped]
    _hold(len(set(places)) == found, f"two records have one place: {sorted(places)}")


def assert_sound(punches: Sequence[RawPunch], skipped: Sequence[SkippedLine]) -> None:
    """What is kept of records prints, is bounded, and has a PIN or a reason."""
    for raw in [punch.raw for punch in punches] + [skip.raw for skip in skipped]:
        _hold(len(raw) <= RAW_CHARS, f"a raw text of {len(raw)} characters is kept")
        _hold(raw.replace("\t", "").isprintable(), f"a raw text does not print: {raw[:40]!r}")
    for punch in punches:
        _hold(bool(punch.pin) and punch.pin.isascii() and punch.pin.isprintable(), f"a PIN is {punch.pin!r}")
        digest("", "", punch.pin, punch.occurred_at, punch.status)
    for skip in skipped:
        _hold(0 < len(skip.reason) <= 64, f"a skipped line has the reason {skip.reason!r}")


def _hostile(requests: Sequence[DeviceRequest], chance: random.Random) -> Iterator[DeviceRequest]:
    for request in requests:
        for body in _bodies(request.body, chance):
            yield replace(request, body=body)
        yield replace(request, query={}, headers={})
        yield replace(request, query={name: value * 5000 for name, value in request.query.items()})
        yield replace(request, headers={name: f"\udc80{value}" for name, value in request.headers.items()})


def _bodies(body: bytes, chance: random.Random) -> Iterator[bytes]:
    """A body cut at many places, with turned bytes, doubled, in pieces out of order, and ones without any sense."""
    yield from BROKEN
    yield body * 2
    lines = body.split(b"\n")
    yield b"\n".join(chance.sample(lines, len(lines)))
    for _ in range(100 if body else 0):
        place = chance.randrange(len(body))
        yield body[:place]
        yield body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :]


def _hold(condition: bool, otherwise: str) -> None:
    if not condition:
        raise AssertionError(otherwise)
