"""The leader's duty for jobs: each runs in a process of its own, which is killed when its time is over.

A job may hang, fill its memory or end its process; the leader, the server and the other plugins' jobs do not notice.
A plugin's own jobs take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from eperf.adapters.broker import Bell
from eperf.plugins.chores import Job
from eperf.plugins.registry import Registry
from eperf.plugins.report import Registered
from eperf.services import schedule

_LOOK_AGAIN = 30.0
_TRY_AGAIN = 5.0
_TAIL = 2000
logger = structlog.get_logger("eperf.plugins")


async def run_all(
    registry: Registry, environment: Mapping[str, str], work: Bell, now: Callable[[], datetime]
) -> None:
    """Runs every job at its times, until cancelled. `environment` is what the processes find the installation by."""
    turns: dict[str, asyncio.Lock] = {}
    async with asyncio.TaskGroup() as jobs:
        for found in registry.jobs.values():
            turn = turns.setdefault(found.plugin, asyncio.Lock())
            jobs.create_task(_again_and_again(found, turn, environment, work, now))


async def _again_and_again(
    found: Registered[Job],
    turn: asyncio.Lock,
    environment: Mapping[str, str],
    work: Bell,
    now: Callable[[], datetime],
) -> None:
    while True:
        try:
            waits = (await schedule.due(found.key, found.part, now()) - now()).total_seconds()
            if waits > 0:
                await asyncio.sleep(min(waits, _LOOK_AGAIN))
                continue
            async with turn:
                if await schedule.begin(found.key, found.part, now()):
                    cause = await run(found, environment)
                    await schedule.end(found.key, now(), cause)
                    work.ring()
        except Exception:
            logger.exception("plugin.job-not-asked", job=found.key)
            await asyncio.sleep(_TRY_AGAIN)


async def run(found: Registered[Job], environment: Mapping[str, str]) -> str:
    """Runs a job once; gives why it failed, or nothing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "eperf", "job", found.key,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment}, start_new_session=True,
    )  # fmt: skip
    tail = b""
    try:
        async with asyncio.timeout(found.part.seconds):
            while chunk := await process.stdout.read(65_536):  # type: ignore[union-attr]
                tail = (tail + chunk)[-_TAIL:]
            code = await process.wait()
    except TimeoutError:
        cause = f"took longer than {found.part.seconds:g} seconds"
    else:
        cause = "" if code == 0 else f"ended with {code}"
    finally:
        # With its children, and also when we are told to stop ourselves.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())
    if cause:
        said = tail.decode(errors="replace")
        logger.error("plugin.job-failed", job=found.key, cause=cause, said=said)
        last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
        return f"{cause}: {last}" if last else cause
    logger.info("plugin.job-done", job=found.key)
    return ""
