"""Login by password on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest
from argon2 import PasswordHasher

from eperf.adapters.passwords import Passwords
from eperf.adapters.tokens import digest_of
from eperf.domain.access import SYSTEM, Viewer
from eperf.domain.errors import BadInput, Conflict, LoginFailed, TooManyAttempts, Unauthenticated, Unavailable
from eperf.services.access.account import SESSION, set_active, set_password
from eperf.services.access.login import MOST_SESSIONS, LoginRules, Session, change_password, login, logout
from eperf.services.access.token import NewToken, create_token
from eperf.services.access.viewer import viewer_of_token
from eperf.services.call import Call
from eperf.store.access import AccountRow, LoginAttemptRow, TokenRow
from eperf.store.people import EmployeeRow
from tests.support.town import NOW, Town

SYSTEM_CALL = Call(SYSTEM, NOW)
PASSWORD = "kuda laut berenang"
PEER = "10.0.0.1"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), threads=1)


@pytest.fixture
async def city(town: Town, passwords: Passwords) -> Town:
    """The town, with passwords for two."""
    for name in ("Budi", "Wati"):
        await set_password(SYSTEM_CALL, passwords, town.accounts[name], PASSWORD)
    return town


def at(**later: float) -> Call:
    return Call(SYSTEM, NOW + timedelta(**later))


async def viewer_of(session: Session) -> Viewer:
    return (await viewer_of_token(digest_of(session.token), NOW)).viewer


async def fail(passwords: Passwords, times: int, login_name: str = "budi", peer: str = PEER) -> None:
    for _ in range(times):
        with pytest.raises(LoginFailed):
            await login(SYSTEM_CALL, passwords, login_name, "not the password", peer)


async def test_the_right_password_opens_a_session_of_twelve_hours(city: Town, passwords: Passwords) -> None:
    session = await login(SYSTEM_CALL, passwords, " BUDI ", PASSWORD, PEER)
    assert session.expires_at == NOW + timedelta(hours=12)
    viewer = await viewer_of(session)
    assert viewer.account_id == session.account_id == city.accounts["Budi"]
    with pytest.raises(Unauthenticated):
        await viewer_of_token(digest_of(session.token), NOW + timedelta(hours=12))


async def test_a_password_typed_on_another_keyboard_is_the_same(town: Town, passwords: Passwords) -> None:
    await set_password(SYSTEM_CALL, passwords, town.accounts["Budi"], "kopi tubruk panas caf\u00e9")
    assert await login(SYSTEM_CALL, passwords, "budi", "kopi tubruk panas cafe\u0301", PEER)


@pytest.mark.parametrize(("name", "password"), [("budi", "wrong"), ("nobody", PASSWORD), ("sri", PASSWORD)])
async def test_what_was_wrong_is_not_told(city: Town, passwords: Passwords, name: str, password: str) -> None:
    with pytest.raises(LoginFailed) as refused:
        await login(SYSTEM_CALL, passwords, name, password, PEER)
    assert (refused.value.field, refused.value.value, str(refused.value)) == (
        "login",
        None,
        "The login name or the password is wrong.",
    )
    assert await TokenRow.all().count() == 0


async def test_an_unknown_login_takes_as_long_as_a_wrong_password(town: Town) -> None:
    real = Passwords()
    await set_password(SYSTEM_CALL, real, town.accounts["Budi"], PASSWORD)

    async def took(name: str) -> float:
        started = perf_counter()
        with pytest.raises(LoginFailed):
            await login(SYSTEM_CALL, real, name, "not the password", PEER)
        return perf_counter() - started

    wrong = min([await took("budi") for _ in range(3)])
    unknown = min([await took("nobody") for _ in range(3)])
    assert 0.2 < unknown / wrong < 5  # without the dummy hash it would be a thousandth


async def test_closed_and_retired_people_do_not_get_in(city: Town, passwords: Passwords) -> None:
    await set_active(SYSTEM_CALL, city.accounts["Budi"], False)
    await EmployeeRow.filter(id=city.people["Wati"]).update(active=False)
    for name in ("budi", "wati"):
        with pytest.raises(LoginFailed):
            await login(SYSTEM_CALL, passwords, name, PASSWORD, PEER)
    assert await TokenRow.all().count() == 0


async def test_five_failures_close_a_login_for_a_quarter_of_an_hour(city: Town, passwords: Passwords) -> None:
    await fail(passwords, 5)
    with pytest.raises(TooManyAttempts) as refused:
        await login(at(minutes=5), passwords, "budi", PASSWORD, "10.9.9.9")
    assert refused.value.retry_after == 600
    assert refused.value.code == "TOO_MANY_ATTEMPTS"
    assert await LoginAttemptRow.all().count() == 5
    assert await login(at(minutes=5), passwords, "wati", PASSWORD, PEER)
    assert await login(at(minutes=15, seconds=1), passwords, "budi", PASSWORD, PEER)


async def test_an_unknown_login_is_closed_just_the_same(city: Town, passwords: Passwords) -> None:
    await fail(passwords, 5, "nobody")
    with pytest.raises(TooManyAttempts):
        await login(SYSTEM_CALL, passwords, "nobody", PASSWORD, PEER)


async def test_a_success_forgets_the_failures_of_its_login_only(city: Town, passwords: Passwords) -> None:
    await fail(passwords, 4)
    await fail(passwords, 2, "wati")
    await login(SYSTEM_CALL, passwords, "budi", PASSWORD, PEER)
    assert await LoginAttemptRow.all().values_list("login", flat=True) == ["wati", "wati"]


@pytest.mark.parametrize(
    ("guesser", "same_peer"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::ffff:2"),
        ("unknown", "unknown"),
    ],
)
async def test_a_peer_that_guesses_at_many_logins_is_stopped(
    city: Town, passwords: Passwords, guesser: str, same_peer: str
) -> None:
    rules = LoginRules(per_peer=6)
    for number in range(6):
        with pytest.raises(LoginFailed):
            await login(SYSTEM_CALL, passwords, f"guess{number}", PASSWORD, guesser, rules)
    with pytest.raises(TooManyAttempts) as refused:
        await login(SYSTEM_CALL, passwords, "budi", PASSWORD, same_peer, rules)
    assert refused.value.facts["most"] == "6"
    assert await login(SYSTEM_CALL, passwords, "budi", PASSWORD, "2001:db8:0:1::1", rules)


async def test_of_many_guesses_at_once_no_more_get_through_than_the_limit(
    city: Town, passwords: Passwords
) -> None:
    results = await asyncio.gather(
        *(login(SYSTEM_CALL, passwords, "budi", f"guess {n}", f"10.0.1.{n}") for n in range(40)),
        return_exceptions=True,
    )
    through = sum(isinstance(result, LoginFailed) for result in results)
    assert through <= 5
    assert sum(isinstance(result, TooManyAttempts) for result in results) == 40 - through
    assert await LoginAttemptRow.all().count() == through


async def test_old_failures_are_forgotten(city: Town, passwords: Passwords) -> None:
    await fail(passwords, 3, "nobody")
    await login(at(minutes=16), passwords, "budi", PASSWORD, PEER)
    assert await LoginAttemptRow.all().count() == 0


async def test_a_flood_of_logins_is_turned_away_and_counts_against_nobody(city: Town) -> None:
    # Slow enough that the others come while the first is still being checked.
    busy = Passwords(PasswordHasher(time_cost=8, memory_cost=65536, parallelism=1), threads=1, waiting=0)
    results = await asyncio.gather(
        *(login(SYSTEM_CALL, busy, f"someone{n}", "wrong password", f"10.1.0.{n}") for n in range(20)),
        return_exceptions=True,
    )
    refused = sum(isinstance(result, Unavailable) for result in results)
    assert refused > 0
    assert await LoginAttemptRow.all().count() == 20 - refused
    with pytest.raises(LoginFailed):
        await login(SYSTEM_CALL, busy, "someone", "wrong password", PEER)


async def test_a_hash_of_old_parameters_is_renewed_at_the_next_login(
    city: Town, passwords: Passwords
) -> None:
    before = (await AccountRow.get(id=city.accounts["Budi"])).password_hash
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1), threads=1)
    await login(SYSTEM_CALL, stronger, "budi", PASSWORD, PEER)
    after = (await AccountRow.get(id=city.accounts["Budi"])).password_hash
    assert after != before
    assert after is not None
    assert "$m=16,t=2,p=1$" in after
    assert await login(SYSTEM_CALL, stronger, "budi", PASSWORD, PEER)
    assert (await AccountRow.get(id=city.accounts["Budi"])).password_hash == after


@pytest.mark.parametrize("kept", ["", "plain text", "$argon2id$broken", "$2b$12$bcrypt"])
async def test_a_kept_hash_that_is_none_lets_nobody_in(town: Town, passwords: Passwords, kept: str) -> None:
    await AccountRow.filter(id=town.accounts["Budi"]).update(password_hash=kept)
    with pytest.raises(LoginFailed):
        await login(SYSTEM_CALL, passwords, "budi", kept or PASSWORD, PEER)


async def test_logging_out_ends_the_token_that_was_presented_and_no_other(
    city: Town, passwords: Passwords
) -> None:
    gone = await login(SYSTEM_CALL, passwords, "budi", PASSWORD, PEER)
    stays = await login(SYSTEM_CALL, passwords, "budi", PASSWORD, PEER)
    await logout(Call(await viewer_of(gone), NOW))
    with pytest.raises(Unauthenticated):
        await viewer_of(gone)
    assert await viewer_of(stays)


async def test_what_is_not_our_token_cannot_be_ended_here(city: Town) -> None:
    with pytest.raises(BadInput):
        await logout(city.call("Budi"))


async def test_an_account_keeps_its_newest_sessions_and_all_its_tokens(
    city: Town, passwords: Passwords
) -> None:
    token = await create_token(city.call("Budi"), NewToken("laptop", days=1))
    sessions = [await login(SYSTEM_CALL, passwords, "budi", PASSWORD, PEER) for _ in range(MOST_SESSIONS + 3)]
    rows = await TokenRow.filter(account_id=city.accounts["Budi"], name=SESSION)
    assert {row.digest for row in rows} == {digest_of(session.token) for session in sessions[3:]}
    await login(at(days=2), passwords, "budi", PASSWORD, PEER)
    assert await TokenRow.filter(name=SESSION).count() == 1
    assert await TokenRow.filter(id=token.id).exists()


async def test_one_changes_ones_own_password_and_other_sessions_end(city: Town, passwords: Passwords) -> None:
    other = await login(SYSTEM_CALL, passwords, "budi", PASSWORD, PEER)
    mine = await login(SYSTEM_CALL, passwords, "budi", PASSWORD, PEER)
    call = Call(await viewer_of(mine), NOW)
    new = "gajah terbang malam"
    await change_password(call, passwords, PASSWORD, new, PEER)
    assert await viewer_of(mine)
    with pytest.raises(Unauthenticated):
        await viewer_of(other)
    with pytest.raises(LoginFailed):
        await login(SYSTEM_CALL, passwords, "budi", PASSWORD, PEER)
    assert await login(SYSTEM_CALL, passwords, "budi", new, PEER)


async def test_a_stolen_session_cannot_guess_the_password(city: Town, passwords: Passwords) -> None:
    call = Call(await viewer_of(await login(SYSTEM_CALL, passwords, "budi", PASSWORD, PEER)), NOW)
    for _ in range(5):
        with pytest.raises(LoginFailed):
            await change_password(call, passwords, "not the password", "gajah terbang malam", PEER)
    with pytest.raises(TooManyAttempts):
        await change_password(call, passwords, PASSWORD, "gajah terbang malam", PEER)


async def test_an_account_without_a_login_has_no_password_to_change(city: Town, passwords: Passwords) -> None:
    await AccountRow.filter(id=city.accounts["Eka"]).update(login=None)
    with pytest.raises(Conflict):
        await change_password(city.call("Eka"), passwords, PASSWORD, "gajah terbang malam", PEER)


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [
        ("", PASSWORD, "login"),
        ("x" * 101, PASSWORD, "login"),
        ("a\0", PASSWORD, "login"),
        ("\ud800", PASSWORD, "login"),
        ("budi", "", "password"),
        ("budi", "x" * 129, "password"),
        ("budi", "\ud800", "password"),
    ],
)
async def test_what_nobody_can_have_is_refused_by_its_shape(
    city: Town, passwords: Passwords, name: str, password: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await login(SYSTEM_CALL, passwords, name, password, PEER)
    assert refused.value.field == field
    assert await LoginAttemptRow.all().count() == 0


async def test_a_password_that_is_changed_meanwhile_opens_nothing(city: Town, passwords: Passwords) -> None:
    """The check of a password and the opening of its session are two steps; a change in between is seen."""

    class Meanwhile(Passwords):
        def __init__(self) -> None:
            super().__init__(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), threads=1)

        async def verify(self, encoded: str | None, password: str) -> bool:
            right = await super().verify(encoded, password)
            await set_password(SYSTEM_CALL, passwords, city.accounts["Budi"], "gajah terbang malam")
            return right

    with pytest.raises(LoginFailed):
        await login(replace(SYSTEM_CALL), Meanwhile(), "budi", PASSWORD, PEER)
    assert await TokenRow.all().count() == 0
