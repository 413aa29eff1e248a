from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0004_file')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DayRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('date', fields.DateField()),
                ('status', fields.CharField(max_length=16)),
                ('first_in', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_out', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('late_min', fields.IntField(null=True)),
                ('early_min', fields.IntField(null=True)),
                ('worked_min', fields.IntField(null=True)),
                ('missing_taps', fields.IntField()),
                ('policy', fields.CharField(max_length=100)),
                ('policy_version', fields.CharField(max_length=32)),
                ('steps', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'attendance_day', 'app': 'core', 'unique_together': (('employee_id', 'date'),), 'indexes': [Index(fields=['unit_id', 'date'])], 'pk_attr': 'id', 'table_description': "One employee's civil day as the unit's work-time policy reads it, with the steps that led there."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeviceRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('serial', fields.CharField(unique=True, max_length=64)),
                ('name', fields.CharField(max_length=200)),
                ('source', fields.CharField(max_length=100)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(max_length=16)),
                ('stamps', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('facts', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('last_seen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'device', 'app': 'core', 'indexes': [Index(fields=['unit_id'])], 'pk_attr': 'id', 'table_description': 'An attendance machine. An unknown serial number is kept as inactive, so that an officer can see and adopt it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EnrolmentRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('device', fields.ForeignKeyField('core.DeviceRow', source_field='device_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('pin', fields.CharField(max_length=24)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('valid_from', fields.DateField()),
                ('valid_to', fields.DateField(null=True)),
            ],
            options={'table': 'enrolment', 'app': 'core', 'unique_together': (('device_id', 'pin', 'valid_from'),), 'pk_attr': 'id', 'table_description': "Which employee a device's PIN means, from `valid_from` to `valid_to` (exclusive, null = open)."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PunchRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('source', fields.CharField(max_length=100)),
                ('device', fields.ForeignKeyField('core.DeviceRow', source_field='device_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('pin', fields.CharField(max_length=24)),
                ('occurred_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('date', fields.DateField()),
                ('kind', fields.CharField(max_length=16)),
                ('verify', fields.CharField(null=True, max_length=24)),
                ('line', fields.TextField(unique=False)),
                ('digest', fields.CharField(unique=True, max_length=64)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('outcome', fields.CharField(max_length=16)),
                ('reason', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'punch', 'app': 'core', 'indexes': [Index(fields=['employee_id', 'date']), Index(fields=['device_id', 'received_at'])], 'pk_attr': 'id', 'table_description': 'A raw clock record. `digest` (device, PIN, time, status) makes a resend harmless.'},
            bases=['Model'],
        ),
    ]
