from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0010_event')]

    initial = False

    operations = [
        ops.AddField(
            model_name='DeviceRow',
            name='options',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='first_source',
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddField(
            model_name='PunchRow',
            name='copies',
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.CreateModel(
            name='UnreadRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('source', fields.CharField(max_length=100)),
                ('device', fields.ForeignKeyField('core.DeviceRow', source_field='device_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('line', fields.TextField(unique=False)),
                ('line_no', fields.IntField()),
                ('digest', fields.CharField(unique=True, max_length=64)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('outcome', fields.CharField(max_length=16)),
                ('reason', fields.CharField(null=True, max_length=64)),
                ('punch', fields.ForeignKeyField('core.PunchRow', source_field='punch_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('copies', fields.BigIntField(default=0, db_default=0)),
            ],
            options={'table': 'unread_record', 'app': 'core', 'indexes': [Index(fields=['device_id', 'outcome'])], 'pk_attr': 'id', 'table_description': 'A raw line that is no readable record, kept with the reason.'},
            bases=['Model'],
        ),
    ]
