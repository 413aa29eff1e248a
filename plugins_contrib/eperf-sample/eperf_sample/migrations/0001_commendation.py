"""The table of commendations. Dependencies are written by hand: the tables it refers to must be there before it."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Makes `sample_commendation`."""

    dependencies = [("core", "0002_people")]

    initial = True

    operations = [
        ops.CreateModel(
            name="CommendationRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "employee",
                    fields.ForeignKeyField(
                        "core.EmployeeRow",
                        source_field="employee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("day", fields.DateField()),
                ("reason", fields.CharField(max_length=500)),
                ("given_by", fields.BigIntField()),
                ("given_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("number", fields.CharField(null=True, unique=True, max_length=32)),
            ],
            options={
                "table": "sample_commendation",
                "app": "sample",
                "indexes": [Index(fields=["employee_id", "day"])],
                "pk_attr": "id",
                "table_description": "A commendation. `number` is the certificate's, once it has one.",
            },
            bases=["Model"],
        ),
    ]
