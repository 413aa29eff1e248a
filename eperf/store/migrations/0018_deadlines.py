from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('core', '0017_pull_and_position')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ChangeRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('activity', fields.ForeignKeyField('core.ActivityRow', source_field='activity_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('version', fields.IntField()),
                ('step', fields.CharField(max_length=16)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('by', fields.ForeignKeyField('core.EmployeeRow', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('acting_for', fields.ForeignKeyField('core.EmployeeRow', source_field='acting_for_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('note', fields.TextField(null=True, unique=False)),
                ('changes', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'activity_change', 'app': 'core', 'unique_together': (('activity_id', 'version'),), 'pk_attr': 'id', 'table_description': 'A change of an activity since it was first sent: by whom, in whose place, when, what was before and after.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeadlineRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('valid_from', fields.DateField()),
                ('legal_basis', fields.CharField(max_length=300)),
                ('counted_from', fields.CharField(null=True, max_length=16)),
                ('report_until_min', fields.IntField(null=True)),
                ('mend_days', fields.IntField(null=True)),
                ('verify_days', fields.IntField(null=True)),
                ('silence', fields.CharField(max_length=16)),
                ('withdraw_days', fields.IntField(null=True)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'deadline_rule', 'app': 'core', 'unique_together': (('unit_id', 'valid_from'),), 'pk_attr': 'id', 'table_description': "The deadlines of a unit and all below it, from `valid_from` until the unit's next row begins."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ActivityRow',
            name='escalated_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ActivityRow',
            name='escalated_to',
            field=fields.ForeignKeyField('core.EmployeeRow', source_field='escalated_to_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ActivityRow',
            name='links',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='ItemRow',
            name='evidence',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='ItemRow',
            name='evidence_bytes',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='ItemRow',
            name='least_min',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='ItemRow',
            name='most_min',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='ItemRow',
            name='positions',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
    ]
