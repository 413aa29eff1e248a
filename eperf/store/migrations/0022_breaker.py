from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0021_claims')]

    initial = False

    operations = [
        ops.CreateModel(
            name='BreakerRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('unit_id', fields.BigIntField()),
                ('plugin', fields.CharField(max_length=64)),
                ('part', fields.CharField(max_length=130)),
                ('revision', fields.CharField(max_length=130)),
                ('state', fields.CharField(max_length=16)),
                ('failures', fields.IntField()),
                ('cause', fields.CharField(max_length=200)),
                ('retry_at', fields.BigIntField()),
            ],
            options={'table': 'breaker', 'app': 'core', 'unique_together': (('unit_id', 'plugin', 'part'),), 'indexes': [Index(fields=['retry_at'])], 'pk_attr': 'id', 'table_description': 'A part that has failed in a unit since it last did well there. Without a row it is closed.'},
            bases=['Model'],
        ),
    ]
