from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

from eperf.store.rekey import rekey, unbind

class Migration(migrations.Migration):
    dependencies = [('core', '0013_correction')]

    initial = False

    operations = [
        ops.RunPython(rekey),
        ops.RunPython(unbind),
        ops.RemoveField(model_name='DeviceRow', name='first_source'),
        ops.AlterField(
            model_name='PunchRow',
            name='device',
            field=fields.ForeignKeyField('core.DeviceRow', source_field='device_id', null=True, db_constraint=False, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        ops.AlterField(
            model_name='PunchRow',
            name='employee',
            field=fields.ForeignKeyField('core.EmployeeRow', source_field='employee_id', null=True, db_constraint=False, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT),
        ),
        # SQLite makes the table anew for the steps above, and the ORM forgets its indexes on the way.
        ops.RunSQL("CREATE INDEX IF NOT EXISTS idx_device_unit_id_423067 ON device (unit_id)"),
        ops.RunSQL("CREATE INDEX IF NOT EXISTS idx_punch_employe_c4e0f1 ON punch (employee_id, date)"),
        ops.RunSQL("CREATE INDEX IF NOT EXISTS idx_punch_device__d530c0 ON punch (device_id, received_at)"),
    ]
