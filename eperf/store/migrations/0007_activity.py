from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0006_catalogue')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ActivityRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('employee', fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('item', fields.ForeignKeyField('core.ItemRow', source_field='item_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('date', fields.DateField()),
                ('minutes', fields.IntField()),
                ('quantity_h', fields.BigIntField()),
                ('result', fields.TextField(unique=False)),
                ('state', fields.CharField(max_length=16)),
                ('submitted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('core.EmployeeRow', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decided_for', fields.ForeignKeyField('core.EmployeeRow', source_field='decided_for_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('decision_note', fields.TextField(null=True, unique=False)),
                ('version', fields.IntField(default=1, db_default=1)),
            ],
            options={'table': 'activity', 'app': 'core', 'indexes': [Index(fields=['employee_id', 'id']), Index(fields=['employee_id', 'date']), Index(fields=['unit_id', 'date']), Index(fields=['unit_id', 'state', 'id'])], 'pk_attr': 'id', 'table_description': 'One reported piece of work. `unit` is the unit of the reporter on `date`, quantities are hundredths.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EvidenceRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('activity', fields.ForeignKeyField('core.ActivityRow', source_field='activity_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('file', fields.ForeignKeyField('core.FileRow', source_field='file_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'evidence', 'app': 'core', 'unique_together': (('activity_id', 'file_id'),), 'pk_attr': 'id', 'table_description': 'A file that an activity cites, in the order given.'},
            bases=['Model'],
        ),
    ]
