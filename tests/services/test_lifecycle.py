"""The life of a plugin in an installation: bound, unbound, stopped, resumed, upgraded, taken away and put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from eperf.domain.access import Role
from eperf.domain.activity import Decision, Report
from eperf.domain.errors import BadInput, Forbidden, NotFound, PluginDisabled, PluginInUse
from eperf.plugins import DayInput, DayResult, Secret, hookimpl
from eperf.plugins.registry import Registry, installed, load
from eperf.services import activity, uninstall
from eperf.services.binding import bind, bound_to, change_settings, unbind
from eperf.services.call import Call
from eperf.services.parts import Slot, bound
from eperf.services.plugin import disable, enable, take_note
from eperf.services.plugin_health import health
from eperf.services.scoring import score_dirty
from eperf.store.binding import BindingRow
from eperf.store.event import EventRow
from eperf.store.plugin import SeenRow, SwitchRow
from eperf.store.scoring import ScoreRow
from eperf.testing import candidate
from tests.support.town import NOW, SINCE, TODAY, Town

POINTS = "points-catalogue/points"
NORM = "eperf/norm-minutes"
ADMIN = (Role.PLUGIN_ADMIN, "city")
WHY = "The figures of October are wrong"
LATER = NOW + timedelta(hours=1)


async def verified(town: Town, who: str = "Budi", by: str = "Sri") -> None:
    number = await activity.submit(town.call(who), Report(town.item, TODAY, 60, 100, "Laporan"))
    await activity.decide(town.call(by), number, Decision.VERIFY)


async def scored(town: Town, call: Call | None = None) -> None:
    while await score_dirty(call or town.call("Sri")):
        pass


async def score(town: Town, who: str = "Budi") -> ScoreRow:
    return await ScoreRow.get(employee_id=town.people[who], period="2026-11")


async def told(kind: str) -> list[dict[str, Any]]:
    return [
        {"unit": row.unit_id, "by": row.account_id, **row.payload}
        for row in await EventRow.filter(kind=kind).order_by("id")
    ]


async def served(town: Town, unit: str, day: date, slot: Slot = Slot.SCHEME) -> str:
    return (await bound(town.registry, slot, town.units[unit], day)).registered.key


async def test_an_ended_binding_leaves_the_word_to_the_unit_above_and_its_past_as_it_was(town: Town) -> None:
    call, office = town.call("Eka", ADMIN), town.units["office"]
    await bind(call, town.units["city"], Slot.SCHEME, "ministry-ladder/attendance", {}, SINCE)
    await bind(call, office, Slot.SCHEME, POINTS, {}, SINCE)
    number = await unbind(town.call("Eka", ADMIN, now=LATER), office, Slot.SCHEME, TODAY)
    row = await BindingRow.get(id=number)
    assert (row.part, row.ends, row.known_from, row.account_id) == (POINTS, True, LATER, town.accounts["Eka"])
    assert await served(town, "office", TODAY - timedelta(days=1)) == POINTS
    assert await served(town, "office", TODAY) == "ministry-ladder/attendance"
    assert await BindingRow.filter(unit_id=office).count() == 2
    assert await told("plugins.part-unbound") == [
        {
            "unit": office, "by": town.accounts["Eka"], "slot": "scheme", "part": POINTS,
            "valid_from": TODAY.isoformat(),
        }
    ]  # fmt: skip


async def test_without_anything_above_the_default_of_the_slot_serves_again_and_scores(town: Town) -> None:
    call, city = town.call("Eka", ADMIN), town.units["city"]
    await bind(call, city, Slot.SCHEME, POINTS, {}, SINCE)
    await verified(town)
    await scored(town)
    assert (await score(town)).scheme == POINTS
    await unbind(call, city, Slot.SCHEME, TODAY)
    await scored(town)
    assert (await score(town)).scheme == NORM


async def test_what_is_not_bound_or_was_ended_cannot_be_unbound_and_a_retry_changes_nothing(
    town: Town,
) -> None:
    call, office = town.call("Eka", ADMIN), town.units["office"]
    with pytest.raises(NotFound) as refused:
        await unbind(call, office, Slot.SCHEME, TODAY)
    assert refused.value.field == "binding"
    await bind(call, office, Slot.SCHEME, POINTS, {}, TODAY)
    with pytest.raises(NotFound):
        await unbind(call, office, Slot.SCHEME, TODAY - timedelta(days=1))
    keyed = town.call("Eka", ADMIN, key="once")
    first = await unbind(keyed, office, Slot.SCHEME, TODAY)
    assert await unbind(keyed, office, Slot.SCHEME, TODAY) == first
    with pytest.raises(NotFound):
        await unbind(call, office, Slot.SCHEME, TODAY)
    with pytest.raises(Forbidden):
        await unbind(town.call("Eka", (Role.PLUGIN_ADMIN, "archive")), office, Slot.SCHEME, TODAY)


async def test_a_binding_of_the_same_day_recorded_later_counts(town: Town) -> None:
    call, city = town.call("Eka", ADMIN), town.units["city"]
    await bind(call, city, Slot.SCHEME, POINTS, {}, TODAY)
    await unbind(call, city, Slot.SCHEME, TODAY)
    assert await served(town, "city", TODAY) == NORM
    await bind(call, city, Slot.SCHEME, POINTS, {}, TODAY)
    assert await served(town, "city", TODAY) == POINTS


async def test_what_served_is_answered_as_it_is_known_today_and_as_it_was_known_then(town: Town) -> None:
    call, office = town.call("Eka", ADMIN), town.units["office"]
    ladder = "ministry-ladder/attendance"
    await bind(call, office, Slot.SCHEME, POINTS, {}, SINCE)
    await bind(town.call("Eka", ADMIN, now=LATER), office, Slot.SCHEME, ladder, {}, SINCE)
    latest = LATER + timedelta(hours=1)
    await unbind(town.call("Eka", ADMIN, now=latest), office, Slot.SCHEME, SINCE)
    known = [None, NOW - timedelta(seconds=1), NOW, LATER, latest]
    assert [await bound_to(call, office, Slot.SCHEME, TODAY, when) for when in known] == [
        NORM, NORM, POINTS, ladder, NORM,
    ]  # fmt: skip
    assert await bound_to(call, office, Slot.PAY, TODAY) is None
    with pytest.raises(Forbidden):
        await bound_to(town.call("Budi"), office, Slot.SCHEME, TODAY)


async def test_who_is_bound_to_a_stopped_plugin_is_provisional_with_the_reason_until_it_runs_again(
    town: Town,
) -> None:
    call = town.call("Eka", ADMIN)
    await bind(call, town.units["office"], Slot.SCHEME, POINTS, {}, SINCE)
    await verified(town)
    await activity.submit(town.call("Eka"), Report(town.item, TODAY, 60, 100, "Arsip"))
    await scored(town)
    before = await score(town)
    assert await disable(call, "points-catalogue", WHY)
    await scored(town)
    held = await score(town)
    assert (held.state, held.score_h) == ("provisional", None)
    assert held.cause == f"scheme-unusable: part: the plugin points-catalogue is stopped ({WHY})."
    assert (await score(town, "Eka")).state == "final"
    with pytest.raises(PluginDisabled):
        await bind(call, town.units["city"], Slot.SCHEME, POINTS, {}, SINCE)
    assert not await disable(call, "points-catalogue", "again")
    assert await enable(call, "points-catalogue", "mended")
    await scored(town)
    after = await score(town)
    assert (after.state, after.score_h, after.breakdown) == ("final", before.score_h, before.breakdown)
    by = {"unit": town.units["city"], "by": town.accounts["Eka"], "plugin": "points-catalogue"}
    assert await told("plugins.stopped") == [{**by, "reason": WHY}]
    assert await told("plugins.resumed") == [{**by, "reason": "mended"}]
    assert [(row.stopped, row.reason, row.account_id) for row in await SwitchRow.all().order_by("id")] == [
        (True, WHY, town.accounts["Eka"]),
        (False, "mended", town.accounts["Eka"]),
    ]


async def test_what_cannot_be_stopped_is_refused_by_its_field(town: Town) -> None:
    for plugin, reason, error, field in (
        ("eperf", WHY, BadInput, "plugin"),
        ("nobody", WHY, NotFound, "plugin"),
        ("points-catalogue", "  ", BadInput, "reason"),
        ("points-catalogue", "x" * 501, BadInput, "reason"),
        ("points-catalogue", "a\x1b[2Jb", BadInput, "reason"),
    ):
        with pytest.raises(error) as refused:
            await disable(town.call("Eka", ADMIN), plugin, reason)
        assert refused.value.field == field


async def test_only_who_administers_plugins_over_every_top_unit_stops_one(town: Town) -> None:
    for grant in ((Role.PLUGIN_ADMIN, "office"), (Role.PERSONNEL_ADMIN, "city"), (Role.AUDITOR, "city")):
        with pytest.raises(Forbidden):
            await disable(town.call("Eka", grant), "points-catalogue", WHY)
    assert await SwitchRow.all().count() == 0


@dataclass(frozen=True)
class CloudSettings:
    """A policy that needs a key."""

    days_per_week: int = 5
    key: Secret | None = None

    def __post_init__(self) -> None:
        if self.key == "wrong":
            raise ValueError(f"key {self.key} is not known")


class Cloud:
    """A work-time policy of a plugin."""

    name, version, settings = "cloud", "1", CloudSettings

    def classify(self, day: DayInput, settings: Any) -> DayResult:
        raise NotImplementedError


class Plugin:
    @hookimpl
    def eperf_work_time_policies(self) -> list[Cloud]:
        return [Cloud()]


def registry_of(version: str = "1.0") -> Registry:
    found = replace(candidate("kota", Plugin()), version=version)
    return load(strict=True, candidates=[*installed(), found])


def with_cloud(town: Town, *grants: tuple[Role, str], version: str = "1.0") -> Call:
    return replace(town.call("Eka", *grants), registry=registry_of(version))


async def test_a_secret_is_kept_apart_stays_when_it_is_left_out_and_is_never_repeated(town: Town) -> None:
    call, city = with_cloud(town, ADMIN), town.units["city"]
    await bind(call, city, Slot.WORK_TIME, "kota/cloud", {"key": "s3cret"}, SINCE)
    await change_settings(call, city, Slot.WORK_TIME, {"days_per_week": 6}, TODAY)
    rows = await BindingRow.all().order_by("id")
    assert [(row.settings, row.secrets) for row in rows] == [
        ({}, {"key": "s3cret"}),
        ({"days_per_week": 6}, {"key": "s3cret"}),
    ]
    now = (await bound(call.parts, Slot.WORK_TIME, city, TODAY)).settings
    assert (now.days_per_week, now.key) == (6, "s3cret")
    for wrong in (
        {"key": "wrong"},
        {"key": ["s3cret"]},
        {"key": "s3cret", "days_per_week": "many"},
        {"key": "s3cret", "days": 1},
    ):
        with pytest.raises(BadInput) as refused:
            await change_settings(call, city, Slot.WORK_TIME, wrong, TODAY)
        said = (str(refused.value), repr(refused.value.value), repr(refused.value.__cause__))
        assert not any("s3cret" in text or "wrong" in text for text in said)
        assert refused.value.field in ("settings.key", "settings.days_per_week", "settings.days")
    everything = repr([row.payload for row in await EventRow.all()])
    assert "s3cret" not in everything
    await change_settings(call, city, Slot.WORK_TIME, {"key": None}, TODAY)
    assert (await bound(call.parts, Slot.WORK_TIME, city, TODAY)).settings.key is None


async def test_settings_change_only_where_the_unit_itself_is_bound(town: Town) -> None:
    call = town.call("Eka", ADMIN)
    await bind(call, town.units["city"], Slot.SCHEME, POINTS, {}, SINCE)
    with pytest.raises(NotFound):
        await change_settings(call, town.units["office"], Slot.SCHEME, {}, TODAY)
    with pytest.raises(BadInput) as refused:
        await change_settings(call, town.units["city"], Slot.SCHEME, {"monthly_target": "x"}, TODAY)
    assert refused.value.field == "settings.monthly_target"


async def test_what_came_changed_and_went_is_told_once_and_scored_again(town: Town) -> None:
    await bind(town.call("Eka", ADMIN), town.units["city"], Slot.SCHEME, POINTS, {}, SINCE)
    await verified(town)
    await scored(town)
    whole = town.call("Sri")
    assert await take_note(whole) == len(town.registry.report()) - 1
    assert await take_note(whole) == 0
    assert len(await told("plugins.installed")) == len(town.registry.report()) - 1
    await SeenRow.filter(plugin="points-catalogue").update(version="0.0.9")
    await ScoreRow.filter(scheme=POINTS).update(scheme_version="0.0.9")
    assert await take_note(whole) == 1
    [upgraded] = await told("plugins.upgraded")
    assert (upgraded["plugin"], upgraded["previous_version"]) == ("points-catalogue", "0.0.9")
    await scored(town)
    assert (await score(town)).scheme_version == upgraded["plugin_version"]
    without = replace(whole, registry=load(strict=True, candidates=installed()[:1]))
    assert await take_note(without) == len(town.registry.report()) - 1
    assert {one["plugin"] for one in await told("plugins.gone")} >= {"points-catalogue", "zk-pull"}
    await scored(town, without)
    assert (await score(town)).state == "provisional"
    await take_note(whole)
    await scored(town)
    assert (await score(town)).state == "final"


async def test_health_names_where_a_plugin_is_bound_and_what_waits_for_it(town: Town) -> None:
    call = town.call("Eka", ADMIN)
    await bind(call, town.units["office"], Slot.SCHEME, POINTS, {}, SINCE)
    await BindingRow.create(
        unit_id=town.units["archive"], slot="scheme", part="gone/scheme", settings={}, valid_from=SINCE,
        known_from=NOW,
    )  # fmt: skip
    await verified(town)
    await activity.submit(town.call("Eka"), Report(town.item, TODAY, 60, 100, "Arsip"))
    await disable(call, "points-catalogue", WHY)
    await scored(town)
    found = {one.report.name: one for one in await health(call)}
    points = found["points-catalogue"]
    assert (points.state, points.report.cause, points.waiting) == (
        "disabled",
        WHY,
        len(("Sri", "Budi", "Wati", "Joko")),
    )
    assert [(place.code, place.slot, place.part) for place in points.places] == [("office", "scheme", POINTS)]
    assert (found["gone"].state, found["gone"].waiting) == ("refused", 1)
    assert found["pare"].state == "ok"
    archive = {one.report.name: one for one in await health(town.call("Eka", (Role.PLUGIN_ADMIN, "archive")))}
    assert (archive["points-catalogue"].places, archive["points-catalogue"].waiting) == ((), 0)
    assert archive["gone"].waiting == 1


class Books:
    """A keeper of tables in memory: what a removal asks of one, in order."""

    def __init__(self, rows: int = 2) -> None:
        self.kept = [b'{"row": %d}\n' % number for number in range(rows)]
        self.locked = False

    async def rows(self, plugin: str) -> Mapping[str, int]:
        return {"kota_note": len(self.kept)} if self.kept else {}

    async def require_removable(self, plugin: str) -> None:
        if self.locked:
            raise PluginInUse(plugin, "another plugin needs kota_note")

    async def lines(self, plugin: str, head: bytes) -> Any:
        for line in self.kept:
            yield line

    async def remove(self, plugin: str) -> None:
        self.kept = []

    async def restore(self, plugin: str, head: bytes, lines: Any) -> int:
        self.kept = list(lines)
        return len(self.kept)


async def test_an_uninstall_says_what_depends_ends_it_and_is_put_back_from_its_export(town: Town) -> None:
    call, books = with_cloud(town, ADMIN), Books()
    city, office = town.units["city"], town.units["office"]
    await bind(call, city, Slot.WORK_TIME, "kota/cloud", {"key": "s3cret", "days_per_week": 6}, SINCE)
    await bind(call, office, Slot.WORK_TIME, "kota/cloud", {}, TODAY + timedelta(days=7))
    plan = await uninstall.dependants(call, "kota", books)
    assert [(one.unit, one.part, one.valid_from) for one in plan.ends] == [
        ("city", "kota/cloud", SINCE),
        ("office", "kota/cloud", TODAY + timedelta(days=7)),
    ]
    assert plan.tables == {"kota_note": 2}
    assert await BindingRow.all().count() == 2
    exported = [line async for line in uninstall.export(call, "kota", books)]
    assert b"s3cret" not in b"".join(exported)
    await uninstall.uninstall(call, "kota", WHY, books)
    for unit in ("city", "office"):
        assert await served(town, unit, TODAY + timedelta(days=30), Slot.WORK_TIME) == "eperf/office-hours"
    assert (await uninstall.dependants(call, "kota", books)).ends == ()
    assert books.kept == []
    [gone] = await told("plugins.uninstalled")
    assert (gone["by"], gone["reason"], gone["bindings"], gone["rows"]) == (town.accounts["Eka"], WHY, 2, 2)
    later = replace(call, now=NOW + timedelta(days=2))
    assert await uninstall.restore(later, exported, books) == (2, 2)
    whole = await uninstall.dependants(later, "kota", books)
    assert [(one.unit, one.settings, one.valid_from) for one in whole.ends] == [
        ("city", {"days_per_week": 6}, TODAY),
        ("office", {}, TODAY + timedelta(days=7)),
    ]
    assert (await bound(call.parts, Slot.WORK_TIME, city, TODAY)).settings.key == "s3cret"
    [back] = await told("plugins.restored")
    assert (back["bindings"], back["rows"]) == (2, 2)


async def test_a_removal_that_the_tables_do_not_allow_changes_nothing(town: Town) -> None:
    call, books = with_cloud(town, ADMIN), Books()
    await bind(call, town.units["city"], Slot.WORK_TIME, "kota/cloud", {}, SINCE)
    books.locked = True
    with pytest.raises(PluginInUse):
        await uninstall.uninstall(call, "kota", WHY, books)
    with pytest.raises(PluginInUse):
        await uninstall.uninstall(call, "eperf", WHY, books)
    assert await BindingRow.all().count() == 1
    assert len(books.kept) == 2


def head(**changes: Any) -> bytes:
    told = {"form": 1, "plugin": "kota", "day": "2026-11-24", "bindings": []}
    return orjson.dumps({**told, **changes})


def binding(**changes: Any) -> dict[str, Any]:
    told = {
        "unit": "city",
        "slot": "work-time",
        "part": "kota/cloud",
        "settings": {},
        "valid_from": "2026-01-01",
    }
    return {**told, **changes}


WRONG: dict[bytes, type[Exception]] = {
    b"": BadInput,
    b"not json": BadInput,
    b"[]": BadInput,
    head(form=2): BadInput,
    head(day="yesterday"): BadInput,
    head(bindings=[{}]): BadInput,
    head(bindings=[binding(slot="scheme", part=POINTS)]): BadInput,
    head(bindings=[binding(slot="nothing")]): BadInput,
    head(bindings=[binding(unit="nowhere")]): NotFound,
    head(bindings=[binding(part="kota/gone")]): NotFound,
    head(bindings=[binding(), binding(settings={"days": 1})]): BadInput,
}


async def test_a_wrong_export_is_refused_before_anything_is_put_back(town: Town) -> None:
    books = Books(0)
    for line, error in WRONG.items():
        with pytest.raises(error):
            await uninstall.restore(with_cloud(town, ADMIN), [line, b'{"row": 1}\n'], books)
    assert await BindingRow.all().count() == 0
    assert books.kept == []


async def test_what_a_plugin_scored_is_counted_and_stays(town: Town) -> None:
    call = town.call("Eka", ADMIN)
    await bind(call, town.units["city"], Slot.SCHEME, POINTS, {}, SINCE)
    await verified(town)
    await scored(town)
    plan = await uninstall.dependants(call, "points-catalogue", Books(0))
    assert (plan.open_scores, plan.closed_months, plan.days, plan.tables) == (
        await ScoreRow.filter(scheme=POINTS).count(), 0, 0, {},
    )  # fmt: skip
    assert plan.open_scores > 0
    with pytest.raises(Forbidden):
        await uninstall.dependants(
            town.call("Eka", (Role.PLUGIN_ADMIN, "office")), "points-catalogue", Books(0)
        )
