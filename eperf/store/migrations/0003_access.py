from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('core', '0002_people')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AccountRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=8)),
                ('name', fields.CharField(max_length=200)),
                ('login', fields.CharField(null=True, unique=True, max_length=100)),
                ('password_hash', fields.CharField(null=True, max_length=200)),
                ('subject', fields.CharField(null=True, unique=True, max_length=255)),
                ('employee', fields.OneToOneField('core.EmployeeRow', source_field='employee_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('active', fields.BooleanField(default=True, db_default=True)),
            ],
            options={'table': 'account', 'app': 'core', 'pk_attr': 'id', 'table_description': 'Someone or something that may act: a person (with an employee behind it) or a service.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='GrantRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('core.AccountRow', source_field='account_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('role', fields.CharField(max_length=32)),
                ('unit', fields.ForeignKeyField('core.UnitRow', source_field='unit_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('valid_from', fields.DateField()),
                ('valid_to', fields.DateField(null=True)),
            ],
            options={'table': 'role_grant', 'app': 'core', 'unique_together': (('account_id', 'role', 'unit_id', 'valid_from'),), 'pk_attr': 'id', 'table_description': 'A role over a unit and everything below it, from `valid_from` to `valid_to` (exclusive, null = open).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LoginAttemptRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('login', fields.CharField(max_length=100)),
                ('peer', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'login_attempt', 'app': 'core', 'indexes': [Index(fields=['login', 'at']), Index(fields=['peer', 'at'])], 'pk_attr': 'id', 'table_description': 'A failed password login: they are counted per login name and per peer address.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TokenRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('core.AccountRow', source_field='account_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=100)),
                ('digest', fields.CharField(unique=True, max_length=64)),
                ('roles', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'token', 'app': 'core', 'indexes': [Index(fields=['account_id'])], 'pk_attr': 'id', 'table_description': "A bearer token: shown once, kept as a hash, limited to `roles` (null = all of the account's), expiring."},
            bases=['Model'],
        ),
    ]
