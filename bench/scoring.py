"""Scoring a city's month, against the loop that an ordinary build would use and the best SQL for one rule.

`python -m bench.scoring`: 20,000 employees with 200 activities and 22 days each, on PostgreSQL. The ways take turns, each
in a process of its own, on one database that is emptied of scores before each turn; a ratio is the median of those of
neighbouring turns. First all ways must give the same scores.

- eperf: three plugin parts; from dirty rows to scores with their breakdown, and an event for each, committed.
- snapshot: the same parts over units' months frozen as Parquet, nothing written back.
- plugin, built-in: the snapshots' months scored by parts that an agency wrote itself, and by those of eperf's shelf.
- orm: one employee after the other with the ORM's objects; some hundred people, for it would take minutes.
- sql: one statement that knows this one rule, and writes scores without breakdown and events.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import own_parts, scheme
from bench.dataset import Size
from bench.load import default_folder
from bench.machine import described
from bench.month import Month, emptied, opened, scores
from bench.processors import family_cpu_ms
from bench.ways import WAYS, bound
from eperf.domain.scoring import Explanation, score, thaw

_RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Measures, prints and keeps."""
    options = _arguments()
    if options.turn:
        print(json.dumps(asyncio.run(WAYS[options.turn](options.url, options.folder, options.people))))
        return
    size = Size(options.employees, options.activities, 8)
    with opened(options.cache, size) as month, tempfile.TemporaryDirectory(prefix="eperf-bench-") as folder:
        asyncio.run(bound(month.url))
        found = _measured(month, Path(folder), options)
    _report(found, options)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.scoring", description=__doc__.partition("\n")[0])
    parser.add_argument("--employees", type=int, default=20_000)
    parser.add_argument("--activities", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=300, help="employees of the loop of objects")
    parser.add_argument("--cache", type=Path, default=default_folder(), help="where towns are kept")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where the report is kept")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--turn", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, default=Path("."), help=argparse.SUPPRESS)
    parser.add_argument("--people", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(month: Month, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    everybody = month.size.employees
    _turn("freeze", month, folder, everybody)
    _require_same(month, folder, options.sample)
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in ("eperf", "sql", "orm", "snapshot")}
    for _ in range(options.rounds):
        for name, made in turns.items():
            people = options.sample if name == "orm" else everybody
            asyncio.run(emptied(month.url))
            made.append(_turn(name, month, folder, people))
            made[-1].pop("scores", None)
            print(f"{name}: {made[-1]}", file=sys.stderr)
    return {
        "turns": turns,
        "parts": _parts(folder, options.rounds),
        "memory": _memory(month, folder),
        "snapshot MiB": round(sum(file.stat().st_size for file in folder.glob("*.zip")) / 2**20, 1),
    }


def _turn(name: str, month: Month, folder: Path, people: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.scoring", "--turn", name, "--url", month.url]
    command += ["--folder", str(folder), "--people", str(people)]
    before = family_cpu_ms(month.pid)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"postgres_cpu": round((family_cpu_ms(month.pid) - before) / 1000, 2)}


def _require_same(month: Month, folder: Path, sample: int) -> None:
    """Every way gives everybody the same score."""
    found: dict[str, dict[int, Any]] = {}
    for name in ("sql", "eperf", "orm"):
        asyncio.run(emptied(month.url))
        _turn(name, month, folder, sample)
        found[name] = asyncio.run(scores(month.url))
    frozen = _turn("snapshot", month, folder, 0)["scores"]
    found["snapshot"] = {int(employee): score_h for employee, score_h in frozen.items()}
    if len(found["sql"]) != month.size.employees or len(found["orm"]) != sample:
        raise SystemExit("not everybody was scored")
    for name, given in found.items():
        wrong = {who for who, score_h in given.items() if found["sql"][who] != score_h}
        if wrong or (name != "orm" and len(given) != month.size.employees):
            raise SystemExit(
                f"{name} differs from the SQL in {len(wrong)} of {len(given)}: {sorted(wrong)[:5]}"
            )


def _parts(folder: Path, rounds: int) -> list[float]:
    """Processor time of an agency's own parts over that of the shelf's, unit by unit in turns; the same scores."""
    months = [
        thaw(f.read_bytes(), f.with_suffix(".seal").read_text()) for f in sorted(folder.glob("*.zip"))[:4]
    ]
    ratios = []
    for _ in range(rounds):
        for month in months:
            took, given = [], []
            for one in (own_parts.SCHEME, scheme.SCHEME):
                begun = time.process_time()
                scored = score(one, scheme.Fixed(), month, explanation=Explanation.STORED)
                scored.breakdowns()
                took.append(time.process_time() - begun)
                given.append(scored.scores)
            if not given[0].equals(given[1]):
                raise SystemExit("an agency's own parts give other scores")
            ratios.append(took[0] / took[1])
    return ratios


def _memory(month: Month, folder: Path) -> dict[str, int]:
    """The peak of a process that scores a quarter of the town, and of one that scores all of it."""
    found = {}
    for people in (month.size.employees // 4, month.size.employees):
        asyncio.run(emptied(month.url, people))
        turn = _turn("eperf", month, folder, people)
        found[str(turn["employees"])] = turn["peak_mib"]
    return found


def _report(found: dict[str, Any], options: argparse.Namespace) -> None:
    turns = found["turns"]

    def rate(name: str) -> float:
        return float(median(turn["per_second"] for turn in turns[name]))

    def ratio(name: str, other: str) -> float:
        both = zip(turns[name], turns[other], strict=True)
        return float(median(one["per_second"] / two["per_second"] for one, two in both))

    few, many = found["memory"].values()
    goals = [
        ("employees/s, database to committed scores, breakdowns and events", rate("eperf"), ">=", 8000.0),
        ("employees/s from snapshots, nothing written back", rate("snapshot"), ">=", 100_000.0),
        ("time of the plugin's parts / built-in parts", median(found["parts"]), "<=", 1.2),
        ("eperf / loop of the ORM's objects", ratio("eperf", "orm"), ">=", 15.0),
        ("eperf / the best SQL for this rule", ratio("eperf", "sql"), ">=", 0.6),
        ("peak memory, four times the people / once", many / few, "<=", 1.5),
    ]
    rows = [
        {"goal": name, "measured": round(value, 2), "bound": f"{sign} {bound:g}",
         "met": value >= bound if sign == ">=" else value <= bound}
        for name, value, sign, bound in goals
    ]  # fmt: skip
    report = {"size": vars(Size(options.employees, options.activities, 8)), "goals": rows, **found}
    report |= {"machine": described(), "at": datetime.now(UTC).isoformat(timespec="minutes")}
    _keep(report, options.results)
    if options.json:
        print(json.dumps(report, indent=1))
        return
    table = Table("measured", "figure", "goal", "", title=f"{options.employees:,} x {options.activities}")
    for row in rows:
        table.add_row(row["goal"], str(row["measured"]), row["bound"], "met" if row["met"] else "not met")
    for name, made in turns.items():
        table.add_row(f"{name}: employees/s; processor seconds, own and PostgreSQL's; MiB", *_shown(made), "")
    Console().print(table)


def _shown(made: list[dict[str, Any]]) -> tuple[str, str]:
    rates = ", ".join(f"{turn['per_second']:,.0f}" for turn in made)
    own, theirs = (median(turn[name] for turn in made) for name in ("cpu", "postgres_cpu"))
    return rates, f"{own} + {theirs}; {max(turn['peak_mib'] for turn in made)}"


def _keep(report: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + len(list(folder.glob(f"{report['at'][:10]}-scoring-*.json")))
    (folder / f"{report['at'][:10]}-scoring-{number}.json").write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
