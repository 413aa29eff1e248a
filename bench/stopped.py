"""One of a thousand subscribers stops reading for a minute: what the others notice, what it costs, and how it goes on.

The one asks for everything, so that the most is written to it; its own system takes only a few kilobytes, as a far and slow
one would. After the minute it reads what is left, is told why it was closed if the network still can, and comes back with
its last cursor.
"""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from bench.audience import SOCKETS_EACH, Stage, cursors_since, head, messages, served, serving, unit_of
from bench.ears import Crowd
from bench.heard import Faults, Heard, faults, percentile
from bench.processors import family_mib
from bench.reclassify import _query

_BUFFER = 4096
_CLOSINGS = re.compile(r'^eperf_graphql_socket_closings_total\{code="(\d+)"\} (\S+)', re.MULTILINE)
_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Stopped:
    """The others' p99 before, while and after, in milliseconds; memory in MiB; how it ended and went on.

    `closed_after` are the seconds from the stop until the server had closed it (0: it never did), `closings` what the server
    counts of what it closed, by code, `end` what the one itself saw.
    """

    others: int
    rate: float
    before_p99_ms: float
    while_p99_ms: float
    after_p99_ms: float
    memory_before_mib: float
    memory_peak_mib: float
    closed_after: float
    closings: Mapping[str, int]
    end: tuple[int, str] | None
    read_before_the_end: int
    faults: Faults
    others_faults: Faults

    def figures(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Minute:
    """How many others, how many events a second, and the seconds before, of and after the stop."""

    others: int = 1000
    rate: float = 100.0
    before: float = 20.0
    stopped: float = 60.0
    after: float = 20.0


def stopped(stage: Stage, minute: Minute, say: Callable[[str], None]) -> Stopped:
    """Opens the crowd and the one, stops it, lets it go on, and has it come back."""
    ears = stage.ears
    with serving(served(), stage.town, stage.folder) as server:
        assert server.process is not None
        pid, start = server.process.pid, head(stage.town)
        ears.let_in(Crowd(server.port, messages(range(minute.others), start)))
        # An account of its own: what happens to one must not be hidden in the limits of another.
        place = -(-minute.others // SOCKETS_EACH) * SOCKETS_EACH
        said = messages([place], start, everything=True)
        one = ears.let_in(Crowd(server.port, said, receive_buffer=_BUFFER))["first"]
        whole = minute.before + minute.stopped + minute.after
        stage.teller.begin(int(minute.rate * whole), minute.rate)
        time.sleep(min(3.0, minute.before / 3))
        marks, memory = [time.time_ns()], family_mib(pid)
        time.sleep(minute.before - min(3.0, minute.before / 3))
        marks.append(time.time_ns())
        ears.ask("stop", place=one)
        peak, closed_after = _watched(server.port, pid, minute.stopped)
        marks.append(time.time_ns())
        ears.ask("go", place=one)
        stage.teller.wait()
        marks.append(time.time_ns())
        end = _end(stage, one)
        peak = max(peak, family_mib(pid))
        heard = ears.heard()
        again = _again(stage, server.port, place, heard.of([one]), start)
        rest = ears.heard()
        closings = _closings(server.port)
        ears.ask("close")
    theirs = cursors_since(stage.town, start)
    others = heard.of(range(minute.others)).cursors()
    later = rest.of(range(minute.others)).cursors()
    union = {who: [*others.get(who, ()), *later.get(who, ())] for who in range(minute.others)}
    its_own = (
        [*heard.of([one]).cursor, *rest.of([again]).cursor]
        if again is not None
        else list(heard.of([one]).cursor)
    )
    p99s = [_p99(heard, one, begin, end_) for begin, end_ in pairwise(marks)]
    result = Stopped(
        minute.others,
        minute.rate,
        before_p99_ms=p99s[0],
        while_p99_ms=p99s[1],
        after_p99_ms=p99s[2],
        memory_before_mib=memory,
        memory_peak_mib=peak,
        closed_after=closed_after,
        closings=closings,
        end=end,
        read_before_the_end=len(heard.of([one])),
        faults=faults({0: its_own}, {0: _all_since(stage, start)}),
        others_faults=faults(union, {who: theirs[unit_of(who)] for who in range(minute.others)}),
    )
    say(
        f"stopped: p99 {p99s[0]:.1f}, {p99s[1]:.1f}, {p99s[2]:.1f} ms; closed after {closed_after:.1f} s; {end}"
    )
    return result


def _watched(port: int, pid: int, seconds: float) -> tuple[float, float]:
    """The most memory in that time, and after how many seconds the server has counted a closing."""
    begun, peak, closed = time.monotonic(), 0.0, 0.0
    before = sum(_closings(port).values())
    while time.monotonic() - begun < seconds:
        time.sleep(min(1.0, seconds / 4))
        peak = max(peak, family_mib(pid))
        if not closed and sum(_closings(port).values()) > before:
            closed = time.monotonic() - begun
    return peak, closed


def _closings(port: int) -> dict[str, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    return {code: int(float(count)) for code, count in _CLOSINGS.findall(text) if float(count)}


def _end(stage: Stage, one: int) -> tuple[int, str] | None:
    """How the one ended, as it saw it; it has some seconds to read what is left."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    count = -1
    while time.monotonic() < deadline:
        time.sleep(1)
        for place, code, reason in stage.ears.ask("ends")["ends"]:
            if place == one:
                return code, reason
        found = stage.ears.ask("count")["count"]
        if found == count:
            break
        count = found
    return None


def _again(stage: Stage, port: int, place: int, heard: Heard, start: int) -> int | None:
    """Comes back with its last cursor and reads until the head; gives its new number."""
    last, target = heard.cursor[-1] if len(heard) else start, head(stage.town)
    if last >= target:
        return None
    said = messages([place], last, everything=True)
    found: int = stage.ears.let_in(Crowd(port, said))["first"]
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while stage.ears.ask("count")["count"] < target - last and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(0.5)
    return found


def _p99(heard: Heard, one: int, begin: int, end: int) -> float:
    """Of the others, what they read between two instants."""
    part = heard.between(begin, end)
    rows = zip(part.who, part.occurred, part.read, strict=True)
    return percentile(sorted((read - at) / 1e6 for who, at, read in rows if who != one), 0.99)


def _all_since(stage: Stage, start: int) -> list[int]:
    found = _query(stage.town, f"SELECT cursor FROM event WHERE cursor > {start} ORDER BY cursor")
    return [int(number) for (number,) in found]
