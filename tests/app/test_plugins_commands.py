"""`eperf plugins …` as an operator runs it, the start-up report in the log and on `/readyz`, strict and degraded."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from eperf.app.cli import app
from eperf.app.health import routes
from eperf.app.told import tell
from eperf.domain.access import SYSTEM
from eperf.plugins.registry import load
from eperf.services.call import Call
from eperf.services.plugin import disable
from eperf.store.event import EventRow
from tests.plugins.distributions import distribution
from tests.support.closed import worked
from tests.support.database import opened, run
from tests.support.house import house_of, serving
from tests.support.town import NOW, build

Command = Callable[..., Result]
SCHEME = """
from eperf.plugins import DeviceReply, Route, Scheme, StagePart, hookimpl
from eperf.plugins.builtin.norm_minutes import NormMinutes, SCHEME


@hookimpl
def eperf_scoring_schemes():
    return [Scheme("score", "1", "Uji", "Test", "Perwal 1/2026", NormMinutes, SCHEME.parts)]


class Gate:
    name, version, routes = "gate", "1", (Route("POST", f"/{__name__}/push", "push"),)

    def serial_of(self, request):
        return ""

    def handle(self, request, device, now):
        return DeviceReply()


@hookimpl
def eperf_attendance_sources():
    return [Gate()]
"""
WHY = ("--reason", "The figures of October are wrong")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on `sys.path` with the plugin `kota-hidup`."""
    folder = tmp_path / "site"
    distribution(folder, "kota-hidup", SCHEME)
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("eperf_kota_hidup", None)


