"""Where people check in: fences of units, and each try with the position that the phone told."""

from tortoise import fields
from tortoise.expressions import F
from tortoise.models import Model


class FenceRow(Model):
    """A place of a unit where its people check in, from `valid_from` to `valid_to` (exclusive, null: open)."""

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    name = fields.CharField(max_length=200)
    lat_e6 = fields.BigIntField()
    lon_e6 = fields.BigIntField()
    radius_m = fields.IntField()
    legal_basis = fields.CharField(max_length=200, null=True)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    recorded_at = fields.DatetimeField()
    recorded_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "geofence"
        indexes = (("unit_id", "valid_from"),)


class CheckInRow(Model):
    """A try to check in, accepted or not: what the phone told, and how it lay to the fence it was held against.

    After the time for coordinates only `inside` and `accepted` are left of the place.
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
    date = fields.DateField()
    received_at = fields.DatetimeField()
    kind = fields.CharField(max_length=16)
    lat_e6 = fields.BigIntField(null=True)
    lon_e6 = fields.BigIntField(null=True)
    accuracy_h = fields.BigIntField(null=True)
    captured_at = fields.DatetimeField(null=True)
    mock = fields.BooleanField(null=True)
    phone = fields.CharField(max_length=128, null=True)
    phone_model = fields.CharField(max_length=128, null=True)
    fence: fields.ForeignKeyNullableRelation[FenceRow] = fields.ForeignKeyField(
        "core.FenceRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    fence_id: int | None
    duty: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.DutyRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    duty_id: int | None
    radius_m = fields.IntField(null=True)
    distance_m = fields.IntField(null=True)
    inside = fields.BooleanField(null=True)
    accepted = fields.BooleanField()
    reason = fields.CharField(max_length=300, null=True)
    punch: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.PunchRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    punch_id: int | None
    digest = fields.CharField(max_length=64, unique=True)
    copies = fields.BigIntField(default=0, db_default=0)
    reduced_at = fields.DatetimeField(null=True)

    class Meta:
        table = "check_in"
        indexes = (("employee_id", "date"), ("unit_id", "date"), ("date", "id"))


async def count_copy(digest: str) -> bool:
    """Adds one to the copies of a kept try; False when there is none yet."""
    return bool(await CheckInRow.filter(digest=digest).update(copies=F("copies") + 1))


class CheckInFileRow(Model):
    """A file that a check-in cites: a picture of the person at the place."""

    id = fields.BigIntField(primary_key=True)
    check_in: fields.ForeignKeyRelation[CheckInRow] = fields.ForeignKeyField(
        "core.CheckInRow", on_delete=fields.CASCADE, related_name=False
    )
    check_in_id: int
    file: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.FileRow", on_delete=fields.RESTRICT, related_name=False
    )
    file_id: int

    class Meta:
        table = "check_in_file"
        unique_together = (("check_in_id", "file_id"),)
        indexes = (("file_id",),)
