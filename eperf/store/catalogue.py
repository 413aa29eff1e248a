"""The activity catalogue: what a unit counts, in which unit size, for how many points."""

from tortoise import fields
from tortoise.models import Model


class ItemRow(Model):
    """A catalogue item of a unit, valid for that unit and all below it in `[valid_from, valid_to)`.

    `positions` are the words of posts for whom it is (null: everybody), `evidence` the kinds that a report needs.
    """

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    code = fields.CharField(max_length=64)
    name = fields.CharField(max_length=200)
    per = fields.CharField(max_length=64)
    unit_size_h = fields.BigIntField()
    points_per_unit_h = fields.BigIntField()
    norm_min = fields.IntField(null=True)
    fraction_policy = fields.CharField(max_length=16)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    least_min = fields.IntField(null=True)
    most_min = fields.IntField(null=True)
    positions: fields.JSONField[list[str] | None] = fields.JSONField(null=True)
    evidence: fields.JSONField[list[str] | None] = fields.JSONField(null=True)
    evidence_bytes = fields.BigIntField(null=True)

    class Meta:
        table = "catalogue_item"
        unique_together = (("unit_id", "code", "valid_from"),)
