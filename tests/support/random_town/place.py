"""Fences of units, and tries to check in that people leave behind."""

from __future__ import annotations

from datetime import timedelta

from tests.support.random_town import marker
from tests.support.random_town.making import Making
from tests.support.random_town.rows import Row

_MINUTES = 60 * 24 * 80


def places(make: Making) -> None:
    """Fences, tries of everybody, pictures of some of them."""
    for _ in range(6):
        unit = make.some("unit")["id"]
        make.row("geofence", lambda n, unit=unit: a_fence(make, n, unit))
    accounts = {row["id"]: row["employee_id"] for row in make.tables["account"].values()}
    for person in list(make.employees()):
        own = [row for row in make.tables["file"].values() if accounts[row["account_id"]] == person["id"]]
        for _ in range(make.rng.randint(0, 3)):
            made = make.row("check_in", lambda n, person=person: a_try(make, n, person))
            for file in make.rng.sample(own, min(len(own), make.rng.randint(0, 1))):
                make.row(
                    "check_in_file", lambda _, r=made, f=file: {"check_in_id": r["id"], "file_id": f["id"]}
                )


def a_fence(make: Making, n: int, unit: int) -> Row:
    """A place of a unit."""
    return {
        "unit_id": unit,
        "name": marker.text(n, "Kantor"),
        "lat_e6": marker.integer(n),
        "lon_e6": marker.integer(n),
        "radius_m": marker.integer(n),
        "legal_basis": make.maybe(marker.text(n, "SK")),
        "valid_from": make.today - timedelta(days=make.rng.randrange(80)),
        "valid_to": make.maybe(make.today, 0.3),
        "recorded_at": marker.instant(n, make.rng.randrange(_MINUTES)),
        "recorded_by_id": None,
    }


def a_try(make: Making, n: int, person: Row) -> Row:
    """A try to check in."""
    rng = make.rng
    at = marker.instant(n, rng.randrange(_MINUTES))
    return {
        "employee_id": person["id"],
        "unit_id": person["unit_id"] if rng.random() < 0.8 else make.some("unit")["id"],
        "date": at.date(),
        "received_at": at,
        "kind": rng.choice(("in", "out")),
        "lat_e6": make.maybe(marker.integer(n)),
        "lon_e6": make.maybe(marker.integer(n)),
        "accuracy_h": make.maybe(marker.integer(n)),
        "captured_at": make.maybe(marker.instant(n, 3)),
        "mock": rng.choice((True, False, None)),
        "phone": make.maybe(marker.text(n)),
        "phone_model": make.maybe(marker.text(n, "Ponsel")),
        "fence_id": make.maybe(make.some("geofence")["id"]),
        "duty_id": None,
        "radius_m": make.maybe(marker.integer(n)),
        "distance_m": make.maybe(marker.integer(n)),
        "inside": rng.choice((True, False, None)),
        "accepted": rng.random() < 0.8,
        "reason": make.maybe(marker.text(n, "jauh"), 0.2),
        "punch_id": None,
        "digest": marker.text(n),
    }
