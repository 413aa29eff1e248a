"""The same month scored in another process, where texts have other hashes: sets and dictionaries must not show through.

The other process reads what to score from its input and answers with a digest for each; see `assert_same_elsewhere`.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eperf.domain.scoring import Scored, UnitPeriod, score
from eperf.testing.broken import hold


@dataclass(frozen=True)
class Run:
    """A scheme by the place of its definition (`eperf_pare.scheme:SCHEME`), its settings, and a month for it.

    With `named`, `where` is the plugin (`eperf_pare`), whose hook gives the scheme of that name.
    """

    where: str
    settings: Any
    facts: UnitPeriod
    named: str = ""


def assert_same_elsewhere(runs: Sequence[Run], hash_seed: int = 4711) -> None:
    """Scores everything here and in one other process; both give the same to the last bit.

    The other has another hash seed, and four threads for columns however many are here.
    """
    here = [_digest(run) for run in runs]
    for run, mine, other in zip(runs, here, _elsewhere(runs, hash_seed), strict=True):
        hold(
            "process", mine == other, f"{run.where} scores otherwise in a process with hash seed {hash_seed}"
        )


def _elsewhere(runs: Sequence[Run], hash_seed: int) -> list[str]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(hash_seed),
        "POLARS_MAX_THREADS": "4",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(  # noqa: S603 - this interpreter, and a line of our own
        [sys.executable, "-c", f"from {__name__} import answer; answer()"],
        input=pickle.dumps(list(runs)),
        capture_output=True,
        env=environment,
        check=False,
    )
    hold("process", done.returncode == 0, f"another process ends in {done.stderr.decode()[-2000:]}")
    return done.stdout.decode().split()


def _digest(run: Run) -> str:
    scored = score(_scheme(run), run.settings, run.facts)
    return hashlib.sha256(_content(scored)).hexdigest()


def _scheme(run: Run) -> Any:
    module, _, name = run.where.partition(":")
    found = importlib.import_module(module)
    for step in name.split(".") if name else ():
        found = getattr(found, step)
    if not run.named:
        return found
    return next(one for one in found.eperf_scoring_schemes() if one.name == run.named)


def _content(scored: Scored) -> bytes:
    text = [scored.settings_digest, scored.input_digest, *map(repr, scored.scores.iter_rows())]
    return "\n".join([*text, *map(repr, scored.leaves.iter_rows())]).encode()


def answer() -> None:
    """What the other process does: reads runs from its input and prints a digest for each."""
    # What is read is what this very module wrote, in the process above.
    for run in pickle.loads(sys.stdin.buffer.read()):  # noqa: S301
        print(_digest(run))  # noqa: T201
