"""A restart under thousands of subscribers: all come back at once with their last cursor, and nobody misses anything."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.audience import Stage, cursors_since, head, messages, served, serving, unit_of, until_quiet
from bench.ears import Crowd
from bench.heard import Faults, Heard, faults
from bench.processors import cpu_ms, family_cpu_ms

_RATE = 20.0
"""Events a second, so one for each unit: whoever is live hears of one within a second."""
_BEFORE_SECONDS, _DOWN_SECONDS, _STORM_SECONDS, _AFTER_SECONDS = 4, 6, 10, 3
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Storm:
    """Seconds from the first attempt until all were let in, and until each had heard all it missed and one new thing.

    `missed` updates had been committed while the server was away. `closings`: how the restart ended the sockets;
    `refused`: how those ended that were not let in afterwards.
    """

    subscribers: int
    stop_seconds: float
    let_in_seconds: float
    live_median_seconds: float
    live_seconds: float
    missed: int
    server_cpu_seconds: float
    subscribers_cpu_seconds: float
    closings: Mapping[str, int]
    refused: Mapping[str, int]
    faults: Faults

    def figures(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def storm(stage: Stage, subscribers: int, say: Callable[[str], None]) -> Storm:
    """Opens a crowd, restarts the server while events go on, and lets the whole crowd come back together."""
    everybody = range(subscribers)
    with serving(served(), stage.town, stage.folder) as first:
        start = head(stage.town)
        stage.ears.let_in(Crowd(first.port, messages(everybody, start)))
        stage.teller.begin(int(_RATE * (_BEFORE_SECONDS + _DOWN_SECONDS)), _RATE)
        time.sleep(_BEFORE_SECONDS)
        begun = time.monotonic()
        first.stop()
        stopped = time.monotonic() - begun
    stage.teller.wait()
    ends = stage.ears.ask("ends")["ends"]
    before = stage.ears.heard()
    stage.ears.ask("close")
    heard = before.cursors()
    after = {who: max(heard.get(who, ()), default=0) or start for who in everybody}
    came, found, back = _come_back(stage, messages(everybody, after))
    union = {who: [*heard.get(who, ()), *back.cursors().get(who, ())] for who in everybody}
    theirs = cursors_since(stage.town, start)
    live = _live(back, came)
    result = Storm(
        subscribers,
        stop_seconds=stopped,
        live_median_seconds=median(live) if live else float("inf"),
        live_seconds=live[-1] if len(live) == subscribers else float("inf"),
        missed=sum(at < came for at in back.occurred),
        closings=_counted(ends),
        faults=faults(union, {who: theirs[unit_of(who)] for who in everybody}),
        **found,
    )
    say(
        f"storm: {subscribers:,} let in in {result.let_in_seconds:.1f} s, live in {result.live_seconds:.1f} s"
    )
    return result


def _come_back(stage: Stage, said: Sequence[tuple[bytes, bytes]]) -> tuple[int, dict[str, Any], Heard]:
    """A new server, cold, and everybody at its door; gives when they came, what it took, and what they then heard."""
    server = served()
    server.start(stage.town.url, stage.folder)
    try:
        server.wait()
        assert server.process is not None
        stage.teller.begin(int(_RATE * _STORM_SECONDS), _RATE)
        pid = server.process.pid
        spent, theirs, came = family_cpu_ms(pid), cpu_ms(stage.ears.pid), time.time_ns()
        entered = stage.ears.open(Crowd(server.port, said, at_once=len(said)))
        found = {
            "let_in_seconds": entered["seconds"],
            "server_cpu_seconds": (family_cpu_ms(pid) - spent) / 1000,
            "subscribers_cpu_seconds": (cpu_ms(stage.ears.pid) - theirs) / 1000,
            "refused": _counted(entered["ends"]),
        }
        stage.teller.wait()
        stage.teller.begin(int(_RATE * _AFTER_SECONDS), _RATE)  # something new, however long it took
        stage.teller.wait()
        until_quiet(stage, _PATIENCE_SECONDS)
        back = stage.ears.heard()
        stage.ears.ask("close")
        return came, found, back
    finally:
        server.stop()


def _live(back: Heard, came: int) -> list[float]:
    """For each who heard of something that occurred since they came: the seconds until then; sorted."""
    first: dict[int, int] = {}
    for who, occurred, read in zip(back.who, back.occurred, back.read, strict=True):
        if occurred >= came:
            first.setdefault(who, read)
    return sorted((read - came) / 1e9 for read in first.values())


def _counted(ends: Sequence[Sequence[Any]]) -> dict[str, int]:
    return dict(Counter(f"{code} {reason}".strip() for _, code, reason in ends).most_common(6))
