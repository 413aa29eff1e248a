"""Adjusting entries of closed months."""

from tortoise import fields
from tortoise.models import Model


class AdjustmentRow(Model):
    """What late evidence changes of a closed month: the figure before and after, and the receipt of the run.

    Amounts are hundredths; `before_h` is null where there was no figure. `causes` are the facts that differ, and
    `caused_by` is who changed the last of them (null: nobody is known). `sha256` is the file of the facts of this run.
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
    score: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.ScoreRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    score_id: int | None
    period = fields.CharField(max_length=7)
    before_h = fields.BigIntField(null=True)
    after_h = fields.BigIntField()
    difference_h = fields.BigIntField()
    causes: fields.JSONField[list[dict[str, object]]] = fields.JSONField(default=list)
    caused_by: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    caused_by_id: int | None
    appeal: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.AppealRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    appeal_id: int | None
    recorded_at = fields.DatetimeField()
    scheme = fields.CharField(max_length=100)
    scheme_version = fields.CharField(max_length=32)
    scheme_revision = fields.CharField(max_length=32)
    settings: fields.JSONField[dict[str, object]] = fields.JSONField(default=dict)
    settings_digest = fields.CharField(max_length=80)
    input_digest = fields.CharField(max_length=80)
    breakdown: fields.JSONField[list[dict[str, object]]] = fields.JSONField(default=list)
    sha256 = fields.CharField(max_length=64)

    class Meta:
        table = "adjustment"
        indexes = (
            ("employee_id", "period", "id"),
            ("unit_id", "period"),
            ("score_id", "id"),
            ("period", "id"),
        )
