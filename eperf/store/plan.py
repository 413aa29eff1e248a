"""Plans with their targets, what was reached of these, and until when each step may be taken."""

from tortoise import fields
from tortoise.models import Model


class PlanRow(Model):
    """A plan of a person, or of a unit (`employee` null), for a period: `unit` is that unit, or the person's then.

    `revision` counts from 0; `revises` is the plan whose place it takes when it is agreed to.
    """

    id = fields.BigIntField(primary_key=True)
    employee: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int | None
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    level = fields.CharField(max_length=16)
    period = fields.CharField(max_length=8)
    first_day = fields.DateField()
    last_day = fields.DateField()
    state = fields.CharField(max_length=16)
    revision = fields.IntField(default=0, db_default=0)
    revises: fields.ForeignKeyNullableRelation["PlanRow"] = fields.ForeignKeyField(
        "core.PlanRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    revises_id: int | None
    reason = fields.TextField(null=True)
    submitted_at = fields.DatetimeField(null=True)
    submitted_by_id = fields.BigIntField(null=True)
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
        table = "work_plan"
        indexes = (
            ("employee_id", "first_day"),
            ("unit_id", "first_day"),
            ("first_day", "id"),
            ("state", "id"),
        )


class TargetRow(Model):
    """A target of a plan: one aspect of one result. `parent` is the target that it serves."""

    id = fields.BigIntField(primary_key=True)
    plan: fields.ForeignKeyRelation[PlanRow] = fields.ForeignKeyField(
        "core.PlanRow", on_delete=fields.RESTRICT, related_name=False
    )
    plan_id: int
    parent: fields.ForeignKeyNullableRelation["TargetRow"] = fields.ForeignKeyField(
        "core.TargetRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    parent_id: int | None
    kind = fields.CharField(max_length=16)
    title = fields.CharField(max_length=500)
    aspect = fields.CharField(max_length=16)
    measure = fields.CharField(max_length=100)
    target_h = fields.BigIntField()
    lower_is_better = fields.BooleanField()
    weight_h = fields.BigIntField(null=True)

    class Meta:
        table = "work_target"
        unique_together = (("plan_id", "title", "aspect"),)
        indexes = (("parent_id", "id"),)


class RealisationRow(Model):
    """What was reached of a target up to the end of the month `through`: `unit` and `employee` are its plan's."""

    id = fields.BigIntField(primary_key=True)
    target: fields.ForeignKeyRelation[TargetRow] = fields.ForeignKeyField(
        "core.TargetRow", on_delete=fields.RESTRICT, related_name=False
    )
    target_id: int
    employee: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int | None
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    through = fields.CharField(max_length=7)
    realised_h = fields.BigIntField()
    note = fields.TextField()
    state = fields.CharField(max_length=16)
    reported_at = fields.DatetimeField()
    reported_by_id = fields.BigIntField(null=True)
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
        table = "realisation"
        indexes = (("target_id", "through"), ("employee_id", "id"), ("state", "id"))


class RealisationFileRow(Model):
    """A file that a realisation cites as evidence."""

    id = fields.BigIntField(primary_key=True)
    realisation: fields.ForeignKeyRelation[RealisationRow] = fields.ForeignKeyField(
        "core.RealisationRow", on_delete=fields.CASCADE, related_name=False
    )
    realisation_id: int
    file: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.FileRow", on_delete=fields.RESTRICT, related_name=False
    )
    file_id: int

    class Meta:
        table = "realisation_file"
        unique_together = (("realisation_id", "file_id"),)
        indexes = (("file_id",),)


class AppraisalDeadlineRow(Model):
    """The last day of a step for a period in a unit and all below it: the row recorded last counts."""

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    step = fields.CharField(max_length=32)
    period = fields.CharField(max_length=8)
    until = fields.DateField()
    legal_basis = fields.CharField(max_length=200)
    recorded_at = fields.DatetimeField()
    recorded_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "appraisal_deadline"
        indexes = (("unit_id", "step", "period"),)
