"""What an officer says to a machine (commands), and about it (its clock's errors)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from tortoise import fields
from tortoise.models import Model

from eperf.store import database
from eperf.store.sqlite import stored_instant

if TYPE_CHECKING:
    from eperf.store.attendance import DeviceRow


class DeviceCommandRow(Model):
    """A command that waits for its machine to ask, was handed out, or has ended."""

    id = fields.BigIntField(primary_key=True)
    device: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.DeviceRow", on_delete=fields.RESTRICT, related_name=False
    )
    device_id: int
    kind = fields.CharField(max_length=16)
    text = fields.CharField(max_length=512)
    state = fields.CharField(max_length=16)
    account_id = fields.BigIntField(null=True)
    asked_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    times_sent = fields.IntField(default=0, db_default=0)
    ended_at = fields.DatetimeField(null=True)
    return_code = fields.IntField(null=True)
    meaning = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "device_command"
        indexes = (("device_id", "state", "id"),)


class ClockErrorRow(Model):
    """A span of a machine's own time in which its clock was ahead by so many seconds, and who says so."""

    id = fields.BigIntField(primary_key=True)
    device: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.DeviceRow", on_delete=fields.RESTRICT, related_name=False
    )
    device_id: int
    begins = fields.DatetimeField()
    ends = fields.DatetimeField(null=True)
    ahead_sec = fields.BigIntField()
    reason = fields.TextField()
    account_id = fields.BigIntField(null=True)
    told_at = fields.DatetimeField()
    punches = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "clock_error"
        indexes = (("device_id", "id"),)


_HEARD = (
    "UPDATE device SET stamps = {}, facts = {}, last_seen_at = {}, in_touch_since = {}, drift_sec = {}, "
    "drift_samples = {} WHERE id = {}"
)


async def write_heard(devices: Iterable[DeviceRow]) -> None:
    """Writes what machines said of themselves, for many at once, in the caller's transaction."""
    postgres = database.dialect() == "postgres"
    statement = _HEARD.format(*(f"${number}" if postgres else "?" for number in range(1, 8)))
    values = [
        [
            orjson.dumps(one.stamps).decode(),
            orjson.dumps(one.facts).decode(),
            _instant(one.last_seen_at, postgres),
            _instant(one.in_touch_since, postgres),
            one.drift_sec,
            orjson.dumps(one.drift_samples or []).decode(),
            one.id,
        ]
        for one in sorted(devices, key=lambda one: one.id)
    ]
    if values:
        await database.connection().execute_many(statement, values)


def _instant(at: datetime | None, postgres: bool) -> object:
    return at if at is None or postgres else stored_instant(at)


async def count_kept(new: Mapping[int, int]) -> None:
    """Adds to the number of records that are kept of machines, whose rows the caller has locked."""
    postgres = database.dialect() == "postgres"
    statement = f"UPDATE device SET kept = kept + {'$1 WHERE id = $2' if postgres else '? WHERE id = ?'}"  # noqa: S608
    values = [[count, device] for device, count in sorted(new.items()) if count]
    if values:
        await database.connection().execute_many(statement, values)
