"""Units, posts, people, who acts for whom, and accounts."""

from __future__ import annotations

from datetime import timedelta

from tests.support.random_town import marker
from tests.support.random_town.making import Making
from tests.support.random_town.names import FIRST, KINDS, LAST, RANKS, ZONES
from tests.support.random_town.rows import Row


def units(make: Making, most: int) -> None:
    """One to three trees with their closure, and a post or two in each unit."""
    rng = make.rng
    for index in range(most):
        above = None if index == 0 or rng.random() < 0.08 else make.some("unit")["id"]
        make.row("unit", lambda n, above=above: _unit(make, n, above))
    for unit in make.tables["unit"].values():
        above, depth = unit, 0
        while True:
            _pair(make, above["id"], unit["id"], depth)
            if above["parent_id"] is None:
                break
            above, depth = make.tables["unit"][above["parent_id"]], depth + 1
        for _ in range(rng.randint(1, 2)):
            make.row("position", lambda n, unit=unit: _position(make, n, unit["id"]))


def _pair(make: Making, above: int, below: int, depth: int) -> None:
    make.row("unit_tree", lambda _: {"ancestor_id": above, "descendant_id": below, "depth": depth})


def _unit(make: Making, n: int, above: int | None) -> Row:
    return {
        "code": marker.text(n, make.rng.choice("abxyz")).replace(" ", "-"),
        "name": marker.text(n, "Dinas"),
        "kind": make.rng.choice(KINDS),
        "parent_id": above,
        "zone": make.rng.choice(ZONES),
    }


def _position(make: Making, n: int, unit: int) -> Row:
    return {
        "code": f"p{marker.text(n)}",
        "title": marker.text(n, "Pelaksana"),
        "unit_id": unit,
        "job_class": make.rng.randint(1, 17),
        "kind": "implementer",
    }


def employees(make: Making, most: int) -> None:
    """People with their placements; the last of these is today's."""
    for _ in range(most):
        person = make.row("employee", lambda n: an_employee(make, n))
        begin = make.today - timedelta(days=make.rng.choice((30, 90, 800, 800)))
        if make.rng.random() < 0.3:
            old = begin - timedelta(days=300)
            make.row("placement", lambda _, p=person, o=old, b=begin: a_placement(p["id"], _post(make), o, b))
        post = {name: person[name] for name in ("unit_id", "position_id", "supervisor_id")}
        make.row("placement", lambda _, p=person, post=post, b=begin: a_placement(p["id"], post, b, None))


def an_employee(make: Making, n: int) -> Row:
    """Somebody."""
    rng = make.rng
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    return {
        "nip": marker.nip(n) if rng.random() < 0.8 else None,
        "kind": rng.choice(("PNS", "CPNS", "PPPK")),
        # Some are namesakes, so that orders by name have ties.
        "name": marker.text(n, name) if rng.random() < 0.8 else "Siti Aminah",
        "birth_date": make.maybe(make.today - timedelta(days=rng.randint(9_000, 20_000))),
        "sex": rng.choice(("male", "female", None)),
        "rank": rng.choice(RANKS),
        "rank_since": make.maybe(make.today - timedelta(days=rng.randint(1, 3_000))),
        **_post(make),
        "active": rng.random() < 0.9,
    }


def _post(make: Making) -> Row:
    unit = make.some("unit")["id"]
    posts = [row["id"] for row in make.tables["position"].values() if row["unit_id"] == unit]
    above = list(make.tables["employee"])[-12:] or [None]
    return {
        "unit_id": unit,
        "position_id": make.maybe(make.rng.choice(posts)),
        # Mostly the same few, so that superiors have several people.
        "supervisor_id": make.maybe(make.rng.choice([*above[:4], *above]), 0.8),
    }


def a_placement(person: int, post: Row, begin: object, end: object) -> Row:
    """A time in a post."""
    return {"employee_id": person, **post, "valid_from": begin, "valid_to": end}


def acting(make: Making, most: int) -> None:
    """Acting officers: mostly today, some of before, some to come; the day of the end is the first without."""
    superiors = sorted({row["supervisor_id"] for row in make.employees()} - {None})
    seen: set[tuple[int, int]] = set()
    for _ in range(most):
        officer, incumbent = make.some("employee")["id"], make.rng.choice(superiors)
        if officer == incumbent or (officer, incumbent) in seen:
            continue
        seen.add((officer, incumbent))
        begin, end = make.rng.choice(
            ((-30, None), (-30, 30), (0, 1), (0, None), (-30, 0), (-60, -30), (1, None), (1, 5))
        )
        make.row("acting", lambda _, o=officer, i=incumbent, b=begin, e=end: _acting(make, o, i, b, e))


def _acting(make: Making, officer: int, incumbent: int, begin: int, end: int | None) -> Row:
    return {
        "officer_id": officer,
        "incumbent_id": incumbent,
        "kind": make.rng.choice(("plt", "plh")),
        "valid_from": make.today + timedelta(days=begin),
        "valid_to": None if end is None else make.today + timedelta(days=end),
    }


def accounts(make: Making) -> None:
    """An account for everybody in service."""
    for person in list(make.employees()):
        if person["active"]:
            make.row("account", lambda n, person=person: _account("person", marker.text(n), person["id"]))


def service_account(make: Making, n: int) -> Row:
    """An account of a program."""
    return _account("service", marker.text(n), None)


def _account(kind: str, name: str, employee: int | None) -> Row:
    return {"kind": kind, "name": name, "login": name, "employee_id": employee, "active": True}
