"""API tokens: shown once, kept as a hash, named, limited to roles, expiring, revocable.

A token never carries more than its account: at each use its roles are cut to those that the account has that day. One
made with a token carries no more and lasts no longer than that one, so a narrow token cannot make itself a wide one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eperf.adapters.tokens import digest_of, new_token
from eperf.domain.access import ACCESS, GRANTED, IMPLIED, Operation, Role
from eperf.domain.errors import BadInput, Conflict, Forbidden, NotFound, TooMany
from eperf.domain.events import AccessChanged
from eperf.domain.text import bounded, clean
from eperf.services.access.account import SESSION
from eperf.services.access.authority import home, lock, managed
from eperf.services.access.change import change
from eperf.services.call import Call, answer, answered
from eperf.store.access import AccountRow, GrantRow, TokenRow, account_of

DAYS, MOST_DAYS = 90, 365
MOST_TOKENS = 50


@dataclass(frozen=True)
class NewToken:
    """What a token is to be: its name, its roles (None: all that the account has) and how many days it lasts."""

    name: str
    roles: frozenset[Role] | None = None
    days: int = DAYS


@dataclass(frozen=True)
class Issued:
    """A token that was made. `token` is its text, shown this once; None when the same key asks again."""

    id: int
    token: str | None
    expires_at: datetime


async def create_token(call: Call, new: NewToken, account_id: int | None = None) -> Issued:
    """A token of the caller's own account, or of one that the caller may manage."""
    name = clean("name", new.name, most=100)
    bounded("days", new.days, 1, MOST_DAYS)
    if name == SESSION:
        raise BadInput("name", name, "that name belongs to login sessions")
    account = await _account(call, account_id)
    roles, until = new.roles, call.now + timedelta(days=new.days)
    if account.id == call.viewer.account_id:
        roles, until = await _no_wider(call, roles, until)
    _require_roles(roles, await _roles(call, account))
    async with change(call) as opened:
        given = [account.id, name, None if new.roles is None else sorted(new.roles), new.days]
        before = await answered(call, "createToken", given)
        if before is not None:
            made = await TokenRow.get(id=before)
            return Issued(made.id, None, made.expires_at)
        await lock(account.id)
        await _require_room(call, account)
        text = new_token()
        row = await TokenRow.create(
            account_id=account.id,
            name=name,
            digest=digest_of(text),
            roles=None if roles is None else sorted(role.value for role in roles),
            created_at=call.now,
            expires_at=until,
        )
        opened.emit(AccessChanged(subject_id=account.id, unit_id=home(account), what="token-created"))
        await answer(call, row.id)
        return Issued(row.id, text, until)


async def revoke_token(call: Call, token_id: int) -> int:
    """Ends a token of the caller's own account, or of one that the caller may manage; gives its id."""
    row = await TokenRow.get_or_none(id=token_id)
    if row is None:
        raise NotFound("token", token_id)
    try:
        account = await _account(call, row.account_id)
    except NotFound as hidden:
        raise NotFound("token", token_id) from hidden
    async with change(call) as opened:
        if not await TokenRow.filter(id=token_id, revoked_at=None).update(revoked_at=call.now):
            raise Conflict("token", token_id, "it is revoked")
        opened.emit(AccessChanged(subject_id=account.id, unit_id=home(account), what="token-revoked"))
    return token_id


async def list_tokens(
    call: Call, account_id: int | None = None, after: int = 0, first: int = 50
) -> Sequence[TokenRow]:
    """Tokens and sessions of an account by id, after an id, at most `first` (1 to 100); revoked ones too."""
    account = await _account(call, account_id)
    bounded("first", first, 1, 100)
    return await TokenRow.filter(account_id=account.id, id__gt=after).order_by("id").limit(first)


async def _account(call: Call, account_id: int | None) -> AccountRow:
    """The caller's own account under `TOKEN_WRITE`, or another's under `ACCOUNT_WRITE`."""
    if account_id is not None and account_id != call.viewer.account_id:
        return await managed(call, account_id)
    # The reach of this operation is oneself: a service is that too, though it has no employee.
    if not call.viewer.roles & ACCESS[Operation.TOKEN_WRITE].keys():
        raise Forbidden(Operation.TOKEN_WRITE.value)
    account = await account_of(id=call.viewer.account_id)
    if account is None:
        raise NotFound("account", call.viewer.account_id)
    return account


async def _no_wider(
    call: Call, roles: frozenset[Role] | None, until: datetime
) -> tuple[frozenset[Role] | None, datetime]:
    """Roles and end, within those of the token that the caller presented, if it was one."""
    row = await TokenRow.get_or_none(id=call.viewer.token_id) if call.viewer.token_id else None
    if row is None:
        return roles, until
    if row.roles is not None:
        own = frozenset(Role(role) for role in row.roles)
        _require_roles(roles, own)
        roles = roles or own
    return roles, until if row.name == SESSION else min(until, row.expires_at)


def _require_roles(roles: Collection[Role] | None, held: Collection[Role]) -> None:
    if roles is None:
        return
    if not roles:
        raise BadInput("roles", "", "expected at least one, or none at all for every role of the account")
    for role in sorted(roles):
        if role not in held:
            raise BadInput("roles", role.value, "not held, so a token cannot carry it")


async def _roles(call: Call, account: AccountRow) -> frozenset[Role]:
    """The roles that an account has or is going to have."""
    grants = await GrantRow.filter(account_id=account.id)
    held = {grant.role for grant in grants if grant.valid_to is None or grant.valid_to > call.today}
    return frozenset(role for role in GRANTED if role.value in held) | (
        IMPLIED if account.employee_id else set()
    )


async def _require_room(call: Call, account: AccountRow) -> None:
    alive = TokenRow.filter(account_id=account.id, revoked_at=None, expires_at__gt=call.now)
    count = await alive.exclude(name=SESSION).count()
    if count >= MOST_TOKENS:
        raise TooMany("tokens per account", MOST_TOKENS, count + 1)
