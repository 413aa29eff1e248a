"""Until when work is reported and decided on in a unit, from which day on."""

from tortoise import fields
from tortoise.models import Model


class DeadlineRow(Model):
    """The deadlines of a unit and all below it, from `valid_from` until the unit's next row begins.

    `report_until_min` are minutes from the beginning of the civil day named by `counted_from` (null: no deadline).
    """

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    valid_from = fields.DateField()
    legal_basis = fields.CharField(max_length=300)
    counted_from = fields.CharField(max_length=16, null=True)
    report_until_min = fields.IntField(null=True)
    mend_days = fields.IntField(null=True)
    verify_days = fields.IntField(null=True)
    silence = fields.CharField(max_length=16)
    withdraw_days = fields.IntField(null=True)
    recorded_at = fields.DatetimeField()
    recorded_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "deadline_rule"
        unique_together = (("unit_id", "valid_from"),)
