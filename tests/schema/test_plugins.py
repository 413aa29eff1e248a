"""Plugins over the API: what is installed and how it is, bindings and settings, stopping and resuming."""

from __future__ import annotations

from typing import Any

from eperf.domain.access import Role
from eperf.schema.ids import global_id
from eperf.store.binding import BindingRow
from tests.schema.conftest import Ask
from tests.support.town import TODAY, Town

ADMIN, LOCAL = (Role.PLUGIN_ADMIN, "city"), (Role.PLUGIN_ADMIN, "archive")
LIST = """{ plugins { name distribution version requires state health cause waiting warnings parts
  hooks { name gives } bound { unit unitCode slot part validFrom } } }"""
BIND = "mutation($in: BindPartInput!) { did: bindPart(input: $in) { ... on Binding { part ends } ...P } }"
UNBIND = (
    "mutation($in: UnbindPartInput!) { did: unbindPart(input: $in) { ... on Binding { part ends } ...P } }"
)
CHANGE = "mutation($in: ChangeSettingsInput!) { did: changeSettings(input: $in) { ... on Binding { settings } ...P } }"
STOP = "mutation($in: SwitchPluginInput!) { did: disablePlugin(input: $in) { ... on Plugin { name state cause } ...P } }"
RESUME = STOP.replace("disablePlugin", "enablePlugin")
PROBLEM = " fragment P on Problem { code field message }"
POINTS = "points-catalogue/points"


async def did(ask: Ask, text: str, grant: tuple[Role, str], **given: Any) -> dict[str, Any]:
    result = await ask("Eka", text + PROBLEM, grant, **{"in": given})
    assert result.errors is None
    found: dict[str, Any] = result.data["did"]
    return found


async def listed(ask: Ask, grant: tuple[Role, str] = ADMIN) -> dict[str, dict[str, Any]]:
    result = await ask("Eka", LIST, grant)
    assert result.errors is None
    return {one["name"]: one for one in result.data["plugins"]}


async def test_a_plugin_is_listed_with_hooks_parts_places_and_health_in_the_viewers_reach(
    ask: Ask, town: Town
) -> None:
    unit, day = global_id("Unit", town.units["office"]), TODAY.isoformat()
    bound = await did(ask, BIND, ADMIN, unit=unit, slot="SCHEME", part=POINTS, validFrom=day)
    assert bound == {"part": POINTS, "ends": False}
    points = (await listed(ask))["points-catalogue"]
    assert points == {
        "name": "points-catalogue", "distribution": "eperf-points-catalogue", "version": "0.1.0",
        "requires": "<0.2,>=0.1", "state": "ok", "health": "ok", "cause": None, "waiting": 0, "warnings": [],
        "parts": [POINTS], "hooks": [{"name": "eperf_scoring_schemes", "gives": [POINTS]}],
        "bound": [{"unit": unit, "unitCode": "office", "slot": "SCHEME", "part": POINTS, "validFrom": day}],
    }  # fmt: skip
    assert (await listed(ask, LOCAL))["points-catalogue"]["bound"] == []
    nobody = await ask("Budi", LIST)
    assert [error.original_error.code for error in nobody.errors] == ["FORBIDDEN"]


async def test_a_binding_is_ended_over_the_api_and_refused_twice(ask: Ask, town: Town) -> None:
    unit, day = global_id("Unit", town.units["office"]), TODAY.isoformat()
    await did(ask, BIND, ADMIN, unit=unit, slot="SCHEME", part=POINTS, validFrom=day)
    given = {"unit": unit, "slot": "SCHEME", "validFrom": day}
    assert (await did(ask, UNBIND, LOCAL, **given))["code"] == "FORBIDDEN"
    assert await did(ask, UNBIND, ADMIN, **given) == {"part": POINTS, "ends": True}
    again = await did(ask, UNBIND, ADMIN, **given)
    assert (again["code"], again["field"]) == ("NOT_FOUND", "binding")
    assert (await listed(ask))["points-catalogue"]["bound"] == []


async def test_settings_are_changed_over_the_api_and_refused_by_the_path_of_their_field(
    ask: Ask, town: Town
) -> None:
    unit, day = global_id("Unit", town.units["city"]), TODAY.isoformat()
    given = {"unit": unit, "slot": "SCHEME", "validFrom": day}
    assert (await did(ask, CHANGE, ADMIN, **given, settings="{}"))["code"] == "NOT_FOUND"
    await did(ask, BIND, ADMIN, **given, part=POINTS)
    changed = await did(
        ask, CHANGE, ADMIN, **given, settings='{"target_basis": "Perwal 2/2026", "monthly_target": "5000"}'
    )
    assert changed == {"settings": '{"monthly_target":"5000","target_basis":"Perwal 2/2026"}'}
    wrong = await did(ask, CHANGE, ADMIN, **given, settings='{"monthly_target": "many"}')
    assert (wrong["code"], wrong["field"]) == ("BAD_INPUT", "settings.monthly_target")
    for text in ('{"key": "s3cret"', '["s3cret"]'):
        odd = await did(ask, CHANGE, ADMIN, **given, settings=text)
        assert odd["field"] == "settings"
        assert "s3cret" not in odd["message"]
    assert await BindingRow.all().count() == 2


async def test_a_plugin_is_stopped_and_resumed_over_the_api(ask: Ask, town: Town) -> None:
    given = {"name": "points-catalogue", "reason": "wrong figures"}
    assert (await did(ask, STOP, LOCAL, **given))["code"] == "FORBIDDEN"
    stopped = await did(ask, STOP, ADMIN, **given)
    assert stopped == {"name": "points-catalogue", "state": "disabled", "cause": "wrong figures"}
    assert (await listed(ask))["points-catalogue"]["health"] == "disabled"
    assert (await did(ask, STOP, ADMIN, name="eperf", reason="no"))["field"] == "plugin"
    resumed = await did(ask, RESUME, ADMIN, name="points-catalogue", reason="mended")
    assert (resumed["state"], resumed["cause"]) == ("ok", None)
