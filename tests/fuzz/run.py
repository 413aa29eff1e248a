"""`python -m tests.fuzz [--seconds N] [--at-once 2] [TARGET…]`: every parser for so long, each in a process of its own.

By coverage where Atheris is installed, by our own mutations elsewhere. What breaks a parser is kept in `build/fuzz/` by
the target's name, and the run fails; put such an input among the target's seeds, so that the suite tries it for ever.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import re
import sys

from tests.fuzz.targets import TARGETS

_COUNT = re.compile(r"number_of_executed_units: +([0-9]+)")


async def _run(name: str, seconds: int, places: asyncio.Semaphore) -> bool:
    async with places:
        if importlib.util.find_spec("atheris") is None:
            return await _by("mutation", name, seconds)
        # Large inputs are slow to try by coverage; they get a tenth of the time.
        large = max(1, seconds // 10)
        return await _by("coverage", name, seconds - large) and await _by("mutation", name, large)


async def _by(way: str, name: str, seconds: int) -> bool:
    command = [sys.executable, "-m", f"tests.fuzz.{way}", name, str(seconds)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    raw, _ = await process.communicate()
    text = raw.decode("utf-8", "replace")
    found = _COUNT.search(text)
    count = int(found[1]) if found else 0
    well = process.returncode == 0 and count > 0
    print(f"{name:<20} {count:>10} executions {count // max(1, seconds):>7}/s by {way}", flush=True)
    if not well:
        print(f"{name} FAILED\n{text[-4000:]}", flush=True)
    return well


async def _all(names: list[str], seconds: int, at_once: int) -> bool:
    places = asyncio.Semaphore(at_once)
    return all(await asyncio.gather(*(_run(name, seconds, places) for name in names)))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("--at-once", type=int, default=2, help="how many targets at the same time")
    given = parser.parse_args()
    unknown = set(given.names) - set(TARGETS)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    sys.exit(not asyncio.run(_all(given.names or list(TARGETS), given.seconds, given.at_once)))
