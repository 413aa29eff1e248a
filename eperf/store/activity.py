"""Reported activities and their evidence."""

from tortoise import fields
from tortoise.models import Model


class ActivityRow(Model):
    """One reported piece of work. `unit` is the unit of the reporter on `date`, quantities are hundredths."""

    id = fields.BigIntField(primary_key=True)
    employee: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    item: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.ItemRow", on_delete=fields.RESTRICT, related_name=False
    )
    item_id: int
    date = fields.DateField()
    minutes = fields.IntField()
    quantity_h = fields.BigIntField()
    result = fields.TextField()
    state = fields.CharField(max_length=16)
    submitted_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_by_id: int | None
    decided_for: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_for_id: int | None
    decision_note = fields.TextField(null=True)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "activity"
        indexes = (
            ("employee_id", "id"),
            ("employee_id", "date"),
            ("unit_id", "date"),
            ("unit_id", "state", "id"),
        )


class EvidenceRow(Model):
    """A file that an activity cites, in the order given."""

    id = fields.BigIntField(primary_key=True)
    activity: fields.ForeignKeyRelation[ActivityRow] = fields.ForeignKeyField(
        "core.ActivityRow", on_delete=fields.CASCADE, related_name=False
    )
    activity_id: int
    file: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.FileRow", on_delete=fields.RESTRICT, related_name=False
    )
    file_id: int

    class Meta:
        table = "evidence"
        unique_together = (("activity_id", "file_id"),)
