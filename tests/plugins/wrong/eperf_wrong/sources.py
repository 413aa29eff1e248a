"""A source for each law: lines of PIN, time, state and verify number, with a tab between them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from eperf.plugins import BadInput, DeviceReply, PunchKind, RawPunch, Route, SkippedLine, Verify
from eperf.plugins.sources import Unreadable, code_of, instant_of, pin_of, safe_text

NOTHING = DeviceReply(403)


class Right:
    name, version = "lines", "1"

    def __init__(self, name: str = "lines") -> None:
        self.name = name
        self.routes = (Route("POST", f"/wrong/{name}", name),)

    def serial_of(self, request) -> str:
        return request.query["SN"]

    def handle(self, request, device, now) -> DeviceReply:
        if device is None or device.state != "active":
            return NOTHING
        offset = timedelta(minutes=device.zone_offset_min)
        found = list(self.records(request.body, offset, now))
        punches = tuple(one for one in found if isinstance(one, RawPunch))
        return DeviceReply(
            200, b"OK", punches=punches, skipped=tuple(one for one in found if isinstance(one, SkippedLine))
        )

    def records(self, body: bytes, offset: timedelta, now: datetime) -> Sequence[RawPunch | SkippedLine]:
        lines = enumerate(body.split(b"\n"), start=1)
        return [self.record(number, line, offset) for number, line in lines if line]

    def record(self, number: int, line: bytes, offset: timedelta) -> RawPunch | SkippedLine:
        raw = safe_text(line)
        pin, at, status, verify, *_ = [*raw.split("\t"), "", "", "", ""]
        try:
            return RawPunch(
                pin_of(pin), instant_of(at, offset), at, self.kind(code_of(status)), code_of(status), status,
                Verify.FINGER, code_of(verify), verify, None, raw, number,
            )  # fmt: skip
        except Unreadable as why:
            return SkippedLine(number, raw, str(why))

    def kind(self, status: int | None) -> PunchKind:
        return {0: PunchKind.IN, 1: PunchKind.OUT}.get(status, PunchKind.UNKNOWN)


def pair(one):
    return (one.pin, one.occurred_at, one.status)


class Serial(Right):
    def serial_of(self, request):
        return request.query["SN"].lower()


class Counted(Right):
    """Gives the fifth record twice."""

    def records(self, body, offset, now):
        found = list(super().records(body, offset, now))
        return [*found, *(replace(one, line_no=one.line_no + 1_000) for one in found[4:5])]


class Faithful(Right):
    """Takes the device's clock for ours."""

    def record(self, number, line, offset):
        return super().record(number, line, timedelta(0))


class Duplicate(Right):
    """Keeps one of two."""

    def records(self, body, offset, now):
        found = super().records(body, offset, now)
        return list({pair(one) if isinstance(one, RawPunch) else one: one for one in found}.values())


class Resent(Right):
    """Numbers records by what came before."""

    before = 0

    def records(self, body, offset, now):
        self.before += 1
        return super().records(b"\n" * self.before + body, offset, now)


class Late(Right):
    """Skips what is much older than the newest."""

    def records(self, body, offset, now):
        found = super().records(body, offset, now)
        newest = max((one.occurred_at for one in found if isinstance(one, RawPunch)), default=now)
        return [self.judged(one, newest - timedelta(days=90)) for one in found]

    def judged(self, one, since):
        late = isinstance(one, RawPunch) and one.occurred_at < since
        return SkippedLine(one.line_no, one.raw, "too_late") if late else one


class Unordered(Right):
    """Skips what is older than the record before it."""

    def records(self, body, offset, now):
        newest, kept = datetime(2000, 1, 1, tzinfo=UTC), []
        for one in super().records(body, offset, now):
            if isinstance(one, RawPunch) and one.occurred_at < newest:
                one = SkippedLine(one.line_no, one.raw, "out_of_order")
            newest = max(newest, getattr(one, "occurred_at", newest))
            kept.append(one)
        return kept


class Drift(Right):
    """Does not believe the future, by our clock."""

    def records(self, body, offset, now):
        found = super().records(body, offset, now)
        future = [isinstance(one, RawPunch) and one.occurred_at > now for one in found]
        return [
            SkippedLine(one.line_no, one.raw, "future") if f else one
            for one, f in zip(found, future, strict=True)
        ]


class Undefined(Right):
    """Takes every other state for going."""

    def kind(self, status):
        return PunchKind.IN if status == 0 else PunchKind.OUT


class Sound(Right):
    """Keeps what it got as it came."""

    def record(self, number, line, offset):
        return replace(super().record(number, line, offset), raw=line.decode("latin-1")[:100])


class Closed(Right):
    """Listens to everybody."""

    def handle(self, request, device, now):
        return DeviceReply(200, b"OK") if device is None else super().handle(request, device, now)


class Truncated(Right):
    """Believes that a body ends with a line."""

    def records(self, body, offset, now):
        if body.endswith(b"\t") and body.count(b"\t") < 100:
            raise IndexError("a line without an end")
        return super().records(body, offset, now)


class Hostile(Right):
    """Believes that a machine writes ASCII."""

    def records(self, body, offset, now):
        body.decode("ascii")
        return super().records(body, offset, now)


class Refuses(Right):
    """Refuses what it cannot read at all: that is allowed."""

    def records(self, body, offset, now):
        if b"\x00" in body:
            raise BadInput("body", "", "no text")
        return super().records(body, offset, now)


SOURCES = [
    Right(), Serial("serial"), Counted("counted"), Faithful("faithful"), Duplicate("duplicate"), Resent("resent"),
    Late("late"), Unordered("unordered"), Drift("drift"), Undefined("undefined"), Sound("sound"), Closed("closed"),
    Truncated("truncated"), Hostile("hostile"), Refuses("refuses"),
]  # fmt: skip
