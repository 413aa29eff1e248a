"""Trials of rules: what a candidate would make of stored scores, beside them."""

from tortoise import fields
from tortoise.models import Model


class TrialRow(Model):
    """A trial: which candidate, over which months of a unit with all below it, and what it comes to.

    Without a `scheme` each unit's own is run with what is installed. `summary` holds the figures once it is done;
    `stale` counts scores that were waiting to be computed when it ran.
    """

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    scheme = fields.CharField(max_length=100, null=True)
    settings: fields.JSONField[dict[str, object]] = fields.JSONField(default=dict)
    first_month = fields.CharField(max_length=7)
    last_month = fields.CharField(max_length=7)
    bands: fields.JSONField[list[int]] = fields.JSONField(default=list)
    state = fields.CharField(max_length=16)
    cause = fields.CharField(max_length=300, null=True)
    account_id = fields.BigIntField(null=True)
    asked_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)
    summary: fields.JSONField[dict[str, object] | None] = fields.JSONField(null=True)
    stale = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "what_if"
        indexes = (("unit_id", "id"), ("state", "id"), ("account_id", "id"))


class MoveRow(Model):
    """What a trial would make of one person's month. Amounts are hundredths, null where there is no figure.

    `size_h` is the size of the delta, by which the biggest movers come first (-1 without a figure).
    """

    id = fields.BigIntField(primary_key=True)
    trial: fields.ForeignKeyRelation[TrialRow] = fields.ForeignKeyField(
        "core.TrialRow", on_delete=fields.CASCADE, related_name=False
    )
    trial_id: int
    employee: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    period = fields.CharField(max_length=7)
    before_h = fields.BigIntField(null=True)
    after_h = fields.BigIntField(null=True)
    delta_h = fields.BigIntField(null=True)
    size_h = fields.BigIntField()
    state = fields.CharField(max_length=16)
    cause = fields.CharField(max_length=200, null=True)
    rank_before = fields.BigIntField(null=True)
    rank_after = fields.BigIntField(null=True)
    band_before = fields.BigIntField(null=True)
    band_after = fields.BigIntField(null=True)
    stage = fields.CharField(max_length=32, null=True)
    stage_delta_h = fields.BigIntField(null=True)

    class Meta:
        table = "what_if_move"
        unique_together = (("trial_id", "employee_id", "period"),)
        indexes = (("trial_id", "size_h", "id"), ("employee_id",))
