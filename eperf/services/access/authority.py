"""Whose account one may manage: only one that has nothing outside the manager's own reach, and never one's own.

Setting the password of an account, or issuing a token of it, is as good as being it. So it is not enough that its
employee is in the manager's units: every unit over which the account has a role must be, or a section's personnel
officer could become whoever in the section has a role over the whole city.
"""

from __future__ import annotations

from typing import cast

from eperf.domain.access import Operation, Subject, scope
from eperf.domain.errors import Forbidden, NotFound
from eperf.services.call import Call
from eperf.store.access import AccountRow, GrantRow, account_of
from eperf.store.people import EmployeeRow
from eperf.store.scope import ancestors


async def managed(call: Call, account_id: int, field: str = "account") -> AccountRow:
    """An account that the caller may manage; `NOT_FOUND` when all of it is out of reach, `FORBIDDEN` when a part is."""
    reach = scope(call.viewer, Operation.ACCOUNT_WRITE)
    if reach.nothing:
        raise Forbidden(Operation.ACCOUNT_WRITE.value, field)
    account = await account_of(id=account_id)
    if account is None:
        raise NotFound(field, account_id)
    if account.id == call.viewer.account_id:
        raise Forbidden(Operation.ACCOUNT_WRITE.value, field)
    if reach.everything:
        return account
    covered = [
        reach.covers(Subject(frozenset(await ancestors(unit)), account.employee_id))
        for unit in await _units(call, account)
    ]
    if not any(covered):
        raise NotFound(field, account_id)
    if not all(covered):
        raise Forbidden(Operation.ACCOUNT_WRITE.value, field)
    return account


async def lock(account_id: int) -> None:
    """Inside a transaction: lets verbs on the same account wait for each other."""
    await AccountRow.select_for_update().get_or_none(id=account_id)


def home(account: AccountRow) -> int | None:
    """The unit whose leaders hear of an account's changes: its employee's."""
    return cast(EmployeeRow, account.employee).unit_id if account.employee_id else None


async def _units(call: Call, account: AccountRow) -> set[int]:
    """Where an account lives and has roles; for a service that has lost all of them, where it had them."""
    grants = await GrantRow.filter(account_id=account.id)
    alive = {grant.unit_id for grant in grants if grant.valid_to is None or grant.valid_to > call.today}
    unit = home(account)
    return alive | ({unit} if unit else set()) or {grant.unit_id for grant in grants}
