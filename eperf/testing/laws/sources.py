"""The laws of an attendance source: a player of taps and of rubbish, as a device, a file or an answer brings them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from eperf.domain.attendance.carried import CarriedFile, FileSource
from eperf.domain.attendance.pull import PullSource
from eperf.domain.attendance.punch import PunchKind, RawPunch, SkippedLine
from eperf.domain.attendance.source import AttendanceSource, DeviceReply
from eperf.domain.errors import Refused
from eperf.plugins.samples import SourceSample, Tap
from eperf.testing.broken import LawBroken, hold
from eperf.testing.laws.case import Law
from eperf.testing.source import BROKEN, Answers, assert_sound

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
"""When uploads are read, unless the law is about that."""

_FIRST = datetime(2026, 3, 2, 7, 20)  # noqa: DTZ001 - a device's clock has no zone
_DRIFTS = (timedelta(days=-400), timedelta(seconds=-20), timedelta(days=400))
_TURNS = 60

Records = tuple[Sequence[RawPunch], Sequence[SkippedLine]]
Taps = Sequence[Tap]


@dataclass(frozen=True)
class Door:
    """One way into a source: how taps are written for it, and what it reads of bytes at an instant of ours."""

    name: str
    written: Callable[[Taps], bytes]
    read: Callable[[bytes, datetime], Records]


@dataclass(frozen=True)
class SourceCase:
    """A source on trial, with its sample."""

    source: AttendanceSource
    sample: SourceSample

    def doors(self) -> Iterator[Door]:
        """The ways into the source that the sample opens."""
        sample, source = self.sample, self.source
        if sample.request is not None:
            ask = sample.request
            yield Door("a push", lambda taps: ask(taps).body, self._pushed)
        if sample.file is not None:
            reader = cast(FileSource, source)
            yield Door(
                "a file", sample.file, lambda body, now: reader.read_file(CarriedFile(body), sample.profile)
            )
        if sample.answer is not None:
            asked = cast(PullSource, source)

            def pulled(body: bytes, now: datetime) -> Records:
                read = asked.pull(sample.device, now, Answers(body))
                return read.punches, read.skipped

            yield Door("an answer", sample.answer, pulled)

    def _pushed(self, body: bytes, now: datetime) -> Records:
        assert self.sample.request is not None  # noqa: S101 - a door of pushes is open only then
        request = replace(self.sample.request([]), body=body)
        self.source.serial_of(request)
        reply = self.source.handle(request, self.sample.device, now)
        hold("hostile", isinstance(reply, DeviceReply), f"answered {type(reply).__name__}, not DeviceReply")
        return reply.punches, reply.skipped


SourceLaw = Law[SourceCase, Taps]


def taps(seed: int, count: int = 6) -> list[Tap]:
    """Distinct well-formed taps of some people, in the order of time."""
    chance = random.Random(seed)  # noqa: S311 - a seed that repeats is the point
    minutes = sorted(chance.sample(range(1, 12_000), count))
    pins = [str(chance.randrange(1, 99_999)) for _ in range(3)]
    return [
        Tap(chance.choice(pins), _FIRST + timedelta(minutes=one), chance.choice((0, 1)), 1) for one in minutes
    ]


def _counted(case: SourceCase, played: Taps) -> None:
    for door in case.doors():
        punches, skipped = door.read(door.written(played), NOW)
        found = len(punches) + len(skipped)
        hold("counted", found == len(played), f"{door.name}: {len(played)} records came in, {found} came out")
        places = [one.line_no for one in punches] + [one.line_no for one in skipped]
        hold(
            "counted", len(set(places)) == found, f"{door.name}: two records have one place: {sorted(places)}"
        )


def _faithful(case: SourceCase, played: Taps) -> None:
    _as_sent("faithful", case, played, "a well-formed record")


def _late(case: SourceCase, played: Taps) -> None:
    kept = [
        replace(one, at=one.at - timedelta(days=380)) if at % 2 == 0 else one for at, one in enumerate(played)
    ]
    _as_alone("late", case, sorted(kept, key=lambda one: one.at), "a record that comes a year late")


def _unordered(case: SourceCase, played: Taps) -> None:
    _as_alone("unordered", case, played[::-1], "a record out of order")


def _duplicate(case: SourceCase, played: Taps) -> None:
    """Both copies come out; which is the duplicate is decided where records are stored."""
    _as_alone("duplicate", case, [one for tap in played for one in (tap, tap)], "a record that came twice")


def _resent(case: SourceCase, played: Taps) -> None:
    for door in case.doors():
        body = door.written(played)
        hold(
            "resent", door.read(body, NOW) == door.read(body, NOW), f"{door.name}: a resend is read otherwise"
        )


def _drift(case: SourceCase, played: Taps) -> None:
    for door in case.doors():
        body = door.written(played)
        at_home = _known(door.read(body, NOW)[0])
        for drift in _DRIFTS:
            try:
                read = _known(door.read(body, NOW + drift)[0])
            except Refused:
                continue
            hold("drift", read == at_home, f"{door.name}: the records depend on our clock, {drift} away")


def _undefined(case: SourceCase, played: Taps) -> None:
    strange = [replace(one, status=case.sample.undefined) for one in played]
    for door in case.doors():
        punches, skipped = door.read(door.written(strange), NOW)
        found = len(punches) + len(skipped)
        hold(
            "undefined",
            found >= len(strange),
            f"{door.name}: records of state {case.sample.undefined} are lost",
        )
        said = {one.kind.value for one in punches} - {PunchKind.UNKNOWN, PunchKind.CUSTOM}
        hold("undefined", not said, f"{door.name}: state {case.sample.undefined} is read as {sorted(said)}")


def _closed(case: SourceCase, played: Taps) -> None:
    if case.sample.request is None:
        return
    request, device = case.sample.request(played), case.sample.device
    for unheard in (None, replace(device, state="inactive")):
        reply = case.source.handle(request, unheard, NOW)
        who = "an unknown device" if unheard is None else "a device that is not active"
        hold("closed", reply.status == 403, f"{who} is answered {reply.status}")
        kept = (reply.punches, reply.skipped, reply.kept_users, reply.stamps, reply.command_results)
        hold("closed", not any(kept), f"something of {who} is kept")


def _serial(case: SourceCase, played: Taps) -> None:
    if case.sample.request is not None:
        claimed = case.source.serial_of(case.sample.request(played))
        hold("serial", claimed == case.sample.device.serial, f"the serial number is read as {claimed!r}")


def _sound(case: SourceCase, played: Taps) -> None:
    for door in case.doors():
        for body in (door.written(played), *BROKEN):
            try:
                assert_sound(*door.read(body, NOW))
            except Refused:
                continue
            except AssertionError as unsound:
                raise LawBroken("sound", f"{door.name}: {body[:60]!r}: {unsound}") from unsound
            except Exception:  # noqa: S112 - that it fails is the business of another law
                continue


def _truncated(case: SourceCase, played: Taps) -> None:
    for door in case.doors():
        body = door.written(played)
        for length in range(len(body)):
            _survives("truncated", door, body[:length])


def _hostile(case: SourceCase, played: Taps) -> None:
    chance = random.Random(len(played))  # noqa: S311
    for door in case.doors():
        body = door.written(played)
        for rubbish in BROKEN:
            _survives("hostile", door, rubbish)
        for _ in range(_TURNS if body else 0):
            place = chance.randrange(len(body))
            _survives("hostile", door, body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :])


def _survives(law: str, door: Door, body: bytes) -> None:
    try:
        door.read(body, NOW)
    except (Refused, LawBroken):
        return
    except Exception as error:
        raise LawBroken(
            law, f"{door.name}: {body[-60:]!r} ({len(body)} bytes) made it raise {error!r}"
        ) from error


def _as_sent(law: str, case: SourceCase, played: Taps, what: str) -> None:
    """Every tap comes out as a punch of its person at its instant."""
    zone = timedelta(minutes=case.sample.device.zone_offset_min)
    sent = Counter((one.pin, (one.at - zone).replace(tzinfo=UTC)) for one in played)
    for door in case.doors():
        punches, _ = door.read(door.written(played), NOW)
        gone = sent - Counter((one.pin, one.occurred_at) for one in punches)
        for pin, at in gone:
            hold(law, False, f"{door.name}: {what} of {pin} at {at:%Y-%m-%d %H:%M} UTC does not come out so")


def _as_alone(law: str, case: SourceCase, played: Taps, what: str) -> None:
    """Every tap comes out among the others as it does alone."""
    for door in case.doors():
        alone = Counter(one for tap in played for one in _known(door.read(door.written([tap]), NOW)[0]))
        for pin, at, _ in alone - Counter(_known(door.read(door.written(played), NOW)[0])):
            hold(law, False, f"{door.name}: {what}, of {pin} at {at:%Y-%m-%d %H:%M} UTC, does not come out")


def _known(punches: Sequence[RawPunch]) -> list[tuple[Any, ...]]:
    return [(one.pin, one.occurred_at, one.status) for one in punches]


SOURCE_LAWS: tuple[SourceLaw, ...] = (
    Law("serial", "the serial number is read as the device claims it", _serial),
    Law("counted", "every record ends as a punch or as a skipped line", _counted),
    Law("faithful", "a well-formed record is a punch of its person and instant", _faithful),
    Law("duplicate", "a record that came twice comes out twice", _duplicate),
    Law("resent", "an upload that comes again is read the same", _resent),
    Law("late", "what comes late is evidence all the same", _late),
    Law("unordered", "records out of order are read the same", _unordered),
    Law("drift", "the records do not depend on our clock", _drift),
    Law("undefined", "a state without a meaning is kept, and is given none", _undefined),
    Law("sound", "what is kept prints, is bounded and has a reason", _sound),
    Law("closed", "nothing of a device that is not active is kept", _closed),
    Law("truncated", "an upload cut anywhere is refused at worst", _truncated),
    Law("hostile", "no input makes it fail", _hostile),
)
