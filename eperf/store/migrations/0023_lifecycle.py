from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0022_breaker')]

    initial = False

    operations = [
        ops.AddField(
            model_name='BindingRow',
            name='secrets',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='BindingRow',
            name='ends',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.CreateModel(
            name='SwitchRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('plugin', fields.CharField(max_length=100)),
                ('stopped', fields.BooleanField()),
                ('reason', fields.CharField(max_length=500)),
                ('account_id', fields.BigIntField(null=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'plugin_switch', 'app': 'core', 'indexes': [Index(fields=['plugin', 'id'])], 'pk_attr': 'id', 'table_description': 'Somebody stopped a plugin, or let it run again, and the last row of a plugin counts.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SeenRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('plugin', fields.CharField(unique=True, max_length=100)),
                ('distribution', fields.CharField(max_length=200)),
                ('version', fields.CharField(null=True, max_length=100)),
                ('since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'plugin_seen', 'app': 'core', 'pk_attr': 'id', 'table_description': 'The version of a plugin that this installation ran last, and none when it was taken away.'},
            bases=['Model'],
        ),
    ]
