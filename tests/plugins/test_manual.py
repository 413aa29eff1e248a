"""The code of docs/plugins.md runs: as it is printed, and as a distribution that is installed and bound."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from graphql import build_schema, parse, validate, value_from_ast_untyped

from eperf.domain.access import Role
from eperf.domain.activity import Decision, Report
from eperf.domain.errors import BadInput
from eperf.plugins import registry
from eperf.services import activity
from eperf.services.binding import bind
from eperf.services.parts import Slot
from eperf.services.scoring import mark_provisional, score_dirty
from eperf.store.attendance import DayRow
from eperf.store.scoring import ScoreRow
from eperf.testing import registry_of
from tests.support.fresh import Fresh
from tests.support.town import TODAY, Town, build

MANUAL = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()
SDL = (Path(__file__).parents[2] / "docs" / "schema.graphql").read_text()
PACKAGE = "eperf_kota_contoh"
SCHEME = "kota-contoh/sixty-forty"


def block(name: str) -> str:
    return re.search(rf"<!-- executed: {name} -->\n```\w+\n(.*?)```", MANUAL, re.DOTALL)[1]  # type: ignore[index]


def written(folder: Path) -> Path:
    """The distribution of the manual, file by file."""
    (folder / PACKAGE).mkdir(parents=True)
    (folder / "pyproject.toml").write_text(block("pyproject"))
    (folder / PACKAGE / "__init__.py").write_text(block("plugin"))
    (folder / "tests").mkdir()
    (folder / "tests" / "test_kota_contoh.py").write_text(block("test"))
    return folder


@pytest.fixture
def installed(environment: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The manual's distribution, installed as it says into a new environment, and then to be found from here too."""
    written(tmp_path / "eperf-kota-contoh")
    for line in block("install").splitlines():
        said = environment.ran(line, tmp_path, EPERF_DATA_DIR=str(tmp_path / "data"), COLUMNS="200")
    assert SCHEME in said
    target = tmp_path / "site"
    target.mkdir()
    for one in environment.site.glob(f"{PACKAGE}*"):
        (target / one.name).symlink_to(one)
    monkeypatch.syspath_prepend(target)
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    yield target
    sys.modules.pop(PACKAGE, None)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(written(tmp_path))
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    yield importlib.import_module(PACKAGE)
    sys.modules.pop(PACKAGE, None)


def test_the_scheme_of_the_manual_has_at_most_sixty_lines() -> None:
    assert len([line for line in block("plugin").splitlines() if line.strip()]) <= 60


def test_the_scheme_of_the_manual_fits_eperf(plugin: ModuleType) -> None:
    assert registry_of("kota-contoh", plugin).schemes[SCHEME].part is plugin.SCHEME


def test_the_scheme_of_the_manual_passes_its_own_tests(tmp_path: Path) -> None:
    folder = written(tmp_path)
    words = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--rootdir",
        str(folder),
        "-c",
        "pyproject.toml",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "tests"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def bound_with() -> dict[str, Any]:
    """The arguments of the manual's mutation, which the schema accepts."""
    document = parse(block("bind"))
    assert validate(build_schema(SDL), document) == []
    [operation] = document.definitions
    [field] = operation.selection_set.selections  # type: ignore[attr-defined]
    given = value_from_ast_untyped(field.arguments[0].value, {"unit": None})
    return dict(given)


async def test_the_scheme_of_the_manual_is_installed_bound_and_scores(installed: Path, database: str) -> None:
    report = {one.name: one for one in registry.load().report()}["kota-contoh"]
    assert (report.state, report.distribution, report.parts) == ("ok", "eperf-kota-contoh", (SCHEME,))
    assert Path(importlib.import_module(PACKAGE).__file__ or "").is_relative_to(installed)
    town, given = await build(), bound_with()
    admin, city = town.call("Eka", (Role.PLUGIN_ADMIN, "city")), town.units["city"]
    slot, since = Slot[given["slot"]], date.fromisoformat(given["validFrom"])
    with pytest.raises(BadInput) as refused:
        await bind(admin, city, slot, given["part"], {}, since)
    assert refused.value.field == "settings.target"
    await bind(admin, city, slot, given["part"], json.loads(given["settings"]), since)
    budi = town.people["Budi"]
    number = await activity.submit(town.call("Budi"), Report(town.item, TODAY, 60, 5_000, "Laporan"))
    await activity.decide(town.call("Sri"), number, Decision.VERIFY)
    unknown = await score_of(town, budi)
    assert (unknown.state, unknown.score_h, unknown.cause) == ("provisional", None, "attendance-missing")
    await DayRow.create(
        employee_id=budi, unit_id=town.units["office"], date=TODAY, status="late", late_min=45, missing_taps=0,
        policy="eperf/office-hours", policy_version="1", steps=[],
    )  # fmt: skip
    await mark_provisional(town.call("Sri"))
    scored = await score_of(town, budi)
    work = 3_200 * 10_000 // 6_000  # 50 reports of 64 points, of the 6,000 that the manual binds
    assert (scored.state, scored.scheme) == ("final", SCHEME)
    assert scored.score_h == (work * 60 + 9_900 * 40 + 50) // 100
    assert sum(Decimal(str(leaf["amount"])) for leaf in scored.breakdown) == Decimal(scored.score_h).scaleb(
        -2
    )


async def score_of(town: Town, employee_id: int) -> ScoreRow:
    while await score_dirty(town.call("Sri")):
        pass
    return await ScoreRow.get(employee_id=employee_id, period="2026-11")


def test_the_rules_of_the_manual_follow_their_days(plugin: ModuleType) -> None:
    exec(block("rules"), vars(plugin))
    rule = plugin.absence_cut_pct
    assert rule(2, date(2025, 12, 31)) == 8
    assert rule(2, date(2026, 1, 1)) == 10
    assert rule(31, date(2026, 1, 1)) == 100
    with pytest.raises(BadInput, match="days"):
        rule(32, date(2026, 1, 1))
