"""Checking in with a phone: fences of units and duty orders, tries that do not count and are kept, who sees them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from eperf.domain.access import Role
from eperf.domain.attendance.check_in import Place, Told
from eperf.domain.attendance.duty import DutyAsked, DutyKind
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.attendance.request import Span, Verdict
from eperf.domain.errors import BadInput, CheckInRefused, Conflict, Forbidden, NotFound, Taken
from eperf.domain.integrity.geo import Point
from eperf.services.attendance import duty, fence
from eperf.services.attendance.check_in import reduce
from eperf.services.attendance.clock import clock
from eperf.services.call import Call
from eperf.services.file import readable
from eperf.store.attendance import DayRow, PunchRow
from eperf.store.event import EventRow
from eperf.store.file import FileRow
from eperf.store.position import CheckInFileRow, CheckInRow
from tests.support.town import NOW, SINCE, TODAY, Town

OFFICE = Point.of(Decimal("-7.257500"), Decimal("112.752100"))
NEAR = Point.of(Decimal("-7.257900"), Decimal("112.752100"))
FAR = Point.of(Decimal("-7.267500"), Decimal("112.752100"))
LATER = timedelta(seconds=30)


def admin(town: Town, key: str | None = None) -> Call:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, "city"), key=key)


def told(point: Point = NEAR, accuracy_h: int = 1500, **more: object) -> Told:
    return Told(point, accuracy_h, **more)  # type: ignore[arg-type]


async def fenced(
    town: Town, unit: str = "office", point: Point = OFFICE, radius: int = 100, name: str = "Kantor"
) -> int:
    new = fence.NewFence(town.units[unit], name, Place(point, radius), SINCE, "SK 1/2020")
    return await fence.add(admin(town), new)


async def test_inside_the_fence_it_counts_and_keeps_what_made_it_count(town: Town) -> None:
    number = await fenced(town)
    hints = {"mock": True, "device_id": "a1", "device_model": "Ponsel 7", "captured_at": NOW - LATER}
    punch = await PunchRow.get(id=await clock(town.call("Budi"), PunchKind.IN, told(**hints)))
    assert (punch.outcome, punch.verify, punch.employee_id) == ("used", "gps", town.people["Budi"])
    tried = await CheckInRow.get()
    assert (tried.accepted, tried.inside, tried.distance_m, tried.radius_m) == (True, True, 44, 100)
    assert (tried.fence_id, tried.punch_id, tried.accuracy_h, tried.mock) == (number, punch.id, 1500, True)
    assert (tried.lat_e6, tried.lon_e6, tried.phone, tried.phone_model) == (
        -7_257_900,
        112_752_100,
        "a1",
        "Ponsel 7",
    )
    assert await DayRow.exists(employee_id=town.people["Budi"], date=TODAY)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        (told(FAR), "position", "1112 m"),
        (told(accuracy_h=10_001), "position.accuracyM", "100.01"),
        (None, "position", "here people check in with their position"),
    ],
)
async def test_a_try_that_does_not_count_is_refused_by_name_and_kept(
    town: Town, given: Told | None, field: str, said: str
) -> None:
    await fenced(town)
    with pytest.raises(CheckInRefused, match=said) as refused:
        await clock(town.call("Budi"), PunchKind.IN, given)
    assert refused.value.field == field
    assert await PunchRow.all().count() == 0
    assert not await DayRow.exists(employee_id=town.people["Budi"])
    tried = await CheckInRow.get()
    assert (tried.accepted, tried.punch_id, tried.employee_id) == (False, None, town.people["Budi"])
    assert said in (tried.reason or "")
    # A better try counts, and the refused one stays.
    await clock(town.call("Budi", now=NOW + LATER), PunchKind.IN, told())
    assert sorted([row.accepted for row in await CheckInRow.all()]) == [False, True]


async def test_at_the_very_radius_it_counts(town: Town) -> None:
    await fenced(town, point=NEAR, radius=15)
    assert await clock(town.call("Budi"), PunchKind.IN, told(accuracy_h=1500))


async def test_a_refused_fix_that_is_sent_again_is_a_copy(town: Town) -> None:
    await fenced(town)
    fix = told(FAR, captured_at=NOW)
    tries = (clock(town.call("Budi", now=NOW + LATER * n), PunchKind.IN, fix) for n in range(5))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert {type(one) for one in outcomes} == {CheckInRefused}
    assert (await CheckInRow.get()).copies == 4


async def test_without_a_fence_nothing_is_asked_and_a_position_is_kept_all_the_same(town: Town) -> None:
    await clock(town.call("Budi"), PunchKind.IN)
    assert await CheckInRow.all().count() == 0
    await clock(town.call("Budi", now=NOW + LATER), PunchKind.OUT, told(FAR))
    tried = await CheckInRow.get()
    assert (tried.accepted, tried.inside, tried.fence_id, tried.distance_m) == (True, None, None, None)


async def test_the_nearest_unit_s_fences_hold_and_any_of_them_will_do(town: Town) -> None:
    await fenced(town, "city", FAR)
    assert await clock(town.call("Budi"), PunchKind.IN, told(FAR))
    await fenced(town, "office", OFFICE)
    with pytest.raises(CheckInRefused):
        await clock(town.call("Budi", now=NOW + LATER), PunchKind.IN, told(FAR))
    await fenced(town, "office", FAR, name="Gudang")
    assert await clock(town.call("Budi", now=NOW + LATER), PunchKind.IN, told(FAR))
    # Another unit goes on under the city's.
    assert await clock(town.call("Eka", now=NOW + LATER), PunchKind.IN, told(FAR))


async def test_a_fence_holds_from_its_day_until_the_next_of_its_name_or_its_end(town: Town) -> None:
    first = await fenced(town)
    moved = fence.NewFence(town.units["office"], "Kantor", Place(FAR, 100), TODAY)
    second = await fence.add(admin(town, key="k"), moved)
    assert await fence.add(admin(town, key="k"), moved) == second
    with pytest.raises(Taken, match="2026-11-24"):
        await fence.add(admin(town), moved)
    assert await clock(town.call("Budi"), PunchKind.IN, told(FAR))
    with pytest.raises(Conflict):
        await fence.end(admin(town), first, TODAY)
    with pytest.raises(BadInput, match="validTo"):
        await fence.end(admin(town), second, TODAY - timedelta(days=1))
    await fence.end(admin(town), second, TODAY)
    assert await clock(town.call("Budi", now=NOW + LATER), PunchKind.IN)
    told_of = await EventRow.filter(kind="attendance.fence-changed").order_by("id")
    assert [event.payload["what"] for event in told_of] == ["set", "set", "ended"]


async def test_only_a_personnel_admin_over_the_unit_sets_a_fence(town: Town) -> None:
    new = fence.NewFence(town.units["office"], "Kantor", Place(OFFICE, 100), SINCE)
    for call in (town.call("Sri"), town.call("Eka", (Role.PERSONNEL_ADMIN, "archive"))):
        with pytest.raises(Forbidden):
            await fence.add(call, new)
    number = await fenced(town)
    with pytest.raises(Forbidden):
        await fence.end(town.call("Sri", (Role.UNIT_LEADER, "city")), number, TODAY)
    with pytest.raises(NotFound):
        await fence.end(admin(town), 999_999, TODAY)


@pytest.mark.parametrize(("place", "counts_at"), [(Place(FAR, 200), (FAR,)), (None, (FAR, OFFICE))])
async def test_a_duty_order_moves_the_place_for_its_days(
    town: Town, place: Place | None, counts_at: tuple[Point, ...]
) -> None:
    await fenced(town)
    letter = await FileRow.create(
        sha256="a" * 64, size=1, media_type="image/png", account_id=town.accounts["Budi"], created_at=NOW
    )
    asked = DutyAsked(DutyKind.IN_TOWN, Span(TODAY, TODAY), "ST/1", "Balai", "Rapat", (letter.id,), place)
    number = await duty.ask(town.call("Budi"), asked)
    with pytest.raises(CheckInRefused):
        await clock(town.call("Budi"), PunchKind.IN, told(FAR))
    await duty.decide(town.call("Sri"), number, Verdict.APPROVE)
    for count, point in enumerate((FAR, OFFICE)):
        call = town.call("Budi", now=NOW + LATER * (count + 1))
        if point in counts_at:
            assert await clock(call, PunchKind.IN, told(point))
        else:
            with pytest.raises(CheckInRefused):
                await clock(call, PunchKind.IN, told(point))
    tried = await CheckInRow.filter(accepted=True).first()
    assert tried is not None
    assert tried.duty_id == (number if place else None)
    # The day after, the office is the place again.
    with pytest.raises(CheckInRefused):
        await clock(town.call("Budi", now=NOW + timedelta(days=1)), PunchKind.IN, told(FAR))


async def test_a_picture_is_the_sender_s_own_and_seen_by_the_superior(town: Town) -> None:
    rows = {
        name: await FileRow.create(
            sha256="b" * 64, size=1, media_type="image/png", account_id=town.accounts[name], created_at=NOW
        )
        for name in ("Budi", "Wati")
    }
    with pytest.raises(NotFound):
        await clock(town.call("Budi"), PunchKind.IN, told(), (rows["Wati"].id,))
    with pytest.raises(NotFound):
        await readable(town.call("Sri").viewer, rows["Budi"].id)
    await clock(town.call("Budi"), PunchKind.IN, told(), (rows["Budi"].id,))
    assert (await readable(town.call("Sri").viewer, rows["Budi"].id)).id == rows["Budi"].id
    with pytest.raises(NotFound):
        await readable(town.call("Wati").viewer, rows["Budi"].id)


async def test_after_its_time_only_inside_or_outside_is_left(town: Town) -> None:
    await fenced(town)
    picture = await FileRow.create(
        sha256="c" * 64, size=1, media_type="image/png", account_id=town.accounts["Budi"], created_at=NOW
    )
    await clock(town.call("Budi"), PunchKind.IN, told(device_id="a1"), (picture.id,))
    with pytest.raises(CheckInRefused):
        await clock(town.call("Wati"), PunchKind.IN, told(FAR))
    assert await reduce(admin(town), TODAY) == 0
    assert await reduce(admin(town), TODAY + timedelta(days=1)) == 2
    assert await reduce(admin(town), TODAY + timedelta(days=1)) == 0
    for row in await CheckInRow.all():
        assert (row.lat_e6, row.lon_e6, row.accuracy_h, row.distance_m, row.phone, row.reason) == (None,) * 6
        assert row.inside is row.accepted
    assert await CheckInFileRow.all().count() == 0


async def test_a_key_answers_once_and_not_for_another_place(town: Town) -> None:
    number = await fenced(town)
    first = await clock(town.call("Budi", key="k"), PunchKind.IN, told())
    assert await clock(town.call("Budi", key="k", now=NOW + LATER), PunchKind.IN, told()) == first
    # Nor when what it was held against is another place by now.
    await fence.end(admin(town), number, TODAY)
    await fenced(town, point=FAR, name="Gudang")
    with pytest.raises(CheckInRefused):
        await clock(town.call("Joko", key="k"), PunchKind.IN, told())
    await CheckInRow.filter(accepted=False).delete()
    assert await clock(town.call("Budi", key="k", now=NOW + LATER), PunchKind.IN, told()) == first
    assert not await CheckInRow.filter(accepted=False).exists()
    assert await CheckInRow.all().count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: told(accuracy_h=-1),
        lambda: Place(OFFICE, 0),
        lambda: Place(OFFICE, 100_001),
        lambda: Point(90_000_001, 0),
        lambda: told(device_id="a\x00").hints(),
    ],
)
def test_what_cannot_be_a_position_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(BadInput):
        wrong()  # type: ignore[operator]
