"""Who is there today: everybody in exactly one number, nobody who is out of reach, and news as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from eperf.adapters.broker import Bell
from eperf.domain import events
from eperf.domain.access import Role
from eperf.domain.attendance import events as attendance_events
from eperf.domain.attendance.presence import Presence, PresenceState
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.errors import Forbidden, NotFound, TooMany
from eperf.services.attendance import live as live_view
from eperf.services.attendance import presence as service
from eperf.services.attendance.clock import clock
from eperf.services.attendance.live import Board, Live, watch
from eperf.services.attendance.presence import of_people, of_units
from eperf.store import log
from eperf.store.binding import BindingRow
from eperf.store.calendar import CalendarRow
from eperf.store.leave import DutyRow, LeaveRow
from eperf.store.organisation import UnitRow, UnitTreeRow
from eperf.store.people import EmployeeRow, PlacementRow
from tests.services.conftest import Town
from tests.support.town import NOW, TODAY

AUDITOR, LEADER, INTEGRATOR = ((role, "city") for role in (Role.AUDITOR, Role.UNIT_LEADER, Role.INTEGRATOR))
EARLY = NOW.replace(hour=0, minute=20)  # 07:20 at the workplace
ZONE = "Asia/Jakarta"


async def counts(
    town: Town, who: str, *grants: tuple[Role, str], unit: str = "city", **more: Any
) -> Presence:
    found = await of_units(town.call(who, *grants, **more), {town.units[unit]: ZONE})
    shown = found[town.units[unit]]
    assert shown is not None
    return shown


async def away(
    town: Town, who: str, table: type[LeaveRow] | type[DutyRow], kind: str, state: str = "approved"
) -> None:
    letter = {"letter": "1", "place": "Kota"} if table is DutyRow else {}
    await table.create(
        employee_id=town.people[who], unit_id=town.units["office"], kind=kind, state=state, first_day=TODAY,
        last_day=TODAY, working_days=1, reason="x", requested_at=NOW, **letter,
    )  # fmt: skip


async def test_everybody_is_in_exactly_one_number(town: Town) -> None:
    await clock(town.call("Budi", now=EARLY), PunchKind.IN)
    await clock(town.call("Wati"), PunchKind.IN)
    await away(town, "Sri", LeaveRow, "annual")
    await away(town, "Joko", DutyRow, "in_town")
    shown = await counts(town, "Eka", AUDITOR)
    assert shown == Presence(TODAY, present=1, late=1, on_leave=1, on_duty=1, not_seen=1)
    assert shown.total == await EmployeeRow.filter(active=True).count()


async def test_a_request_that_waits_is_no_leave_and_who_has_left_service_is_nobody(town: Town) -> None:
    await away(town, "Sri", LeaveRow, "annual", "requested")
    await EmployeeRow.filter(id=town.people["Joko"]).update(active=False)
    assert await counts(town, "Eka", AUDITOR) == Presence(TODAY, not_seen=4)


async def test_leave_asked_for_twice_counts_a_person_once(town: Town) -> None:
    for kind in ("annual", "sick"):
        await away(town, "Sri", LeaveRow, kind)
    assert await counts(town, "Eka", AUDITOR) == Presence(TODAY, on_leave=1, not_seen=4)


async def test_a_holiday_is_off_for_all_but_those_on_duty(town: Town) -> None:
    await CalendarRow.create(
        kind="other", first_day=TODAY, last_day=TODAY, name="Pilkada", legal_basis="Keppres", adds=True,
        recorded_at=NOW,
    )  # fmt: skip
    await away(town, "Joko", DutyRow, "in_town")
    assert await counts(town, "Eka", AUDITOR) == Presence(TODAY, on_duty=1, off=4)


async def test_sunday_is_off_and_is_the_day_of_the_units_own_zone(town: Town) -> None:
    saturday_night = datetime(
        2026, 11, 28, 16, 30, tzinfo=NOW.tzinfo
    )  # 23:30 in Jakarta, Sunday 01:30 in Jayapura
    call = town.call("Eka", AUDITOR, now=saturday_night)
    units = {town.units["office"]: ZONE, town.units["archive"]: "Asia/Jayapura"}
    found = await of_units(call, units)
    assert found[town.units["office"]] == Presence(date(2026, 11, 28), off=4)
    assert found[town.units["archive"]] == Presence(date(2026, 11, 29), off=1)


@pytest.mark.parametrize(
    ("name", "grants", "unit", "seen"),
    [
        ("Budi", (), "city", {"Budi"}),
        ("Sri", (), "city", {"Sri", "Budi", "Wati"}),
        ("Sri", (), "archive", set()),
        ("Joko", ((Role.AUDITOR, "archive"),), "city", {"Joko", "Eka"}),
        ("Joko", ((Role.AUDITOR, "archive"),), "office", {"Joko"}),
        ("Eka", (AUDITOR,), "office", {"Sri", "Budi", "Wati", "Joko"}),
        ("Eka", (LEADER,), "city", {"Sri", "Budi", "Wati", "Joko", "Eka"}),
    ],
)
async def test_only_who_is_in_reach_counts(
    town: Town, name: str, grants: tuple[tuple[Role, str], ...], unit: str, seen: set[str]
) -> None:
    for who in ("Budi", "Wati", "Eka"):
        await clock(town.call(who), PunchKind.IN)
    came = seen & {"Budi", "Wati", "Eka"}
    shown = await counts(town, name, *grants, unit=unit)
    assert shown == Presence(TODAY, late=len(came), not_seen=len(seen - came))
    people = await of_people(town.call(name, *grants), [town.people[one] for one in sorted(seen)] or [0])
    assert set(people) == {town.people[one] for one in seen}


async def test_nobody_out_of_reach_is_told_of(town: Town) -> None:
    found = await of_people(town.call("Sri"), list(town.people.values()))
    assert set(found) == {town.people[one] for one in ("Sri", "Budi", "Wati")}


async def test_who_may_not_see_leave_sees_none(town: Town) -> None:
    await away(town, "Sri", LeaveRow, "sick")
    assert await counts(town, "Eka", INTEGRATOR) == Presence(TODAY, not_seen=5)


async def test_a_person_stands_as_counted_with_first_in_and_last_out(town: Town) -> None:
    await clock(town.call("Budi", now=EARLY), PunchKind.IN)
    await clock(town.call("Budi", now=EARLY + timedelta(hours=9)), PunchKind.OUT)
    await away(town, "Wati", LeaveRow, "annual")
    found = await of_people(town.call("Sri"), list(town.people.values()))
    named = {name: found.get(number) for name, number in town.people.items()}
    budi, wati, sri = named["Budi"], named["Wati"], named["Sri"]
    assert budi is not None
    assert wati is not None
    assert sri is not None
    assert (budi.state, budi.first_in, budi.last_out) == (
        PresenceState.PRESENT,
        EARLY,
        EARLY + timedelta(hours=9),
    )
    assert (wati.state, wati.status) == (PresenceState.ON_LEAVE, "leave")
    assert (sri.state, sri.status, sri.first_in) == (PresenceState.NOT_SEEN, "open", None)
    assert named["Eka"] is None


async def test_too_many_units_or_people_at_once_are_refused_with_the_limit(town: Town) -> None:
    with pytest.raises(TooMany):
        await of_units(town.call("Sri"), dict.fromkeys(range(service.MOST_UNITS + 1), ZONE))
    with pytest.raises(TooMany):
        await of_people(town.call("Sri"), range(service.MOST_PEOPLE + 1))


async def test_a_unit_whose_policy_is_not_installed_hides_no_other(town: Town) -> None:
    await BindingRow.create(
        unit_id=town.units["office"], slot="work-time", part="gone/policy", settings={}, valid_from=TODAY, known_from=NOW
    )  # fmt: skip
    await away(town, "Sri", LeaveRow, "annual")
    await away(town, "Joko", DutyRow, "in_town")
    assert await counts(town, "Eka", AUDITOR) == Presence(TODAY, on_leave=1, on_duty=1, not_seen=3)


async def test_each_unit_is_read_by_its_own_policy_and_many_by_one_look(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    saturday = datetime(2026, 11, 28, 3, tzinfo=NOW.tzinfo)
    await BindingRow.create(
        unit_id=town.units["archive"], slot="work-time", part="eperf/office-hours", settings={"days_per_week": 6},
        valid_from=TODAY, known_from=NOW,
    )  # fmt: skip
    for number in range(20):
        unit = await UnitRow.create(code=f"u{number}", name="x", kind="section", zone=ZONE)
        await UnitTreeRow.create(ancestor_id=unit.id, descendant_id=unit.id, depth=0)
        await UnitTreeRow.create(ancestor_id=town.units["city"], descendant_id=unit.id, depth=1)
        await EmployeeRow.create(kind="PNS", name="Nama", active=True, unit_id=unit.id)
    looks, look = [], service.bounds

    async def looking(*given: Any, **more: Any) -> Any:
        looks.append(given)
        return await look(*given, **more)

    monkeypatch.setattr(service, "bounds", looking)
    assert await counts(town, "Eka", AUDITOR, now=saturday) == Presence(saturday.date(), not_seen=1, off=24)
    assert len(looks) == 1


# The live view.


@dataclass
class Hearing:
    """Somebody who watches a unit; the clock is the test's."""

    town: Town
    who: str = "Eka"
    grants: tuple[tuple[Role, str], ...] = (AUDITOR,)
    unit: str = "city"
    now: datetime = NOW
    bell: Bell = field(default_factory=lambda: Bell(look_again=0.05))
    board: Board = field(default_factory=Board)
    heard: AsyncIterator[Live] | None = None

    async def next(self, seconds: float = 30) -> Live:
        if self.heard is None:
            self.heard = watch(
                lambda: self.town.call(self.who, *self.grants, now=self.now), self.town.units[self.unit], self.bell, self.board
            )  # fmt: skip
        async with asyncio.timeout(seconds):
            return await anext(self.heard)

    async def silent(self, seconds: float = 0.4) -> bool:
        """Whether nothing comes; the view is over then."""
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "PAUSE_SECONDS", 0.05)


