"""The event log, written in the transaction of the change, and the keys that make a retry safe.

`id` is taken when a transaction writes, `cursor` when the sequencer has seen it committed: only `cursor` is gapless and
in commit order, so only `cursor` is shown to subscribers.
"""

from tortoise import fields
from tortoise.models import Model


class EventRow(Model):
    """One committed change: what kind, of which subject, in which unit, by whom, when."""

    id = fields.BigIntField(primary_key=True)
    cursor = fields.BigIntField(null=True, unique=True)
    kind = fields.CharField(max_length=64)
    version = fields.IntField()
    subject_type = fields.CharField(max_length=64)
    subject_id = fields.BigIntField()
    unit_id = fields.BigIntField(null=True)
    employee_id = fields.BigIntField(null=True)
    account_id = fields.BigIntField(null=True)
    occurred_at = fields.DatetimeField()
    payload: fields.JSONField[dict[str, object]] = fields.JSONField(default=dict)

    class Meta:
        table = "event"
        indexes = (("subject_type", "subject_id", "id"),)


class EventHeadRow(Model):
    """The last cursor given out: one row, `id` 1."""

    id = fields.BigIntField(primary_key=True)
    cursor = fields.BigIntField()

    class Meta:
        table = "event_head"


class IdempotencyRow(Model):
    """An answered request: the same key of the same account gives the same answer, once."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    key = fields.CharField(max_length=128)
    operation = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)
    answer_id = fields.BigIntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency"
        unique_together = (("account_id", "key"),)
        indexes = (("created_at",),)
