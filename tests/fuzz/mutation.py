"""A parser against our own mutations: `python -m tests.fuzz.mutation TARGET SECONDS`, and the short run of the suite."""

from __future__ import annotations

import random
import resource
import sys
import time
from pathlib import Path

from tests.fuzz.mutate import Mutator
from tests.fuzz.targets import TARGETS, Target, Unsound, attempt

FOLDER = Path("build/fuzz")
MEMORY_BYTES = 1 << 30
INPUT_SECONDS = 1


def by_mutation(
    name: str, seconds: float, seed: int, most: int = 1 << 30, tries: int = 1 << 60
) -> tuple[int, dict[str, int]]:
    """Mutates for so long, or so often; gives how many inputs were tried and what became of them.

    `most` bounds an input, in bytes. Raises what a target raises, with the input kept.
    """
    target, outcomes = TARGETS[name], dict[str, int]()
    mutator = Mutator(target.seeds, target.words, min(most, target.most), random.Random(f"{name} {seed}"))
    ends, count = time.monotonic() + seconds, 0
    while count < tries and (count < len(target.seeds) or time.monotonic() < ends):
        data = target.seeds[count] if count < len(target.seeds) else mutator.next()
        outcome = _judged(name, target, data)
        if outcome not in outcomes or (outcome == "read" and count % 50 == 0):
            mutator.keep(data)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        count += 1
    return count, outcomes


def _judged(name: str, target: Target, data: bytes) -> str:
    try:
        return judged(target, data)
    except BaseException:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name}-crash").write_bytes(data)
        raise


def judged(target: Target, data: bytes) -> str:
    """What becomes of an input, which has to take less than a second of the processor, and one more each mebibyte."""
    began = time.process_time()
    outcome = attempt(target, data)
    took = time.process_time() - began
    if took > INPUT_SECONDS * (1 + len(data) / (1 << 20)):
        raise Unsound(f"{len(data)} bytes took {took:.1f} s")
    return outcome


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    tried, became = by_mutation(sys.argv[1], float(sys.argv[2]), time.time_ns())
    print(f"number_of_executed_units: {tried} {became}")
