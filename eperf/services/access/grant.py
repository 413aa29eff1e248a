"""Granting roles over units, from a day on, and ending them.

Nothing is deleted: who had which role over which unit, and when, stays known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.access import GRANTED, Operation, Role, Subject, scope
from eperf.domain.errors import BadInput, Conflict, Forbidden, NotFound
from eperf.domain.events import AccessChanged
from eperf.services.access.authority import lock
from eperf.services.access.change import change
from eperf.services.call import Call, Work, answer, answered
from eperf.store.access import AccountRow, GrantRow, account_of
from eperf.store.scope import ancestors


@dataclass(frozen=True)
class NewGrant:
    """A role over a unit and all below it, from `valid_from` (inclusive) to `valid_to` (exclusive, None = open)."""

    role: Role
    unit_id: int
    valid_from: date
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.role not in GRANTED:
            raise BadInput("role", self.role.value, "follows from the organisation and cannot be granted")
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise BadInput("validTo", self.valid_to.isoformat(), "expected a day after the first")


async def grant_role(call: Call, account_id: int, grant: NewGrant) -> int:
    """Gives an account a role over a unit of the caller's reach, never to oneself; gives the grant's id."""
    account = await account_of(id=account_id)
    if account is None:
        raise NotFound("account", account_id)
    await _require(call, account, grant.unit_id)
    async with change(call) as opened:
        given = [account_id, grant.role, grant.unit_id, grant.valid_from, grant.valid_to]
        before = await answered(call, "grantRole", given)
        if before is not None:
            return before
        await lock(account.id)
        row = await add_grant(opened, account, grant)
        await answer(call, row.id)
        return int(row.id)


async def revoke_grant(call: Call, grant_id: int) -> int:
    """Ends a grant with the day before today; one that has not begun never will. Gives its id."""
    row = await GrantRow.get_or_none(id=grant_id)
    account = await account_of(id=row.account_id) if row else None
    if row is None or account is None:
        raise NotFound("grant", grant_id)
    await _require_grant(call, account, row)
    async with change(call) as opened:
        await lock(account.id)
        row = await GrantRow.get(id=grant_id)
        if row.valid_to is not None and row.valid_to <= max(call.today, row.valid_from):
            raise Conflict("grant", grant_id, "it has ended")
        await GrantRow.filter(id=grant_id).update(valid_to=max(call.today, row.valid_from))
        opened.emit(AccessChanged(subject_id=account.id, unit_id=row.unit_id, what=f"{row.role}-revoked"))
    return grant_id


async def add_grant(opened: Work, account: AccountRow, grant: NewGrant) -> GrantRow:
    """Inside a transaction that may: writes a grant; refuses one that overlaps the same role over the same unit."""
    values = {"account_id": account.id, "role": grant.role.value, "unit_id": grant.unit_id}
    row: GrantRow | None = None
    for other in await GrantRow.filter(**values):
        if _empty(other) and other.valid_from == grant.valid_from:
            row = other
        elif not _empty(other) and _overlap(other, grant):
            raise Conflict("grant", other.id, "the account has this role over this unit in that time")
    if row is None:
        row = await GrantRow.create(**values, valid_from=grant.valid_from, valid_to=grant.valid_to)
    else:
        await GrantRow.filter(id=row.id).update(valid_to=grant.valid_to)
    opened.emit(
        AccessChanged(subject_id=account.id, unit_id=grant.unit_id, what=f"{grant.role.value}-granted")
    )
    return row


async def _require(call: Call, account: AccountRow, unit_id: int) -> None:
    if account.id == call.viewer.account_id:
        raise Forbidden(Operation.ACCOUNT_WRITE.value, "account")
    subject = Subject(frozenset(await ancestors(unit_id)), account.employee_id)
    if not subject.units:
        raise NotFound("unit", unit_id)
    call.require(Operation.ACCOUNT_WRITE, subject, "unit")


async def _require_grant(call: Call, account: AccountRow, row: GrantRow) -> None:
    """As `_require`, but the grants of other people's units are not known to exist."""
    try:
        await _require(call, account, row.unit_id)
    except Forbidden as hidden:
        if scope(call.viewer, Operation.ACCOUNT_WRITE).nothing or account.id == call.viewer.account_id:
            raise
        raise NotFound("grant", row.id) from hidden


def _empty(row: GrantRow) -> bool:
    return row.valid_to is not None and row.valid_to <= row.valid_from


def _overlap(row: GrantRow, grant: NewGrant) -> bool:
    begins_before = grant.valid_to is None or row.valid_from < grant.valid_to
    return begins_before and (row.valid_to is None or grant.valid_from < row.valid_to)
