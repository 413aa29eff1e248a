from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0016_device')]

    initial = False

    operations = [
        ops.CreateModel(
            name='FenceRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('lat_e6', fields.BigIntField()),
                ('lon_e6', fields.BigIntField()),
                ('radius_m', fields.IntField()),
                ('legal_basis', fields.CharField(null=True, max_length=200)),
                ('valid_from', fields.DateField()),
                ('valid_to', fields.DateField(null=True)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'geofence', 'app': 'core', 'indexes': [Index(fields=['unit_id', 'valid_from'])], 'pk_attr': 'id', 'table_description': 'A place of a unit where its people check in, from `valid_from` to `valid_to` (exclusive, null: open).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CheckInRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('date', fields.DateField()),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(max_length=16)),
                ('lat_e6', fields.BigIntField(null=True)),
                ('lon_e6', fields.BigIntField(null=True)),
                ('accuracy_h', fields.BigIntField(null=True)),
                ('captured_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('mock', fields.BooleanField(null=True)),
                ('phone', fields.CharField(null=True, max_length=128)),
                ('phone_model', fields.CharField(null=True, max_length=128)),
                ('fence', fields.ForeignKeyField('core.FenceRow', source_field='fence_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('duty', fields.ForeignKeyField('core.DutyRow', source_field='duty_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('radius_m', fields.IntField(null=True)),
                ('distance_m', fields.IntField(null=True)),
                ('inside', fields.BooleanField(null=True)),
                ('accepted', fields.BooleanField()),
                ('reason', fields.CharField(null=True, max_length=300)),
                ('punch', fields.ForeignKeyField('core.PunchRow', source_field='punch_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('digest', fields.CharField(unique=True, max_length=64)),
                ('copies', fields.BigIntField(default=0, db_default=0)),
                ('reduced_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'check_in', 'app': 'core', 'indexes': [Index(fields=['employee_id', 'date']), Index(fields=['unit_id', 'date']), Index(fields=['date', 'id'])], 'pk_attr': 'id', 'table_description': 'A try to check in, accepted or not: what the phone told, and how it lay to the fence it was held against.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CheckInFileRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('check_in', fields.ForeignKeyField('core.CheckInRow', source_field='check_in_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('file', fields.ForeignKeyField('core.FileRow', source_field='file_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'check_in_file', 'app': 'core', 'unique_together': (('check_in_id', 'file_id'),), 'indexes': [Index(fields=['file_id'])], 'pk_attr': 'id', 'table_description': 'A file that a check-in cites: a picture of the person at the place.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='pull_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='pull_error',
            field=fields.CharField(null=True, max_length=300),
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='pull_failed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='pull_failures',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='DeviceRow',
            name='pulled_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='DutyRow',
            name='place_lat_e6',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='DutyRow',
            name='place_lon_e6',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='DutyRow',
            name='place_radius_m',
            field=fields.IntField(null=True),
        ),
        # Fingerspot's sources are a plugin's by now.
        ops.RunSQL(
            "UPDATE device SET source = 'fingerspot/cloud' "
            "WHERE source = 'eperf/fingerspot'"
        ),
        ops.RunSQL(
            "UPDATE device SET source = 'fingerspot/hub' "
            "WHERE source = 'eperf/fingerspot-hub'"
        ),
    ]
