"""Rosters: who works which shift on which civil day, and days to classify again of a person or below a unit."""

from tortoise import fields
from tortoise.models import Model


class RosterRow(Model):
    """What the roster says of an employee's civil day: a shift with its hours (`HH:MM`), or a free day without."""

    id = fields.BigIntField(primary_key=True)
    employee: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int
    date = fields.DateField()
    name = fields.CharField(max_length=64)
    start_time = fields.CharField(max_length=5, null=True)
    end_time = fields.CharField(max_length=5, null=True)
    break_min = fields.IntField(default=0, db_default=0)
    recorded_at = fields.DatetimeField()
    recorded_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "roster_day"
        unique_together = (("employee_id", "date"),)
        indexes = (("date", "id"),)


class StaleSpanRow(Model):
    """Days, first to last, that are to be classified again: of a person, or of everybody below a unit."""

    id = fields.BigIntField(primary_key=True)
    employee_id = fields.BigIntField(null=True)
    unit_id = fields.BigIntField(null=True)
    first_day = fields.DateField()
    last_day = fields.DateField()

    class Meta:
        table = "stale_span"