@pytest.fixture
def command(site: Path, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `eperf plugins …` on a town in which Budi has worked in October."""

    async def write() -> None:
        async with opened(database_url):
            town = await build()
            await worked(town, "Budi", quantity_h=3_000)

    run(write())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(app, ["plugins", *words])


def state_of(command: Command, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(command("health", "--json").output)
    return next(one for one in found if one["name"] == name)


def test_a_plugin_is_bound_stopped_resumed_unbound_taken_away_and_put_back(
    command: Command, site: Path, database_url: str
) -> None:
    assert command("bind", "kota-hidup/score", "--unit", "city", "--from", "2026-01-01").exit_code == 0
    [place] = state_of(command, "kota-hidup")["bound"]
    assert (place["code"], place["part"], place["valid_from"]) == ("city", "kota-hidup/score", "2026-01-01")

    asked = ("bound", "--unit", "office", "--on", "2026-06-01")
    assert command(*asked).output == "kota-hidup/score\n"
    assert command(*asked, "--known-at", "2026-01-01T00:00:00+0700").output == "eperf/norm-minutes\n"
    assert command(*asked, "--slot", "pay").exit_code == 1

    stopped = command("disable", "kota-hidup", *WHY)
    assert stopped.output.startswith("kota-hidup disabled, ")
    assert command("disable", "kota-hidup", *WHY).output == "kota-hidup was so already\n"
    ill = state_of(command, "kota-hidup")
    assert (ill["state"], ill["cause"]) == ("disabled", WHY[1])
    assert ill["waiting"] > 0
    refused = command("bind", "kota-hidup/score", "--unit", "office", "--from", "2026-01-01")
    assert refused.exit_code == 2
    assert "PLUGIN_DISABLED" in refused.output
    assert command("enable", "kota-hidup", *WHY).output.startswith("kota-hidup enabled, ")
    assert state_of(command, "kota-hidup")["state"] == "ok"

    plan = command("uninstall", "kota-hidup", "--plan")
    assert "  ends: scheme of city from 2026-01-01: kota-hidup/score" in plan.output
    assert "scores of open months, which become provisional" in plan.output
    assert "EXPORT" not in plan.output
    assert command("uninstall", "kota-hidup", "--export", "out.jsonl").exit_code == 2
    assert not Path("out.jsonl").exists()
    done = command("uninstall", "kota-hidup", "--export", "out.jsonl", *WHY)
    assert done.exit_code == 0, done.output
    assert command("uninstall", "kota-hidup", "--export", "out.jsonl", *WHY).exit_code == 2
    assert state_of(command, "kota-hidup")["bound"] == []

    sys.path.remove(str(site))
    gone = command("restore", "out.jsonl")
    assert gone.exit_code == 2
    assert "kota-hidup/score" in gone.output
    sys.path.insert(0, str(site))
    text = Path("out.jsonl").read_text()
    Path("forged.jsonl").write_text(text.replace('"unit":"city"', '"unit":"office"', 1))
    forged = command("restore", "forged.jsonl")
    assert (forged.exit_code, "EXPORT_DAMAGED" in forged.output) == (2, True)
    assert state_of(command, "kota-hidup")["bound"] == []
    back = command("restore", "out.jsonl")
    assert back.exit_code == 0, back.output
    assert back.output.startswith("1 bindings and 0 rows restored; ")
    [restored] = state_of(command, "kota-hidup")["bound"]
    assert restored["part"] == "kota-hidup/score"

    unbound = command("unbind", "--unit", "city", "--from", restored["valid_from"])
    assert unbound.exit_code == 0, unbound.output
    assert state_of(command, "kota-hidup")["bound"] == []
    again = command("unbind", "--unit", "city", "--from", restored["valid_from"])
    assert again.exit_code == 2
    assert "NOT_FOUND" in again.output

    async def kinds() -> list[Any]:
        async with opened(database_url):
            found = EventRow.filter(kind__startswith="plugins.").order_by("id")
            return [row.kind.removeprefix("plugins.") for row in await found]

    assert run(kinds()) == [
        "part-bound", "stopped", "resumed", "part-unbound", "uninstalled", "part-bound", "restored", "part-unbound",
    ]  # fmt: skip


def test_a_strict_start_ends_with_every_refused_plugin_and_a_degraded_one_runs_without(
    command: Command, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution(site, "kota-lain", SCHEME, requires="eperf>=9", version="3.1")
    monkeypatch.setenv("EPERF_PLUGINS_STRICT", "1")
    ended = command("health")
    assert ended.exit_code == 2
    assert "PLUGINS_REFUSED" in ended.output
    assert "kota-lain: supports eperf >=9" in ended.output.replace("\n", " ")
    assert "[eperf-kota-lain 3.1]" in ended.output.replace("\n", " ")
    monkeypatch.setenv("EPERF_PLUGINS_STRICT", "0")
    left = command("health")
    assert left.exit_code == 1
    assert "kota-lain 3.1 refused, 0 scores wait: supports eperf >=9" in left.output
    assert "kota-hidup 1.0 ok, 0 scores wait" in left.output


async def test_readiness_names_what_was_left_out_or_stopped_and_stays_ready(
    site: Path, database: str, tmp_path: Path
) -> None:
    await build()
    distribution(site, "kota-lain", SCHEME, requires="eperf>=9")
    house = house_of(database, tmp_path, load(), lambda: NOW)
    await disable(Call(SYSTEM, NOW, registry=house.registry), "kota-hidup", WHY[1])
    async with serving(routes(house)) as port, httpx.AsyncClient() as client:
        answer = (await client.get(f"http://127.0.0.1:{port}/readyz")).json()
    states = answer["checks"]["plugins"]
    assert (states["eperf"], states["kota-hidup"], states["kota-lain"]) == ("ok", "disabled", "refused")
    assert WHY[1] not in str(answer)


async def test_a_start_leaves_out_what_was_stopped(command: Command, database_url: str) -> None:
    from eperf.app.house import opened as opened_house
    from eperf.settings import read

    async with opened_house(read()) as house:
        assert "kota-hidup/gate" in house.registry.sources
        await disable(house.call(), "kota-hidup", WHY[1])
    async with opened_house(read()) as house:
        assert "kota-hidup/gate" not in house.registry.sources
        report = next(one for one in house.registry.report() if one.name == "kota-hidup")
        assert (report.state, report.cause) == ("disabled", WHY[1])


def test_the_log_has_a_line_for_every_plugin_and_one_for_all(site: Path) -> None:
    distribution(site, "kota-lain", SCHEME, requires="eperf>=9", version="3.1")
    with capture_logs() as lines:
        tell(load().report(), strict=False)
    by_name = {line["plugin"]: line for line in lines if "plugin" in line}
    assert (by_name["kota-hidup"]["event"], by_name["kota-hidup"]["log_level"]) == ("plugin.ok", "info")
    refused = by_name["kota-lain"]
    assert (refused["event"], refused["state"], refused["log_level"]) == (
        "plugin.left-out",
        "refused",
        "warning",
    )
    assert (refused["distribution"], refused["version"]) == ("eperf-kota-lain", "3.1")
    assert "supports eperf >=9" in refused["cause"]
    assert lines[-1]["left_out"] == ["kota-lain"]
    assert lines[-1]["mode"] == "degraded"
