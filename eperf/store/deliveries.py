"""The way of updates to webhooks, as rows: looked out of the log, claimed, sent, ended.

A claim is a number on a row, for a while, by the database's clock. Who ends a delivery names its claim again, so that
a process that was thought dead changes nothing that another has done since; it may at worst send an update twice.
Of one subject only the earliest waiting update of a webhook is ever taken: what failed holds back what came after it
of the same subject, and nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from eperf.store import database
from eperf.store.webhook import WebhookDeliveryRow, WebhookRow

LEASE_SECONDS = 30
"""How long a claim lasts: longer than one call may take with all that stands around it."""
WINDOW = 200
"""So many updates of a webhook wait as rows at most; the others wait in the log."""
_STRIDE = 20_000
"""So many places of the log are looked through in one statement."""
_MATCHING = """
SELECT cursor FROM event WHERE cursor > {after} AND cursor <= {upto} AND unit_id IN (
  SELECT descendant_id FROM unit_tree WHERE ancestor_id IN ({units})
){kinds} ORDER BY cursor LIMIT {most}
"""
_PLAN = """
INSERT INTO webhook_delivery (webhook_id, cursor, kind, subject_type, subject_id, state, due_at, created_at)
SELECT {id}, cursor, kind, subject_type, subject_id, 'waiting', {now}, {now} FROM event WHERE cursor IN ({cursors})
ON CONFLICT (webhook_id, cursor) DO NOTHING
"""
_UNCLAIMED = "(d.claim IS NULL OR d.claimed_until < {clock})"
_DUE = """
SELECT d.webhook_id AS id, count(*) AS due FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id
WHERE w.state = 'active' AND w.rest_until <= {now} AND d.state = 'waiting' AND d.due_at <= {now} AND {free}
GROUP BY d.webhook_id
"""
_TAKE = """
UPDATE webhook_delivery SET claim = {claim}, claimed_until = {clock} + {lease} WHERE id IN (
  WITH room (webhook_id, places) AS (VALUES {room}), ready AS (
    SELECT d.id, room.places, row_number() OVER (PARTITION BY d.webhook_id ORDER BY d.cursor) AS place
    FROM webhook_delivery d JOIN room ON room.webhook_id = d.webhook_id
    WHERE d.state = 'waiting' AND d.due_at <= {now} AND {free} AND NOT EXISTS (
      SELECT 1 FROM webhook_delivery o WHERE o.webhook_id = d.webhook_id AND o.subject_type = d.subject_type
      AND o.subject_id = d.subject_id AND o.state = 'waiting' AND o.cursor < d.cursor
    )
  ) SELECT id FROM ready WHERE place <= places
) RETURNING id, webhook_id, cursor, kind, subject_type, subject_id, attempts
"""
_PREVIOUS = """
SELECT d.id AS id, (
  SELECT max(o.cursor) FROM webhook_delivery o WHERE o.webhook_id = d.webhook_id AND o.subject_type = d.subject_type
  AND o.subject_id = d.subject_id AND o.cursor < d.cursor AND o.state <> 'withheld'
) AS previous FROM webhook_delivery d WHERE d.id IN ({ids})
"""
_WAITING = """
SELECT webhook_id AS id, count(*) AS count FROM webhook_delivery WHERE state = 'waiting' AND webhook_id IN ({ids})
GROUP BY webhook_id
"""
_NEEDED = """
SELECT min(low) AS low FROM (
  SELECT w.cursor + 1 AS low FROM webhook w WHERE w.state IN ('active', 'paused') UNION ALL
  SELECT d.cursor FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id
  WHERE d.state = 'waiting' AND w.state IN ('active', 'paused')
) AS needed
"""


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours to send for a while, `since` an instant of the monotonic clock.

    `previous` is the last update of the subject before it, if any.
    """

    id: int
    webhook_id: int
    cursor: int
    kind: str
    subject_type: str
    subject_id: int
    attempts: int
    claim: int
    since: float
    previous: int | None = None


@dataclass(frozen=True)
class Step:
    """How far a webhook's cursor moves, and which updates become rows for it."""

    webhook: WebhookRow
    reached: int
    cursors: Sequence[int]


