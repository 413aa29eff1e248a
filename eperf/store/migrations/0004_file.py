from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('core', '0003_access')]

    initial = False

    operations = [
        ops.CreateModel(
            name='FileRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sha256', fields.CharField(max_length=64)),
                ('size', fields.BigIntField()),
                ('media_type', fields.CharField(max_length=100)),
                ('account', fields.ForeignKeyField('core.AccountRow', source_field='account_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'file', 'app': 'core', 'unique_together': (('account_id', 'sha256'),), 'pk_attr': 'id', 'table_description': "One person's upload of one content: the same bytes of two people are two rows and one blob."},
            bases=['Model'],
        ),
    ]
