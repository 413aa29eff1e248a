"""The table of commendations. Its name begins with the label, as every table of a plugin's must."""

from tortoise import fields
from tortoise.models import Model


class CommendationRow(Model):
    """A commendation. `number` is the certificate's, once it has one."""

    id = fields.BigIntField(primary_key=True)
    employee: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int
    day = fields.DateField()
    reason = fields.CharField(max_length=500)
    given_by = fields.BigIntField()
    given_at = fields.DatetimeField()
    number = fields.CharField(max_length=32, null=True, unique=True)

    class Meta:
        table = "sample_commendation"
        indexes = (("employee_id", "day"),)
