"""What the catalogue and the deadlines ask of a report: the statement that writes and the reason it gives agree."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from eperf.domain.activity import Report
from eperf.domain.attendance.calendar import zone_named
from eperf.domain.catalogue import (
    Attached,
    require_evidence,
    require_for,
    require_norm,
)
from eperf.domain.deadline import report_until
from eperf.domain.errors import (
    EvidenceMissing,
    EvidenceTooLarge,
    ItemNotForPosition,
    MinutesOutsideNorm,
    Refused,
    ReportTooLate,
)
from eperf.services import activity
from eperf.services.catalogue import items_of
from eperf.store.activity import ActivityRow, EvidenceRow
from eperf.store.catalogue import ItemRow
from eperf.store.deadline import DeadlineRow
from eperf.store.event import EventRow
from eperf.store.file import FileRow
from eperf.store.items import item_of, post_of
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.overdue import rule_on
from eperf.store.people import EmployeeRow, PlacementRow
from tests.support.town import NOW, SINCE, TODAY, Town


def report(town: Town, **changes: object) -> Report:
    return dataclasses.replace(Report(town.item, TODAY, 60, 100, "Laporan bulanan"), **changes)


async def file(town: Town, content: str, media: str, size: int = 1) -> int:
    row = await FileRow.create(
        sha256=content * 64, size=size, media_type=media, account_id=town.accounts["Budi"], created_at=NOW
    )
    return int(row.id)


async def term(town: Town, **terms: object) -> None:
    await ItemRow.filter(id=town.item).update(**terms)


async def rule(town: Town, unit: str = "city", **changes: object) -> None:
    values = {
        "valid_from": SINCE,
        "legal_basis": "Pergub contoh pasal 9",
        "silence": "nothing",
        "recorded_at": NOW,
    }
    await DeadlineRow.create(unit_id=town.units[unit], **{**values, **changes})


async def refused(town: Town, given: Report, name: str = "Budi", now: datetime = NOW) -> Refused:
    with pytest.raises(Refused) as found:
        await activity.submit(town.call(name, now=now, key="k"), given)
    assert await ActivityRow.all().count() == await EventRow.all().count() == 0
    return found.value


@pytest.mark.parametrize(
    ("positions", "fits"),
    [
        (None, True), (["kind:implementer"], True), (["class:7"], True), (["code:staff"], True), (["class:8"], False),
        (["code:head", "kind:functional"], False), (["class:17", "class:7"], True),
    ],
)  # fmt: skip
async def test_an_item_is_for_the_posts_it_names(town: Town, positions: list[str] | None, fits: bool) -> None:
    await term(town, positions=positions)
    items = await items_of(town.people["Budi"], NOW)
    assert [row.id for row in items] == ([town.item] if fits else [])
    if fits:
        assert await activity.submit(town.call("Budi"), report(town)) > 0
    else:
        found = await refused(town, report(town))
        assert (type(found), found.field) == (ItemNotForPosition, "item")


async def test_the_post_is_that_of_the_day(town: Town) -> None:
    await term(town, positions=["code:staff"])
    await PlacementRow.filter(employee_id=town.people["Budi"]).update(valid_to=TODAY)
    await PlacementRow.create(
        employee_id=town.people["Budi"], unit_id=town.units["office"], position_id=None, valid_from=TODAY
    )
    assert isinstance(await refused(town, report(town)), ItemNotForPosition)
    assert await items_of(town.people["Budi"], NOW) == []
    assert await activity.submit(town.call("Budi"), report(town, date=TODAY - timedelta(days=1))) > 0


@pytest.mark.parametrize(
    ("least", "most", "minutes", "quantity", "fits"),
    [
        (10, 20, 10, 100, True), (10, 20, 9, 100, False), (10, 20, 20, 100, True), (10, 20, 21, 100, False),
        (10, 20, 21, 150, True), (10, 20, 14, 150, False), (None, 20, 1, 100_00, True), (10, None, 1440, 100, True),
        (0, 0, 1, 100, False),
    ],
)  # fmt: skip
async def test_the_minutes_keep_the_norm_of_so_many_units(
    town: Town, least: int | None, most: int | None, minutes: int, quantity: int, fits: bool
) -> None:
    await term(town, least_min=least, most_min=most)
    given = report(town, minutes=minutes, quantity_h=quantity)
    if fits:
        assert await activity.submit(town.call("Budi"), given) > 0
    else:
        found = await refused(town, given)
        assert (type(found), found.field) == (MinutesOutsideNorm, "minutes")


async def test_evidence_of_a_kind_that_the_item_needs_may_not_be_missing(town: Town) -> None:
    photo, pdf = await file(town, "1", "image/webp", 500), await file(town, "2", "application/pdf", 400)
    await term(town, evidence=["photo", "link"], evidence_bytes=450)
    link = ("https://arsip.example.go.id/7",)
    for given, kind, field in (
        (report(town), EvidenceMissing, "evidence"), (report(town, links=link), EvidenceMissing, "evidence"),
        (report(town, evidence=(pdf,), links=link), EvidenceMissing, "evidence"),
        (report(town, evidence=(photo,)), EvidenceMissing, "links"),
        (report(town, evidence=(pdf, photo), links=link), EvidenceTooLarge, "evidence"),
    ):  # fmt: skip
        found = await refused(town, given)
        assert (type(found), found.field) == (kind, field)
    await term(town, evidence_bytes=500)
    number = await activity.submit(town.call("Budi"), report(town, evidence=(photo,), links=link))
    assert (await ActivityRow.get(id=number)).links == list(link)
    assert await EvidenceRow.filter(activity_id=number).count() == 1


@pytest.mark.parametrize(
    ("zone", "minute", "fits"),
    [
        ("Asia/Jakarta", 15 * 60 + 59, True), ("Asia/Jakarta", 16 * 60, False), ("Asia/Makassar", 15 * 60 + 59, True),
        ("Asia/Makassar", 16 * 60, False), ("WIT", 15 * 60 + 59, True), ("WIT", 16 * 60, False),
    ],
)  # fmt: skip
async def test_work_is_reported_on_the_same_day_before_four_in_the_units_zone(
    town: Town, zone: str, minute: int, fits: bool
) -> None:
    await rule(town, counted_from="day", report_until_min=16 * 60)
    await UnitRow.filter(id=town.units["office"]).update(zone=zone)
    now = datetime(2026, 11, 24, tzinfo=zone_named(zone)) + timedelta(minutes=minute, seconds=59)
    if fits:
        assert await activity.submit(town.call("Budi", now=now.astimezone(UTC)), report(town)) > 0
    else:
        found = await refused(town, report(town), now=now.astimezone(UTC))
        assert (type(found), found.field) == (ReportTooLate, "date")
        assert "2026-11-24 16:00" in found.message("id")
        assert "Pergub contoh" in found.message("id")


async def test_a_nearer_unit_and_a_later_row_have_deadlines_of_their_own(town: Town) -> None:
    await rule(town, counted_from="day", report_until_min=1440)
    await rule(town, "office", valid_from=TODAY - timedelta(days=3))
    old, recent = TODAY - timedelta(days=4), TODAY - timedelta(days=3)
    assert isinstance(await refused(town, report(town, date=old)), ReportTooLate)
    assert isinstance(await refused(town, report(town, date=recent), "Eka"), ReportTooLate)
    assert await activity.submit(town.call("Budi"), report(town, date=recent)) > 0


async def test_what_was_returned_is_mended_by_its_own_deadline(town: Town) -> None:
    await rule(town, counted_from="day", report_until_min=1440, mend_days=1)
    number = await activity.submit(town.call("Budi"), report(town))
    from eperf.domain.activity import Decision

    await activity.decide(
        town.call("Sri", now=NOW + timedelta(days=2)), number, Decision.RETURN, "Lampirkan bukti"
    )
    last = datetime(2026, 11, 27, 16, 59, 59, tzinfo=UTC)  # the end of the 27th in Surabaya
    with pytest.raises(ReportTooLate):
        await activity.resubmit(town.call("Budi", now=last + timedelta(seconds=1)), number, report(town))
    other = report(town, date=TODAY - timedelta(days=1))
    with pytest.raises(ReportTooLate):  # of another day it would be a report of that day
        await activity.resubmit(town.call("Budi", now=last), number, other)
    await activity.resubmit(town.call("Budi", now=last), number, report(town, minutes=10))


async def test_a_draft_or_a_waiting_report_is_not_sent_after_the_deadline(town: Town) -> None:
    await rule(town, counted_from="month_end", report_until_min=5 * 1440)
    draft = await activity.save_draft(town.call("Budi"), report(town))
    sent = await activity.submit(town.call("Budi"), report(town))
    late = datetime(2026, 12, 4, 17, tzinfo=UTC)
    for number in (draft, sent):
        with pytest.raises(ReportTooLate):
            await activity.resubmit(town.call("Budi", now=late), number, report(town, minutes=5))
        await activity.resubmit(
            town.call("Budi", now=late - timedelta(seconds=1)), number, report(town, minutes=5)
        )


async def _reason(town: Town, given: Report, now: datetime) -> type[Refused] | None:
    """The refusal by the domain's rules, worked out from the rows."""
    person = await EmployeeRow.get(id=town.people["Budi"])
    placed = [
        row
        for row in await PlacementRow.filter(employee_id=person.id, valid_from__lte=given.date)
        if row.valid_to is None or given.date < row.valid_to
    ]
    unit_id, position_id = (
        (placed[0].unit_id, placed[0].position_id) if placed else (person.unit_id, person.position_id)
    )
    item = item_of(await ItemRow.get(id=given.item_id))
    files = [Attached(one.media_type, one.size) for one in await FileRow.filter(id__in=list(given.evidence))]
    zone = zone_named((await UnitRow.get(id=unit_id)).zone)
    try:
        require_for(item, post_of(await PositionRow.get_or_none(id=position_id or 0)))
        require_norm(item, given.minutes, given.quantity_h)
        require_evidence(item, files, len(given.links))
    except Refused as found:
        return type(found)
    held = await rule_on(unit_id, given.date)
    until = None if held is None else report_until(held, given.date, zone)
    return ReportTooLate if until is not None and now >= until else None


