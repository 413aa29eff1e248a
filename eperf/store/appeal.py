"""Appeals against leaves of scores, with the files of both sides."""

from collections import Counter
from collections.abc import Collection

from tortoise import fields
from tortoise.models import Model

from eperf.domain.appeal import PENDING


class AppealRow(Model):
    """An appeal: the leaf as it was, what the employee says, how it was answered, and what came of it.

    `leaf` is the place among the leaves, from 0; `leaf_before` and `leaf_after` are leaves as a score keeps them.
    `before_h` and `after_h` are the score with its adjusting entries, in hundredths.
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
    score: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.ScoreRow", on_delete=fields.RESTRICT, related_name=False
    )
    score_id: int
    period = fields.CharField(max_length=7)
    leaf = fields.IntField()
    leaf_before: fields.JSONField[dict[str, object]] = fields.JSONField(default=dict)
    leaf_after: fields.JSONField[dict[str, object] | None] = fields.JSONField(null=True)
    before_h = fields.BigIntField(null=True)
    after_h = fields.BigIntField(null=True)
    reason = fields.TextField()
    state = fields.CharField(max_length=16)
    raised_at = fields.DatetimeField()
    raise_until = fields.DateField(null=True)
    answer_until = fields.DateField()
    decided_at = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    decided_by_id: int | None
    decision_note = fields.TextField(null=True)
    settled_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "appeal"
        indexes = (
            ("employee_id", "state"),
            ("unit_id", "state", "id"),
            ("score_id", "leaf"),
            ("state", "id"),
        )


class AppealFileRow(Model):
    """A file by which the employee supports an appeal."""

    id = fields.BigIntField(primary_key=True)
    appeal: fields.ForeignKeyRelation[AppealRow] = fields.ForeignKeyField(
        "core.AppealRow", on_delete=fields.CASCADE, related_name=False
    )
    appeal_id: int
    file: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.FileRow", on_delete=fields.RESTRICT, related_name=False
    )
    file_id: int

    class Meta:
        table = "appeal_file"
        unique_together = (("appeal_id", "file_id"),)
        indexes = (("file_id",),)


class AnswerFileRow(Model):
    """A file that the reviewer of an appeal cites in the answer."""

    id = fields.BigIntField(primary_key=True)
    appeal: fields.ForeignKeyRelation[AppealRow] = fields.ForeignKeyField(
        "core.AppealRow", on_delete=fields.CASCADE, related_name=False
    )
    appeal_id: int
    file: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.FileRow", on_delete=fields.RESTRICT, related_name=False
    )
    file_id: int

    class Meta:
        table = "appeal_answer_file"
        unique_together = (("appeal_id", "file_id"),)
        indexes = (("file_id",),)


async def pending_of(employee_ids: Collection[int]) -> dict[int, int]:
    """How many appeals of each employee are open or not yet settled; a decree that rests on a score waits for them."""
    rows = AppealRow.filter(
        employee_id__in=sorted(employee_ids), state__in=[state.value for state in PENDING]
    )
    return dict(Counter(int(str(one)) for one in await rows.values_list("employee_id", flat=True)))
