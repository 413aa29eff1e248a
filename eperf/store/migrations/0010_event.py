from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0009_binding')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EventHeadRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('cursor', fields.BigIntField()),
            ],
            options={'table': 'event_head', 'app': 'core', 'pk_attr': 'id', 'table_description': 'The last cursor given out: one row, `id` 1.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EventRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('cursor', fields.BigIntField(null=True, unique=True)),
                ('kind', fields.CharField(max_length=64)),
                ('version', fields.IntField()),
                ('subject_type', fields.CharField(max_length=64)),
                ('subject_id', fields.BigIntField()),
                ('unit_id', fields.BigIntField(null=True)),
                ('employee_id', fields.BigIntField(null=True)),
                ('account_id', fields.BigIntField(null=True)),
                ('occurred_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('payload', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'event', 'app': 'core', 'indexes': [Index(fields=['subject_type', 'subject_id', 'id'])], 'pk_attr': 'id', 'table_description': 'One committed change: what kind, of which subject, in which unit, by whom, when.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdempotencyRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account_id', fields.BigIntField()),
                ('key', fields.CharField(max_length=128)),
                ('operation', fields.CharField(max_length=64)),
                ('digest', fields.CharField(max_length=64)),
                ('answer_id', fields.BigIntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'idempotency', 'app': 'core', 'unique_together': (('account_id', 'key'),), 'indexes': [Index(fields=['created_at'])], 'pk_attr': 'id', 'table_description': 'An answered request: the same key of the same account gives the same answer, once.'},
            bases=['Model'],
        ),
    ]
