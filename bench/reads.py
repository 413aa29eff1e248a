"""The run: builds or finds the town, starts every variant, checks that they agree, measures in turns, judges, reports."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import documents, machine, peer, plugins, variants
from bench.dataset import Size
from bench.goals import BATCH, IDLE, judge
from bench.load import Town, default_folder, opened
from bench.measure import Plan, check, rounds
from bench.operations import OPERATIONS, PAGE
from bench.report import FOLDER, Report
from bench.variants import Variant

_QUICK = {"employees": 200, "seconds": 0.2, "rounds": 1}
_USUAL = {"employees": 20_000, "seconds": 4.0, "rounds": 3}
_VARIANTS = ("floor", "stock", "steps", "eperf", "idle", "batch", "ordinary", "postgraphile")


def main(arguments: Sequence[str]) -> None:
    """Measures each database asked for; ends with 1 when a goal is missed and `--judge` was given."""
    options = _options(arguments)
    # Told to stop, the run stops its servers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    missed = 0
    for kind in ("postgres", "sqlite") if options.database == "both" else (options.database,):
        report = measured(kind, options)
        print(report.markdown())
        missed += sum(not one.reached for one in report.judged)
        if not options.quick or options.results is not None:
            print(f"kept: {report.keep(options.results or FOLDER)}")
    if options.judge and missed:
        sys.exit(1)


def measured(kind: str, options: argparse.Namespace) -> Report:
    """One run on one database."""
    plan = Plan(options.rounds, options.seconds, min(0.5, options.seconds), 2 if options.quick else 5)
    report = Report(kind, options.employees, plan, machine.described())
    size = Size(employees=options.employees)
    with (
        opened(kind, options.cache, size) as town,
        tempfile.TemporaryDirectory(prefix="eperf-bench-") as folder,
        _started(_chosen(kind, options, Path(folder), report), town, Path(folder)) as running,
    ):
        _measure(town, running, options, plan, report)
        town.restore()
    # A small town in short turns shows that everything works, and nothing about how fast.
    report.judged = [] if options.quick else judge(report.rounds) + report.judged
    return report


def _measure(
    town: Town, running: Sequence[Variant], options: argparse.Namespace, plan: Plan, report: Report
) -> None:
    for name in options.only:
        operation = OPERATIONS[name]
        taking = [one for one in running if one.request(name, operation.numbers(1, town.size)[0]) is not None]
        report.exact[name] = check(operation, [one for one in taking if one.name != BATCH], town, plan)
        report.rounds[name] = rounds(operation, taking, town, plan, _say)
    eperf = next((one for one in running if one.name == "eperf"), None)
    if eperf is not None and options.unseen:
        _add(report, documents.unseen(eperf, town.size, 3 * plan.seconds))
    if eperf is not None and options.memory:
        _add(report, documents.memory(eperf, options.memory, _say))


def _add(report: Report, found: tuple[list[str], list[documents.Judged]]) -> None:
    report.notes += found[0]
    report.judged += found[1]


def _chosen(kind: str, options: argparse.Namespace, folder: Path, report: Report) -> list[Variant]:
    """The variants in the order of their turns; what cannot take part is noted."""
    made = {"floor": variants.floor(), "eperf": variants.eperf(), "ordinary": variants.ordinary()}
    made["idle"] = variants.eperf(IDLE, plugins.idle(folder / "idle"))
    batch = plugins.batch(folder / "batch")
    if batch is None:
        report.notes.append("a page with three batch fields was not measured: eperf has no such field yet")
    else:
        made["batch"] = variants.eperf(BATCH, batch, {"page": plugins.with_batch_fields(PAGE)})
    if kind == "postgres":
        made["steps"], made["stock"] = variants.steps(), variants.stock()
    if kind == "postgres" and "postgraphile" in options.variants:
        if peer.installed():
            made["postgraphile"] = variants.peer()
        else:
            report.notes.append("PostGraphile was not measured: it could not be installed from npm")
    chosen = {"floor", *options.variants}
    return [made[name] for name in _VARIANTS if name in made and name in chosen]


@contextmanager
def _started(chosen: Sequence[Variant], town: Town, folder: Path) -> Iterator[Sequence[Variant]]:
    try:
        for variant in chosen:
            variant.start(town.url, folder)
        for variant in chosen:
            variant.wait()
        yield chosen
    finally:
        for variant in chosen:
            variant.stop()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=["postgres", "sqlite", "both"], default="postgres")
    parser.add_argument(
        "--only", type=_names(OPERATIONS), default=list(OPERATIONS), help=",".join(OPERATIONS)
    )
    parser.add_argument(
        "--variants", type=_names(_VARIANTS), default=list(_VARIANTS), help=",".join(_VARIANTS)
    )
    parser.add_argument("--employees", type=int, help="20000 unless --quick; the goals are for that many")
    parser.add_argument("--seconds", type=float, help="how long each turn is measured")
    parser.add_argument("--rounds", type=int, help="how many turns each variant has")
    parser.add_argument("--unseen", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--memory", type=int, nargs="?", const=100_000, default=0, metavar="DOCUMENTS")
    parser.add_argument(
        "--quick", action="store_true", help="a small town and short turns: does it all still work?"
    )
    parser.add_argument("--cache", type=Path, default=default_folder(), help="where built towns are kept")
    parser.add_argument("--results", type=Path, help="where the report is kept; bench/results unless --quick")
    parser.add_argument("--judge", action="store_true", help="end with 1 when a goal is missed")
    options = parser.parse_args(arguments)
    for name, value in (_QUICK if options.quick else _USUAL).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def _names(known: object) -> object:
    def parsed(text: str) -> list[str]:
        names = text.split(",")
        for name in names:
            if name not in known:  # type: ignore[operator]
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")  # type: ignore[call-overload]
        return names

    return parsed


if __name__ == "__main__":
    main(sys.argv[1:])
