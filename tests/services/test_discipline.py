"""The ledger of absence from classified days, on a real database."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from eperf.domain.access import Role
from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.attendance.day import DayStatus
from eperf.domain.discipline.absence import absence_of_days
from eperf.domain.discipline.ledger import YearLedger
from eperf.domain.errors import TooMany
from eperf.services.attendance.days import close_day
from eperf.services.attendance.discipline import MOST, ledgers
from eperf.store.attendance import DayRow
from tests.support.town import NOW, Town

YEARS = (2026, 2025)


async def days(town: Town, who: str, statuses: dict[date, str], late: int | None = 0, early: int = 0) -> None:
    await DayRow.bulk_create(
        [
            DayRow(
                employee_id=town.people[who], unit_id=town.units["office"], date=day, status=status,
                late_min=late, early_min=early, missing_taps=0, policy="test", policy_version="1", steps=[],
            )
            for day, status in statuses.items()
        ]
    )  # fmt: skip


def span(first: date, count: int, status: str) -> dict[date, str]:
    return {first + timedelta(days=n): status for n in range(count)}


async def ledger(town: Town, who: str, year: int = 2026) -> YearLedger:
    found = await ledgers(town.call("Eka", (Role.AUDITOR, "city")), [town.people[who]], [year])
    return found[town.people[who]][0]


async def test_days_and_minutes_of_a_year_are_counted_and_a_tier_is_proposed(town: Town) -> None:
    await days(town, "Budi", span(date(2026, 3, 2), 4, "absent"))
    await days(town, "Budi", span(date(2026, 3, 9), 5, "late"), late=100, early=3)
    await days(town, "Budi", span(date(2025, 3, 3), 1, "late_and_early"), late=None, early=7)
    found = await ledger(town, "Budi")
    assert (found.absent_days, found.longest_run, found.late_min, found.early_min) == (4, 4, 500, 15)
    assert found.days_from_minutes == 1
    assert found.proposal is not None
    assert (found.proposal.tier.id, found.proposal.legal_basis) == (
        "written_warning",
        "PP 94/2021 pasal 8-11",
    )
    before = await ledger(town, "Budi", 2025)
    assert (before.absent_days, before.late_min, before.early_min) == (0, 0, 7)


async def test_a_run_goes_on_over_weekends_holidays_and_new_year(town: Town) -> None:
    run = span(date(2025, 12, 29), 3, "absent") | {date(2026, 1, 1): "holiday"}
    run |= {date(2026, 1, 2): "absent", date(2026, 1, 3): "off", date(2026, 1, 4): "off"}
    run |= span(date(2026, 1, 5), 5, "absent") | {date(2026, 1, 12): "absent"}
    await days(town, "Wati", run)
    found = await ledger(town, "Wati")
    assert (found.absent_days, found.longest_run) == (7, 10)
    assert found.proposal is not None
    assert (found.proposal.tier.id, found.proposal.because) == ("dismissal", "run")
    assert (await ledger(town, "Wati", 2025)).longest_run == 10


async def test_leave_and_presence_break_a_run(town: Town) -> None:
    week = span(date(2026, 3, 2), 5, "absent")
    await days(town, "Budi", week | {date(2026, 3, 4): "leave"})
    await days(town, "Wati", week | {date(2026, 3, 4): "present"})
    assert (await ledger(town, "Budi")).longest_run == (await ledger(town, "Wati")).longest_run == 2


STATUSES = [status.value for status in DayStatus if status is not DayStatus.ABSENT]


async def test_what_is_read_gives_the_same_runs_as_all_days(town: Town) -> None:
    chance = Random(94)
    for who in ("Budi", "Wati"):
        year = {
            day: chance.choice(STATUSES) if chance.random() < 0.3 else "absent"
            for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(300))
            if chance.random() < 0.9
        }
        await days(town, who, year)
        whole = {day: DayStatus(status) for day, status in year.items()}
        counted = absence_of_days(whole, WorkCalendar().is_working_day)
        found = await ledger(town, who)
        assert (found.absent_days, found.longest_run) == (
            counted.days_by_year[2026],
            counted.longest_run_in(2026),
        )


async def test_a_ledger_of_too_many_is_refused(town: Town) -> None:
    with pytest.raises(TooMany, match="absence"):
        await ledgers(town.call("Budi"), range(1, MOST + 2), YEARS)


async def test_somebody_without_days_has_empty_years(town: Town) -> None:
    found = await ledgers(town.call("Joko"), [town.people["Joko"]], YEARS)
    assert [(one.year, one.absent_days, one.late_min) for one in found[town.people["Joko"]]] == [
        (2026, 0, 0),
        (2025, 0, 0),
    ]


async def test_closing_a_day_makes_the_absent_absent_in_the_ledger(town: Town) -> None:
    await close_day(town.call("Sri", now=NOW), date(2026, 11, 23))
    assert (await ledger(town, "Joko")).absent_days == 1


@pytest.mark.parametrize(
    ("viewer", "grants", "seen"),
    [
        ("Budi", (), {"Budi"}),
        ("Sri", (), {"Sri", "Budi", "Wati"}),
        ("Eka", (), {"Eka"}),
        ("Eka", ((Role.SIGNER, "city"),), {"Eka"}),
        ("Eka", ((Role.UNIT_LEADER, "office"),), {"Sri", "Budi", "Wati", "Joko", "Eka"}),
        ("Joko", ((Role.AUDITOR, "archive"),), {"Joko", "Eka"}),
    ],
)
async def test_a_ledger_is_shown_to_whoever_may_read_the_attendance(
    town: Town, viewer: str, grants: tuple[tuple[Role, str], ...], seen: set[str]
) -> None:
    found = await ledgers(town.call(viewer, *grants), list(town.people.values()), YEARS)
    assert set(found) == {town.people[name] for name in seen}
    assert await ledgers(town.call(viewer, *grants), [], YEARS) == {}
