"""What the second version of the sample plugin adds to its table."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("sample", "0001_commendation")]

    initial = False

    operations = [
        ops.AddField(
            model_name="CommendationRow",
            name="level",
            field=fields.CharField(max_length=16, default="unit", db_default="unit"),
        ),
    ]
