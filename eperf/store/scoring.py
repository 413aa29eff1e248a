"""Monthly scores, and the list of (employee, period) whose score is no longer true.

Work to do is a row: a worker claims dirty rows (`eperf.store.claims`), computes, and removes a row only when nobody
marked it again meanwhile (`mark` grew). So nothing is lost with a process. `fresh` rows were made dirty by one person's
change and do not stand behind a crowd; a `claim` holds until `claimed_until`, in seconds of the database's clock.
"""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from eperf.domain.scoring import expanded


class Leaves(fields.JSONField[list[dict[str, Any]]]):
    """Leaves as they are stored (`eperf.domain.scoring.stored`), read as a list of leaves."""

    def to_python_value(self, value: Any) -> Any:
        """A list, whatever is stored."""
        found = super().to_python_value(value)
        return None if found is None else expanded(found)


class ScoreRow(Model):
    """An employee's score of a month in hundredths, with the leaves that sum to it (null while provisional)."""

    id = fields.BigIntField(primary_key=True)
    employee: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.EmployeeRow", on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    period = fields.CharField(max_length=7)
    score_h = fields.BigIntField(null=True)
    state = fields.CharField(max_length=16)
    cause = fields.CharField(max_length=200, null=True)
    scheme = fields.CharField(max_length=100)
    scheme_version = fields.CharField(max_length=32)
    settings_digest = fields.CharField(max_length=80)
    input_digest = fields.CharField(max_length=80)
    breakdown = Leaves(default=list)
    breakdown_digest = fields.CharField(max_length=80, default="", db_default="")
    computed_at = fields.DatetimeField()

    class Meta:
        table = "score"
        unique_together = (("employee_id", "period"),)
        indexes = (("unit_id", "period"),)


class DirtyRow(Model):
    """A score to compute again. `mark` counts how often it was asked for since."""

    id = fields.BigIntField(primary_key=True)
    employee_id = fields.BigIntField()
    period = fields.CharField(max_length=7)
    mark = fields.BigIntField(default=1, db_default=1)
    fresh = fields.BooleanField(default=False, db_default=False)
    claim = fields.BigIntField(null=True)
    claimed_until = fields.BigIntField(null=True)

    class Meta:
        table = "dirty_score"
        unique_together = (("employee_id", "period"),)
        indexes = (("fresh", "id"),)
