from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

from eperf.store.rekey import unbind

class Migration(migrations.Migration):
    dependencies = [('core', '0015_roster')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ClockErrorRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('device', fields.ForeignKeyField('core.DeviceRow', source_field='device_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('begins', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ahead_sec', fields.BigIntField()),
                ('reason', fields.TextField(unique=False)),
                ('account_id', fields.BigIntField(null=True)),
                ('told_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('punches', fields.IntField(default=0, db_default=0)),
            ],
            options={'table': 'clock_error', 'app': 'core', 'indexes': [Index(fields=['device_id', 'id'])], 'pk_attr': 'id', 'table_description': "A span of a machine's own time in which its clock was ahead by so many seconds, and who says so."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeviceCommandRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('device', fields.ForeignKeyField('core.DeviceRow', source_field='device_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=16)),
                ('text', fields.CharField(max_length=512)),
                ('state', fields.CharField(max_length=16)),
                ('account_id', fields.BigIntField(null=True)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('times_sent', fields.IntField(default=0, db_default=0)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('return_code', fields.IntField(null=True)),
                ('meaning', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'device_command', 'app': 'core', 'indexes': [Index(fields=['device_id', 'state', 'id'])], 'pk_attr': 'id', 'table_description': 'A command that waits for its machine to ask, was handed out, or has ended.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='drift_samples',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='drift_sec',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='in_touch_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PunchRow',
            name='clock_error',
            field=fields.ForeignKeyField('core.ClockErrorRow', source_field='clock_error_id', null=True, db_constraint=False, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        # A field without a constraint gets one all the same when it is added.
        ops.RunPython(unbind),
        ops.AddField(
            model_name='PunchRow',
            name='device_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='PunchRow',
            index=Index(fields=['device_id', 'outcome', 'id']),
        ),
        ops.RemoveIndex(
            model_name='PunchRow',
            fields=['device_id', 'received_at'],
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='kept',
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.RunSQL(
            "UPDATE device SET kept = (SELECT count(*) FROM punch WHERE punch.device_id = device.id) + "
            "(SELECT count(*) FROM unread_record WHERE unread_record.device_id = device.id AND outcome = 'unexplained')",
            ops.RunSQL.noop,
        ),
    ]
