"""Accounts: of persons, each with an employee behind it, and of services, which are what they are granted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eperf.adapters.passwords import Passwords
from eperf.domain.access import Operation
from eperf.domain.errors import BadInput, Conflict, NotFound
from eperf.domain.events import AccessChanged
from eperf.domain.text import clean
from eperf.services.access.authority import home, lock, managed
from eperf.services.access.change import change
from eperf.services.access.grant import NewGrant, add_grant
from eperf.services.access.password import checked_password
from eperf.services.call import Call, answer, answered, work
from eperf.store.access import AccountRow, TokenRow, account_of, saved
from eperf.store.people import EmployeeRow
from eperf.store.scope import below, subject_of_employee, subject_of_unit

SESSION = "login session"
"""The name of the tokens that a password login gives; no other token may have it."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,99}")
_AT_ONCE = 500


async def create_person_account(
    call: Call, employee_id: int, login: str | None = None, subject: str | None = None
) -> int:
    """An account for an employee; gives its id. `login` is for passwords, `subject` for an identity provider.

    A login has 3 to 100 small letters, digits and `. _ @ -`; a subject is `issuer|sub`.
    """
    login = None if login is None else checked_login(login)
    subject = None if subject is None else checked_subject(subject)
    employee = await EmployeeRow.get_or_none(id=employee_id)
    if employee is None:
        raise NotFound("employee", employee_id)
    call.require(Operation.ACCOUNT_WRITE, await subject_of_employee(employee), "employee")
    async with change(call) as opened:
        before = await answered(call, "createPersonAccount", [employee_id, login, subject])
        if before is not None:
            return before
        row = AccountRow(
            kind="person", name=employee.name, login=login, subject=subject, employee_id=employee_id
        )
        if not await saved(row):
            raise Conflict("account", login or employee_id, "the employee, the login or the subject has one")
        opened.emit(AccessChanged(subject_id=row.id, unit_id=employee.unit_id, what="account-created"))
        await answer(call, row.id)
        return int(row.id)


async def create_service_account(call: Call, name: str, grants: Sequence[NewGrant]) -> int:
    """An account for a program, with the roles it is for (1 to 20); it comes in by tokens only. Gives its id."""
    name = clean("name", name, most=200)
    if not 1 <= len(grants) <= 20:
        raise BadInput("grants", len(grants), "expected 1 to 20")
    for grant in grants:
        call.require(Operation.ACCOUNT_WRITE, await subject_of_unit(grant.unit_id), "unit")
    async with change(call) as opened:
        given = [name, [[grant.role, grant.unit_id, grant.valid_from, grant.valid_to] for grant in grants]]
        before = await answered(call, "createServiceAccount", given)
        if before is not None:
            return before
        row = await AccountRow.create(kind="service", name=name)
        opened.emit(AccessChanged(subject_id=row.id, unit_id=grants[0].unit_id, what="account-created"))
        for grant in grants:
            await add_grant(opened, row, grant)
        await answer(call, row.id)
        return int(row.id)


async def open_accounts(call: Call, unit_id: int) -> int:
    """Accounts for all active employees of a unit and below who have none, their NIP as the login; gives how many.

    They have no password: one is set for each, or an identity provider is linked by NIP.
    """
    call.require(Operation.ACCOUNT_WRITE, await subject_of_unit(unit_id), "unit")
    async with work(call) as opened:
        having = set(await AccountRow.exclude(employee_id=None).values_list("employee_id", flat=True))
        people = await EmployeeRow.filter(unit_id__in=below([unit_id]), active=True).order_by("id")
        without = [person for person in people if person.id not in having]
        for start in range(0, len(without), _AT_ONCE):
            some = without[start : start + _AT_ONCE]
            rows = [
                AccountRow(kind="person", name=one.name, login=one.nip, employee_id=one.id) for one in some
            ]
            await AccountRow.bulk_create(rows, ignore_conflicts=True)
            units = {one.id: one.unit_id for one in some}
            for made in await AccountRow.filter(employee_id__in=list(units)):
                unit = units[made.employee_id or 0]
                opened.emit(AccessChanged(subject_id=made.id, unit_id=unit, what="account-created"))
        return len(opened.events)


async def set_password(call: Call, passwords: Passwords, account_id: int, password: str) -> int:
    """Gives an account a password and ends its login sessions; gives its id."""
    account = await managed(call, account_id)
    if account.login is None:
        raise Conflict("account", account_id, "it has no login")
    encoded = await passwords.hash(checked_password(password, account.login))
    async with change(call) as opened:
        await lock(account_id)
        account = await managed(call, account_id)
        await AccountRow.filter(id=account_id).update(password_hash=encoded)
        await TokenRow.filter(account_id=account_id, name=SESSION).delete()
        opened.emit(AccessChanged(subject_id=account_id, unit_id=home(account), what="password-set"))
    return account_id


async def set_active(call: Call, account_id: int, active: bool) -> int:
    """Closes an account, which ends all it is doing, or opens it again; gives its id."""
    async with change(call) as opened:
        await lock(account_id)
        account = await managed(call, account_id)
        if account.active != active:
            await AccountRow.filter(id=account_id).update(active=active)
            what = "account-opened" if active else "account-closed"
            opened.emit(AccessChanged(subject_id=account_id, unit_id=home(account), what=what))
    return account_id


async def link_subject(call: Call, account_id: int, subject: str | None) -> int:
    """Says who the account's holder is at the identity provider (`issuer|sub`), or no longer; gives its id."""
    subject = None if subject is None else checked_subject(subject)
    async with change(call) as opened:
        await lock(account_id)
        account = await managed(call, account_id)
        account.subject = subject
        if not await saved(account):
            raise Conflict("subject", subject, "another account has it")
        opened.emit(AccessChanged(subject_id=account_id, unit_id=home(account), what="subject-linked"))
    return account_id


async def account_of_subject(call: Call, issuer: str, subject: str, nip: str | None) -> int | None:
    """The account of whoever an identity provider names; None when there is none.

    With a NIP (given when linking is enabled) an employee's account that is not yet linked becomes theirs.
    """
    name = f"{issuer}|{subject}"
    account = await account_of(subject=name)
    if account is not None or nip is None or len(name) > 255:
        return account.id if account else None
    employee = await EmployeeRow.get_or_none(nip=nip)
    account = await account_of(employee_id=employee.id) if employee else None
    if account is None or account.subject is not None:
        return None
    async with work(call) as opened:
        if not await AccountRow.filter(id=account.id, subject=None).update(subject=name):
            raise Conflict("subject", name, "somebody else was linked meanwhile")
        opened.emit(AccessChanged(subject_id=account.id, unit_id=home(account), what="subject-linked"))
    return int(account.id)


def checked_login(login: str) -> str:
    """A login name in the one form it is kept in."""
    tidy = clean("login", login, most=100).lower()
    if not _LOGIN.fullmatch(tidy):
        raise BadInput("login", login, "3 to 100 letters, digits and . _ @ -")
    return tidy


def checked_subject(subject: str) -> str:
    """The name of somebody at an identity provider."""
    tidy = clean("subject", subject, most=255)
    issuer, _, name = tidy.partition("|")
    if not (issuer and name and tidy.isascii()):
        raise BadInput("subject", subject, "expected issuer|sub")
    return tidy
