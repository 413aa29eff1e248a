"""Running what npm installed beside this file, on the Node of the wheel.

`make test` installs both. Without them these tests fail; they are never skipped.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NODE = Path(sys.executable).parent / "node"
MODULES = HERE / "node_modules"
_SECONDS = 60


def command(script: str, *arguments: str) -> list[str]:
    """The command line of a script of this folder."""
    assert NODE.exists(), f"{NODE} is missing: make setup"
    assert MODULES.is_dir(), f"{MODULES} is missing: make suites"
    return [str(NODE), str(HERE / script), *arguments]


def outcome(script: str, given: Any) -> Any:
    """What a script says in the end."""
    done = subprocess.run(
        command(script, json.dumps(given)), capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:] or done.stdout[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@asynccontextmanager
async def running(script: str, given: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """A script that is talked with while it runs; one that goes on for ever ends when its input does."""
    process = await asyncio.create_subprocess_exec(
        *command(script, json.dumps(given)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    try:
        yield process
    finally:
        # The wheel's command is a parent of Node: killing it alone would leave Node running, and its output open.
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()


async def line(process: asyncio.subprocess.Process) -> str:
    """The next line that it says; its complaint when it says none."""
    assert process.stdout is not None
    assert process.stderr is not None
    said = await asyncio.wait_for(process.stdout.readline(), _SECONDS)
    assert said, (await process.stderr.read()).decode()[-4000:]
    return said.decode().strip()
