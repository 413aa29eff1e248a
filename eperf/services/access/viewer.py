"""From a credential to a `Viewer`: the roles that the organisation and the grants give today, cut to the token's."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from eperf.domain.access import GRANTED, IMPLIED, Role, Viewer
from eperf.domain.attendance.calendar import ZONES, civil_day
from eperf.domain.errors import Unauthenticated
from eperf.store.access import AccountRow, GrantRow, TokenRow, account_of
from eperf.store.people import ActingRow, EmployeeRow
from eperf.store.standing import Standing, standing_of_digest, standing_of_token


@dataclass(frozen=True)
class Recognised:
    """A viewer, and the instant at which the credential ends (None: it has no end of its own)."""

    viewer: Viewer
    until: datetime | None


async def viewer_of(account: AccountRow, token: TokenRow | None, today: date) -> Viewer:
    """The viewer that an account is today, by a token of it or by none.

    Raises `Unauthenticated` for an account, or an employee, that is not active. Who acts for an incumbent has the
    incumbent's direct reports and nothing else: not the incumbent's grants, nor those for whom the incumbent acts.
    """
    employee = await _employee(account)
    if not account.active or (employee is not None and not employee.active):
        raise Unauthenticated("authorization")
    who = Viewer(
        account_id=account.id,
        name=account.name,
        employee_id=account.employee_id,
        grants=await _grants(account.id, today),
        stands_in_for=await _incumbents(employee.id, today) if employee else frozenset(),
        token_id=token.id if token else None,
    )
    return _cut(who, None if token is None or token.roles is None else frozenset(token.roles))


def _cut(who: Viewer, carried: frozenset[str] | None) -> Viewer:
    """The viewer with the roles in effect: all that the account has, or those that the token carries."""
    own = IMPLIED if who.employee_id is not None else frozenset()
    roles = frozenset(role for role, _ in who.grants) | own
    if carried is not None:
        roles = frozenset(role for role in roles if role.value in carried)
    return dataclasses.replace(
        who,
        roles=roles,
        grants=frozenset(grant for grant in who.grants if grant[0] in roles),
        stands_in_for=who.stands_in_for if Role.SUPERVISOR in roles else frozenset(),
    )


async def viewer_of_token(digest: str, now: datetime) -> Recognised:
    """The viewer behind a token's digest; `Unauthenticated` when it is unknown, expired or revoked."""
    return _by_token(await standing_of_digest(digest, _today(now)), now)


async def viewer_of_account(
    account_id: int, now: datetime, carried: Collection[str] | None = None
) -> Recognised:
    """The viewer that an account is now, by a credential that is not ours to check; of its roles those `carried`."""
    account = await account_of(id=account_id)
    if account is None:
        raise Unauthenticated("authorization")
    viewer = await viewer_of(account, None, _today(now))
    return Recognised(viewer if carried is None else _cut(viewer, frozenset(carried)), None)


async def viewer_again(viewer: Viewer, now: datetime) -> Recognised:
    """What a viewer is now by the same credential; `Unauthenticated` when that no longer holds."""
    if viewer.token_id is None:
        return await viewer_of_account(viewer.account_id, now)
    return _by_token(await standing_of_token(viewer.token_id, _today(now)), now)


def _by_token(found: Standing | None, now: datetime) -> Recognised:
    if found is None or found.revoked or found.expires_at <= now or not found.active:
        raise Unauthenticated("authorization")
    grants = frozenset((Role(role), unit) for role, unit in found.grants if role in GRANTED)
    who = Viewer(
        found.account_id, found.name, found.employee_id, frozenset(), grants, found.incumbents, found.token_id
    )
    return Recognised(_cut(who, found.roles), found.expires_at)


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
