"""Employees, where they are placed from when to when, and who acts for whom.

`PlacementRow` is the truth; the unit, position and supervisor on `EmployeeRow` are the placement of today, kept beside
the person so that lists and row scopes need no date arithmetic. `roll_placements` moves them when a date is reached.
"""

from tortoise import fields
from tortoise.models import Model


class EmployeeRow(Model):
    """A civil servant (ASN). The NIP is an attribute, never the key: contract staff have another number or none."""

    id = fields.BigIntField(primary_key=True)
    nip = fields.CharField(max_length=18, null=True, unique=True)
    kind = fields.CharField(max_length=8)
    name = fields.CharField(max_length=200)
    birth_date = fields.DateField(null=True)
    sex = fields.CharField(max_length=8, null=True)
    rank = fields.CharField(max_length=8, null=True)
    rank_since = fields.DateField(null=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    position: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.PositionRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    position_id: int | None
    supervisor: fields.ForeignKeyNullableRelation["EmployeeRow"] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    supervisor_id: int | None
    active = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "employee"
        indexes = (("unit_id", "id"), ("supervisor_id", "id"), ("unit_id", "name", "id"))


class PlacementRow(Model):
    """Where an employee serves, from `valid_from` (inclusive) to `valid_to` (exclusive, null = open)."""

    id = fields.BigIntField(primary_key=True)
    employee: fields.ForeignKeyRelation[EmployeeRow] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    position: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.PositionRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    position_id: int | None
    supervisor: fields.ForeignKeyNullableRelation[EmployeeRow] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    supervisor_id: int | None
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta:
        table = "placement"
        unique_together = (("employee_id", "valid_from"),)
        indexes = (("unit_id", "valid_from"), ("valid_from",), ("valid_to",))


class ActingRow(Model):
    """An acting officer: `officer` does the duties of `incumbent` (Plt for a vacant post, Plh for an absence)."""

    id = fields.BigIntField(primary_key=True)
    officer: fields.ForeignKeyRelation[EmployeeRow] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    officer_id: int
    incumbent: fields.ForeignKeyRelation[EmployeeRow] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    incumbent_id: int
    kind = fields.CharField(max_length=8)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta:
        table = "acting"
        unique_together = (("officer_id", "incumbent_id", "valid_from"),)
        indexes = (("officer_id", "valid_from"),)
