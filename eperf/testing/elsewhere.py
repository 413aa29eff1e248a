"""The same month scored in another process, where texts have other hashes: sets and dictionaries must not show through.

The other process reads what to score from its input and answers with a digest for each; see `assert_same_elsewhere`.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

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
    told = _other(hash_seed).ask(runs)
    hold("process", isinstance(told, list), f"another process ends in {told}")
    return list(told)


class _Other:
    """A process with a hash seed, that is started once and asked often: starting one takes a second.

    For each question it forks, so an answer is given by a process that has met no other question. Where there is no
    fork it ends after one answer.
    """

    def __init__(self, hash_seed: int) -> None:
        environment = {
            **os.environ,
            "PYTHONHASHSEED": str(hash_seed),
            "POLARS_MAX_THREADS": "4",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        words = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
        self.process = subprocess.Popen(  # noqa: S603 - this interpreter, and a line of our own
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )

    def ask(self, runs: Sequence[Run]) -> list[str] | str:
        """The digests, or what went wrong."""
        into, out = self.process.stdin, self.process.stdout
        if into is None or out is None:
            raise RuntimeError("a process without its pipes")
        _write(into, pickle.dumps((sys.path, os.getcwd(), pickle.dumps(list(runs)))))
        told = _read(out)
        if told is None or not hasattr(os, "fork"):
            self.end()
        return "nothing: it is gone" if told is None else pickle.loads(told)  # noqa: S301

    def end(self) -> None:
        """Lets the process go."""
        _OTHERS.pop(next((seed for seed, one in _OTHERS.items() if one is self), -1), None)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait(10)


_OTHERS: dict[int, _Other] = {}


def _other(hash_seed: int) -> _Other:
    if not _OTHERS:
        atexit.register(_end_all)
    if hash_seed not in _OTHERS:
        _OTHERS[hash_seed] = _Other(hash_seed)
    return _OTHERS[hash_seed]


def _end_all() -> None:
    for one in list(_OTHERS.values()):
        one.end()


def _write(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(len(data).to_bytes(8) + data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    size = pipe.read(8)
    return pipe.read(int.from_bytes(size)) if len(size) == 8 else None


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


def serve() -> None:
    """What the other process does: reads questions from its input, and answers each from a fork of itself."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a plugin prints is no answer
    while (question := _read(sys.stdin.buffer)) is not None:
        if not hasattr(os, "fork"):
            _write(answers, _answer(question))
            return
        child = os.fork()
        if child == 0:
            _write(answers, _answer(question))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            _write(answers, pickle.dumps(f"status {os.waitstatus_to_exitcode(status)}"))


def _answer(question: bytes) -> bytes:
    # What is read is what this very module wrote, in the process above.
    path, folder, runs = pickle.loads(question)  # noqa: S301
    try:
        sys.path[:] = path
        os.chdir(folder)
        return pickle.dumps([_digest(run) for run in pickle.loads(runs)])  # noqa: S301
    except Exception:
        return pickle.dumps(traceback.format_exc()[-2000:])
