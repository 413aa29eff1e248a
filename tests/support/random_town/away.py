"""Leave, duty orders and corrections with their letters, and what decrees say of days."""

from __future__ import annotations

from datetime import timedelta

from eperf.domain.attendance.correction import CorrectionReason
from eperf.domain.attendance.duty import DutyKind
from eperf.domain.attendance.holiday import EntryKind
from eperf.domain.attendance.leave import LeaveKind
from eperf.domain.attendance.request import RequestState
from tests.support.random_town import marker
from tests.support.random_town.making import Making
from tests.support.random_town.names import RESULTS
from tests.support.random_town.rows import Row

_MINUTES = 60 * 24 * 80
_LINKS = {
    "leave": ("leave_file", "leave_id"),
    "duty_order": ("duty_file", "duty_id"),
    "day_correction": ("correction_file", "correction_id"),
}


def requests(make: Making) -> None:
    """Requests in every state, some of which cite files of who asked."""
    accounts = {row["id"]: row["employee_id"] for row in make.tables["account"].values()}
    for person in list(make.employees()):
        own = [row for row in make.tables["file"].values() if accounts[row["account_id"]] == person["id"]]
        for table, a_request in (
            ("leave", a_leave),
            ("duty_order", a_duty),
            ("day_correction", a_correction),
        ):
            link, near = _LINKS[table]
            for _ in range(make.rng.randint(0, 3)):
                made = make.row(table, lambda n, p=person, a=a_request: a(make, n, p))
                for file in make.rng.sample(own, make.rng.randint(0, len(own))):
                    make.row(link, lambda _, r=made, f=file, near=near: {near: r["id"], "file_id": f["id"]})


def rosters(make: Making) -> None:
    """Days of the roster: shifts, some over midnight, and free days."""
    for person in list(make.employees()):
        for offset in make.rng.sample(range(-40, 40), make.rng.randint(0, 4)):
            make.row("roster_day", lambda n, p=person, o=offset: a_roster_day(make, n, p, o))


def a_roster_day(make: Making, n: int, person: Row, offset: int) -> Row:
    """A day of the roster."""
    start, end = make.rng.choice(((None, None), ("22:00", "06:00"), ("07:00", "14:00")))
    return {
        "employee_id": person["id"],
        "date": make.today + timedelta(days=offset),
        "name": marker.text(n, "Dinas"),
        "start_time": start,
        "end_time": end,
        "break_min": marker.integer(n) if start else 0,
        "recorded_at": marker.instant(n, make.rng.randrange(_MINUTES)),
        "recorded_by_id": None,
    }


def a_leave(make: Making, n: int, person: Row) -> Row:
    """A leave."""
    return {
        **_a_request(make, n, person),
        "kind": make.rng.choice(list(LeaveKind)).value,
        "travel_days": make.rng.choice((0, marker.integer(n))),
        "child": make.maybe(marker.integer(n), 0.3),
    }


def a_duty(make: Making, n: int, person: Row) -> Row:
    """A duty order."""
    return {
        **_a_request(make, n, person),
        "kind": make.rng.choice(list(DutyKind)).value,
        "letter": marker.text(n, "ST/"),
        "place": marker.text(n, "Surabaya"),
        "place_lat_e6": make.maybe(marker.integer(n), 0.3),
        "place_lon_e6": None,
        "place_radius_m": None,
    }


def a_correction(make: Making, n: int, person: Row) -> Row:
    """A day corrected by hand."""
    rng, known = make.rng, _a_request(make, n, person)
    for name in ("first_day", "last_day", "working_days", "decided_for_id"):
        del known[name]
    return {
        **known,
        "date": make.today - timedelta(days=rng.randrange(80)),
        "tap_in": make.maybe(marker.instant(n, rng.randrange(_MINUTES))),
        "tap_out": make.maybe(marker.instant(n, rng.randrange(_MINUTES))),
        "reason": rng.choice(list(CorrectionReason)).value,
        "note": marker.text(n, rng.choice(RESULTS)),
        "sign_until": make.maybe(make.today),
    }


def _a_request(make: Making, n: int, person: Row) -> Row:
    rng = make.rng
    first = make.today - timedelta(days=rng.randrange(-20, 80))
    decided = rng.random() < 0.5
    return {
        "employee_id": person["id"],
        "unit_id": person["unit_id"] if rng.random() < 0.8 else make.some("unit")["id"],
        "first_day": first,
        "last_day": first + timedelta(days=rng.randrange(20)),
        "working_days": rng.choice((1, marker.integer(n))),
        "reason": marker.text(n, rng.choice(RESULTS)),
        "state": rng.choice(list(RequestState)).value,
        "requested_at": marker.instant(n, rng.randrange(_MINUTES)),
        "decided_at": marker.instant(n, rng.randrange(_MINUTES)) if decided else None,
        "decided_by_id": make.some("employee")["id"] if decided else None,
        "decided_for_id": make.some("employee")["id"] if decided and rng.random() < 0.3 else None,
        "decision_note": make.maybe(marker.text(n, rng.choice(RESULTS)), 0.4),
        "version": rng.randint(1, 4),
    }


def calendar(make: Making) -> None:
    """What decrees say, everywhere and in units, some of it withdrawn."""
    for _ in range(12):
        unit = make.maybe(make.some("unit")["id"])
        make.row("calendar_entry", lambda n, unit=unit: an_entry(make, n, unit))


def an_entry(make: Making, n: int, unit: int | None) -> Row:
    """An entry of the calendar."""
    rng = make.rng
    first = make.today - timedelta(days=rng.randrange(-20, 80))
    return {
        "kind": rng.choice(list(EntryKind)).value,
        "first_day": first,
        "last_day": first + timedelta(days=rng.choice((0, 0, 3))),
        "name": marker.text(n, "Libur"),
        "legal_basis": marker.text(n, "SKB"),
        "unit_id": unit,
        "adds": rng.random() < 0.8,
        "recorded_at": marker.instant(n, rng.randrange(_MINUTES)),
        "recorded_by_id": None,
        "withdrawn_at": make.maybe(marker.instant(n, rng.randrange(_MINUTES)), 0.3),
        "withdrawn_by_id": None,
    }
