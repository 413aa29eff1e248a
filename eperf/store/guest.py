"""What eperf remembers of plugins that work beside being asked: how far a sink has got, and when a job is due."""

from tortoise import fields
from tortoise.models import Model


class SinkRow(Model):
    """A sink `plugin/name`: all up to `cursor` has arrived there. After failures it rests until `retry_at`."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=128, unique=True)
    cursor = fields.BigIntField()
    failures = fields.IntField(default=0)
    retry_at = fields.DatetimeField(null=True)
    cause = fields.CharField(max_length=300, default="")

    class Meta:
        table = "event_sink"


class JobRow(Model):
    """A job `plugin/name`: `due_at` is its next run, the others are of its last."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=128, unique=True)
    due_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    cause = fields.CharField(max_length=300, default="")

    class Meta:
        table = "plugin_job"
