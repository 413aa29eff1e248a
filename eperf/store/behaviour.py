"""Lists of dimensions that agencies added, rounds of ratings, the ratings, and what they came to."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class DimensionListRow(Model):
    """A list of dimensions of a unit's own, from a day on: `dimensions` are `{code, id, en}`."""

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    name = fields.CharField(max_length=64)
    valid_from = fields.DateField()
    legal_basis = fields.CharField(max_length=200)
    dimensions: fields.JSONField[list[dict[str, str]]] = fields.JSONField()
    recorded_at = fields.DatetimeField()
    recorded_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "dimension_list"
        unique_together = (("unit_id", "name", "valid_from"),)


class RoundRow(Model):
    """A round of ratings in a unit and all below it, with the list, scale and rules that it was opened with.

    `roles` are `{role, share_h, minimum, most}`; `salt` draws whom of many a role asks, and is shown to nobody.
    """

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    period = fields.CharField(max_length=8)
    first_day = fields.DateField()
    last_day = fields.DateField()
    dimension_list = fields.CharField(max_length=64)
    dimensions: fields.JSONField[list[dict[str, str]]] = fields.JSONField()
    lowest_h = fields.BigIntField()
    highest_h = fields.BigIntField()
    roles: fields.JSONField[list[dict[str, Any]]] = fields.JSONField()
    missing = fields.CharField(max_length=16)
    legal_basis = fields.CharField(max_length=200)
    until = fields.DateField()
    state = fields.CharField(max_length=16)
    salt = fields.CharField(max_length=64)
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "rating_round"
        indexes = (("unit_id", "first_day"), ("period", "id"))


class RatingRow(Model):
    """Whom a rater is to rate as what, and the rating once it is given: hundredths by dimension.

    When it was given is kept nowhere: beside the log it would tell who gave it.
    """

    id = fields.BigIntField(primary_key=True)
    round: fields.ForeignKeyRelation[RoundRow] = fields.ForeignKeyField(
        "core.RoundRow", on_delete=fields.RESTRICT, related_name=False
    )
    round_id: int
    employee: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int
    name = fields.CharField(max_length=200)
    rater: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    rater_id: int
    role = fields.CharField(max_length=16)
    scores: fields.JSONField[dict[str, int] | None] = fields.JSONField(null=True)

    class Meta:
        table = "rating"
        unique_together = (("round_id", "employee_id", "rater_id"),)
        indexes = (("rater_id", "id"),)


class BehaviourRow(Model):
    """An employee's figure of a dimension after a round was closed: `roles` are those with enough raters.

    `score_h` is null where there were too few; `known_on` is the day of closing.
    """

    id = fields.BigIntField(primary_key=True)
    round: fields.ForeignKeyRelation[RoundRow] = fields.ForeignKeyField(
        "core.RoundRow", on_delete=fields.RESTRICT, related_name=False
    )
    round_id: int
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
    dimension = fields.CharField(max_length=64)
    name_id = fields.CharField(max_length=200)
    name_en = fields.CharField(max_length=200)
    score_h = fields.BigIntField(null=True)
    lowest_h = fields.BigIntField()
    highest_h = fields.BigIntField()
    raters = fields.IntField()
    state = fields.CharField(max_length=16)
    roles: fields.JSONField[list[dict[str, Any]]] = fields.JSONField()
    known_on = fields.DateField()

    class Meta:
        table = "behaviour"
        unique_together = (("employee_id", "period", "dimension"),)
        indexes = (("unit_id", "first_day"),)
