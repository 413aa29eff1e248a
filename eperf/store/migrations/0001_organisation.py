from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='UnitRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=64)),
                ('name', fields.CharField(max_length=200)),
                ('kind', fields.CharField(max_length=32)),
                ('parent', fields.ForeignKeyField('core.UnitRow', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('zone', fields.CharField(max_length=40)),
            ],
            options={'table': 'unit', 'app': 'core', 'pk_attr': 'id', 'table_description': 'A unit of the organisation (unit kerja): ministry, directorate general, city, agency, section…'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PositionRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=64)),
                ('title', fields.CharField(max_length=200)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('job_class', fields.IntField()),
                ('kind', fields.CharField(max_length=32)),
            ],
            options={'table': 'position', 'app': 'core', 'pk_attr': 'id', 'table_description': 'A post (jabatan) with its job class 1 to 17, on which the allowance hangs.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UnitTreeRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('ancestor_id', fields.BigIntField()),
                ('descendant_id', fields.BigIntField()),
                ('depth', fields.IntField()),
            ],
            options={'table': 'unit_tree', 'app': 'core', 'unique_together': (('ancestor_id', 'descendant_id'),), 'indexes': [Index(fields=['descendant_id', 'depth'])], 'pk_attr': 'id', 'table_description': "One pair of the tree's transitive closure: a unit is its own descendant at depth 0."},
            bases=['Model'],
        ),
    ]
