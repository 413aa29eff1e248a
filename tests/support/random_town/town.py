"""What a random town is, who calls in it, and the order in which it is made."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from eperf.domain.access import GRANTED, Role
from tests.support.random_town import appraisal, away, closed, marker, people, place, webhooks, work
from tests.support.random_town.making import Making
from tests.support.random_town.rows import TABLES, Tables

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # Tuesday 10:00 in Surabaya
TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Caller:
    """An account, with one of its tokens or by itself; `name` says for which roles it was made."""

    name: str
    account_id: int
    token_id: int | None = None


@dataclass(frozen=True)
class RandomTown:
    """The rows of a town and those who may call: at least one for every role. `owners` says whose a number is."""

    tables: Tables
    callers: tuple[Caller, ...]
    owners: Mapping[int, tuple[str, int]]


def random_town(rng: random.Random, people_count: int = 60) -> RandomTown:
    """A town of some sixty people; the same generator state gives the same town."""
    make = Making(rng, TODAY)
    people.units(make, rng.randint(6, 16))
    people.employees(make, people_count)
    people.acting(make, people_count // 5)
    people.accounts(make)
    callers = _callers(make)
    work.catalogue(make)
    work.deadlines(make)
    work.machines(make)
    work.days(make)
    work.activities(make)
    away.requests(make)
    away.calendar(make)
    place.places(make)
    away.rosters(make)
    appraisal.appraisals(make)
    work.scores(make)
    closed.months(make)
    closed.appeals(make)
    closed.adjustments(make)
    closed.trials(make)
    work.bindings(make)
    webhooks.webhooks(make)
    work.events(make)
    return RandomTown({table: make.tables[table] for table in TABLES}, tuple(callers), make.owners)


def _callers(make: Making) -> list[Caller]:
    """Every granted role alone on a person, on a service account and beside another role; plain people; acting ones."""
    rng, units = make.rng, list(make.tables["unit"])
    persons = [row for row in make.tables["account"].values() if row["employee_id"] is not None]
    rng.shuffle(persons)
    callers = [Caller("employee", persons.pop()["id"])]
    superiors = {row["supervisor_id"] for row in make.tables["employee"].values()}
    callers += _first("supervisor", persons, superiors, 2)
    officers = {row["officer_id"] for row in make.tables["acting"].values()}
    callers += _first("acting", persons, officers, 3)
    for role in sorted(GRANTED):
        account = persons.pop()
        _grant(make, account["id"], role, rng.choice(units))
        callers.append(Caller(f"{role.value} person", account["id"]))
        callers.append(_limited(make, account["id"], role))
        service = make.row("account", lambda n: people.service_account(make, n))
        _grant(make, service["id"], role, rng.choice(units))
        callers.append(Caller(f"{role.value} service", service["id"]))
    mixed = persons.pop()
    for role in rng.sample(sorted(GRANTED), 3):
        _grant(make, mixed["id"], role, rng.choice(units), ended=rng.random() < 0.3)
    callers.append(Caller("mixed", mixed["id"]))
    over = persons.pop()
    for role in GRANTED:
        _grant(make, over["id"], role, rng.choice(units), ended=True)
    callers.append(Caller("grants that are not in force", over["id"]))
    nobody = make.row("account", lambda n: people.service_account(make, n))
    callers.append(Caller("service without a grant", nobody["id"]))
    return callers


def _first(name: str, persons: list[dict[str, object]], wanted: set[int | None], most: int) -> list[Caller]:
    found = [row for row in persons if row["employee_id"] in wanted][:most]
    for row in found:
        persons.remove(row)
    return [Caller(name, int(str(row["id"]))) for row in found]


def _grant(make: Making, account: int, role: Role, unit: int, *, ended: bool = False) -> None:
    past = make.rng.random() < 0.5
    begin = TODAY - timedelta(days=200) if past or not ended else TODAY + timedelta(days=1)
    # The day on which a grant ends is the first without it.
    end = TODAY if ended and past else make.rng.choice((None, TODAY + timedelta(days=1)))
    make.row(
        "role_grant",
        lambda _: {
            "account_id": account,
            "role": role.value,
            "unit_id": unit,
            "valid_from": begin,
            "valid_to": end,
        },
    )


def _limited(make: Making, account: int, role: Role) -> Caller:
    """The account by a token that carries only the role, or the role and something else."""
    more = make.rng.choice(((), (Role.EMPLOYEE,), (Role.SUPERVISOR,), (Role.AUDITOR,)))
    row = make.row(
        "token",
        lambda n: {
            "account_id": account,
            "name": marker.text(n),
            "digest": marker.text(n),
            "roles": sorted({role.value, *(one.value for one in more)}),
            "created_at": NOW - timedelta(days=1),
            "expires_at": NOW + timedelta(days=1),
            "revoked_at": None,
        },
    )
    return Caller(f"{role.value} token", account, row["id"])
