"""Leave and duty orders from the request to the classified day, on a real database."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date, timedelta

import pytest

from eperf.adapters.almanac import holidays_of
from eperf.domain.attendance.duty import DutyAsked, DutyKind
from eperf.domain.attendance.leave import LeaveAsked, LeaveKind
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.attendance.request import Span, Verdict
from eperf.domain.errors import BadInput, Conflict, Forbidden, KeyReused, LeaveNotAllowed, NotFound, SpanTaken
from eperf.services.attendance import duty, leave
from eperf.services.attendance.clock import clock
from eperf.services.attendance.days import close_day
from eperf.services.file import readable
from eperf.services.scoring import score_dirty
from eperf.store.attendance import DayRow
from eperf.store.event import EventRow
from eperf.store.file import FileRow
from eperf.store.leave import DutyRow, LeaveFileRow, LeaveRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.town import NOW, TODAY, Town

MONDAY = TODAY - timedelta(days=1)
FRIDAY = TODAY - timedelta(days=4)
NEXT_WEEK = Span(TODAY + timedelta(days=6), TODAY + timedelta(days=8))
APPROVE, REFUSE = Verdict.APPROVE, Verdict.REFUSE


def annual(first: date = MONDAY, last: date = MONDAY, **changes: object) -> LeaveAsked:
    known = LeaveAsked(LeaveKind.ANNUAL, Span(first, last), "Acara keluarga")
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


async def file_of(town: Town, name: str, content: str = "a") -> int:
    row = await FileRow.create(
        sha256=content * 64,
        size=1,
        media_type="application/pdf",
        account_id=town.accounts[name],
        created_at=NOW,
    )
    return int(row.id)


async def trip(town: Town, first: date = MONDAY, last: date = MONDAY) -> DutyAsked:
    letter = await file_of(town, "Budi", "b")
    return DutyAsked(DutyKind.OUT_OF_TOWN, Span(first, last), "090/1/2026", "Surabaya", "Rapat", (letter,))


async def status(town: Town, name: str, day: date) -> str | None:
    row = await DayRow.get_or_none(employee_id=town.people[name], date=day)
    return row.status if row else None


async def test_leave_that_is_given_changes_past_days_and_their_months_and_none_ahead(town: Town) -> None:
    for back in (4, 1):
        await close_day(town.call("Sri"), TODAY - timedelta(days=back))
    while await score_dirty(town.call("Sri")):
        pass
    number = await leave.ask(town.call("Budi"), annual(FRIDAY, TODAY + timedelta(days=1)))
    assert (await LeaveRow.get(id=number)).working_days == 4
    assert await status(town, "Budi", MONDAY) == "absent"
    assert await leave.decide(town.call("Sri"), number, APPROVE) == number
    days = {day: await status(town, "Budi", day) for day in Span(FRIDAY, TODAY + timedelta(days=1)).days()}
    assert list(days.values()) == ["leave", "off", "off", "leave", "leave", None]
    assert [(row.employee_id, row.period) for row in await DirtyRow.all()] == [
        (town.people["Budi"], "2026-11")
    ]
    assert await score_dirty(town.call("Sri")) == 1
    assert await ScoreRow.filter(employee_id=town.people["Budi"], period="2026-11").exists()
    row = await DayRow.get(employee_id=town.people["Budi"], date=MONDAY)
    assert row.steps[0]["facts"] == {"code": "annual"}


async def test_leave_ahead_is_seen_when_its_days_come(town: Town) -> None:
    number = await leave.ask(town.call("Budi"), annual(NEXT_WEEK.first, NEXT_WEEK.last))
    await leave.decide(town.call("Sri"), number, APPROVE)
    assert await DayRow.all().count() == 0
    later = dataclasses.replace(town.call("Sri"), now=NOW + timedelta(days=9))
    await close_day(later, NEXT_WEEK.first)
    assert await status(town, "Budi", NEXT_WEEK.first) == "leave"
    assert await status(town, "Wati", NEXT_WEEK.first) == "absent"


async def test_a_duty_order_makes_its_days_duty_weekends_included(town: Town) -> None:
    number = await duty.ask(town.call("Budi"), await trip(town, FRIDAY, MONDAY))
    await duty.decide(town.call("Sri"), number, APPROVE)
    for day in Span(FRIDAY, MONDAY).days():
        row = await DayRow.get(employee_id=town.people["Budi"], date=day)
        assert (row.status, row.steps[0]["facts"]) == ("duty", {"code": "DL"})


async def test_duty_goes_before_leave_on_one_day(town: Town) -> None:
    away = await leave.ask(town.call("Budi"), annual())
    sent = await duty.ask(town.call("Budi"), await trip(town))
    await leave.decide(town.call("Sri"), away, APPROVE)
    await duty.decide(town.call("Sri"), sent, APPROVE)
    assert await status(town, "Budi", MONDAY) == "duty"
    await duty.cancel(town.call("Sri"), sent, "Rapat batal")
    assert await status(town, "Budi", MONDAY) == "leave"


async def test_what_is_refused_changes_no_day_and_needs_a_reason(town: Town) -> None:
    await close_day(town.call("Sri"), MONDAY)
    number = await leave.ask(town.call("Budi"), annual())
    with pytest.raises(BadInput) as refused:
        await leave.decide(town.call("Sri"), number, REFUSE)
    assert refused.value.field == "note"
    await leave.decide(town.call("Sri"), number, REFUSE, "Sedang banyak kerja")
    row = await LeaveRow.get(id=number)
    assert (row.state, row.decision_note, row.version) == ("refused", "Sedang banyak kerja", 2)
    assert await status(town, "Budi", MONDAY) == "absent"
    # Its days are free again.
    assert await leave.ask(town.call("Budi"), annual()) != number


async def test_the_events_tell_what_happened_and_never_why_somebody_is_away(town: Town) -> None:
    letter = await file_of(town, "Budi")
    asked = annual(kind=LeaveKind.SICK, reason="Demam berdarah", files=(letter,))
    number = await leave.ask(town.call("Budi"), asked)
    await leave.decide(town.call("Sri"), number, APPROVE)
    await leave.cancel(town.call("Sri"), number, "Salah tanggal")
    events = await EventRow.filter(subject_type="Leave").order_by("id")
    assert [event.kind for event in events] == ["leave.requested", "leave.approved", "leave.cancelled"]
    for event in events:
        assert (event.subject_id, event.employee_id) == (number, town.people["Budi"])
        assert "sick" not in str(event.payload)
        assert "Demam" not in str(event.payload)


async def test_an_acting_officer_decides_for_the_incumbent_and_nobody_on_their_own(town: Town) -> None:
    number = await leave.ask(town.call("Budi"), annual())
    with pytest.raises(Forbidden):
        await leave.decide(town.call("Budi"), number, APPROVE)
    for stranger in ("Eka", "Joko", "Wati"):
        with pytest.raises(NotFound):
            await leave.decide(town.call(stranger), number, APPROVE)
    await leave.decide(town.call("Joko", stands_in_for=("Sri",)), number, APPROVE)
    row = await LeaveRow.get(id=number)
    assert (row.decided_by_id, row.decided_for_id) == (town.people["Joko"], town.people["Sri"])
    # Joko is Sri's report and acts for her: still not on his own.
    await EmployeeRow.filter(id=town.people["Joko"]).update(supervisor_id=town.people["Sri"])
    own = await leave.ask(town.call("Joko"), annual())
    with pytest.raises(Forbidden):
        await leave.decide(town.call("Joko", stands_in_for=("Sri",)), own, APPROVE)


@pytest.mark.parametrize("deciders", [2, 20])
async def test_of_several_who_decide_at_once_one_wins_and_the_rest_get_a_conflict(
    town: Town, deciders: int
) -> None:
    number = await leave.ask(town.call("Budi"), annual())
    calls = (
        leave.decide(
            town.call("Sri") if n % 2 else town.call("Joko", stands_in_for=("Sri",)),
            number,
            APPROVE if n % 3 else REFUSE,
            f"catatan {n}",
        )
        for n in range(deciders)
    )
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(one, int) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == deciders - 1
    assert (await LeaveRow.get(id=number)).version == 2
    decided = await EventRow.filter(kind__in=["leave.approved", "leave.refused"])
    assert len(decided) == 1
    assert (await status(town, "Budi", MONDAY) == "leave") == (decided[0].kind == "leave.approved")


async def test_approving_and_taking_back_at_once_end_in_one_of_the_two(town: Town) -> None:
    for round_ in range(5):
        number = await leave.ask(town.call("Budi"), annual())
        outcomes = await asyncio.gather(
            leave.decide(town.call("Sri"), number, APPROVE),
            leave.cancel(town.call("Budi"), number),
            return_exceptions=True,
        )
        assert sum(isinstance(one, int) for one in outcomes) == 1, round_
        row = await LeaveRow.get(id=number)
        assert row.state == ("approved" if isinstance(outcomes[0], int) else "cancelled")
        if row.state == "approved":
            await leave.cancel(town.call("Sri"), number, "Dipanggil kembali")
        assert await status(town, "Budi", MONDAY) in (None, "absent")


async def test_two_requests_at_once_for_one_day_are_one_request(town: Town) -> None:
    calls = (leave.ask(town.call("Budi"), annual(reason=f"Alasan {n}")) for n in range(10))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(one, int) for one in outcomes) == 1
    assert sum(isinstance(one, SpanTaken) for one in outcomes) == 9


async def test_one_key_is_one_request_and_another_input_is_refused(town: Town) -> None:
    calls = (leave.ask(town.call("Budi", key="k"), annual()) for _ in range(10))
    numbers = set(await asyncio.gather(*calls))
    assert len(numbers) == 1
    with pytest.raises(KeyReused):
        await leave.ask(town.call("Budi", key="k"), annual(reason="Lain"))
    (number,) = numbers
    for _ in range(2):
        assert await leave.decide(town.call("Sri", key="d"), number, APPROVE) == number
    for _ in range(2):
        assert await leave.cancel(town.call("Sri", key="c"), number, "Dipanggil") == number
    assert await EventRow.filter(subject_type="Leave").count() == 3


async def test_who_asked_takes_back_what_waits_or_lies_ahead_and_the_superior_calls_back(town: Town) -> None:
    waiting = await leave.ask(town.call("Budi"), annual())
    await leave.cancel(town.call("Budi"), waiting)
    ahead = await leave.ask(town.call("Budi"), annual(NEXT_WEEK.first, NEXT_WEEK.last))
    await leave.decide(town.call("Sri"), ahead, APPROVE)
    await leave.cancel(town.call("Budi"), ahead)
    begun = await leave.ask(town.call("Budi"), annual(MONDAY, TODAY))
    await leave.decide(town.call("Sri"), begun, APPROVE)
    assert await status(town, "Budi", MONDAY) == "leave"
    with pytest.raises(Conflict):
        await leave.cancel(town.call("Budi"), begun)
    with pytest.raises(BadInput):
        await leave.cancel(town.call("Sri"), begun)
    with pytest.raises(NotFound):
        await leave.cancel(town.call("Eka"), begun, "Bukan urusan saya")
    await leave.cancel(town.call("Sri"), begun, "Ada bencana")
    row = await LeaveRow.get(id=begun)
    assert (row.state, row.decided_by_id, row.decision_note) == (
        "cancelled",
        town.people["Sri"],
        "Ada bencana",
    )
    assert await status(town, "Budi", MONDAY) == "absent"
    with pytest.raises(Conflict):
        await leave.cancel(town.call("Sri"), begun, "Sekali lagi")


async def test_annual_leave_counts_working_days_and_ends_at_what_is_left(town: Town) -> None:
    await EmployeeRow.filter(id=town.people["Budi"]).update(nip="198703152012041977")
    await PlacementRow.filter(employee_id=town.people["Budi"]).update(valid_from=date(2026, 1, 1))
    first = await leave.ask(town.call("Budi"), annual(date(2026, 11, 2), date(2026, 11, 15)))
    assert (await LeaveRow.get(id=first)).working_days == 10
    with pytest.raises(LeaveNotAllowed):
        await leave.ask(town.call("Budi"), annual(date(2026, 11, 16), date(2026, 11, 18)))
    await leave.ask(town.call("Budi"), annual(date(2026, 11, 16), date(2026, 11, 17)))


async def test_a_holiday_within_is_not_counted(town: Town) -> None:
    number = await leave.ask(town.call("Budi"), annual(date(2025, 8, 14), date(2025, 8, 19)))
    free = {one.date for one in holidays_of(2025)}
    week_days = [day for day in Span(date(2025, 8, 14), date(2025, 8, 19)).days() if day.isoweekday() <= 5]
    assert (await LeaveRow.get(id=number)).working_days == len(set(week_days) - free)


async def test_letters_are_ones_own_and_are_kept(town: Town) -> None:
    mine, other = await file_of(town, "Budi"), await file_of(town, "Wati", "c")
    sick = annual(kind=LeaveKind.SICK)
    with pytest.raises(LeaveNotAllowed):
        await leave.ask(town.call("Budi"), sick)
    with pytest.raises(NotFound) as refused:
        await leave.ask(town.call("Budi"), dataclasses.replace(sick, files=(mine, other)))
    assert refused.value.field == "files"
    assert await LeaveRow.all().count() == 0
    number = await leave.ask(town.call("Budi"), dataclasses.replace(sick, files=(mine,)))
    assert [row.file_id for row in await LeaveFileRow.filter(leave_id=number)] == [mine]
    with pytest.raises(LeaveNotAllowed):
        await duty.ask(town.call("Budi"), dataclasses.replace(await trip(town), files=()))
    assert await DutyRow.all().count() == 0


async def test_a_letter_is_read_by_who_decides_and_by_nobody_else(town: Town) -> None:
    letter = await file_of(town, "Budi")
    with pytest.raises(NotFound):
        await readable(town.viewer("Sri"), letter)
    await leave.ask(town.call("Budi"), annual(kind=LeaveKind.SICK, files=(letter,)))
    assert (await readable(town.viewer("Sri"), letter)).id == letter
    assert (await readable(town.viewer("Budi"), letter)).id == letter
    for name in ("Wati", "Eka", "Joko"):
        with pytest.raises(NotFound):
            await readable(town.viewer(name), letter)


@pytest.mark.parametrize("round_", range(5))
async def test_whoever_comes_first_a_tap_and_an_approval_at_once_leave_a_day_of_leave(
    town: Town, round_: int
) -> None:
    number = await leave.ask(town.call("Budi"), annual(TODAY, TODAY))
    tap, approval = clock(town.call("Budi"), PunchKind.IN), leave.decide(town.call("Sri"), number, APPROVE)
    await asyncio.gather(*((tap, approval) if round_ % 2 else (approval, tap)))
    assert await status(town, "Budi", TODAY) == "leave"


async def test_who_has_left_service_asks_for_nothing(town: Town) -> None:
    await EmployeeRow.filter(id=town.people["Budi"]).update(active=False)
    with pytest.raises(Forbidden):
        await leave.ask(town.call("Budi"), annual())
