from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

from eperf.store.as_written import as_written
from eperf.store.scoring import Leaves

class Read(ops.AlterField):
    """Changes how the ORM reads a column and nothing in the database."""

    async def database_forward(self, *given: object, **named: object) -> None:
        pass

    async def database_backward(self, *given: object, **named: object) -> None:
        pass

class Migration(migrations.Migration):
    dependencies = [('core', '0020_closing')]

    initial = False

    operations = [
        ops.AddField(
            model_name='DirtyRow',
            name='fresh',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='DirtyRow',
            name='claim',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='DirtyRow',
            name='claimed_until',
            field=fields.BigIntField(null=True),
        ),
        ops.AddIndex(
            model_name='DirtyRow',
            index=Index(fields=['fresh', 'id']),
        ),
        ops.AddField(
            model_name='ScoreRow',
            name='breakdown_digest',
            field=fields.CharField(default='', db_default='', max_length=80),
        ),
        ops.RunPython(as_written),
        Read(model_name='ScoreRow', name='breakdown', field=Leaves(default=list)),
    ]
