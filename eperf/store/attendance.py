"""Devices, who is enrolled on them, raw punches and classified days.

A punch is kept as received and never changed but for its outcome; days are derived from punches and can always be
derived again.
"""

from collections.abc import Mapping

from tortoise import fields
from tortoise.expressions import F
from tortoise.models import Model

_AT_ONCE = 500


class DeviceRow(Model):
    """An attendance machine. An unknown serial number is kept as inactive, so that an officer can see and adopt it."""

    id = fields.BigIntField(primary_key=True)
    serial = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=200)
    source = fields.CharField(max_length=100)
    unit: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int | None
    state = fields.CharField(max_length=16)
    stamps: fields.JSONField[dict[str, str]] = fields.JSONField(default=dict)
    facts: fields.JSONField[dict[str, str]] = fields.JSONField(default=dict)
    options: fields.JSONField[dict[str, str] | None] = fields.JSONField(null=True)
    """Settings by the protocol's own names, secrets among them: written by an officer, shown to nobody."""
    last_seen_at = fields.DatetimeField(null=True)
    pull_at = fields.DatetimeField(null=True)
    """When it is to be asked again; null: it was never asked."""
    pulled_at = fields.DatetimeField(null=True)
    pull_failed_at = fields.DatetimeField(null=True)
    pull_error = fields.CharField(max_length=300, null=True)
    pull_failures = fields.IntField(default=0, db_default=0)
    """How often asking it has failed since it last went well."""
    in_touch_since = fields.DatetimeField(null=True)
    """Since when it has been heard without a gap."""
    drift_sec = fields.IntField(null=True)
    """Seconds that its clock is ahead, by the median of `drift_samples`; null when too few are known."""
    drift_samples: fields.JSONField[list[int] | None] = fields.JSONField(null=True)
    kept = fields.BigIntField(default=0, db_default=0)
    """Different records of it that are kept, readable or not."""

    class Meta:
        table = "device"
        indexes = (("unit_id",),)


class EnrolmentRow(Model):
    """Which employee a device's PIN means, from `valid_from` to `valid_to` (exclusive, null = open)."""

    id = fields.BigIntField(primary_key=True)
    device: fields.ForeignKeyRelation[DeviceRow] = fields.ForeignKeyField(
        "core.DeviceRow", on_delete=fields.CASCADE, related_name=False
    )
    device_id: int
    pin = fields.CharField(max_length=24)
    employee: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.CASCADE, related_name=False
    )
    employee_id: int
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta:
        table = "enrolment"
        unique_together = (("device_id", "pin", "valid_from"),)


class PunchRow(Model):
    """A raw clock record. `digest` (device, PIN, time, status) makes a resend harmless.

    `outcome` is `used`, or `unexplained` with a reason; `copies` counts how often the same record came again.
    """

    id = fields.BigIntField(primary_key=True)
    source = fields.CharField(max_length=100)
    device: fields.ForeignKeyNullableRelation[DeviceRow] = fields.ForeignKeyField(
        "core.DeviceRow", null=True, on_delete=fields.RESTRICT, related_name=False, db_constraint=False
    )
    device_id: int | None
    pin = fields.CharField(max_length=24)
    occurred_at = fields.DatetimeField()
    date = fields.DateField()
    kind = fields.CharField(max_length=16)
    verify = fields.CharField(max_length=24, null=True)
    line = fields.TextField()
    digest = fields.CharField(max_length=64, unique=True)
    received_at = fields.DatetimeField()
    employee: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False, db_constraint=False
    )
    employee_id: int | None
    outcome = fields.CharField(max_length=16)
    reason = fields.CharField(max_length=64, null=True)
    copies = fields.BigIntField(default=0, db_default=0)
    device_at = fields.DatetimeField(null=True)
    """The machine's own time where `occurred_at` is a corrected one; null where they are the same."""
    clock_error: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.ClockErrorRow", null=True, db_constraint=False, on_delete=fields.RESTRICT, related_name=False
    )
    clock_error_id: int | None

    class Meta:
        table = "punch"
        indexes = (
            ("employee_id", "date"),
            ("device_id", "outcome", "id"),
        )


class UnreadRow(Model):
    """A raw line that is no readable record, kept with the reason.

    `outcome` is `unexplained`, or, when it could be read later, `duplicate` of the punch that it says. `copies` counts
    how often the same line came again.
    """

    id = fields.BigIntField(primary_key=True)
    source = fields.CharField(max_length=100)
    device: fields.ForeignKeyRelation[DeviceRow] = fields.ForeignKeyField(
        "core.DeviceRow", on_delete=fields.RESTRICT, related_name=False
    )
    device_id: int
    line = fields.TextField()
    line_no = fields.IntField()
    digest = fields.CharField(max_length=64, unique=True)
    received_at = fields.DatetimeField()
    outcome = fields.CharField(max_length=16)
    reason = fields.CharField(max_length=64, null=True)
    punch: fields.ForeignKeyNullableRelation[PunchRow] = fields.ForeignKeyField(
        "core.PunchRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    punch_id: int | None
    copies = fields.BigIntField(default=0, db_default=0)

    class Meta:
        table = "unread_record"
        indexes = (("device_id", "outcome"),)


async def count_copies(rows: type[PunchRow | UnreadRow], again: Mapping[str, int]) -> None:
    """Adds to the copies of kept records, named by digest, how often each came again."""
    by_count: dict[int, list[str]] = {}
    for content, times in again.items():
        by_count.setdefault(times, []).append(content)
    for times, contents in sorted(by_count.items()):
        for start in range(0, len(contents), _AT_ONCE):
            some = contents[start : start + _AT_ONCE]
            await rows.filter(digest__in=some).update(copies=F("copies") + times)


class DayRow(Model):
    """One employee's civil day as the unit's work-time policy reads it, with the steps that led there."""

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
    status = fields.CharField(max_length=16)
    first_in = fields.DatetimeField(null=True)
    last_out = fields.DatetimeField(null=True)
    late_min = fields.IntField(null=True)
    early_min = fields.IntField(null=True)
    worked_min = fields.IntField(null=True)
    missing_taps = fields.IntField()
    policy = fields.CharField(max_length=100)
    policy_version = fields.CharField(max_length=32)
    steps: fields.JSONField[list[dict[str, object]]] = fields.JSONField(default=list)

    class Meta:
        table = "attendance_day"
        unique_together = (("employee_id", "date"),)
        indexes = (("unit_id", "date"),)


class CorrectionRow(Model):
    """A day corrected by hand: when somebody really came and went, asked for with evidence, signed by the unit head."""

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
    tap_in = fields.DatetimeField(null=True)
    tap_out = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=32)
    note = fields.TextField()
    sign_until = fields.DateField(null=True)
    state = fields.CharField(max_length=16)
    requested_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_by_id: int | None
    decision_note = fields.TextField(null=True)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "day_correction"
        indexes = (("employee_id", "date"), ("unit_id", "state", "id"), ("date", "id"))


class CorrectionFileRow(Model):
    """A file that a correction cites: its evidence."""

    id = fields.BigIntField(primary_key=True)
    correction: fields.ForeignKeyRelation[CorrectionRow] = fields.ForeignKeyField(
        "core.CorrectionRow", on_delete=fields.CASCADE, related_name=False
    )
    correction_id: int
    file: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.FileRow", on_delete=fields.RESTRICT, related_name=False
    )
    file_id: int

    class Meta:
        table = "correction_file"
        unique_together = (("correction_id", "file_id"),)
        indexes = (("file_id",),)
