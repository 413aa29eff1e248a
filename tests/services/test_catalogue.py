"""Catalogue items with their versions, inherited down the tree, on a real database."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from eperf.domain.access import SYSTEM, Role
from eperf.domain.activity import Report
from eperf.domain.catalogue import FractionPolicy, Item
from eperf.domain.errors import BadInput, Forbidden, ItemOverlap, NotFound
from eperf.services import activity
from eperf.services.call import Call
from eperf.services.catalogue import items_for, put_item
from eperf.store.catalogue import ItemRow
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, SINCE, TODAY, Town

CALL = Call(SYSTEM, NOW)
REPORT = Item("41", "Make a report", "report", 100, 6400, 64, FractionPolicy.PROPORTIONAL, SINCE)
NEXT_YEAR = date(2027, 1, 1)


async def spans(town: Town, unit: str = "city") -> list[tuple[int, date, date | None]]:
    rows = await ItemRow.filter(unit_id=town.units[unit], code="41").order_by("valid_from")
    return [(row.points_per_unit_h, row.valid_from, row.valid_to) for row in rows]


async def test_units_inherit_items_and_the_nearest_unit_counts(town: Town) -> None:
    own = await put_item(CALL, town.units["office"], dataclasses.replace(REPORT, points_per_unit_h=7000))
    extra = await put_item(CALL, town.units["city"], dataclasses.replace(REPORT, code="53"))
    assert [row.id for row in await items_for(town.units["office"], TODAY)] == [own, extra]
    assert [row.id for row in await items_for(town.units["archive"], TODAY)] == [town.item, extra]
    assert await items_for(town.units["office"], date(2019, 12, 31)) == []


async def test_when_the_nearer_item_has_ended_the_inherited_one_counts_again(town: Town) -> None:
    ended = dataclasses.replace(REPORT, valid_to=NEXT_YEAR)
    own = await put_item(CALL, town.units["office"], ended)
    assert [row.id for row in await items_for(town.units["office"], date(2026, 12, 31))] == [own]
    assert [row.id for row in await items_for(town.units["office"], NEXT_YEAR)] == [town.item]


async def test_a_new_version_ends_the_one_before(town: Town) -> None:
    await put_item(
        CALL, town.units["city"], dataclasses.replace(REPORT, points_per_unit_h=9000, valid_from=NEXT_YEAR)
    )
    assert await spans(town) == [(6400, SINCE, NEXT_YEAR), (9000, NEXT_YEAR, None)]
    event = await EventRow.get(kind="catalogue.changed")
    assert (event.unit_id, event.payload) == (town.units["city"], {"items": 2})


async def test_a_version_in_between_ends_the_one_before_and_lasts_until_the_next(town: Town) -> None:
    for first in (NEXT_YEAR, date(2025, 1, 1)):
        await put_item(CALL, town.units["city"], dataclasses.replace(REPORT, valid_from=first))
    assert [span[1:] for span in await spans(town)] == [
        (SINCE, date(2025, 1, 1)), (date(2025, 1, 1), NEXT_YEAR), (NEXT_YEAR, None),
    ]  # fmt: skip


async def test_versions_do_not_overlap(town: Town) -> None:
    await put_item(CALL, town.units["city"], dataclasses.replace(REPORT, valid_to=date(2026, 6, 1)))
    with pytest.raises(ItemOverlap):
        await put_item(CALL, town.units["city"], dataclasses.replace(REPORT, valid_from=date(2026, 1, 1)))
    with pytest.raises(ItemOverlap):
        await put_item(
            CALL, town.units["city"],
            dataclasses.replace(REPORT, valid_from=date(2019, 1, 1), valid_to=date(2020, 1, 2)),
        )  # fmt: skip
    assert await spans(town) == [(6400, SINCE, date(2026, 6, 1))]


async def test_a_corrected_version_makes_what_was_reported_with_it_untrue(town: Town) -> None:
    await activity.submit(town.call("Budi"), Report(town.item, TODAY, 60, 100, "Laporan"))
    await DirtyRow.all().delete()
    await put_item(CALL, town.units["city"], dataclasses.replace(REPORT, points_per_unit_h=1))
    assert [(row.employee_id, row.period) for row in await DirtyRow.all()] == [
        (town.people["Budi"], "2026-11")
    ]
    assert (await ItemRow.get(id=town.item)).points_per_unit_h == 1


async def test_the_same_item_again_changes_nothing(town: Town) -> None:
    assert await put_item(CALL, town.units["city"], REPORT) == town.item
    assert await EventRow.all().count() == 0


async def test_only_those_with_the_right_change_a_catalogue(town: Town) -> None:
    changed = dataclasses.replace(REPORT, points_per_unit_h=1)
    for caller in (town.call("Budi"), town.call("Eka", (Role.PERSONNEL_ADMIN, "office"))):
        with pytest.raises(Forbidden):
            await put_item(caller, town.units["city"], changed)
    await put_item(town.call("Eka", (Role.PLUGIN_ADMIN, "city")), town.units["city"], changed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_size_h": 0}, "unitSize"),
        ({"unit_size_h": 2**63}, "unitSize"),
        ({"points_per_unit_h": -1}, "pointsPerUnit"),
        ({"points_per_unit_h": 2**63}, "pointsPerUnit"),
        ({"norm_min": -1}, "normMin"),
        ({"norm_min": 2**31}, "normMin"),
        ({"valid_to": SINCE}, "validTo"),
        ({"valid_from": date(1, 1, 1)}, "validFrom"),
        ({"code": "a;b"}, "code"),
        ({"name": ""}, "name"),
        ({"per": "x" * 65}, "per"),
        ({"fraction_policy": "half"}, "fractionPolicy"),
    ],
)
async def test_what_scoring_could_not_use_is_refused(
    town: Town, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await put_item(CALL, town.units["city"], dataclasses.replace(REPORT, **changes))
    assert refused.value.field == field
    with pytest.raises(NotFound):
        await put_item(CALL, 10**9, REPORT)
