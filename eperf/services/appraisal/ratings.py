"""Giving a rating. It writes no event and keeps no instant: its place beside others would tell whose it is.

Nor does it take an idempotency key, which would be kept with the account and the instant. To give the same rating again
changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from eperf.domain.access import Operation
from eperf.domain.appraisal.rating import checked_scores
from eperf.domain.errors import NotFound, RoundStanding
from eperf.services.appraisal.rounds import OPEN
from eperf.services.appraisal.standing import caller, today_in
from eperf.services.call import Call, work
from eperf.store.behaviour import RatingRow, RoundRow


async def give(call: Call, rating_id: int, scores: Mapping[str, int]) -> int:
    """Gives a rating that the caller was asked for, or another one until the round's last day; gives its id.

    `scores` are hundredths by the code of the dimension, one for each.
    """
    rater = await caller(call, Operation.RATING_GIVE)
    async with work(call):
        row = await RatingRow.get_or_none(id=rating_id, rater_id=rater.id)
        if row is None:
            raise NotFound("rating", rating_id)
        # Whoever closes the round waits for this, or this finds it closed.
        held = await RoundRow.select_for_update(no_key=True).get(id=row.round_id)
        if held.state != OPEN or await today_in(call, held.unit_id) > held.until:
            raise RoundStanding("rating", rating_id, why="its last day is over")
        codes = [one["code"] for one in held.dimensions]
        given = checked_scores(scores, codes, held.lowest_h, held.highest_h)
        await RatingRow.filter(id=row.id).update(scores=given)
        return int(row.id)
