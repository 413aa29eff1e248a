"""The predikat of people, decided by their superiors."""

from tortoise import fields
from tortoise.models import Model


class PredikatRow(Model):
    """An employee's predikat of a period, with the two expectations that make it.

    `known_on` is the civil day of the decision that stands; earlier ones are in the log.
    """

    id = fields.BigIntField(primary_key=True)
    employee: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    period = fields.CharField(max_length=8)
    first_day = fields.DateField()
    last_day = fields.DateField()
    work = fields.CharField(max_length=8)
    behaviour = fields.CharField(max_length=8)
    predikat = fields.CharField(max_length=16)
    known_on = fields.DateField()
    decided_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    decided_by_id: int
    decided_for: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_for_id: int | None
    decision_note = fields.TextField(null=True)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "predikat"
        unique_together = (("employee_id", "period"),)
        indexes = (("unit_id", "first_day"),)
