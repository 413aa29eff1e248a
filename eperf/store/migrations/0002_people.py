from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0001_organisation')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EmployeeRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('nip', fields.CharField(null=True, unique=True, max_length=18)),
                ('kind', fields.CharField(max_length=8)),
                ('name', fields.CharField(max_length=200)),
                ('birth_date', fields.DateField(null=True)),
                ('sex', fields.CharField(null=True, max_length=8)),
                ('rank', fields.CharField(null=True, max_length=8)),
                ('rank_since', fields.DateField(null=True)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('position', fields.ForeignKeyField('core.PositionRow', source_field='position_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('supervisor', fields.ForeignKeyField('core.EmployeeRow', source_field='supervisor_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('active', fields.BooleanField(default=True, db_default=True)),
            ],
            options={'table': 'employee', 'app': 'core', 'indexes': [Index(fields=['unit_id', 'id']), Index(fields=['supervisor_id', 'id']), Index(fields=['unit_id', 'name', 'id'])], 'pk_attr': 'id', 'table_description': 'A civil servant (ASN). The NIP is an attribute, never the key: contract staff have another number or none.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ActingRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('officer', fields.ForeignKeyField('core.EmployeeRow', source_field='officer_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('incumbent', fields.ForeignKeyField('core.EmployeeRow', source_field='incumbent_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=8)),
                ('valid_from', fields.DateField()),
                ('valid_to', fields.DateField(null=True)),
            ],
            options={'table': 'acting', 'app': 'core', 'unique_together': (('officer_id', 'incumbent_id', 'valid_from'),), 'indexes': [Index(fields=['officer_id', 'valid_from'])], 'pk_attr': 'id', 'table_description': 'An acting officer: `officer` does the duties of `incumbent` (Plt for a vacant post, Plh for an absence).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PlacementRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('position', fields.ForeignKeyField('core.PositionRow', source_field='position_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('supervisor', fields.ForeignKeyField('core.EmployeeRow', source_field='supervisor_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('valid_from', fields.DateField()),
                ('valid_to', fields.DateField(null=True)),
            ],
            options={'table': 'placement', 'app': 'core', 'unique_together': (('employee_id', 'valid_from'),), 'indexes': [Index(fields=['unit_id', 'valid_from']), Index(fields=['valid_from']), Index(fields=['valid_to'])], 'pk_attr': 'id', 'table_description': 'Where an employee serves, from `valid_from` (inclusive) to `valid_to` (exclusive, null = open).'},
            bases=['Model'],
        ),
    ]
