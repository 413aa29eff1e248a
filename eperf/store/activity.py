"""Reported activities, their evidence, and every change of them."""

from tortoise import fields
from tortoise.models import Model


class ActivityRow(Model):
    """One reported piece of work. `unit` is the unit of the reporter on `date`, quantities are hundredths.

    Of a draft `submitted_at` is when it was last saved.
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
    links: fields.JSONField[list[str] | None] = fields.JSONField(null=True)
    escalated_at = fields.DatetimeField(null=True)
    escalated_to: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    escalated_to_id: int | None
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


class ChangeRow(Model):
    """A change of an activity since it was first sent: by whom, in whose place, when, what was before and after.

    `version` is the activity's after it. Nobody's (`by` is null) is a change that a rule of the unit made.
    """

    id = fields.BigIntField(primary_key=True)
    activity: fields.ForeignKeyRelation[ActivityRow] = fields.ForeignKeyField(
        "core.ActivityRow", on_delete=fields.CASCADE, related_name=False
    )
    activity_id: int
    version = fields.IntField()
    step = fields.CharField(max_length=16)
    at = fields.DatetimeField()
    by: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    by_id: int | None
    acting_for: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    acting_for_id: int | None
    note = fields.TextField(null=True)
    changes: fields.JSONField[list[dict[str, str]]] = fields.JSONField(default=list)

    class Meta:
        table = "activity_change"
        unique_together = (("activity_id", "version"),)
