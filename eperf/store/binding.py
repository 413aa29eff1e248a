"""Which part fills which slot of a unit, from when, and since when we know it."""

from tortoise import fields
from tortoise.models import Model


class BindingRow(Model):
    """Unit + slot + part + settings, effective from `valid_from`, inherited down the tree, recorded at `known_from`.

    With `ends` the part serves no more from that day on, and what is bound above serves again. `secrets` are settings
    that are never shown; they stand apart so that whoever shows settings need not know which they are.
    """

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    slot = fields.CharField(max_length=32)
    part = fields.CharField(max_length=100)
    settings: fields.JSONField[dict[str, object]] = fields.JSONField(default=dict)
    secrets: fields.JSONField[dict[str, object] | None] = fields.JSONField(null=True)
    ends = fields.BooleanField(default=False, db_default=False)
    valid_from = fields.DateField()
    known_from = fields.DatetimeField()
    account_id = fields.BigIntField(null=True)

    class Meta:
        table = "binding"
        indexes = (("unit_id", "slot", "valid_from"),)
