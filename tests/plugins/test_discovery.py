from __future__ import annotations

import importlib.metadata
import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from eperf.domain.errors import PluginsRefused
from eperf.plugins.discovery import Candidate, built_in, discover
from eperf.plugins.registry import installed, load
from eperf.testing import candidate
from tests.plugins.distributions import distribution
from tests.plugins.samples import cause_of, full, module, scheme


def importing(name: str, statement: str, folder: Path) -> Candidate:
    (folder / f"{name.replace('-', '_')}.py").write_text(statement)
    point = importlib.metadata.EntryPoint(name, name.replace("-", "_"), "eperf")
    return replace(candidate(name, None), load=point.load)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("x = = 1", "SyntaxError"),
        ("raise SystemExit(2)", "SystemExit: 2"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_plugin_that_does_not_import_is_named_and_the_rest_runs(
    statement: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    broken = importing("broken-plugin", statement, tmp_path)
    registry = load(candidates=[broken, candidate("sample", full())])
    refused, ok = registry.report()
    assert refused.state == "refused"
    assert "cannot be imported" in (refused.cause or "")
    assert why in (refused.cause or "")
    assert ok.state == "ok"
    assert "sample/points" in registry.schemes


def test_strict_mode_names_every_refused_plugin() -> None:
    plan = [
        candidate("first", module()),
        candidate("second", module(), requires=">=9"),
        candidate("third", full("third")),
    ]
    with pytest.raises(PluginsRefused) as refusal:
        load(strict=True, candidates=plan)
    assert list(refusal.value.causes) == ["first", "second"]
    for language in ("id", "en"):
        assert "first: it implements no hook of eperf" in refusal.value.message(language)
        assert "second: supports eperf >=9, this is eperf" in refusal.value.message(language)


@pytest.mark.parametrize(
    ("requires", "why"),
    [
        (None, "declares no range of eperf versions; add 'eperf>=0.1,<0.2'"),
        ("", "declares no range"),
        (">=0.2", "supports eperf >=0.2, this is eperf 0.1.0"),
        ("<0.1", "supports eperf <0.1"),
    ],
)
def test_a_plugin_for_another_eperf_is_refused_before_it_is_imported(requires: str | None, why: str) -> None:
    def must_not_run() -> object:
        raise AssertionError("it was imported")

    assert why in cause_of(None, requires=requires, load=must_not_run)


def test_a_full_name_that_no_binding_could_keep_is_refused_at_start() -> None:
    long = module(eperf_scoring_schemes=lambda: [scheme("a" * 60)])
    assert "is longer than 100 characters; write a shorter name" in cause_of(long, name="b" * 60)


def test_a_version_that_no_score_could_keep_is_refused_at_start() -> None:
    assert "version is longer than 32 characters" in cause_of(full(), version="1.0." + "1" * 30)


def test_a_name_that_is_no_name_is_refused() -> None:
    assert "lower case letters" in cause_of(full(), name="Sample_1")


def test_two_distributions_with_one_name_are_both_refused_with_both_owners() -> None:
    plan = [replace(candidate("sample", full()), distribution=owner) for owner in ("a-points", "b-points")]
    registry = load(candidates=plan)
    assert not registry.schemes
    for report in registry.report():
        assert report.cause == "the name sample is claimed by a-points and b-points"


def test_the_built_in_name_cannot_be_taken() -> None:
    registry = load(candidates=[*installed()[:1], candidate("eperf", full("eperf"))])
    assert not any(part.distribution == "eperf-distribution" for part in registry.schemes.values())
    assert "eperf/norm-minutes" in registry.schemes


def test_the_order_of_installation_changes_nothing() -> None:
    class Point:
        def __init__(self, name: str) -> None:
            self.name, self.value = name, name.replace("-", "_")
            self.dist = SimpleNamespace(name=f"eperf-{name}", version="1", requires=["eperf>=0.1,<0.2"])

        def load(self) -> object:
            return module(eperf_scoring_schemes=lambda: [scheme("b"), scheme("a")])

    names = [f"plugin-{number}" for number in range(10)]
    plans = set()
    for seed in range(20):
        shuffled = random.Random(seed).sample(names, len(names))
        registry = load(strict=True, candidates=discover([Point(name) for name in shuffled]))  # type: ignore[list-item]
        plans.add((tuple(registry.schemes), tuple(registry.report())))
    assert len(plans) == 1


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        (["polars>=1", "eperf>=0.1,<0.2"], "<0.2,>=0.1"),
        (["EPERF >= 0.1 ; python_version >= '3.11'"], ">=0.1"),
        (["eperf>=0.5; extra == 'test'", "eperf>=0.1"], ">=0.1"),
        (["eperf"], None),
        (["eperf>=0.1", "eperf<0.2 ; python_version >= '3.11'"], "<0.2,>=0.1"),
        (["not a requirement ??", "eperf-points>=1"], None),
        (None, None),
    ],
)
def test_the_range_is_what_the_distribution_tells_pip(
    requirements: list[str] | None, expected: str | None
) -> None:
    dist = SimpleNamespace(name="d", version="1", requires=requirements)
    point = SimpleNamespace(name="p", value="p", dist=dist, load=lambda: None)
    assert discover([point])[0].requires == expected  # type: ignore[list-item]


def test_an_entry_point_without_a_distribution_is_refused() -> None:
    point = SimpleNamespace(name="p", value="p", dist=None, load=lambda: full())
    [report] = load(candidates=discover([point])).report()  # type: ignore[list-item]
    assert "declares no range" in (report.cause or "")


def test_a_damaged_distribution_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution(tmp_path, "kota-rusak", "")
    distribution(
        tmp_path,
        "kota-utuh",
        "from eperf.plugins import hookimpl\n\n@hookimpl\ndef eperf_models():\n    return []\n",
    )
    (tmp_path / "eperf_kota_rusak-1.0.dist-info" / "METADATA").unlink()
    monkeypatch.syspath_prepend(tmp_path)
    reports = {one.name: one for one in load().report()}
    assert reports["kota-rusak"].state == "refused"
    assert "declares no range" in (reports["kota-rusak"].cause or "")
    assert reports["kota-utuh"].state == "ok"


def test_parts_of_upper_floors_can_join_the_plan_as_built_in() -> None:
    registry = load(strict=True, candidates=[built_in("nouns", "0.1.0", full("nouns"))])
    assert registry.schemes["nouns/points"].distribution == "eperf"


@pytest.mark.parametrize(
    ("scheme", "distribution"),
    [
        ("points-catalogue/points", "eperf-points-catalogue"),
        ("ministry-70-30/attendance", "eperf-ministry-70-30"),
        ("minutes-ceiling/activity", "eperf-minutes-ceiling"),
        ("surplus-tier/workload", "eperf-surplus-tier"),
    ],
)
def test_an_installed_plugin_is_found_by_its_entry_point(scheme: str, distribution: str) -> None:
    registry = load(strict=True)
    assert registry.schemes[scheme].distribution == distribution
    assert registry.report()[0].name == "eperf"
