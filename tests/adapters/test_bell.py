from __future__ import annotations

import asyncio

import pytest

from eperf.adapters.broker import Bell


@pytest.mark.parametrize("turns", range(4))
async def test_a_waiter_that_is_cancelled_when_the_bell_rings_is_cancelled(turns: int) -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait())
    await asyncio.sleep(0.01)
    bell.ring()
    for _ in range(turns):
        await asyncio.sleep(0)
    cancelled = waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled() == cancelled


async def test_a_waiter_looks_again_by_itself() -> None:
    await asyncio.wait_for(Bell(0.01).wait(), 5)
