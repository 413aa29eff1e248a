"""The plan of a start is the same whatever the order of installation, and says how it was decided."""

from __future__ import annotations

import importlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from typer.testing import CliRunner

from eperf.app.cli import app
from eperf.plugins import plan as plans
from eperf.plugins.registry import Registry, installed, load
from eperf.plugins.settings import settings_of
from eperf.schema.compose import compose
from eperf.schema.organisation.queries import CONTRIBUTION as ORGANISATION
from eperf.schema.people.queries import CONTRIBUTION as PEOPLE
from eperf.testing import random_month, scored
from tests.plugins.distributions import distribution

ORDERS = 100
MONTH = random_month(7, people=2)
PLUGIN = """
from eperf.plugins import Scheme, StagePart, hookimpl, part
from eperf.plugins.builtin.norm_minutes import NormMinutes, SCHEME
from eperf.plugins.api import Contribution, batch_field


def fill(rows, context):
    return [{number} for _ in rows]


@hookimpl
def eperf_scoring_schemes():
    names = {{"first-{number}", "second-{number}", "third-{number}"}}
    return [Scheme(name, "1", "Uji", "Test", "Perwal 1/2026", NormMinutes, SCHEME.parts) for name in names]


@hookimpl
def eperf_api():
    return [Contribution(extends={{"Employee": {{"count_{number}": batch_field(("name",), fill, "A count.", kind=int)}}}})]
"""
NAMES = [f"kota-{word}" for word in ("aceh", "bima", "cimahi", "dumai", "ende", "jambi")]


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Six distributions, each in a folder of its own."""
    folders = [tmp_path / name for name in NAMES]
    for number, (folder, name) in enumerate(zip(folders, NAMES, strict=True)):
        distribution(folder, name, PLUGIN.format(number=number))
    monkeypatch.setattr(sys, "path", list(sys.path))
    return folders


def outcome(registry: Registry) -> tuple[str, str, tuple[Any, ...]]:
    """What a start comes to: its plan, its schema, and the scores of one month by a scheme of the first and of the last."""
    month = MONTH
    scores = tuple(
        (key, scored(found.part, month, settings_of(found.part, {})).scores.rows())
        for key, found in registry.schemes.items()
        if found.part.name in ("first-0", "first-5")
    )
    told = json.dumps(plans.as_json(plans.plan(registry.report())))
    return told, compose(registry.contributions).as_str(), scores


def test_a_hundred_orders_of_installation_give_one_plan_one_schema_and_the_same_scores(
    sites: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The plugins extend `Employee`; a hundred schemas of the whole core would say no more, and take long.
    monkeypatch.setattr("eperf.schema.compose.CORE", (ORGANISATION, PEOPLE))
    usual, found = list(sys.path), set()
    for seed in range(ORDERS):
        # What is installed later stands earlier or later on the path; metadata is found in that order.
        random.Random(seed).shuffle(sites)
        sys.path[:] = [*map(str, sites), *usual] if seed % 2 else [*usual, *map(str, sites)]
        importlib.invalidate_caches()
        for name in NAMES:
            sys.modules.pop(f"eperf_{name.replace('-', '_')}", None)
        # Of all that is found only these and what comes with eperf: the others take long and never change places.
        taken = [one for one in installed() if one.name in ("eperf", *NAMES)]
        plan, schema, scores = outcome(load(strict=True, candidates=taken))
        found.add((plan, schema, repr(scores)))
        assert len(scores) == 2
        assert "count5: Int" in schema
    assert len(found) == 1


PRINTS = """
import json
from eperf.plugins import plan, registry
print(json.dumps(plan.as_json(plan.plan(registry.load().report()))))
"""


def printed(sites: list[Path], seed: int) -> str:
    path = os.pathsep.join([*map(str, sites), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run(
        [sys.executable, "-c", PRINTS], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_two_processes_with_other_hashes_print_one_plan(sites: list[Path]) -> None:
    told = printed(sites, 1)
    assert told == printed(sites[::-1], 2)
    plugins = {one["name"]: one for one in json.loads(told)["plugins"]}
    assert plugins["eperf"]["because"] == "comes with eperf"
    bima = plugins["kota-bima"]
    assert bima["because"] == "by name, after kota-aceh"
    assert (bima["distribution"], bima["version"], bima["requires"]) == (
        "eperf-kota-bima",
        "1.0",
        "<0.2,>=0.1",
    )
    assert bima["hands_over"] == {
        "eperf_scoring_schemes": ["kota-bima/first-1", "kota-bima/second-1", "kota-bima/third-1"],
        "eperf_api": ["Employee.count1"],
    }


@pytest.fixture
def found(sites: list[Path]) -> None:
    sys.path[:] = [*map(str, sites), *sys.path]
    importlib.invalidate_caches()
    for name in NAMES:
        sys.modules.pop(f"eperf_{name.replace('-', '_')}", None)


@pytest.mark.usefixtures("found")
def test_the_command_prints_order_hooks_parts_and_how_it_was_decided() -> None:
    done = CliRunner().invoke(app, ["plugins", "plan"])
    assert done.exit_code == 0
    assert "1. eperf (eperf " in done.stdout
    assert (
        "kota-cimahi (eperf-kota-cimahi 1.0 for eperf <0.2,>=0.1): ok, by name, after kota-bima"
        in done.stdout
    )
    assert "       kota-cimahi/third-2" in done.stdout
    assert all(rule in done.stdout for rule in plans.RULES)
    as_json = CliRunner().invoke(app, ["plugins", "plan", "--json"])
    assert [one["place"] for one in json.loads(as_json.stdout)["plugins"]] == list(
        range(1, len(load().report()) + 1)
    )


@pytest.mark.usefixtures("found")
def test_a_plan_with_a_refused_plugin_says_why_and_ends_with_one(tmp_path: Path) -> None:
    distribution(tmp_path, "kota-salah", "from eperf.plugins import hookimpl\n", requires="eperf>=9")
    sys.path.append(str(tmp_path))
    done = CliRunner().invoke(app, ["plugins", "plan"])
    assert done.exit_code == 1
    assert "kota-salah (eperf-kota-salah 1.0 for eperf >=9): refused" in done.stdout
    assert "supports eperf >=9, this is eperf" in done.stdout


@pytest.mark.usefixtures("found")
def test_a_registry_without_a_plugin_wires_nothing_of_it_and_says_why() -> None:
    whole = load(strict=True)
    left = whole.without({"kota-bima": "stopped by Eka: wrong figures"})
    assert isinstance(left.sources, MappingProxyType)
    assert left.schemes == whole.schemes
    assert {one.owner for one in whole.contributions} - {one.owner for one in left.contributions} == {
        "kota-bima"
    }
    [report] = [one for one in left.report() if one.name == "kota-bima"]
    assert (report.state, report.cause) == ("disabled", "stopped by Eka: wrong figures")
