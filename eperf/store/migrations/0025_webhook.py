from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0024_guest')]

    initial = False

    operations = [
        ops.CreateModel(
            name='WebhookRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('core.AccountRow', source_field='account_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=100)),
                ('url', fields.CharField(max_length=1000)),
                ('host', fields.CharField(max_length=260)),
                ('roles', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('kinds', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('units', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('selection', fields.TextField(null=True, unique=False)),
                ('state', fields.CharField(max_length=16)),
                ('cause', fields.CharField(null=True, max_length=16)),
                ('secret', fields.CharField(max_length=100)),
                ('previous_secret', fields.CharField(null=True, max_length=100)),
                ('previous_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('cursor', fields.BigIntField()),
                ('failures', fields.IntField(default=0, db_default=0)),
                ('failing_since', fields.BigIntField(null=True)),
                ('rest_until', fields.BigIntField(default=0, db_default=0)),
                ('tested_at', fields.BigIntField(default=0, db_default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhook', 'app': 'core', 'indexes': [Index(fields=['unit_id', 'id']), Index(fields=['state', 'id'])], 'pk_attr': 'id', 'table_description': 'An address that is sent the updates of a unit and all below it, with the rights of an account.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WebhookDeliveryRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('webhook', fields.ForeignKeyField('core.WebhookRow', source_field='webhook_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('cursor', fields.BigIntField()),
                ('kind', fields.CharField(max_length=64)),
                ('subject_type', fields.CharField(max_length=64)),
                ('subject_id', fields.BigIntField()),
                ('state', fields.CharField(max_length=16)),
                ('attempts', fields.IntField(default=0, db_default=0)),
                ('due_at', fields.BigIntField(default=0, db_default=0)),
                ('claim', fields.BigIntField(null=True)),
                ('claimed_until', fields.BigIntField(null=True)),
                ('created_at', fields.BigIntField()),
                ('ended_at', fields.BigIntField(null=True)),
            ],
            options={'table': 'webhook_delivery', 'app': 'core', 'unique_together': (('webhook_id', 'cursor'),), 'indexes': [Index(fields=['webhook_id', 'state', 'cursor']), Index(fields=['webhook_id', 'subject_type', 'subject_id', 'cursor']), Index(fields=['state', 'ended_at'])], 'pk_attr': 'id', 'table_description': "One update for one webhook. `claim` is who sends it now, and one that is not ended in time is anybody's."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WebhookAttemptRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('delivery', fields.ForeignKeyField('core.WebhookDeliveryRow', source_field='delivery_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('webhook_id', fields.BigIntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('status', fields.IntField(null=True)),
                ('latency_ms', fields.IntField()),
                ('fault', fields.CharField(null=True, max_length=16)),
                ('why', fields.CharField(default='', db_default='', max_length=200)),
                ('answer', fields.CharField(default='', db_default='', max_length=500)),
            ],
            options={'table': 'webhook_attempt', 'app': 'core', 'indexes': [Index(fields=['delivery_id', 'id'])], 'pk_attr': 'id', 'table_description': 'One request of a delivery and what came of it: the first bytes of the answer, or why there is none.'},
            bases=['Model'],
        ),
    ]
