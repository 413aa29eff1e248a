"""What several fields wait for fails while none of them waits any longer: nobody is told, and nobody needs to be."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from eperf.planner.rows import _kept


async def test_a_failure_that_nobody_waits_for_is_not_reported_by_the_collector() -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: reported.append(said))
    loaded = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(_kept(loaded))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    loaded.set_exception(OSError("the pool is closing"))
    await asyncio.sleep(0)
    del loaded, waiting
    gc.collect()
    assert reported == []


async def test_who_still_waits_is_told() -> None:
    loaded = asyncio.get_running_loop().create_future()
    given_up, waiting = asyncio.create_task(_kept(loaded)), asyncio.create_task(_kept(loaded))
    await asyncio.sleep(0)
    given_up.cancel()
    loaded.set_exception(OSError("the pool is closing"))
    with pytest.raises(OSError, match="closing"):
        await waiting
