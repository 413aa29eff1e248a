from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0011_sources')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CalendarRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=16)),
                ('first_day', fields.DateField()),
                ('last_day', fields.DateField()),
                ('name', fields.CharField(max_length=200)),
                ('legal_basis', fields.CharField(max_length=200)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('adds', fields.BooleanField()),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.BigIntField(null=True)),
                ('withdrawn_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('withdrawn_by_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'calendar_entry', 'app': 'core', 'indexes': [Index(fields=['first_day', 'id']), Index(fields=['unit_id', 'first_day'])], 'pk_attr': 'id', 'table_description': 'Days that a decree frees, or no longer frees, or gives the hours of Ramadan (without a unit: everywhere).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaleDayRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('date', fields.DateField()),
                ('unit_id', fields.BigIntField(null=True)),
                ('mark', fields.BigIntField(default=1, db_default=1)),
            ],
            options={'table': 'stale_day', 'app': 'core', 'indexes': [Index(fields=['date', 'unit_id'])], 'pk_attr': 'id', 'table_description': 'A day that is to be classified again for everybody below a unit (null: everywhere).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LeaveRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=32)),
                ('first_day', fields.DateField()),
                ('last_day', fields.DateField()),
                ('working_days', fields.IntField()),
                ('travel_days', fields.IntField(default=0, db_default=0)),
                ('child', fields.IntField(null=True)),
                ('reason', fields.TextField(unique=False)),
                ('state', fields.CharField(max_length=16)),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('core.EmployeeRow', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decided_for', fields.ForeignKeyField('core.EmployeeRow', source_field='decided_for_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decision_note', fields.TextField(null=True, unique=False)),
                ('version', fields.IntField(default=1, db_default=1)),
            ],
            options={'table': 'leave', 'app': 'core', 'indexes': [Index(fields=['employee_id', 'first_day']), Index(fields=['unit_id', 'state', 'id']), Index(fields=['first_day', 'id'])], 'pk_attr': 'id', 'table_description': 'A leave (cuti) from `first_day` to `last_day`, inclusive. `unit` is the unit of the employee on the first day.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LeaveFileRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('leave', fields.ForeignKeyField('core.LeaveRow', source_field='leave_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('file', fields.ForeignKeyField('core.FileRow', source_field='file_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'leave_file', 'app': 'core', 'unique_together': (('leave_id', 'file_id'),), 'indexes': [Index(fields=['file_id'])], 'pk_attr': 'id', 'table_description': "A file that a leave cites: a doctor's letter, a birth certificate."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DutyRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=32)),
                ('first_day', fields.DateField()),
                ('last_day', fields.DateField()),
                ('working_days', fields.IntField()),
                ('reason', fields.TextField(unique=False)),
                ('letter', fields.CharField(max_length=100)),
                ('place', fields.CharField(max_length=200)),
                ('state', fields.CharField(max_length=16)),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('core.EmployeeRow', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decided_for', fields.ForeignKeyField('core.EmployeeRow', source_field='decided_for_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decision_note', fields.TextField(null=True, unique=False)),
                ('version', fields.IntField(default=1, db_default=1)),
            ],
            options={'table': 'duty_order', 'app': 'core', 'indexes': [Index(fields=['employee_id', 'first_day']), Index(fields=['unit_id', 'state', 'id']), Index(fields=['first_day', 'id'])], 'pk_attr': 'id', 'table_description': 'A duty order (surat tugas) from `first_day` to `last_day`, inclusive: days that count as present elsewhere.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DutyFileRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('duty', fields.ForeignKeyField('core.DutyRow', source_field='duty_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('file', fields.ForeignKeyField('core.FileRow', source_field='file_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'duty_file', 'app': 'core', 'unique_together': (('duty_id', 'file_id'),), 'indexes': [Index(fields=['file_id'])], 'pk_attr': 'id', 'table_description': 'A file that a duty order cites: the assignment letter.'},
            bases=['Model'],
        ),
    ]
