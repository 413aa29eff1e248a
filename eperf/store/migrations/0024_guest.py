from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('core', '0023_lifecycle')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SinkRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(unique=True, max_length=128)),
                ('cursor', fields.BigIntField()),
                ('failures', fields.IntField(default=0)),
                ('retry_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('cause', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'event_sink', 'app': 'core', 'pk_attr': 'id', 'table_description': 'A sink `plugin/name`: all up to `cursor` has arrived there. After failures it rests until `retry_at`.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='JobRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(unique=True, max_length=128)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('cause', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'plugin_job', 'app': 'core', 'pk_attr': 'id', 'table_description': 'A job `plugin/name`: `due_at` is its next run, the others are of its last.'},
            bases=['Model'],
        ),
    ]
