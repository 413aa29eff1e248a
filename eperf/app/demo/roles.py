"""Who may be tried: an account and a token for each role, and the ids to start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from eperf.app.demo.build import Built
from eperf.app.demo.town import CITY, SINCE
from eperf.app.house import House
from eperf.domain.access import Role
from eperf.domain.people import ActingKind
from eperf.schema.ids import global_id
from eperf.services.access.account import create_person_account, create_service_account
from eperf.services.access.grant import NewGrant, grant_role
from eperf.services.access.token import NewToken, create_token
from eperf.services.call import Call
from eperf.services.people import appoint_acting

TOKEN_DAYS = 30


@dataclass(frozen=True)
class Cast:
    """Who plays: employee ids of an agency's section."""

    agency: str
    section: str
    leader: int
    supervisor: int
    employee: int
    colleague: int


def cast_of(built: Built) -> Cast:
    """The first section of the first agency that has staff."""
    heads = built.plan.heads
    section = next(code for code in built.units if code.endswith("-1") and _staff(built, code))
    agency = section.removesuffix("-1")
    staff = _staff(built, section)
    return Cast(
        agency,
        section,
        leader=built.people[heads[agency]].id,
        supervisor=built.people[heads[section]].id,
        employee=staff[0],
        colleague=staff[1],
    )


async def tokens(house: House, built: Built, who: Cast, today: date) -> dict[str, str]:
    """One token for each role."""
    call = house.call()
    city = built.units[CITY]
    await appoint_acting(call, who.colleague, who.supervisor, ActingKind.PLH, today - timedelta(days=1))
    made: dict[str, str] = {}
    for name, employee, grants in _persons(built, who, city):
        account = await create_person_account(call, employee, f"demo.{name.replace('_', '.')}")
        for grant in grants:
            await grant_role(call, account, grant)
        made[name] = await _token(call, account, name)
    service = await create_service_account(call, "Demo integrator", [NewGrant(Role.INTEGRATOR, city, SINCE)])
    made["integrator"] = await _token(call, service, "integrator")
    return made


def _persons(built: Built, who: Cast, city: int) -> list[tuple[str, int, list[NewGrant]]]:
    """Role by role: its name, who plays it, and what is granted for it."""
    leads = NewGrant(Role.UNIT_LEADER, built.units[who.agency], SINCE)
    persons: list[tuple[str, int, list[NewGrant]]] = [
        ("employee", who.employee, []),
        ("supervisor", who.supervisor, []),
        ("acting_supervisor", who.colleague, []),
        ("unit_leader", who.leader, [leads]),
    ]
    taken = {employee for _, employee, _ in persons}
    free = iter(sorted(row.id for row in built.people.values() if row.id not in taken))
    city_roles = (Role.PERSONNEL_ADMIN, Role.AUDITOR, Role.SIGNER, Role.PLUGIN_ADMIN)
    return [*persons, *((role.value, next(free), [NewGrant(role, city, SINCE)]) for role in city_roles)]


async def _token(call: Call, account: int, name: str) -> str:
    issued = await create_token(call, NewToken(f"demo {name}", days=TOKEN_DAYS), account)
    return str(issued.token)


def ids(built: Built, who: Cast) -> dict[str, Any]:
    """Ids to start from, as the API names things."""
    return {
        "city": global_id("Unit", built.units[CITY]),
        "agency": global_id("Unit", built.units[who.agency]),
        "unit": global_id("Unit", built.units[who.section]),
        "employee": global_id("Employee", who.employee),
        "supervisor": global_id("Employee", who.supervisor),
        "item": global_id("CatalogueItem", built.items[CITY][4]),
        "deviceSerial": built.devices[who.agency],
        "pin": built.pins[who.employee],
    }


def _staff(built: Built, section: str) -> list[int]:
    if section not in built.units:
        return []
    head = built.plan.heads.get(section)
    rows = [row for nip, row in built.people.items() if row.unit_id == built.units[section] and nip != head]
    return sorted(row.id for row in rows) if len(rows) > 1 else []
