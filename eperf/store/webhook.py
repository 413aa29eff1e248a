"""Webhooks, what is to be sent to them, and what became of it.

All that a webhook is to be sent up to its `cursor` is in the log of deliveries; what lies behind it is still to be
looked at. Instants at which something is due are milliseconds since 1970: they are compared in SQL on both databases.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class WebhookRow(Model):
    """An address that is sent the updates of a unit and all below it, with the rights of an account."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.AccountRow", on_delete=fields.RESTRICT, related_name=False
    )
    account_id: int
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    name = fields.CharField(max_length=100)
    url = fields.CharField(max_length=1000)
    host = fields.CharField(max_length=260)
    roles: fields.JSONField[list[str]] = fields.JSONField(default=list)
    kinds: fields.JSONField[list[str]] = fields.JSONField(default=list)
    units: fields.JSONField[list[int]] = fields.JSONField(default=list)
    selection = fields.TextField(null=True)
    state = fields.CharField(max_length=16)
    cause = fields.CharField(max_length=16, null=True)
    secret = fields.CharField(max_length=100)
    previous_secret = fields.CharField(max_length=100, null=True)
    previous_until = fields.DatetimeField(null=True)
    cursor = fields.BigIntField()
    failures = fields.IntField(default=0, db_default=0)
    failing_since = fields.BigIntField(null=True)
    rest_until = fields.BigIntField(default=0, db_default=0)
    tested_at = fields.BigIntField(default=0, db_default=0)
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "webhook"
        indexes = (("unit_id", "id"), ("state", "id"))


class WebhookDeliveryRow(Model):
    """One update for one webhook. `claim` is who sends it now, and one that is not ended in time is anybody's."""

    id = fields.BigIntField(primary_key=True)
    webhook: fields.ForeignKeyRelation[WebhookRow] = fields.ForeignKeyField(
        "core.WebhookRow", on_delete=fields.CASCADE, related_name=False
    )
    webhook_id: int
    cursor = fields.BigIntField()
    kind = fields.CharField(max_length=64)
    subject_type = fields.CharField(max_length=64)
    subject_id = fields.BigIntField()
    state = fields.CharField(max_length=16)
    attempts = fields.IntField(default=0, db_default=0)
    due_at = fields.BigIntField(default=0, db_default=0)
    claim = fields.BigIntField(null=True)
    claimed_until = fields.BigIntField(null=True)
    created_at = fields.BigIntField()
    ended_at = fields.BigIntField(null=True)

    class Meta:
        table = "webhook_delivery"
        unique_together = (("webhook_id", "cursor"),)
        indexes = (
            ("webhook_id", "state", "cursor"),
            ("webhook_id", "subject_type", "subject_id", "cursor"),
            ("state", "ended_at"),
        )


class WebhookAttemptRow(Model):
    """One request of a delivery and what came of it: the first bytes of the answer, or why there is none."""

    id = fields.BigIntField(primary_key=True)
    delivery: fields.ForeignKeyRelation[WebhookDeliveryRow] = fields.ForeignKeyField(
        "core.WebhookDeliveryRow", on_delete=fields.CASCADE, related_name=False
    )
    delivery_id: int
    webhook_id = fields.BigIntField()
    at = fields.DatetimeField()
    status = fields.IntField(null=True)
    latency_ms = fields.IntField()
    fault = fields.CharField(max_length=16, null=True)
    why = fields.CharField(max_length=200, default="", db_default="")
    answer = fields.CharField(max_length=500, default="", db_default="")

    class Meta:
        table = "webhook_attempt"
        indexes = (("delivery_id", "id"),)