async def tapped(town: Town, *names: str) -> None:
    for name in names:
        await clock(town.call(name), PunchKind.IN)
    await log.number()


async def test_the_live_view_begins_with_how_it_stands_and_goes_on_with_what_changes(
    town: Town, brisk: None
) -> None:
    await tapped(town, "Eka")
    hearing = Hearing(town)
    first = await hearing.next()
    assert first == Live(Presence(TODAY, late=1, not_seen=4))
    await tapped(town, "Budi")
    assert await hearing.next() == Live(Presence(TODAY, late=2, not_seen=3), (town.people["Budi"],))


async def test_what_happens_within_the_pause_is_one_message(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = asyncio.Event()
    monkeypatch.setattr(live_view, "_pause", over.wait)
    hearing, names = Hearing(town), ("Budi", "Wati", "Sri", "Eka")
    await hearing.next()
    task = asyncio.ensure_future(hearing.next(60))
    for name in names:
        await tapped(town, name)
    assert not task.done()
    over.set()
    live = await task
    assert live.presence.late == 4
    assert sorted(live.changed) == sorted(town.people[one] for one in names)
    assert await hearing.silent()


async def test_a_second_lies_between_two_messages(town: Town) -> None:
    hearing, loop = Hearing(town), asyncio.get_running_loop()
    await hearing.next()
    began = loop.time()
    await tapped(town, "Budi")
    await hearing.next(30)
    assert loop.time() - began >= 1


async def test_the_live_view_tells_of_nobody_out_of_reach(town: Town, brisk: None) -> None:
    hearing = Hearing(town, "Sri", ())
    assert (await hearing.next()).presence.total == 3
    await tapped(town, "Eka", "Joko")
    assert await hearing.silent()


async def test_who_is_placed_elsewhere_is_gone_from_the_live_view(town: Town, brisk: None) -> None:
    hearing = Hearing(town, grants=((Role.AUDITOR, "office"),), unit="office")
    assert (await hearing.next()).presence.total == 4
    budi, archive = town.people["Budi"], town.units["archive"]
    await EmployeeRow.filter(id=budi).update(unit_id=archive)
    await PlacementRow.filter(employee_id=budi).update(unit_id=archive)
    await tapped(town, "Wati")
    assert (await hearing.next()).presence.total == 3
    await tapped(town, "Budi")
    assert await hearing.silent()


async def test_at_midnight_in_the_units_zone_the_next_day_begins(town: Town, brisk: None) -> None:
    await tapped(town, "Budi")
    await UnitRow.filter(id=town.units["city"]).update(zone="Asia/Jayapura")
    hearing = Hearing(town, now=NOW.replace(hour=14, minute=59))
    assert (await hearing.next()).presence == Presence(TODAY, late=1, not_seen=4)
    task = asyncio.ensure_future(hearing.next())
    await asyncio.sleep(0.2)
    assert not task.done()
    hearing.now = NOW.replace(hour=15, minute=0)
    assert await task == Live(Presence(TODAY + timedelta(days=1), not_seen=5))


async def test_many_who_watch_one_unit_share_the_counting(
    town: Town, brisk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    count = service.presence.counted

    async def counting(*given: Any) -> Any:
        nonlocal asked
        asked += 1
        return await count(*given)

    monkeypatch.setattr(service.presence, "counted", counting)
    board, bell = Board(), Bell(look_again=0.05)
    crowd = [Hearing(town, who, (AUDITOR,), board=board, bell=bell) for who in ("Eka", "Joko", "Budi") * 10]
    await asyncio.gather(*(one.next() for one in crowd))
    assert asked == 1
    await tapped(town, "Wati")
    found = await asyncio.gather(*(one.next() for one in crowd))
    assert {live.presence.late for live in found} == {1}
    assert asked == 2


async def test_one_who_goes_takes_the_answer_from_nobody() -> None:
    board, begun, go_on = Board(), asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        begun.set()
        await go_on.wait()
        return 7

    first, second = (asyncio.ensure_future(board.once("a", slow)) for _ in range(2))
    await begun.wait()
    first.cancel()
    await asyncio.sleep(0)
    go_on.set()
    assert await second == 7


async def test_a_look_that_failed_is_made_again() -> None:
    board, tries = Board(), 0

    async def look() -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("away")
        return tries

    with pytest.raises(OSError, match="away"):
        await board.once("a", look)
    assert await board.once("a", look) == 2


async def test_the_live_view_of_no_unit_and_by_who_sees_nobody_is_refused(town: Town) -> None:
    hearing = Hearing(town)
    town.units["nowhere"] = 10**9
    hearing.unit = "nowhere"
    with pytest.raises(NotFound):
        await hearing.next()
    call = town.call("Eka")
    blind = type(call)(type(call.viewer)(1, "x", roles=frozenset({Role.SIGNER})), NOW, registry=town.registry)
    with pytest.raises(Forbidden):
        await anext(watch(lambda: blind, town.units["city"], Bell(), Board()))


def test_the_live_view_listens_to_kinds_that_there_are() -> None:
    there = {
        one.kind
        for module in (events, attendance_events)
        for one in vars(module).values()
        if hasattr(one, "kind")
    }
    assert set(live_view._KINDS) <= there