async def ahead(webhook: WebhookRow, head: int, room: int) -> Step:
    """The next step of a webhook towards the log's head, with up to `room` updates."""
    upto = min(head, webhook.cursor + _STRIDE)
    found = await matching(webhook, webhook.cursor, upto, room)
    return Step(webhook, found[-1] if len(found) == room else upto, found)


async def go(steps: Sequence[Step], now_ms: int) -> None:
    """Takes steps, all in one transaction."""
    async with database.transaction():
        for step in steps:
            # Only from where it was read: another process may have looked further meanwhile.
            standing = WebhookRow.filter(id=step.webhook.id, cursor=step.webhook.cursor)
            if await standing.update(cursor=step.reached):
                await insert(step.webhook.id, step.cursors, now_ms)


async def matching(webhook: WebhookRow, after: int, upto: int, most: int) -> list[int]:
    """The cursors in `(after, upto]` that a webhook is to be sent, in order, at most `most`."""
    places = [f"${number}" for number in range(1, len(webhook.kinds) + 1)]
    if database.dialect() == "sqlite":
        places = ["?"] * len(webhook.kinds)
    text = _MATCHING.format(
        after=int(after),
        upto=int(upto),
        units=database.listed(webhook.units or [webhook.unit_id]),
        kinds=f" AND kind IN ({','.join(places)})" if places else "",
        most=int(most),
    )
    return [int(row["cursor"]) for row in await _rows(text, webhook.kinds)]


async def insert(webhook_id: int, cursors: Collection[int], now_ms: int) -> None:
    """Makes waiting rows of these updates, but for those that have one."""
    if cursors:
        await _execute(_PLAN.format(id=int(webhook_id), now=int(now_ms), cursors=database.listed(cursors)))


async def due(now_ms: int) -> dict[int, int]:
    """How many rows of which active webhook could be sent now."""
    found = await _rows(_DUE.format(now=int(now_ms), free=_free()))
    return {int(row["id"]): int(row["due"]) for row in found}


async def take(room: Mapping[int, int], now_ms: int) -> list[Claimed]:
    """Claims what is due of webhooks, for each no more than it has room, the earliest first."""
    claim, since = secrets.randbits(62) + 1, monotonic()
    places = ",".join(f"({int(webhook)},{int(most)})" for webhook, most in sorted(room.items()))
    text = _TAKE.format(
        room=places, now=int(now_ms), clock=database.clock(), free=_free(), claim=claim, lease=LEASE_SECONDS
    )
    # In a transaction, which is the leader's alone: who was paused claims nothing when it wakes.
    async with database.transaction():
        rows = await _rows(text)
        before = await _previous([int(row["id"]) for row in rows])
    return [Claimed(**row, claim=claim, since=since, previous=before.get(int(row["id"]))) for row in rows]


async def _previous(ids: Sequence[int]) -> dict[int, int | None]:
    if not ids:
        return {}
    return {
        int(row["id"]): row["previous"] for row in await _rows(_PREVIOUS.format(ids=database.listed(ids)))
    }


async def waiting(webhook_ids: Collection[int]) -> dict[int, int]:
    """How many rows of webhooks wait."""
    found = await _rows(_WAITING.format(ids=database.listed(webhook_ids)))
    return {int(row["id"]): int(row["count"]) for row in found}


async def hurry(webhook_id: int) -> None:
    """What waits of a webhook is due now."""
    await WebhookDeliveryRow.filter(webhook_id=webhook_id, state="waiting").update(due_at=0)


async def release(claimed: Collection[Claimed]) -> None:
    """Gives claims up before their time: somebody else may send at once."""
    for one in claimed:
        await WebhookDeliveryRow.filter(id=one.id, claim=one.claim).update(claim=None)


async def forget() -> None:
    """Frees every claim; for who knows that nobody else sends."""
    await WebhookDeliveryRow.filter(claim__isnull=False).update(claim=None)


async def lowest_needed() -> int | None:
    """The lowest cursor of the log that a webhook is still to be sent, so that must be kept; None when none is.

    Webhooks that wait for their verification or were disabled keep nothing.
    """
    found = await _rows(_NEEDED)
    return None if found[0]["low"] is None else int(found[0]["low"])


def _free() -> str:
    return _UNCLAIMED.format(clock=database.clock())


async def _rows(text: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    return list(await database.connection().execute_query_dict(text, list(values)))


async def _execute(text: str) -> None:
    await database.connection().execute_query(text, [])
