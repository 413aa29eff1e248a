from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0012_leave')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CorrectionRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('date', fields.DateField()),
                ('tap_in', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('tap_out', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(max_length=32)),
                ('note', fields.TextField(unique=False)),
                ('sign_until', fields.DateField(null=True)),
                ('state', fields.CharField(max_length=16)),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('core.EmployeeRow', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decision_note', fields.TextField(null=True, unique=False)),
                ('version', fields.IntField(default=1, db_default=1)),
            ],
            options={'table': 'day_correction', 'app': 'core', 'indexes': [Index(fields=['employee_id', 'date']), Index(fields=['unit_id', 'state', 'id']), Index(fields=['date', 'id'])], 'pk_attr': 'id', 'table_description': 'A day corrected by hand: when somebody really came and went, asked for with evidence, signed by the unit head.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CorrectionFileRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('correction', fields.ForeignKeyField('core.CorrectionRow', source_field='correction_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('file', fields.ForeignKeyField('core.FileRow', source_field='file_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'correction_file', 'app': 'core', 'unique_together': (('correction_id', 'file_id'),), 'indexes': [Index(fields=['file_id'])], 'pk_attr': 'id', 'table_description': 'A file that a correction cites: its evidence.'},
            bases=['Model'],
        ),
    ]
