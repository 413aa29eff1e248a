"""What the leader does for closed months, in the order in which one thing leads to another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from eperf.adapters.blobs import Blobs
from eperf.services.adjustment import adjust_late
from eperf.services.appeal import settle_accepted
from eperf.services.call import Call
from eperf.services.closing import freeze_closing
from eperf.services.what_if import run_trials


async def settle(call: Callable[[], Call], blobs: Blobs) -> int:
    """Freezes, adjusts, settles appeals and runs trials; gives how much was done. One's trouble keeps no other."""
    turns: tuple[Callable[[Call], Awaitable[int]], ...] = (
        partial(freeze_closing, blobs=blobs),
        partial(adjust_late, blobs=blobs),
        settle_accepted,
        partial(run_trials, blobs=blobs),
    )
    done, failures = 0, []
    for turn in turns:
        try:
            done += await turn(call())
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup("closed months could not be kept", failures)
    return done
