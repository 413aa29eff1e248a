"""Whether a receiver that hangs makes others wait, and how many webhooks a worker sends: `python -m bench.webhooks`.

Nine good receivers are sent every update, alone and beside one that takes each request and never answers, in turns; then all
are given more than they can be sent. A time runs from the event's own, before its transaction began, to the request's arrival.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench.audience import Stage, cursors_since, head, served, serving, staged, token, until_quiet
from bench.dataset import Size
from bench.goals import Judged
from bench.heard import faults, percentile
from bench.load import default_folder
from bench.machine import described
from bench.operations import gid
from bench.processors import cpu_ms, family_cpu_ms, family_waited_ms
from bench.receivers import Receivers
from bench.report import FOLDER, goals_table, kept

_CREATE = """mutation Create($input: CreateWebhookInput!) { createWebhook(input: $input) {
  __typename ... on WebhookSecret { webhook { id } } ... on Problem { code message }
} }"""
_VERIFY = """mutation Verify($input: WebhookInput!) { verifyWebhook(input: $input) {
  __typename ... on WebhookProbe { verified why } ... on Problem { code message }
} }"""
_SWITCH = """mutation Switch($input: %s!) { %s(input: $input) {
  __typename ... on Problem { code message }
} }"""
_PATIENCE_SECONDS = 60
_WHOLE_TOWN = 1


@dataclass(frozen=True)
class Turn:
    """What the good receivers got in one turn: a second, and how late; and what it took."""

    events: int
    rate: float
    delivered: float
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    cpu_us: float
    server_share: float
    server_waiting: float
    subscribers_share: float
    missing: int
    again: int

    def figures(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


class _Api:
    """The mutations of webhooks, with the token of an integrator."""

    def __init__(self, port: int) -> None:
        headers = {"authorization": f"Bearer {token(0)}"}
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)

    def create(self, place: int, url: str) -> str:
        given = {"name": f"receiver {place}", "url": url, "unit": gid("Unit", _WHOLE_TOWN)}
        given["kinds"] = ["score.changed"]  # type: ignore[assignment]
        made = self._asked(_CREATE, given)["createWebhook"]
        webhook: str = made["webhook"]["id"]
        probe = self._asked(_VERIFY, {"webhook": webhook})["verifyWebhook"]
        if not probe["verified"]:
            raise SystemExit(f"receiver {place} was not verified: {probe['why']}")
        return webhook

    def pause(self, webhook: str) -> None:
        self._asked(_SWITCH % ("WebhookInput", "pauseWebhook"), {"webhook": webhook})

    def resume(self, webhook: str) -> None:
        given = {"webhook": webhook, "skipMissed": True}
        self._asked(_SWITCH % ("ResumeWebhookInput", "resumeWebhook"), given)

    def remove(self, webhook: str) -> None:
        self._asked(_SWITCH % ("WebhookInput", "removeWebhook"), {"webhook": webhook})

    def _asked(self, query: str, given: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post("/graphql", json={"query": query, "variables": {"input": given}}).json()
        data: dict[str, Any] = answer.get("data") or {}
        if answer.get("errors") or any(one["__typename"] == "Problem" for one in data.values()):
            raise SystemExit(f"the server refused: {json.dumps(answer)[:500]}")
        return data


def main() -> None:
    """Measures, prints and keeps."""
    options = _options()
    # Told to stop, the run stops its server first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="eperf-bench-") as name:
        people = Size(200 if options.quick else 2000, activities=1, submitters=8)
        with staged(Path(name), options.cache, people, 1, Receivers) as stage:
            turns, busy = _measured(stage, options)
    text = _markdown(turns, busy, options)
    print(text)
    if not options.quick or options.results is not None:
        figures = {
            "turns": {name: [one.figures() for one in made] for name, made in turns.items()},
            "goals": [vars(one) for one in _judged(turns)],
            "load of the machine before": busy,
            "machine": described(),
        }
        print(f"kept: {kept('webhooks', text, figures, options.results or FOLDER)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.webhooks", description=__doc__.partition("\n")[0])
    parser.add_argument("--good", type=int, default=9, help="receivers that answer at once")
    parser.add_argument("--rate", type=float, default=20, help="events a second, each for every receiver")
    parser.add_argument("--flood", type=float, default=100, help="events a second, more than can be sent")
    parser.add_argument("--seconds", type=float, default=20, help="how long events come in a turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="small: does it all still work?")
    parser.add_argument("--cache", type=Path, default=default_folder(), help="where built towns are kept")
    parser.add_argument("--results", type=Path, help="where the report is kept; bench/results unless --quick")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 2.0
    return options


def _measured(stage: Stage, options: argparse.Namespace) -> tuple[dict[str, list[Turn]], float]:
    receivers, busy = stage.ears, os.getloadavg()[0]
    assert isinstance(receivers, Receivers)
    turns: dict[str, list[Turn]] = {"alone": [], "beside one that hangs": [], "flood": []}
    with serving(served({"EPERF_WEBHOOK_NETWORKS": "127.0.0.0/8"}), stage.town, stage.folder) as server:
        assert server.process is not None
        api, pid = _Api(server.port), server.process.pid
        made = [api.create(place, url) for place, url in enumerate(receivers.listen(options.good, 1))]
        hanging = made[-1]
        api.pause(hanging)
        _turn(stage, pid, options.rate, options)  # what is met for the first time is not measured
        for _ in range(options.rounds):
            turns["alone"].append(_turn(stage, pid, options.rate, options))
            api.resume(hanging)
            turns["beside one that hangs"].append(_turn(stage, pid, options.rate, options))
            api.pause(hanging)
        turns["flood"].append(_turn(stage, pid, options.flood, options))
        for webhook in made:
            api.remove(webhook)
    return turns, busy


def _turn(stage: Stage, pid: int, rate: float, options: argparse.Namespace) -> Turn:
    events, start = int(rate * options.seconds), head(stage.town)
    stage.ears.heard()
    spent = (family_cpu_ms(pid), family_waited_ms(pid), cpu_ms(stage.ears.pid))
    begun = time.time_ns()
    stage.teller.begin(events, rate)
    stage.teller.wait()
    until_quiet(stage, _PATIENCE_SECONDS)
    after = (family_cpu_ms(pid), family_waited_ms(pid), cpu_ms(stage.ears.pid))
    good = stage.ears.heard().of(range(options.good))
    if not len(good):
        raise SystemExit("nothing was received")
    every = sorted(cursor for cursors in cursors_since(stage.town, start).values() for cursor in cursors)
    wrong = faults(good.cursors(), dict.fromkeys(range(options.good), every))
    took, late = (max(good.read) - begun) / 1e9, good.milliseconds()
    server, waited, own = (now - before for now, before in zip(after, spent, strict=True))
    found = Turn(
        events,
        rate,
        delivered=len(good) / took,
        p50_ms=percentile(late, 0.5),
        p99_ms=percentile(late, 0.99),
        slowest_ms=late[-1],
        cpu_us=server * 1000 / len(good),
        server_share=server / took / 1000,
        server_waiting=waited / took / 1000,
        subscribers_share=own / took / 1000,
        missing=wrong.missing,
        again=wrong.doubled,
    )
    print(f"webhooks: {found}", file=sys.stderr, flush=True)
    return found


def _judged(turns: dict[str, list[Turn]]) -> list[Judged]:
    both = zip(turns["beside one that hangs"], turns["alone"], strict=True)
    ratio = median(one.p99_ms / other.p99_ms for one, other in both)
    missing = sum(one.missing for made in turns.values() for one in made)
    return [
        Judged("p99 of nine good receivers, beside one that hangs / alone <= 1.2", ratio, ratio <= 1.2),
        Judged("updates that a good receiver did not get <= 0", missing, missing == 0),
    ]


def _markdown(turns: dict[str, list[Turn]], busy: float, options: argparse.Namespace) -> str:
    head_ = (
        "| turn | events/s | received/s | p50 ms | p99 ms | slowest ms | CPU us | server | server waiting | receivers |"
        " missing | again |"
    )
    lines = [head_, "|---" * 12 + "|"]
    for name, made in turns.items():
        for one in made:
            cells = (
                name, f"{one.rate:g}", f"{one.delivered:.1f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}",
                f"{one.slowest_ms:.1f}", f"{one.cpu_us:.0f}", f"{one.server_share:.0%}",
                f"{one.server_waiting:.0%}", f"{one.subscribers_share:.0%}", str(one.missing), str(one.again),
            )  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    machine = "\n".join(f"- {name}: {value}" for name, value in described().items())
    parts = [
        f"# Webhooks, {options.good} good receivers, {date.today().isoformat()}",
        "\n".join(lines),
        _HOW.strip(),
        "## Goals",
        goals_table(_judged(turns)),
        f"- load of the machine before: {busy:.2f}",
        f"## Measured on\n\n{machine}",
    ]
    return "\n\n".join(parts) + "\n"


_HOW = """
Received a second and the processor are of the good ones alone; *server waiting* is the share of the time in which the
server was ready and had no processor.
"""


if __name__ == "__main__":
    main()
