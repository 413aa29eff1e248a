"""Leave and duty orders: who is away for which days, by whose decision, with the files that say so."""

from tortoise import fields
from tortoise.models import Model


class _AwayRow(Model):
    """What leave and duty orders have in common; the ORM makes no table of it.

    From `first_day` to `last_day`, inclusive; `unit` is the unit of the employee on the first day.
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
    kind = fields.CharField(max_length=32)
    first_day = fields.DateField()
    last_day = fields.DateField()
    working_days = fields.IntField()
    reason = fields.TextField()
    state = fields.CharField(max_length=16)
    requested_at = fields.DatetimeField()
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
        abstract = True


class LeaveRow(_AwayRow):
    """A leave (cuti) from `first_day` to `last_day`, inclusive. `unit` is the unit of the employee on the first day."""

    travel_days = fields.IntField(default=0, db_default=0)
    child = fields.IntField(null=True)

    class Meta:
        table = "leave"
        indexes = (("employee_id", "first_day"), ("unit_id", "state", "id"), ("first_day", "id"))


class LeaveFileRow(Model):
    """A file that a leave cites: a doctor's letter, a birth certificate."""

    id = fields.BigIntField(primary_key=True)
    leave: fields.ForeignKeyRelation[LeaveRow] = fields.ForeignKeyField(
        "core.LeaveRow", on_delete=fields.CASCADE, related_name=False
    )
    leave_id: int
    file: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.FileRow", on_delete=fields.RESTRICT, related_name=False
    )
    file_id: int

    class Meta:
        table = "leave_file"
        unique_together = (("leave_id", "file_id"),)
        indexes = (("file_id",),)


class DutyRow(_AwayRow):
    """A duty order (surat tugas) from `first_day` to `last_day`, inclusive: days that count as present elsewhere."""

    letter = fields.CharField(max_length=100)
    place = fields.CharField(max_length=200)
    place_lat_e6 = fields.BigIntField(null=True)
    place_lon_e6 = fields.BigIntField(null=True)
    place_radius_m = fields.IntField(null=True)

    class Meta:
        table = "duty_order"
        indexes = (("employee_id", "first_day"), ("unit_id", "state", "id"), ("first_day", "id"))


class DutyFileRow(Model):
    """A file that a duty order cites: the assignment letter."""

    id = fields.BigIntField(primary_key=True)
    duty: fields.ForeignKeyRelation[DutyRow] = fields.ForeignKeyField(
        "core.DutyRow", on_delete=fields.CASCADE, related_name=False
    )
    duty_id: int
    file: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.FileRow", on_delete=fields.RESTRICT, related_name=False
    )
    file_id: int

    class Meta:
        table = "duty_file"
        unique_together = (("duty_id", "file_id"),)
        indexes = (("file_id",),)
