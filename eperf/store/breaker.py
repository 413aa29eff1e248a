"""Which part is left alone in which unit, and until when; by the database's clock, so that all workers agree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise import fields
from tortoise.models import Model

from eperf.domain.scoring import breaker as rules
from eperf.store import database


class BreakerRow(Model):
    """A part that has failed in a unit since it last did well there. Without a row it is closed.

    `failures` counts those in a row; `retry_at`, in seconds, is when the part is tried again (half-open: when the trial
    is thought lost). `revision` is what failed: the version and the settings. Another one begins anew.
    """

    id = fields.BigIntField(primary_key=True)
    unit_id = fields.BigIntField()
    plugin = fields.CharField(max_length=64)
    part = fields.CharField(max_length=130)
    revision = fields.CharField(max_length=130)
    state = fields.CharField(max_length=16)
    failures = fields.IntField()
    cause = fields.CharField(max_length=200)
    retry_at = fields.BigIntField()

    class Meta:
        table = "breaker"
        unique_together = (("unit_id", "plugin", "part"),)
        indexes = (("retry_at",),)


@dataclass(frozen=True)
class Failure:
    """A part that failed in a unit; not `tried`: it failed in others, and was not even asked for this one.

    What was not tried does not count, so it is due sooner than what fails, and is tried without it.
    """

    unit_id: int
    plugin: str
    part: str
    revision: str
    cause: str
    tried: bool = True


# The database's own numbers and words only.
_DUE = "SELECT id FROM breaker WHERE retry_at <= {now} ORDER BY retry_at, id LIMIT 100"
_TRY = """
UPDATE breaker SET state = '{half_open}', retry_at = {now} + {seconds}
WHERE id = {id} AND state <> '{closed}' AND retry_at <= {now} RETURNING id
"""
_PUT_OFF = "UPDATE breaker SET retry_at = {now} + {seconds} WHERE id = {id} RETURNING id"
_TIME = "SELECT {now} AS id"


async def of(units: Collection[int], part: str) -> list[BreakerRow]:
    """The breakers of a part in these units."""
    return await BreakerRow.filter(unit_id__in=sorted(units), part=part)


async def due() -> list[BreakerRow]:
    """Those whose time has come, the longest due first."""
    found = await _rows(_DUE)
    return await BreakerRow.filter(id__in=found).order_by("retry_at", "id") if found else []


async def try_again(row: BreakerRow) -> bool:
    """Takes the one trial of an open breaker whose time has come; False when it has not, or another has it."""
    words = {"half_open": rules.HALF_OPEN, "closed": rules.CLOSED}
    return bool(await _rows(_TRY, id=int(row.id), seconds=rules.TRIAL_SECONDS, **words))


async def put_off(row: BreakerRow, seconds: int) -> None:
    """Leaves it alone for so many seconds more."""
    await _rows(_PUT_OFF, id=int(row.id), seconds=int(seconds))


async def failed(failure: Failure) -> tuple[str, int]:
    """Counts a failure; gives the state and how many there have been in a row."""
    async with database.transaction():
        row = await BreakerRow.select_for_update().get_or_none(
            unit_id=failure.unit_id, plugin=failure.plugin, part=failure.part
        )
        again = row is not None and row.revision == failure.revision
        failures = row.failures + failure.tried if row is not None and again else 1
        state = rules.after(failures, failure.cause)
        values: dict[str, Any] = {
            "revision": failure.revision,
            "state": state,
            "failures": failures,
            "cause": failure.cause,
            "retry_at": await _clock() + rules.wait(failures),
        }
        if row is None:
            await BreakerRow.create(
                unit_id=failure.unit_id, plugin=failure.plugin, part=failure.part, **values
            )
        else:
            await BreakerRow.filter(id=row.id).update(**values)
    return state, failures


async def forget(rows: Sequence[BreakerRow]) -> None:
    """Closes them."""
    await BreakerRow.filter(id__in=[row.id for row in rows]).delete()


async def _clock() -> int:
    return (await _rows(_TIME))[0]


async def _rows(sql: str, **words: int | str) -> list[int]:
    text = sql.format(now=database.clock(), **words)
    return [int(row["id"]) for row in await database.connection().execute_query_dict(text)]
