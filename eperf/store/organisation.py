"""Units and positions.

The unit tree is kept twice: `parent` says what a person entered, `UnitTreeRow` holds every (ancestor, descendant) pair
so that "this unit and all below it" is one indexed sub-select in every list, filter and row scope.
"""

from tortoise import fields
from tortoise.models import Model


class UnitRow(Model):
    """A unit of the organisation (unit kerja): ministry, directorate general, city, agency, section…"""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=32)
    parent: fields.ForeignKeyNullableRelation["UnitRow"] = fields.ForeignKeyField(
        "core.UnitRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    parent_id: int | None
    zone = fields.CharField(max_length=40)

    class Meta:
        table = "unit"


class UnitTreeRow(Model):
    """One pair of the tree's transitive closure: a unit is its own descendant at depth 0."""

    id = fields.BigIntField(primary_key=True)
    ancestor_id = fields.BigIntField()
    descendant_id = fields.BigIntField()
    depth = fields.IntField()

    class Meta:
        table = "unit_tree"
        unique_together = (("ancestor_id", "descendant_id"),)
        indexes = (("descendant_id", "depth"),)


class PositionRow(Model):
    """A post (jabatan) with its job class 1 to 17, on which the allowance hangs."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=64, unique=True)
    title = fields.CharField(max_length=200)
    unit: fields.ForeignKeyRelation[UnitRow] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    job_class = fields.IntField()
    kind = fields.CharField(max_length=32)

    class Meta:
        table = "position"
