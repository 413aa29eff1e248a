"""Viewers, accounts and grants on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from argon2 import PasswordHasher

from eperf.adapters.passwords import Passwords
from eperf.domain.access import IMPLIED, SYSTEM, Operation, Role, Subject, Viewer, scope
from eperf.domain.errors import BadInput, Conflict, Forbidden, KeyReused, NotFound, Unauthenticated
from eperf.services.access import account as accounts
from eperf.services.access.change import on_change
from eperf.services.access.grant import NewGrant, grant_role, revoke_grant
from eperf.services.access.login import login
from eperf.services.access.viewer import viewer_again, viewer_of
from eperf.services.call import Call
from eperf.store.access import AccountRow, GrantRow, TokenRow, account_of
from eperf.store.event import EventRow
from eperf.store.organisation import UnitRow, UnitTreeRow
from eperf.store.people import ActingRow, EmployeeRow
from eperf.store.scope import OF_EMPLOYEES, ancestors, predicate
from tests.support.town import NOW, SINCE, TODAY, Town

SYSTEM_CALL = Call(SYSTEM, NOW)
TOMORROW = TODAY + timedelta(days=1)
PASSWORD = "kuda laut berenang"
ADMIN_OF_CITY = (Role.PERSONNEL_ADMIN, "city")
ADMIN_OF_OFFICE = (Role.PERSONNEL_ADMIN, "office")


def quick() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), threads=1)


async def now_viewer(town: Town, name: str, today: date = TODAY, roles: list[str] | None = None) -> Viewer:
    account = await account_of(id=town.accounts[name])
    assert account is not None
    token = None
    if roles is not None:
        token = TokenRow(id=9, account_id=account.id, name="t", digest="d", roles=roles, expires_at=NOW)
    return await viewer_of(account, token, today)


async def grant(town: Town, name: str, role: Role, unit: str, **changes: object) -> int:
    given = replace(NewGrant(role, town.units[unit], TODAY), **changes)  # type: ignore[arg-type]
    return await grant_role(SYSTEM_CALL, town.accounts[name], given)


# who a viewer is


async def test_an_employee_is_employee_and_supervisor_and_what_is_granted_today(town: Town) -> None:
    await grant(town, "Budi", Role.AUDITOR, "office")
    await grant(town, "Budi", Role.SIGNER, "city", valid_from=TOMORROW)
    await grant(town, "Budi", Role.UNIT_LEADER, "city", valid_from=SINCE, valid_to=TODAY)
    viewer = await now_viewer(town, "Budi")
    assert viewer.roles == IMPLIED | {Role.AUDITOR}
    assert viewer.grants == {(Role.AUDITOR, town.units["office"])}
    assert (viewer.employee_id, viewer.account_id) == (town.people["Budi"], town.accounts["Budi"])
    tomorrow = await now_viewer(town, "Budi", TOMORROW)
    assert tomorrow.grants == viewer.grants | {(Role.SIGNER, town.units["city"])}


async def test_a_token_cuts_roles_and_grants_and_the_duties_of_an_incumbent(town: Town) -> None:
    await grant(town, "Joko", Role.AUDITOR, "office")
    cut = await now_viewer(town, "Joko", roles=["employee", "signer"])
    assert (cut.roles, cut.grants, cut.stands_in_for) == ({Role.EMPLOYEE}, frozenset(), frozenset())
    assert all(isinstance(role, Role) for role in cut.roles)
    assert (await now_viewer(town, "Joko", roles=["supervisor"])).stands_in_for == {town.people["Sri"]}


async def test_who_acts_for_an_incumbent_has_the_incumbents_reports_but_no_chain_and_no_grants(
    town: Town,
) -> None:
    people = town.people
    await ActingRow.create(
        officer_id=people["Sri"], incumbent_id=people["Eka"], kind="plt", valid_from=SINCE, valid_to=None
    )
    await grant(town, "Sri", Role.UNIT_LEADER, "city")
    joko = await now_viewer(town, "Joko")
    assert joko.stands_in_for == {people["Sri"]}
    assert joko.roles == IMPLIED
    decides = scope(joko, Operation.ACTIVITY_DECIDE)
    assert decides.covers(Subject(frozenset(), people["Budi"], people["Sri"]))
    assert not decides.covers(Subject(frozenset(), people["Budi"], people["Eka"]))


@pytest.mark.parametrize(
    ("first", "last", "acts"),
    [(TODAY, None, True), (TOMORROW, None, False), (SINCE, TODAY, False), (SINCE, TOMORROW, True)],
)
async def test_acting_begins_with_its_first_day_and_is_over_on_its_last(
    town: Town, first: date, last: date | None, acts: bool
) -> None:
    await ActingRow.all().delete()
    await ActingRow.create(
        officer_id=town.people["Wati"],
        incumbent_id=town.people["Sri"],
        kind="plh",
        valid_from=first,
        valid_to=last,
    )
    assert bool((await now_viewer(town, "Wati")).stands_in_for) == acts


async def test_a_closed_account_and_a_retired_employee_are_nobody(town: Town) -> None:
    await AccountRow.filter(id=town.accounts["Budi"]).update(active=False)
    await EmployeeRow.filter(id=town.people["Wati"]).update(active=False)
    for name in ("Budi", "Wati"):
        with pytest.raises(Unauthenticated):
            await now_viewer(town, name)
        with pytest.raises(Unauthenticated):
            await viewer_again(town.viewer(name), NOW)


async def test_a_service_is_only_what_it_is_granted(town: Town) -> None:
    made = await accounts.create_service_account(
        SYSTEM_CALL, "Dashboard", [NewGrant(Role.INTEGRATOR, town.units["city"], TODAY)]
    )
    account = await account_of(id=made)
    assert account is not None
    viewer = await viewer_of(account, None, TODAY)
    assert (viewer.roles, viewer.employee_id) == ({Role.INTEGRATOR}, None)


async def test_a_scope_in_sql_finds_exactly_whom_it_covers(town: Town) -> None:
    """Random trees and viewers: the predicate of a list and the check of a verb are the same rule."""
    random = Random(20261124)
    units, people = await _random_world(random)
    rows = await EmployeeRow.all()
    above = {row.unit_id: frozenset(await ancestors(row.unit_id)) for row in rows}
    for _ in range(60):
        grants = frozenset(
            (random.choice(list(Role)[2:]), random.choice(units)) for _ in range(random.randint(0, 3))
        )
        viewer = Viewer(
            account_id=1,
            name="viewer",
            employee_id=random.choice([None, *people]),
            roles=frozenset(random.sample(list(Role), random.randint(0, 5))) | {role for role, _ in grants},
            grants=grants,
            stands_in_for=frozenset(random.sample(people, random.randint(0, 2))),
        )
        operation = random.choice(list(Operation))
        reach = scope(viewer, operation)
        condition = predicate(reach, OF_EMPLOYEES)
        found = await (EmployeeRow.filter(condition) if condition else EmployeeRow.all()).values_list(
            "id", flat=True
        )
        covered = {
            row.id for row in rows if reach.covers(Subject(above[row.unit_id], row.id, row.supervisor_id))
        }
        assert set(found) == covered, (viewer, operation)


async def _random_world(random: Random) -> tuple[list[int], list[int]]:
    units: list[int] = []
    for number in range(8):
        parent = random.choice([None, *units])
        unit = await UnitRow.create(
            code=f"r{number}", name="R", kind="section", parent_id=parent, zone="Asia/Jakarta"
        )
        await UnitTreeRow.create(ancestor_id=unit.id, descendant_id=unit.id, depth=0)
        for depth, above in enumerate(await ancestors(parent) if parent else [], 1):
            await UnitTreeRow.create(ancestor_id=above, descendant_id=unit.id, depth=depth)
        units.append(unit.id)
    people: list[int] = []
    for number in range(15):
        row = await EmployeeRow.create(
            kind="PNS",
            name=f"P{number}",
            unit_id=random.choice(units),
            supervisor_id=random.choice([None, *people]),
        )
        people.append(row.id)
    return units, people


# granting


async def test_a_grant_is_heard_of_by_the_unit_and_by_who_keeps_viewers(town: Town) -> None:
    heard: list[int] = []
    forget = on_change(lambda: heard.append(1))
    await grant_role(
        town.call("Eka", ADMIN_OF_CITY),
        town.accounts["Budi"],
        NewGrant(Role.SIGNER, town.units["office"], TODAY),
    )
    forget()
    event = await EventRow.get(kind="access.changed")
    assert (event.subject_id, event.unit_id, event.employee_id) == (
        town.accounts["Budi"],
        town.units["office"],
        None,
    )
    assert (event.payload, event.account_id) == ({"what": "signer-granted"}, town.accounts["Eka"])
    assert heard == [1]


async def test_a_role_is_granted_within_ones_own_subtree_only(town: Town) -> None:
    call = town.call("Budi", ADMIN_OF_OFFICE)
    await grant_role(call, town.accounts["Eka"], NewGrant(Role.AUDITOR, town.units["office"], TODAY))
    for unit in ("city", "archive"):
        with pytest.raises(Forbidden):
            await grant_role(call, town.accounts["Wati"], NewGrant(Role.AUDITOR, town.units[unit], TODAY))
    assert await GrantRow.all().count() == 1


async def test_nobody_grants_a_role_to_oneself_nor_ends_an_own_one(town: Town) -> None:
    call = town.call("Budi", ADMIN_OF_CITY)
    with pytest.raises(Forbidden):
        await grant_role(call, town.accounts["Budi"], NewGrant(Role.AUDITOR, town.units["office"], TODAY))
    own = await grant(town, "Budi", Role.PERSONNEL_ADMIN, "city")
    with pytest.raises(Forbidden):
        await revoke_grant(call, own)


async def test_a_service_that_administers_grants_nothing_to_itself(town: Town) -> None:
    admin = NewGrant(Role.PERSONNEL_ADMIN, town.units["city"], TODAY)
    service = await accounts.create_service_account(SYSTEM_CALL, "Robot", [admin])
    viewer = Viewer(service, "Robot", None, frozenset({admin.role}), frozenset({(admin.role, admin.unit_id)}))
    with pytest.raises(Forbidden):
        await grant_role(Call(viewer, NOW), service, NewGrant(Role.AUDITOR, admin.unit_id, TODAY))
    with pytest.raises(Forbidden):
        await accounts.set_active(Call(viewer, NOW), service, False)


@pytest.mark.parametrize(
    "role", [Role.UNIT_LEADER, Role.AUDITOR, Role.PLUGIN_ADMIN, Role.SIGNER, Role.INTEGRATOR]
)
async def test_no_other_role_grants_anything(town: Town, role: Role) -> None:
    call = town.call("Eka", (role, "city"))
    with pytest.raises(Forbidden):
        await grant_role(call, town.accounts["Budi"], NewGrant(Role.AUDITOR, town.units["office"], TODAY))
    with pytest.raises(Forbidden):
        await accounts.set_password(call, quick(), town.accounts["Budi"], PASSWORD)
    with pytest.raises(Forbidden):
        await accounts.create_person_account(call, town.people["Budi"])
    with pytest.raises(Forbidden):
        await accounts.open_accounts(call, town.units["office"])


@pytest.mark.parametrize("role", sorted(IMPLIED))
def test_what_the_organisation_gives_cannot_be_granted(role: Role) -> None:
    with pytest.raises(BadInput) as refused:
        NewGrant(role, 1, TODAY)
    assert refused.value.field == "role"


def test_a_grant_lasts_at_least_a_day() -> None:
    with pytest.raises(BadInput) as refused:
        NewGrant(Role.AUDITOR, 1, TODAY, TODAY)
    assert refused.value.field == "validTo"


async def test_a_revoked_role_is_gone_today_and_can_be_granted_again_today(town: Town) -> None:
    number = await grant(town, "Budi", Role.AUDITOR, "office", valid_from=SINCE)
    await revoke_grant(SYSTEM_CALL, number)
    assert (await now_viewer(town, "Budi")).roles == IMPLIED
    assert (await now_viewer(town, "Budi", TODAY - timedelta(days=1))).roles == IMPLIED | {Role.AUDITOR}
    with pytest.raises(Conflict):
        await revoke_grant(SYSTEM_CALL, number)
    again = await grant(town, "Budi", Role.AUDITOR, "office")
    await revoke_grant(SYSTEM_CALL, again)
    assert await grant(town, "Budi", Role.AUDITOR, "office") == again
    assert (await now_viewer(town, "Budi")).roles == IMPLIED | {Role.AUDITOR}


async def test_a_role_that_has_not_begun_never_will_once_revoked(town: Town) -> None:
    number = await grant(town, "Budi", Role.AUDITOR, "office", valid_from=TOMORROW)
    await revoke_grant(SYSTEM_CALL, number)
    assert (await now_viewer(town, "Budi", TOMORROW)).roles == IMPLIED
    with pytest.raises(Conflict):
        await revoke_grant(SYSTEM_CALL, number)


@pytest.mark.parametrize(
    ("first", "last", "clash"),
    [(0, None, True), (-9, -5, False), (-9, -4, True), (5, 9, False), (4, 9, True), (-4, 5, True)],
)
async def test_the_same_role_over_the_same_unit_is_granted_once_at_a_time(
    town: Town, first: int, last: int | None, clash: bool
) -> None:
    def day(offset: int) -> date:
        return TODAY + timedelta(days=offset)

    await grant(town, "Budi", Role.AUDITOR, "office", valid_from=day(-5), valid_to=day(5))
    await grant(town, "Budi", Role.AUDITOR, "archive", valid_from=day(-5), valid_to=day(5))
    changes = {"valid_from": day(first), "valid_to": None if last is None else day(last)}
    if clash:
        with pytest.raises(Conflict):
            await grant(town, "Budi", Role.AUDITOR, "office", **changes)
    else:
        await grant(town, "Budi", Role.AUDITOR, "office", **changes)


async def test_of_many_who_grant_the_same_role_at_once_one_does(town: Town) -> None:
    results = await asyncio.gather(
        *(grant(town, "Budi", Role.AUDITOR, "office") for _ in range(8)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 7 + ["int"]
    assert await GrantRow.filter(account_id=town.accounts["Budi"]).count() == 1


async def test_grants_of_other_units_are_not_known_to_exist(town: Town) -> None:
    number = await grant(town, "Eka", Role.AUDITOR, "archive")
    with pytest.raises(NotFound):
        await revoke_grant(town.call("Budi", ADMIN_OF_OFFICE), number)
    with pytest.raises(Forbidden):
        await revoke_grant(town.call("Budi"), number)
    with pytest.raises(NotFound):
        await revoke_grant(town.call("Budi", ADMIN_OF_OFFICE), 10**15)


async def test_the_same_key_grants_once(town: Town) -> None:
    given = NewGrant(Role.AUDITOR, town.units["office"], TODAY)
    call = town.call("Eka", ADMIN_OF_CITY, key="k1")
    assert await grant_role(call, town.accounts["Budi"], given) == await grant_role(
        call, town.accounts["Budi"], given
    )
    with pytest.raises(KeyReused):
        await grant_role(call, town.accounts["Wati"], given)
    assert await GrantRow.all().count() == 1


@pytest.mark.parametrize("unit_id", [0, -1, 10**15])
async def test_a_role_over_no_unit_is_refused_by_name(town: Town, unit_id: int) -> None:
    with pytest.raises(NotFound) as refused:
        await grant_role(SYSTEM_CALL, town.accounts["Budi"], NewGrant(Role.AUDITOR, unit_id, TODAY))
    assert refused.value.field == "unit"


# accounts


async def test_an_employee_gets_one_account(town: Town) -> None:
    person = await EmployeeRow.create(kind="PNS", name="Tono", unit_id=town.units["office"])
    call = town.call("Budi", ADMIN_OF_OFFICE)
    made = await accounts.create_person_account(call, person.id, " Tono.S ")
    row = await AccountRow.get(id=made)
    assert (row.kind, row.name, row.login, row.employee_id, row.active) == (
        "person",
        "Tono",
        "tono.s",
        person.id,
        True,
    )
    with pytest.raises(Conflict):
        await accounts.create_person_account(call, person.id)
    other = await EmployeeRow.create(kind="PNS", name="Tono", unit_id=town.units["office"])
    with pytest.raises(Conflict):
        await accounts.create_person_account(call, other.id, "tono.s")
    assert await AccountRow.filter(employee_id=other.id).count() == 0


async def test_an_account_is_made_within_ones_own_subtree_only(town: Town) -> None:
    person = await EmployeeRow.create(kind="PNS", name="Tono", unit_id=town.units["archive"])
    with pytest.raises(Forbidden):
        await accounts.create_person_account(town.call("Budi", ADMIN_OF_OFFICE), person.id)
    with pytest.raises(Forbidden):
        await accounts.create_service_account(
            town.call("Budi", ADMIN_OF_OFFICE), "S", [NewGrant(Role.INTEGRATOR, town.units["city"], TODAY)]
        )
    with pytest.raises(Forbidden):
        await accounts.open_accounts(town.call("Budi", ADMIN_OF_OFFICE), town.units["city"])


@pytest.mark.parametrize(
    "login",
    ["", "ab", "a b", "-abc", "a\0b", "a\ud800b", "x" * 101, "<script>", "kué", "a/b", "a|b", "\u202eabc"],
)
async def test_a_login_is_plain(town: Town, login: str) -> None:
    person = await EmployeeRow.create(kind="PNS", name="Tono", unit_id=town.units["office"])
    with pytest.raises(BadInput) as refused:
        await accounts.create_person_account(SYSTEM_CALL, person.id, login)
    assert refused.value.field == "login"


@pytest.mark.parametrize(
    "subject", ["", "|", "issuer|", "|sub", "no bar", "i|\0", "i|" + "s" * 255, "i|\ud800", "i|é"]
)
async def test_a_subject_names_an_issuer_and_somebody(town: Town, subject: str) -> None:
    with pytest.raises(BadInput) as refused:
        await accounts.link_subject(SYSTEM_CALL, town.accounts["Budi"], subject)
    assert refused.value.field == "subject"


async def test_accounts_for_a_whole_unit_are_opened_once_with_the_nip_as_the_login(town: Town) -> None:
    for number in range(3):
        await EmployeeRow.create(
            kind="PNS", name=f"N{number}", nip=f"19800101200501100{number}", unit_id=town.units["office"]
        )
    await EmployeeRow.create(kind="PNS", name="Away", unit_id=town.units["archive"])
    await EmployeeRow.create(kind="PNS", name="Retired", unit_id=town.units["office"], active=False)
    call = town.call("Budi", ADMIN_OF_OFFICE)
    assert await accounts.open_accounts(call, town.units["office"]) == 3
    assert await accounts.open_accounts(call, town.units["office"]) == 0
    assert sorted(await AccountRow.filter(login__startswith="1980").values_list("login", flat=True)) == [
        f"19800101200501100{number}" for number in range(3)
    ]
    assert await EventRow.filter(kind="access.changed").count() == 3


async def test_a_manager_needs_reach_over_all_that_an_account_has(town: Town) -> None:
    call = town.call("Wati", ADMIN_OF_OFFICE)
    await accounts.set_password(call, quick(), town.accounts["Budi"], PASSWORD)
    await grant(town, "Budi", Role.AUDITOR, "city")
    with pytest.raises(Forbidden):
        await accounts.set_password(call, quick(), town.accounts["Budi"], PASSWORD)
    with pytest.raises(Forbidden):
        await accounts.link_subject(call, town.accounts["Budi"], "https://sso|me")
    with pytest.raises(NotFound):
        await accounts.set_password(call, quick(), town.accounts["Eka"], PASSWORD)
    with pytest.raises(NotFound):
        await accounts.set_active(call, 10**15, False)


async def test_a_role_that_begins_tomorrow_protects_its_account_today(town: Town) -> None:
    await grant(
        town, "Budi", Role.PERSONNEL_ADMIN, "city", valid_from=TOMORROW, valid_to=TOMORROW + timedelta(days=9)
    )
    with pytest.raises(Forbidden):
        await accounts.set_password(
            town.call("Wati", ADMIN_OF_OFFICE), quick(), town.accounts["Budi"], PASSWORD
        )


async def test_a_service_that_lost_its_roles_is_managed_where_it_had_them(town: Town) -> None:
    service = await accounts.create_service_account(
        SYSTEM_CALL, "S", [NewGrant(Role.INTEGRATOR, town.units["office"], SINCE)]
    )
    await revoke_grant(SYSTEM_CALL, (await GrantRow.get(account_id=service)).id)
    await accounts.set_active(town.call("Wati", ADMIN_OF_OFFICE), service, False)
    with pytest.raises(NotFound):
        await accounts.set_active(town.call("Wati", (Role.PERSONNEL_ADMIN, "archive")), service, True)


async def test_a_new_password_ends_the_sessions_that_the_old_one_opened(town: Town) -> None:
    passwords = quick()
    await accounts.set_password(SYSTEM_CALL, passwords, town.accounts["Budi"], PASSWORD)
    await login(SYSTEM_CALL, passwords, "budi", PASSWORD, "10.0.0.1")
    await TokenRow.create(
        account_id=town.accounts["Budi"],
        name="phone",
        digest="d",
        created_at=NOW,
        expires_at=NOW + timedelta(1),
    )
    await accounts.set_password(SYSTEM_CALL, passwords, town.accounts["Budi"], PASSWORD + " lagi")
    assert await TokenRow.all().values_list("name", flat=True) == ["phone"]


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "a" * 12,
        "budi budi budi 1",
        "x" * 129,
        "kuda laut\0 berenang",
        "kuda \ud800 berenang lagi",
        "abababababab",
    ],
)
async def test_a_weak_or_broken_password_is_refused_and_never_shown(town: Town, password: str) -> None:
    with pytest.raises(BadInput) as refused:
        await accounts.set_password(SYSTEM_CALL, quick(), town.accounts["Budi"], password)
    assert refused.value.field == "password"
    assert not password or password not in refused.value.message("en")


async def test_a_password_is_kept_only_as_argon2id_with_a_salt(town: Town) -> None:
    for name in ("Budi", "Wati"):
        await accounts.set_password(SYSTEM_CALL, Passwords(), town.accounts[name], PASSWORD)
    first, second = await AccountRow.exclude(password_hash=None).values_list("password_hash", flat=True)
    assert first != second
    for kept in (first, second):
        assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_an_account_without_a_login_has_no_password(town: Town) -> None:
    service = await accounts.create_service_account(
        SYSTEM_CALL, "S", [NewGrant(Role.INTEGRATOR, town.units["office"], TODAY)]
    )
    with pytest.raises(Conflict):
        await accounts.set_password(SYSTEM_CALL, quick(), service, PASSWORD)


async def test_one_subject_belongs_to_one_account(town: Town) -> None:
    await accounts.link_subject(SYSTEM_CALL, town.accounts["Budi"], "https://sso|42")
    with pytest.raises(Conflict):
        await accounts.link_subject(SYSTEM_CALL, town.accounts["Wati"], "https://sso|42")
    await accounts.link_subject(SYSTEM_CALL, town.accounts["Budi"], None)
    await accounts.link_subject(SYSTEM_CALL, town.accounts["Wati"], "https://sso|42")


@pytest.mark.parametrize("count", [0, 21])
async def test_a_service_has_one_to_twenty_roles_from_the_start(town: Town, count: int) -> None:
    with pytest.raises(BadInput) as refused:
        await accounts.create_service_account(
            SYSTEM_CALL, "S", [NewGrant(Role.INTEGRATOR, town.units["office"], TODAY)] * count
        )
    assert refused.value.field == "grants"
    assert await AccountRow.filter(kind="service").count() == 0


async def test_a_service_whose_roles_clash_is_not_made_at_all(town: Town) -> None:
    with pytest.raises(Conflict):
        await accounts.create_service_account(
            SYSTEM_CALL, "S", [NewGrant(Role.INTEGRATOR, town.units["office"], TODAY)] * 2
        )
    assert await AccountRow.filter(kind="service").count() == 0
    assert await EventRow.all().count() == 0
