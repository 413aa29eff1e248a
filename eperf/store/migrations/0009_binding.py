from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0008_scoring')]

    initial = False

    operations = [
        ops.CreateModel(
            name='BindingRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('slot', fields.CharField(max_length=32)),
                ('part', fields.CharField(max_length=100)),
                ('settings', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('valid_from', fields.DateField()),
                ('known_from', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('account_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'binding', 'app': 'core', 'indexes': [Index(fields=['unit_id', 'slot', 'valid_from'])], 'pk_attr': 'id', 'table_description': 'Unit + slot + part + settings, effective from `valid_from`, inherited down the tree, recorded at `known_from`.'},
            bases=['Model'],
        ),
    ]
