"""What became of plugins here: which was seen in which version, and who stopped one or let it run again."""

from tortoise import fields
from tortoise.models import Model


class SwitchRow(Model):
    """Somebody stopped a plugin, or let it run again, and the last row of a plugin counts."""

    id = fields.BigIntField(primary_key=True)
    plugin = fields.CharField(max_length=100)
    stopped = fields.BooleanField()
    reason = fields.CharField(max_length=500)
    account_id = fields.BigIntField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "plugin_switch"
        indexes = (("plugin", "id"),)


class SeenRow(Model):
    """The version of a plugin that this installation ran last, and none when it was taken away."""

    id = fields.BigIntField(primary_key=True)
    plugin = fields.CharField(max_length=100, unique=True)
    distribution = fields.CharField(max_length=200)
    version = fields.CharField(max_length=100, null=True)
    since = fields.DatetimeField()

    class Meta:
        table = "plugin_seen"


async def stopped() -> dict[str, str]:
    """The plugins that are stopped now, by name, each with the reason."""
    last = {row.plugin: row for row in await SwitchRow.all().order_by("id")}
    return {name: row.reason for name, row in last.items() if row.stopped}
