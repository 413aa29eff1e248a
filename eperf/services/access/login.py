"""Login by password, and the sessions it gives: tokens of a short life.

Failures are counted by rows, per login name (whether or not it exists) and per peer, so that a restart forgets nothing
and all processes count together. An attempt is written before the password is looked at: of many at once no more get
through than the limit says.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from eperf.adapters.passwords import Passwords
from eperf.adapters.tokens import digest_of, new_token
from eperf.domain.access import ACCESS, Operation
from eperf.domain.errors import (
    BadInput,
    Conflict,
    Forbidden,
    LoginFailed,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)
from eperf.domain.events import AccessChanged
from eperf.domain.text import clean
from eperf.services.access.account import SESSION
from eperf.services.access.change import change
from eperf.services.access.password import checked_password, typed
from eperf.services.access.viewer import viewer_of_account
from eperf.services.call import Call, work
from eperf.store.access import AccountRow, LoginAttemptRow, TokenRow

MOST_SESSIONS = 20


@dataclass(frozen=True)
class LoginRules:
    """Failures within `window` that stop a login name or a peer, and how long a session lasts."""

    per_login: int = 5
    per_peer: int = 50
    window: timedelta = timedelta(minutes=15)
    session: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class Session:
    """A session that was opened: its token, shown this once, and its end."""

    token: str
    expires_at: datetime
    account_id: int


RULES = LoginRules()


async def login(
    call: Call, passwords: Passwords, login: str, password: str, peer: str, rules: LoginRules = RULES
) -> Session:
    """Opens a session. `peer` is the address of the other side.

    Raises `LoginFailed` (never saying what was wrong), `TooManyAttempts`, or `Unavailable` when too many wait.
    """
    name = clean("login", login, most=100).lower()
    account = await _proven(call, passwords, name, typed(password), peer, rules)
    return await _opened(call, account, rules)


async def logout(call: Call) -> None:
    """Ends the token that the caller presented; `BAD_INPUT` when it was none of this service."""
    viewer = call.viewer
    if viewer.token_id is None:
        raise BadInput("authorization", None, "not a token of this service: end it where it came from")
    async with change(call) as opened:
        await TokenRow.filter(id=viewer.token_id, revoked_at=None).update(revoked_at=call.now)
        opened.emit(AccessChanged(subject_id=viewer.account_id, what="session-closed"))


async def change_password(
    call: Call, passwords: Passwords, current: str, password: str, peer: str, rules: LoginRules = RULES
) -> int:
    """Changes the caller's own password and ends the account's other sessions; gives the account's id."""
    if not call.viewer.roles & ACCESS[Operation.TOKEN_WRITE].keys():
        raise Forbidden(Operation.TOKEN_WRITE.value)
    account = await AccountRow.get(id=call.viewer.account_id)
    if account.login is None:
        raise Conflict("account", account.id, "it has no login")
    tidy = checked_password(password, account.login)
    await _proven(call, passwords, account.login, typed(current), peer, rules)
    encoded = await passwords.hash(tidy)
    async with change(call) as opened:
        await AccountRow.filter(id=account.id).update(password_hash=encoded)
        others = TokenRow.filter(account_id=account.id, name=SESSION)
        await others.exclude(id=call.viewer.token_id or 0).delete()
        opened.emit(AccessChanged(subject_id=account.id, what="password-changed"))
    return int(account.id)


async def _proven(
    call: Call, passwords: Passwords, login: str, password: str, peer: str, rules: LoginRules
) -> AccountRow:
    """The account whose login and password these are."""
    attempt = await _attempt(call, login, _network(peer), rules)
    account = await AccountRow.get_or_none(login=login)
    try:
        right = await passwords.verify(account.password_hash if account else None, password)
    except Unavailable:
        await attempt.delete()
        raise
    if account is None or not right:
        raise LoginFailed("login")
    await LoginAttemptRow.filter(login=login).delete()
    if passwords.outdated(account.password_hash or ""):
        renewed = await passwords.hash(password)
        unchanged = AccountRow.filter(id=account.id, password_hash=account.password_hash)
        if await unchanged.update(password_hash=renewed):
            account.password_hash = renewed
    return account


async def _attempt(call: Call, login: str, peer: str, rules: LoginRules) -> LoginAttemptRow:
    """The row of an attempt, which stands for a failure until it has succeeded; refuses the one too many."""
    await _require_room(call, login, peer, rules, counted=0)
    await LoginAttemptRow.filter(at__lt=call.now - rules.window).delete()
    row = await LoginAttemptRow.create(login=login, peer=peer, at=call.now)
    try:
        await _require_room(call, login, peer, rules, counted=1)
    except TooManyAttempts:
        await row.delete()
        raise
    return row


async def _require_room(call: Call, login: str, peer: str, rules: LoginRules, counted: int) -> None:
    """Refuses when the limit is reached by others than the `counted` rows of one's own."""
    since = call.now - rules.window
    for limit, most, whose in (
        ("login failures", rules.per_login, {"login": login}),
        ("login failures per address", rules.per_peer, {"peer": peer}),
    ):
        newest = LoginAttemptRow.filter(**whose, at__gt=since).order_by("-at", "-id")
        decisive = await newest.offset(most - 1 + counted).first()
        if decisive is not None:
            seconds = ceil((decisive.at + rules.window - call.now).total_seconds())
            raise TooManyAttempts(limit, most, max(1, seconds))


async def _opened(call: Call, account: AccountRow, rules: LoginRules) -> Session:
    text, until = new_token(), call.now + rules.session
    async with work(call) as opened:
        still = AccountRow.select_for_update().filter(id=account.id, active=True)
        if not await still.get_or_none(password_hash=account.password_hash):
            raise LoginFailed("login")
        try:
            await viewer_of_account(account.id, call.now)
        except Unauthenticated as closed:
            raise LoginFailed("login") from closed
        await _tidy(call, account.id)
        await TokenRow.create(
            account_id=account.id, name=SESSION, digest=digest_of(text), created_at=call.now, expires_at=until
        )
        opened.emit(AccessChanged(subject_id=account.id, what="session-opened"))
    return Session(text, until, account.id)


async def _tidy(call: Call, account_id: int) -> None:
    """Forgets sessions that have ended, and the oldest when there are too many."""
    sessions = TokenRow.filter(account_id=account_id, name=SESSION)
    alive = sessions.filter(revoked_at=None, expires_at__gt=call.now).order_by("-id")
    kept = await alive.limit(MOST_SESSIONS - 1).values_list("id", flat=True)
    await sessions.exclude(id__in=list(kept)).delete()


def _network(peer: str) -> str:
    """What counts as one peer: an IPv4 address, or the network of an IPv6 one, which a household has to itself."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return clean("peer", peer or "unknown", most=64)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)
