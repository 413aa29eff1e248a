"""Dirty months taken for scoring, so that several workers share the work and none is done twice at once.

A claim is a number on the rows, for a while. It locks nothing: whoever makes a month dirty again meanwhile does not
wait. Who has computed a month holds its claim again when writing (`held`), and what is no longer claimed is not
written; so a worker that was slow, or thought dead, never overwrites what another has computed since. A claim that is
not renewed is soon anybody's.

There are two lanes. A month is fresh when one person's change made it dirty; the others come by thousands, after a
decree or an import. Fresh ones are taken apart, so that they never stand behind those.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from eperf.store import database

LEASE_SECONDS = 12
"""How long a claim lasts when it is not renewed: whoever works renews it several times meanwhile."""

_SKIP = {"postgres": " FOR UPDATE OF d SKIP LOCKED", "sqlite": ""}
_LOCK = {"postgres": " FOR UPDATE", "sqlite": ""}
# People of one unit come together, so that a unit's month is computed in few pieces.
_TAKE = """
UPDATE dirty_score SET claim = {claim}, claimed_until = {now} + {lease} WHERE id IN (
  SELECT d.id FROM dirty_score d LEFT JOIN employee e ON e.id = d.employee_id
  WHERE d.fresh = {fresh} AND (d.claim IS NULL OR d.claimed_until < {now})
  ORDER BY {order} LIMIT {most}{skip}
) RETURNING id, employee_id, period, mark
"""
_ORDER = {True: "d.id", False: "d.period, e.unit_id, d.id"}
_HELD = """
SELECT id, employee_id, period, mark FROM dirty_score WHERE claim = {claim} AND id IN ({ids})
ORDER BY employee_id, period{lock}
"""
_REMOVE = "DELETE FROM dirty_score WHERE id IN ({ids})"
_FREE = "UPDATE dirty_score SET claim = NULL WHERE id IN ({ids})"
# Rows that are being written or marked at this moment are passed by: waiting for them in another order than they are
# locked in could last for ever.
_AGAIN = """
UPDATE dirty_score SET claimed_until = {now} + {seconds} WHERE id IN (
  SELECT d.id FROM dirty_score d WHERE d.claim = {claim}{skip}
)
"""


@dataclass(frozen=True)
class Dirty:
    """A dirty month as it was claimed: the row's id, whose month, and the mark that was read before the data."""

    id: int
    employee_id: int
    period: str
    mark: int


@dataclass(frozen=True)
class Claim:
    """Rows that are ours for a while. `number` tells it from every other claim."""

    number: int
    rows: tuple[Dirty, ...]


async def take(most: int, *, fresh: bool) -> Claim:
    """Claims up to `most` rows of a lane; rows that another worker is taking at this moment are passed by."""
    number = secrets.randbits(62) + 1
    rows = await _rows(
        _TAKE.format(
            claim=number,
            lease=LEASE_SECONDS,
            now=database.clock(),
            fresh="true" if fresh else "false",
            order=_ORDER[fresh],
            most=int(most),
            skip=_SKIP[database.dialect()],
        )
    )
    return Claim(number, tuple(sorted(rows, key=lambda one: one.id)))


async def renew(claim: Claim) -> None:
    """Begins the claim's time anew."""
    await put_off(claim, LEASE_SECONDS)


async def put_off(claim: Claim, seconds: int) -> None:
    """What is left of the claim is anybody's after so many seconds, not before."""
    dialect = database.dialect()
    await _execute(
        _AGAIN.format(claim=claim.number, now=database.clock(), seconds=int(seconds), skip=_SKIP[dialect])
    )


async def held(claim: Claim, rows: Sequence[Dirty]) -> list[Dirty]:
    """Inside a transaction: those that are still claimed, with the marks of now; they stay so until it ends."""
    ids = database.listed(one.id for one in rows)
    return await _rows(_HELD.format(claim=claim.number, ids=ids, lock=_LOCK[database.dialect()]))


async def done(before: Sequence[Dirty], now: Sequence[Dirty]) -> None:
    """Inside the same transaction: removes those held whose mark has not grown; the others are dirty still and free."""
    read = {one.id: one.mark for one in before}
    same = [one.id for one in now if read[one.id] == one.mark]
    grown = [one.id for one in now if read[one.id] != one.mark]
    if same:
        await _execute(_REMOVE.format(ids=database.listed(same)))
    if grown:
        await _execute(_FREE.format(ids=database.listed(grown)))


async def forget() -> None:
    """Frees every claim; for who knows that nobody else works."""
    await _execute("UPDATE dirty_score SET claim = NULL WHERE claim IS NOT NULL")


async def _rows(text: str) -> list[Dirty]:
    rows = await database.connection().execute_query_dict(text)
    return [Dirty(*(row[name] for name in ("id", "employee_id", "period", "mark"))) for row in rows]


async def _execute(text: str) -> None:
    await database.connection().execute_query(text, [])
