"""Keeping scores true: take what is dirty, compute unit by unit, write what differs, tell who listens.

Marks are read before data: whatever changes afterwards raises its mark again, and the row stays dirty. What is computed
is written only while it is still claimed (`eperf.store.claims`), so several workers may do this at once, and an older
result never overwrites a newer one. Units are read, computed and written some thousand people at a time: while the
database sends one batch another is computed, and memory does not grow with the number of units.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from eperf.domain.scoring import PROVISIONAL
from eperf.services.call import Call, work
from eperf.services.scoring.batches import Progress, Round
from eperf.services.scoring.breakers import try_again
from eperf.store import claims
from eperf.store.claims import Claim
from eperf.store.outbox import mark_dirty
from eperf.store.scoring import ScoreRow

__all__ = ["mark_provisional", "score_dirty", "take_over", "try_again"]

_RENEW_SECONDS = claims.LEASE_SECONDS / 4
_PUT_OFF_SECONDS = 1


async def score_dirty(
    call: Call, limit: int = 10_000, progress: Progress | None = None, *, fresh: bool | None = None
) -> int:
    """Scores up to `limit` dirty months again; gives how many rows were taken.

    Zero means that nothing is free to be taken: what another worker has claimed, or was put off, is still dirty.

    `fresh`: only those that one person's change made dirty, or only the others; None: both.
    """
    taken = 0
    for lane in (True, False) if fresh is None else (fresh,):
        claim = await claims.take(limit, fresh=lane)
        taken += len(claim.rows)
        if claim.rows:
            async with _renewed(claim):
                await Round(call, claim, progress).run()
    return taken


async def take_over() -> None:
    """Takes the work of a process that died: all that is claimed may be claimed again. For the only worker there is."""
    await claims.forget()


async def mark_provisional(call: Call) -> int:
    """Marks every provisional month, so that it is tried again: what kept it from a score may have been mended."""
    rows = await ScoreRow.filter(state=PROVISIONAL).only("id", "employee_id", "period")
    async with work(call):
        await mark_dirty(sorted((row.employee_id, row.period) for row in rows), fresh=False)
    return len(rows)


@asynccontextmanager
async def _renewed(claim: Claim) -> AsyncIterator[None]:
    """Keeps a claim ours; what is left of it at the end failed, and is tried again a little later."""

    async def renewing() -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            # One that fails is made up for by the next; a lost claim is noticed when its scores are to be written.
            with contextlib.suppress(Exception):
                await claims.renew(claim)

    task = asyncio.create_task(renewing())
    try:
        yield
    except BaseException:
        await _ended(task)
        await claims.put_off(claim, _PUT_OFF_SECONDS)
        raise
    finally:
        await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    # Awaiting the task itself could not tell its end from our own: whoever is cancelled here must stay so.
    await asyncio.wait({task})
