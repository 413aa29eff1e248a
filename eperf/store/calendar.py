"""Entries of the calendar by decree, and the days that have to be classified again because of one.

An entry is never changed: it is recorded, and it may be withdrawn, so that it stays known what counted when.
"""

from tortoise import fields
from tortoise.models import Model


class CalendarRow(Model):
    """Days that a decree frees, or no longer frees, or gives the hours of Ramadan (without a unit: everywhere)."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=16)
    first_day = fields.DateField()
    last_day = fields.DateField()
    name = fields.CharField(max_length=200)
    legal_basis = fields.CharField(max_length=200)
    unit: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int | None
    adds = fields.BooleanField()
    recorded_at = fields.DatetimeField()
    recorded_by_id = fields.BigIntField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    withdrawn_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "calendar_entry"
        indexes = (("first_day", "id"), ("unit_id", "first_day"))


class StaleDayRow(Model):
    """A day that is to be classified again for everybody below a unit (null: everywhere).

    `mark` counts how often it was asked for since.
    """

    id = fields.BigIntField(primary_key=True)
    date = fields.DateField()
    unit_id = fields.BigIntField(null=True)
    mark = fields.BigIntField(default=1, db_default=1)

    class Meta:
        table = "stale_day"
        indexes = (("date", "unit_id"),)
