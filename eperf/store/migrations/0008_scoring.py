from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0007_activity')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DirtyRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee_id', fields.BigIntField()),
                ('period', fields.CharField(max_length=7)),
                ('mark', fields.BigIntField(default=1, db_default=1)),
            ],
            options={'table': 'dirty_score', 'app': 'core', 'unique_together': (('employee_id', 'period'),), 'pk_attr': 'id', 'table_description': 'A score to compute again. `mark` counts how often it was asked for since.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ScoreRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('period', fields.CharField(max_length=7)),
                ('score_h', fields.BigIntField(null=True)),
                ('state', fields.CharField(max_length=16)),
                ('cause', fields.CharField(null=True, max_length=200)),
                ('scheme', fields.CharField(max_length=100)),
                ('scheme_version', fields.CharField(max_length=32)),
                ('settings_digest', fields.CharField(max_length=80)),
                ('input_digest', fields.CharField(max_length=80)),
                ('breakdown', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('computed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'score', 'app': 'core', 'unique_together': (('employee_id', 'period'),), 'indexes': [Index(fields=['unit_id', 'period'])], 'pk_attr': 'id', 'table_description': "An employee's score of a month in hundredths, with the leaves that sum to it (null while provisional)."},
            bases=['Model'],
        ),
    ]
