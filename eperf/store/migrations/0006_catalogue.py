from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('core', '0005_attendance')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ItemRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('code', fields.CharField(max_length=64)),
                ('name', fields.CharField(max_length=200)),
                ('per', fields.CharField(max_length=64)),
                ('unit_size_h', fields.BigIntField()),
                ('points_per_unit_h', fields.BigIntField()),
                ('norm_min', fields.IntField(null=True)),
                ('fraction_policy', fields.CharField(max_length=16)),
                ('valid_from', fields.DateField()),
                ('valid_to', fields.DateField(null=True)),
            ],
            options={'table': 'catalogue_item', 'app': 'core', 'unique_together': (('unit_id', 'code', 'valid_from'),), 'pk_attr': 'id', 'table_description': 'A catalogue item of a unit, valid for that unit and all below it in `[valid_from, valid_to)`.'},
            bases=['Model'],
        ),
    ]