@pytest.mark.parametrize("seed", range(4))
async def test_the_statement_and_the_rules_agree_on_what_is_taken(town: Town, seed: int) -> None:
    chance = random.Random(seed)
    days = [TODAY - timedelta(days=number) for number in range(40)]
    other = await PositionRow.create(
        code="head",
        title="Kepala",
        unit_id=town.units["city"],
        job_class=chance.choice((1, 17)),
        kind="administrator",
    )
    posts = [None, other.id, (await PositionRow.get(code="staff")).id]
    await EmployeeRow.filter(id=town.people["Budi"]).update(position_id=chance.choice(posts))
    await PlacementRow.filter(employee_id=town.people["Budi"]).delete()
    for end in (5, 15):
        await PlacementRow.create(
            employee_id=town.people["Budi"], unit_id=chance.choice(list(town.units.values())),
            position_id=chance.choice(posts), valid_from=days[end + 8], valid_to=days[end],
        )  # fmt: skip
    for unit in town.units:
        await UnitRow.filter(id=town.units[unit]).update(zone=chance.choice(("WIB", "WITA", "Asia/Jayapura")))
        for start in chance.sample(days, 3):
            counted = chance.choice(("day", "month_end", None, None))
            until = chance.choice((960, 1440, 1440 * 9)) if counted else None
            await rule(town, unit, valid_from=start, counted_from=counted, report_until_min=until)
    files = [
        await file(town, str(n), kind, 10 * n)
        for n, kind in enumerate(("image/png", "application/pdf", "text/csv"))
    ]
    outcomes: list[type[Refused] | None] = []
    for number in range(80):
        await term(
            town,
            least_min=chance.choice((None, None, None, 20)), most_min=chance.choice((None, None, None, 40)),
            unit_size_h=chance.choice((100, 250)),
            positions=chance.choice((None, None, None, None, ["class:7"], ["kind:administrator"], ["code:head", "class:1"])),
            evidence=chance.choice((None, None, None, ["link"], ["photo"], ["photo", "pdf"])),
            evidence_bytes=chance.choice((None, None, None, 10, 15)),
        )  # fmt: skip
        given = report(
            town, date=chance.choice(days), minutes=chance.choice((10, 30, 60)), quantity_h=chance.choice((100, 150)),
            evidence=tuple(chance.sample(files, chance.randint(0, 3))), links=chance.choice(((), ("https://x.id/",))),
        )  # fmt: skip
        now = NOW + timedelta(minutes=chance.randint(0, 700))
        reason = await _reason(town, given, now)
        try:
            await activity.submit(town.call("Budi", now=now, key=f"k{number}"), given)
        except Refused as found:
            outcomes.append(type(found))
        else:
            outcomes.append(None)
        assert outcomes[-1] is reason, (given, now)
    assert 10 <= outcomes.count(None) <= 70


def test_the_two_dates_of_a_deadline_are_those_of_the_report() -> None:
    from eperf.store.reporting import _minutes

    assert _minutes(date(2026, 11, 24), datetime(2026, 11, 24, 9, 0, 59, tzinfo=UTC)) == 540
    assert _minutes(date(2026, 11, 30), datetime(2026, 11, 24, 9, tzinfo=UTC)) == 540 - 6 * 1440
