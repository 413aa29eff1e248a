"""Months that are closed: by whom, with which frozen facts; and the months of them that are to be run again.

A unit's month is closed from the moment its row of `frozen_month` is there. Triggers of the database then refuse every
change of the unit's scores of that month, whoever asks for it.
"""

from tortoise import fields
from tortoise.models import Model


class ClosingRow(Model):
    """A month that was begun to be closed for a unit with all units below it. `held` says what it still waits for."""

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    period = fields.CharField(max_length=7)
    state = fields.CharField(max_length=16)
    reason = fields.TextField(null=True)
    held = fields.CharField(max_length=200, null=True)
    asked_at = fields.DatetimeField()
    asked_by: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    asked_by_id: int | None
    closed_at = fields.DatetimeField(null=True)
    people = fields.IntField(default=0, db_default=0)
    provisional = fields.IntField(default=0, db_default=0)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "closing"
        unique_together = (("unit_id", "period"),)
        indexes = (("state", "id"),)


class FrozenRow(Model):
    """A closed month of one unit: the facts as they were, by the hash of their file, and what scored them.

    `sha256` is empty where nobody was scored, or no scheme could be used. `appeal_until` is the last day to appeal,
    null where no rule says one.
    """

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    period = fields.CharField(max_length=7)
    closing: fields.ForeignKeyRelation[ClosingRow] = fields.ForeignKeyField(
        "core.ClosingRow", on_delete=fields.RESTRICT, related_name=False
    )
    closing_id: int
    frozen_at = fields.DatetimeField()
    people = fields.IntField()
    provisional = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    input_digest = fields.CharField(max_length=80)
    scheme = fields.CharField(max_length=100)
    scheme_version = fields.CharField(max_length=32)
    scheme_revision = fields.CharField(max_length=32)
    settings: fields.JSONField[dict[str, object]] = fields.JSONField(default=dict)
    settings_digest = fields.CharField(max_length=80)
    appeal_until = fields.DateField(null=True)

    class Meta:
        table = "frozen_month"
        unique_together = (("unit_id", "period"),)
        indexes = (("closing_id",),)


class LateRow(Model):
    """A month of an employee that is closed and whose facts have changed since: it is to be run again.

    `unit_id` is the unit whose rules count, `mark` counts how often it was asked for, `held` says why it has no figure.
    """

    id = fields.BigIntField(primary_key=True)
    employee_id = fields.BigIntField()
    period = fields.CharField(max_length=7)
    unit_id = fields.BigIntField()
    mark = fields.BigIntField(default=1, db_default=1)
    held = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "late_score"
        unique_together = (("employee_id", "period"),)
