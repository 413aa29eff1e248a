from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0014_punch_keys')]

    initial = False

    operations = [
        ops.CreateModel(
            name='RosterRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('date', fields.DateField()),
                ('name', fields.CharField(max_length=64)),
                ('start_time', fields.CharField(null=True, max_length=5)),
                ('end_time', fields.CharField(null=True, max_length=5)),
                ('break_min', fields.IntField(default=0, db_default=0)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'roster_day', 'app': 'core', 'unique_together': (('employee_id', 'date'),), 'indexes': [Index(fields=['date', 'id'])], 'pk_attr': 'id', 'table_description': "What the roster says of an employee's civil day: a shift with its hours (`HH:MM`), or a free day without."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StaleSpanRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee_id', fields.BigIntField(null=True)),
                ('unit_id', fields.BigIntField(null=True)),
                ('first_day', fields.DateField()),
                ('last_day', fields.DateField()),
            ],
            options={'table': 'stale_span', 'app': 'core', 'pk_attr': 'id', 'table_description': 'Days, first to last, that are to be classified again: of a person, or of everybody below a unit.'},
            bases=['Model'],
        ),
    ]
