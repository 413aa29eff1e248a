"""From a credential to a `Viewer`: the roles that the organisation and the grants give today, cut to the token's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from eperf.domain.access import GRANTED, IMPLIED, Role, Viewer
from eperf.domain.attendance.calendar import ZONES, civil_day
from eperf.domain.errors import Unauthenticated
from eperf.store.access import AccountRow, GrantRow, TokenRow, account_of, token_of
from eperf.store.people import ActingRow, EmployeeRow


@dataclass(frozen=True)
class Recognised:
    """A viewer, and the instant at which the credential ends (None: it has no end of its own)."""

    viewer: Viewer
    until: datetime | None


async def viewer_of(account: AccountRow, token: TokenRow | None, today: date) -> Viewer:
    """The viewer that an account is today, by a token of it or by none. Two queries.

    Raises `Unauthenticated` for an account, or an employee, that is not active. Who acts for an incumbent has the
    incumbent's direct reports and nothing else: not the incumbent's grants, nor those for whom the incumbent acts.
    """
    employee = await _employee(account)
    if not account.active or (employee is not None and not employee.active):
        raise Unauthenticated("authorization")
    granted = await _grants(account.id, today)
    carried = frozenset(role for role, _ in granted) | (IMPLIED if employee else frozenset())
    if token is not None and token.roles is not None:
        carried = frozenset(role for role in carried if role.value in token.roles)
    stands_in = employee is not None and Role.SUPERVISOR in carried
    return Viewer(
        account_id=account.id,
        name=account.name,
        employee_id=account.employee_id,
        roles=carried,
        grants=frozenset(grant for grant in granted if grant[0] in carried),
        stands_in_for=await _incumbents(cast(int, account.employee_id), today) if stands_in else frozenset(),
        token_id=token.id if token else None,
    )


async def viewer_of_token(digest: str, now: datetime) -> Recognised:
    """The viewer behind a token's digest; `Unauthenticated` when it is unknown, expired or revoked."""
    return await _by_token(await token_of(digest=digest), now)


async def viewer_of_account(account_id: int, now: datetime) -> Recognised:
    """The viewer that an account is now, by a credential that is not ours to check."""
    account = await account_of(id=account_id)
    if account is None:
        raise Unauthenticated("authorization")
    return Recognised(await viewer_of(account, None, _today(now)), None)


async def viewer_again(viewer: Viewer, now: datetime) -> Recognised:
    """What a viewer is now by the same credential; `Unauthenticated` when that no longer holds."""
    if viewer.token_id is None:
        return await viewer_of_account(viewer.account_id, now)
    return await _by_token(await token_of(id=viewer.token_id), now)


async def _by_token(token: TokenRow | None, now: datetime) -> Recognised:
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        raise Unauthenticated("authorization")
    return Recognised(await viewer_of(token.account, token, _today(now)), token.expires_at)


async def _employee(account: AccountRow) -> EmployeeRow | None:
    if account.employee_id is None:
        return None
    fetched = account.employee
    return fetched if isinstance(fetched, EmployeeRow) else await EmployeeRow.get(id=account.employee_id)


async def _grants(account_id: int, today: date) -> frozenset[tuple[Role, int]]:
    rows = await GrantRow.filter(account_id=account_id, valid_from__lte=today)
    return frozenset(
        (Role(row.role), row.unit_id)
        for row in rows
        if row.role in GRANTED and (row.valid_to is None or today < row.valid_to)
    )


async def _incumbents(officer_id: int, today: date) -> frozenset[int]:
    rows = await ActingRow.filter(officer_id=officer_id, valid_from__lte=today)
    return frozenset(row.incumbent_id for row in rows if row.valid_to is None or today < row.valid_to)


def _today(now: datetime) -> date:
    return civil_day(now.astimezone(UTC), ZONES["WIB"])
