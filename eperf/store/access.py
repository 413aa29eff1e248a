"""Accounts, their roles over the unit tree, API tokens and login attempts."""

from typing import Any

from tortoise import fields
from tortoise.exceptions import IntegrityError
from tortoise.models import Model


class AccountRow(Model):
    """Someone or something that may act: a person (with an employee behind it) or a service."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=8)
    name = fields.CharField(max_length=200)
    login = fields.CharField(max_length=100, null=True, unique=True)
    password_hash = fields.CharField(max_length=200, null=True)
    subject = fields.CharField(max_length=255, null=True, unique=True)
    employee: fields.OneToOneNullableRelation[Model] = fields.OneToOneField(
        "core.EmployeeRow", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    employee_id: int | None
    active = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "account"


class GrantRow(Model):
    """A role over a unit and everything below it, from `valid_from` to `valid_to` (exclusive, null = open)."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[AccountRow] = fields.ForeignKeyField(
        "core.AccountRow", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    role = fields.CharField(max_length=32)
    unit: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.UnitRow", on_delete=fields.RESTRICT, related_name=False
    )
    unit_id: int
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta:
        table = "role_grant"
        unique_together = (("account_id", "role", "unit_id", "valid_from"),)


class TokenRow(Model):
    """A bearer token: shown once, kept as a hash, limited to `roles` (null = all of the account's), expiring."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[AccountRow] = fields.ForeignKeyField(
        "core.AccountRow", on_delete=fields.CASCADE, related_name=False
    )
    account_id: int
    name = fields.CharField(max_length=100)
    digest = fields.CharField(max_length=64, unique=True)
    roles: fields.JSONField[list[str] | None] = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "token"
        indexes = (("account_id",),)


class LoginAttemptRow(Model):
    """A failed password login: they are counted per login name and per peer address."""

    id = fields.BigIntField(primary_key=True)
    login = fields.CharField(max_length=100)
    peer = fields.CharField(max_length=64)
    at = fields.DatetimeField()

    class Meta:
        table = "login_attempt"
        indexes = (("login", "at"), ("peer", "at"))


async def account_of(**condition: Any) -> AccountRow | None:
    """An account with its employee, by a unique column."""
    return await AccountRow.get_or_none(**condition).select_related("employee")


async def saved(row: Model) -> bool:
    """Saves a row; False when a unique column of it is taken. On False the transaction can only be rolled back."""
    try:
        await row.save()
    except IntegrityError:
        return False
    return True
