"""Updates for thousands of subscribers, against ordinary subscriptions: `python -m bench.subscriptions`.

- *fan*: eperf's whole way (a committed change, its number, its delivery) and a queue for each subscriber, in turns.
- *storm*: a restart under 5,000 subscribers, who all come back at once.
- *replay*: a log of a million events from its beginning, on both databases.
- *stopped*: one of 1,001 subscribers does not read for a minute.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.audience import SOCKETS_EACH, Stage, staged
from bench.dataset import Size
from bench.fan import Pace, turn
from bench.findings import Found, judged, loads, markdown
from bench.load import default_folder
from bench.machine import described
from bench.replay import DOCUMENTS, PLAIN, measured, opened_log
from bench.report import FOLDER, kept
from bench.stopped import Minute, stopped
from bench.storm import storm

PARTS = ("fan", "storm", "replay", "stopped")
_EMPLOYEES = 2000
_QUICK = {
    "subscribers": 60,
    "others": 40,
    "rounds": 1,
    "seconds": 2.0,
    "events": 2000,
    "readers": 3,
    "still": 4.0,
}
_USUAL = {
    "subscribers": 5000, "others": 1000, "rounds": 2, "seconds": 10.0, "events": 1_000_000, "readers": 20, "still": 60.0,
}  # fmt: skip


def main() -> None:
    """Measures, prints and keeps; ends with 1 when a goal is missed and `--judge` was given."""
    options = _options()
    # Told to stop, the run stops its servers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    found = Found(options, described())
    with tempfile.TemporaryDirectory(prefix="eperf-bench-") as name:
        _measure(found, Path(name))
    print(markdown(found))
    if not options.quick or options.results is not None:
        where = options.results or FOLDER
        print(f"kept: {kept('subscriptions', markdown(found), found.figures(), where)}")
    if options.judge and not all(one.reached for one in judged(found)):
        sys.exit(1)


def _measure(found: Found, folder: Path) -> None:
    options = found.options
    chosen = set(options.parts)
    if chosen & {"fan", "storm", "stopped"}:
        people = 200 if options.quick else _EMPLOYEES
        size = Size(people, activities=1, submitters=8)
        crowd = max(options.subscribers, options.others)
        # One more account: who stops reading has one alone.
        with staged(folder, options.cache, size, crowd + SOCKETS_EACH) as stage:
            _on_stage(found, stage, chosen)
            found.errors = dict(stage.ears.errors)
    if "replay" in chosen:
        _replays(found, folder)


def _on_stage(found: Found, stage: Stage, chosen: set[str]) -> None:
    options = found.options
    if "fan" in chosen:
        pace = Pace(min(3.0, options.seconds), options.seconds)
        for _ in range(options.rounds):
            for load in loads(options):
                with _noted(found):
                    found.turns.setdefault(load.name, []).append(turn(load, stage, pace, _say))
    if "storm" in chosen:
        with _noted(found):
            found.storms.append(storm(stage, options.subscribers, _say))
    if "stopped" in chosen:
        with _noted(found):
            around = min(20.0, options.still)
            minute = Minute(options.others, before=around, stopped=options.still, after=around)
            found.stops.append(stopped(stage, minute, _say))


def _replays(found: Found, folder: Path) -> None:
    options = found.options
    many = options.readers
    parts = {PLAIN: (1, 10)} | {name: (50, 500) for name in DOCUMENTS if name != PLAIN}
    plan = [
        (name, readers, max(1, options.events // part))
        for name, (whole, share) in parts.items()
        for readers, part in ((1, whole), (many, share))
    ]
    for kind in options.database:
        with _noted(found), opened_log(kind, options.cache, options.events) as town:
            found.replays += measured(town, folder, plan, _say)


@contextmanager
def _noted(found: Found) -> Any:
    """Keeps how busy the machine was before: other people's work is in the figures too."""
    found.busy.append(round(os.getloadavg()[0], 2))
    yield


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.subscriptions", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--subscribers", type=int, help="5000 unless --quick; the goals are for that many")
    parser.add_argument("--others", type=int, help="of the ordinary build, and beside the one who stops")
    parser.add_argument("--rounds", type=int, help="how many turns each load has")
    parser.add_argument("--seconds", type=float, help="how long a turn is measured")
    parser.add_argument("--events", type=int, help="events of the log that is replayed")
    parser.add_argument("--readers", type=int, help="of the log at once, each of a tenth of it")
    parser.add_argument("--still", type=float, help="seconds for which one does not read")
    parser.add_argument(
        "--database", nargs="+", choices=["postgres", "sqlite"], default=["postgres", "sqlite"],
        help="of the replay; everything else has more than one process, and so is on PostgreSQL",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="small: does it all still work?")
    parser.add_argument("--cache", type=Path, default=default_folder(), help="where built towns are kept")
    parser.add_argument("--results", type=Path, help="where the report is kept; bench/results unless --quick")
    parser.add_argument("--judge", action="store_true", help="end with 1 when a goal is missed")
    options = parser.parse_args()
    for name, value in (_QUICK if options.quick else _USUAL).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


if __name__ == "__main__":
    main()
