"""The supervisor by itself, with small processes in the place of servers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from eperf.app.processes.supervisor import Supervisor

WORKER = """
import pathlib, signal, sys, time
from eperf.app.processes.tie import READY, tied
folder, tie = pathlib.Path(sys.argv[1]), tied()
if (folder / "broken").exists():
    sys.exit(3)
while (folder / "slow").exists():
    time.sleep(0.05)
(folder / "started").open("a").write(f"{tie.place}\\n")
if (folder / "deaf").exists():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
tie.line.send(READY)
tie.line.recv(1)
"""


@asynccontextmanager
async def supervised(
    folder: Path, number: int = 2
) -> AsyncIterator[tuple[asyncio.Task[int], Callable[[], set[int]]]]:
    """A supervisor that runs, and what its workers' process ids are."""
    listening, served = socket.socket(), asyncio.Event()
    listening.bind(("127.0.0.1", 0))
    command = [sys.executable, "-c", WORKER, str(folder)]
    task = asyncio.create_task(Supervisor(command, listening, number, served.set).run())

    def pids() -> set[int]:
        children = psutil.Process().children()
        return {
            one.pid
            for one in children
            if one.status() != psutil.STATUS_ZOMBIE and str(folder) in one.cmdline()
        }

    try:
        yield task, pids
    finally:
        if not task.done():
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(task, 15)
        assert not pids()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.02)


def started(folder: Path) -> list[str]:
    """The places for which a worker was started, in order."""
    return (folder / "started").read_text().split() if (folder / "started").exists() else []


async def test_a_worker_that_dies_is_replaced_in_its_place(tmp_path: Path) -> None:
    async with supervised(tmp_path) as (_, pids):
        await until(lambda: len(started(tmp_path)) == 2)
        before = pids()
        os.kill(min(before), signal.SIGKILL)
        await until(lambda: len(started(tmp_path)) == 3 and len(pids()) == 2)
        assert len(pids() & before) == 1


async def test_a_first_start_that_fails_ends_all_with_its_code(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    async with supervised(tmp_path) as (task, _):
        assert await asyncio.wait_for(task, 30) == 3


async def test_a_worker_that_is_killed_before_any_served_ends_nobody(tmp_path: Path) -> None:
    (tmp_path / "slow").touch()
    async with supervised(tmp_path) as (_, pids):
        await until(lambda: len(pids()) == 2)
        os.kill(min(pids()), signal.SIGKILL)
        (tmp_path / "slow").unlink()
        await until(lambda: len(started(tmp_path)) == 2)


async def test_renewal_puts_a_new_worker_in_each_place_and_is_given_up_when_one_does_not_come(
    tmp_path: Path,
) -> None:
    async with supervised(tmp_path) as (_, pids):
        await until(lambda: len(started(tmp_path)) == 2)
        first = pids()
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: len(started(tmp_path)) == 4 and len(pids()) == 2 and not pids() & first)
        assert sorted(started(tmp_path)[2:]) == ["1", "2"]
        second = pids()
        (tmp_path / "broken").touch()
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: len(pids()) == 3)
        await until(lambda: len(pids()) == 2)
        await asyncio.sleep(0.3)
        assert pids() == second


async def test_a_worker_that_does_not_end_is_killed_in_time(tmp_path: Path) -> None:
    (tmp_path / "deaf").touch()
    async with supervised(tmp_path, 1) as (task, pids):
        await until(lambda: len(started(tmp_path)) == 1)
        await asyncio.sleep(0.2)
        begun = asyncio.get_running_loop().time()
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(task, 15) == 0
        assert asyncio.get_running_loop().time() - begun < 10
        assert not pids()
