"""API tokens on a real database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from eperf.adapters.tokens import digest_of, is_token, new_token
from eperf.domain.access import IMPLIED, SYSTEM, Role, Viewer
from eperf.domain.errors import BadInput, Conflict, Forbidden, KeyReused, NotFound, TooMany, Unauthenticated
from eperf.services.access.account import SESSION, create_service_account, set_active
from eperf.services.access.grant import NewGrant, grant_role
from eperf.services.access.token import MOST_TOKENS, NewToken, create_token, list_tokens, revoke_token
from eperf.services.access.viewer import viewer_of_token
from eperf.services.call import Call
from eperf.store.access import TokenRow
from eperf.store.event import EventRow
from tests.support.town import NOW, TODAY, Town

SYSTEM_CALL = Call(SYSTEM, NOW)
ADMIN_OF_OFFICE = (Role.PERSONNEL_ADMIN, "office")


async def seen(token: str | None, now: datetime = NOW) -> Viewer:
    assert token is not None
    return (await viewer_of_token(digest_of(token), now)).viewer


async def by_token(text: str | None, now: datetime = NOW) -> Call:
    """A call that presents a token."""
    return Call(await seen(text, now), now)


async def service(town: Town, unit: str = "office", role: Role = Role.INTEGRATOR) -> int:
    return await create_service_account(SYSTEM_CALL, "Service", [NewGrant(role, town.units[unit], TODAY)])


def test_a_token_is_256_random_bits_under_a_prefix() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert all(is_token(token) and token.startswith("eperf_") and len(token) == 6 + 43 for token in made)


async def test_a_token_is_shown_once_kept_as_a_hash_and_brings_its_account_in(town: Town) -> None:
    made = await create_token(town.call("Budi"), NewToken("laptop"))
    row = await TokenRow.get(id=made.id)
    assert made.token is not None
    assert row.digest == digest_of(made.token)
    assert made.token not in str(dict(row))
    assert row.expires_at == made.expires_at == NOW + timedelta(days=90)
    viewer = await seen(made.token)
    assert (viewer.account_id, viewer.token_id, viewer.roles) == (town.accounts["Budi"], made.id, IMPLIED)
    event = await EventRow.get(kind="access.changed")
    assert event.payload == {"what": "token-created"}
    assert event.subject_id == town.accounts["Budi"]


async def test_a_token_ends_on_its_last_second(town: Town) -> None:
    made = await create_token(town.call("Budi"), NewToken("day", days=1))
    assert await seen(made.token, NOW + timedelta(hours=23, minutes=59, seconds=59))
    with pytest.raises(Unauthenticated):
        await seen(made.token, NOW + timedelta(days=1))


async def test_a_revoked_token_brings_nobody_in(town: Town) -> None:
    made = await create_token(town.call("Budi"), NewToken("laptop"))
    await revoke_token(town.call("Budi"), made.id)
    with pytest.raises(Unauthenticated):
        await seen(made.token)
    with pytest.raises(Conflict):
        await revoke_token(town.call("Budi"), made.id)


async def test_an_unknown_token_brings_nobody_in(town: Town) -> None:
    with pytest.raises(Unauthenticated):
        await seen(new_token())


async def test_a_token_of_a_closed_account_brings_nobody_in_until_it_is_opened(town: Town) -> None:
    made = await create_token(town.call("Budi"), NewToken("laptop"))
    await set_active(SYSTEM_CALL, town.accounts["Budi"], False)
    with pytest.raises(Unauthenticated):
        await seen(made.token)
    await set_active(SYSTEM_CALL, town.accounts["Budi"], True)
    assert await seen(made.token)


async def test_a_token_carries_only_its_roles_and_none_that_the_account_does_not_have(town: Town) -> None:
    narrow = await create_token(town.call("Budi"), NewToken("phone", frozenset({Role.EMPLOYEE})))
    assert (await seen(narrow.token)).roles == {Role.EMPLOYEE}
    with pytest.raises(BadInput) as refused:
        await create_token(town.call("Budi"), NewToken("big", frozenset({Role.EMPLOYEE, Role.AUDITOR})))
    assert (refused.value.field, refused.value.value) == ("roles", "auditor")
    with pytest.raises(BadInput):
        await create_token(town.call("Budi"), NewToken("none", frozenset()))


async def test_a_token_loses_a_role_with_its_account_and_never_gains_one(town: Town) -> None:
    wide = await create_token(town.call("Budi"), NewToken("all"))
    narrow = await create_token(town.call("Budi"), NewToken("some", frozenset({Role.EMPLOYEE})))
    grant = NewGrant(Role.AUDITOR, town.units["office"], TODAY, TODAY + timedelta(days=3))
    await grant_role(SYSTEM_CALL, town.accounts["Budi"], grant)
    assert (await seen(wide.token)).roles == IMPLIED | {Role.AUDITOR}
    assert (await seen(wide.token, NOW + timedelta(days=3))).roles == IMPLIED
    assert (await seen(narrow.token)).roles == {Role.EMPLOYEE}


async def test_a_narrow_token_cannot_make_a_wide_one(town: Town) -> None:
    narrow = await create_token(town.call("Budi"), NewToken("narrow", frozenset({Role.EMPLOYEE})))
    made = await create_token(await by_token(narrow.token), NewToken("child"))
    assert (await seen(made.token)).roles == {Role.EMPLOYEE}
    with pytest.raises(BadInput) as refused:
        await create_token(await by_token(narrow.token), NewToken("child", IMPLIED))
    assert refused.value.value == "supervisor"


async def test_a_token_cannot_make_one_that_outlives_it(town: Town) -> None:
    parent = await create_token(town.call("Budi"), NewToken("parent", days=2))
    child = await create_token(await by_token(parent.token), NewToken("child", days=365))
    assert child.expires_at == parent.expires_at


async def test_a_login_session_may_make_a_long_token(town: Town) -> None:
    session = await TokenRow.create(
        account_id=town.accounts["Budi"],
        name=SESSION,
        digest="d",
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    call = Call((await viewer_of_token("d", NOW)).viewer, NOW)
    assert call.viewer.token_id == session.id
    assert (await create_token(call, NewToken("laptop", days=30))).expires_at == NOW + timedelta(days=30)


async def test_a_service_makes_and_ends_tokens_of_its_own(town: Town) -> None:
    first = await create_token(SYSTEM_CALL, NewToken("first"), await service(town))
    second = await create_token(await by_token(first.token), NewToken("second"))
    await revoke_token(await by_token(second.token), first.id)
    assert [row.revoked_at is None for row in await list_tokens(await by_token(second.token))] == [
        False,
        True,
    ]


async def test_a_viewer_without_roles_makes_no_token(town: Town) -> None:
    nobody = Call(Viewer(town.accounts["Budi"], "Budi"), NOW)
    with pytest.raises(Forbidden):
        await create_token(nobody, NewToken("x"))
    with pytest.raises(Forbidden):
        await list_tokens(nobody)


async def test_an_administrator_manages_tokens_within_reach(town: Town) -> None:
    call = town.call("Wati", ADMIN_OF_OFFICE)
    near, far = await service(town), await service(town, "archive")
    made = await create_token(call, NewToken("key"), near)
    assert (await seen(made.token)).account_id == near
    assert [row.id for row in await list_tokens(call, near)] == [made.id]
    await revoke_token(call, made.id)
    hidden = await create_token(SYSTEM_CALL, NewToken("key"), far)
    for attempt in (
        create_token(call, NewToken("key"), far),
        list_tokens(call, far),
        revoke_token(call, hidden.id),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_tokens_of_a_mightier_account_are_out_of_reach(town: Town) -> None:
    await grant_role(SYSTEM_CALL, town.accounts["Budi"], NewGrant(Role.AUDITOR, town.units["city"], TODAY))
    with pytest.raises(Forbidden):
        await create_token(town.call("Wati", ADMIN_OF_OFFICE), NewToken("steal"), town.accounts["Budi"])


async def test_other_peoples_tokens_are_out_of_reach(town: Town) -> None:
    made = await create_token(town.call("Budi"), NewToken("laptop"))
    for attempt in (
        revoke_token(town.call("Wati"), made.id),
        create_token(town.call("Wati"), NewToken("x"), town.accounts["Budi"]),
        list_tokens(town.call("Sri"), town.accounts["Budi"]),
    ):
        with pytest.raises((Forbidden, NotFound)):
            await attempt
    with pytest.raises(NotFound):
        await revoke_token(town.call("Wati"), 10**15)


async def test_the_same_key_makes_one_token_and_shows_it_once(town: Town) -> None:
    call = town.call("Budi", key="k1")
    first, second = await create_token(call, NewToken("laptop")), await create_token(call, NewToken("laptop"))
    assert first.token is not None
    assert (second.id, second.token, second.expires_at) == (first.id, None, first.expires_at)
    assert await TokenRow.all().count() == 1
    with pytest.raises(KeyReused):
        await create_token(call, NewToken("phone"))


@pytest.mark.parametrize("days", [0, -1, 366, 2**63])
async def test_a_token_lasts_a_day_to_a_year(town: Town, days: int) -> None:
    with pytest.raises(BadInput) as refused:
        await create_token(town.call("Budi"), NewToken("x", days=days))
    assert refused.value.field == "days"


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\0b", "\ud800", SESSION, f" {SESSION} "])
async def test_a_token_has_a_plain_name_that_is_not_a_sessions(town: Town, name: str) -> None:
    with pytest.raises(BadInput) as refused:
        await create_token(town.call("Budi"), NewToken(name))
    assert refused.value.field == "name"


async def test_an_account_has_a_bounded_number_of_living_tokens(town: Town) -> None:
    account = town.accounts["Budi"]
    made = [await create_token(town.call("Budi"), NewToken(f"t{n}")) for n in range(MOST_TOKENS)]
    with pytest.raises(TooMany):
        await create_token(town.call("Budi"), NewToken("one more"))
    await revoke_token(town.call("Budi"), made[0].id)
    await create_token(town.call("Budi"), NewToken("instead"))
    first = await list_tokens(town.call("Budi"), first=30)
    rest = await list_tokens(SYSTEM_CALL, account, after=first[-1].id, first=100)
    assert len(first) + len(rest) == MOST_TOKENS + 1
    with pytest.raises(BadInput):
        await list_tokens(town.call("Budi"), first=101)
