"""What goes away is warned of for one minor version, refused in the next, and gone in the one after."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import eperf.plugins
from eperf.plugins import deprecation, hookspecs
from eperf.plugins.deprecation import DeprecatedFace, Deprecation, Stage, moved
from eperf.plugins.inspection import faults, hook_names, warned
from eperf.plugins.registry import load
from eperf.testing import candidate
from tests.plugins.distributions import distribution
from tests.plugins.samples import full, module, scheme

ROW = Deprecation("eperf.plugins.points", "0.2", "eperf.plugins.parts.Points")
HOOK = Deprecation("eperf_scoring_schemes", "0.1", "eperf_schemes")


@pytest.mark.parametrize(
    ("version", "stage"),
    [
        ("0.1.9", Stage.NOT_YET),
        ("0.2.0.dev1", Stage.WARNING),
        ("0.2.0", Stage.WARNING),
        ("0.2.7", Stage.WARNING),
        ("0.3.0", Stage.ERROR),
        ("0.4.0", Stage.GONE),
        ("0.11.0", Stage.GONE),
        ("1.0.0", Stage.GONE),
    ],
)
def test_the_stage_follows_from_the_minor_version(version: str, stage: Stage) -> None:
    assert ROW.stage(version) is stage


def test_each_stage_says_since_when_and_what_to_write() -> None:
    assert ROW.said("0.2.1") == f"{ROW.name} becomes an error in eperf 0.3; write {ROW.instead}"
    assert ROW.said("0.3.0") == f"{ROW.name} is an error since eperf 0.3; write {ROW.instead}"
    assert ROW.said("0.5.0") == f"{ROW.name} was removed in eperf 0.4; write {ROW.instead}"


def test_a_name_of_the_face_still_works_with_a_warning_and_then_says_what_to_write() -> None:
    with pytest.warns(DeprecatedFace, match="becomes an error in eperf 0.3") as heard:
        assert (lambda: moved("eperf.plugins", "points", "0.2.0", {"points": 7}, [ROW]))() == 7
    assert heard[0].category is DeprecatedFace
    for version in ("0.3.0", "0.4.0"):
        with pytest.raises(AttributeError, match=r"write eperf\.plugins\.parts\.Points"):
            moved("eperf.plugins", "points", version, {"points": 7}, [ROW])
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        eperf.plugins.nothing  # type: ignore[attr-defined]  # noqa: B018


def at(monkeypatch: pytest.MonkeyPatch, row: Deprecation, version: str) -> None:
    """As if this eperf were of that version, with one thing going away."""
    monkeypatch.setattr(deprecation, "DEPRECATED", (row,))
    for name in ("eperf.plugins.inspection", "eperf.plugins.registry", "eperf"):
        monkeypatch.setattr(f"{name}.__version__", version)


def test_a_plugin_with_a_hook_that_goes_away_runs_with_a_warning_that_names_file_and_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at(monkeypatch, HOOK, "0.1.0")
    [report] = load(candidates=[candidate("sample", full())]).report()
    assert report.state == "ok"
    [warning] = report.warnings
    assert warning.startswith("eperf_scoring_schemes becomes an error in eperf 0.2; write eperf_schemes (")
    assert "samples.py:" in warning


@pytest.mark.parametrize(
    ("version", "said"), [("0.2.0", "is an error since eperf 0.2"), ("0.3.0", "was removed in eperf 0.3")]
)
def test_a_plugin_with_a_hook_that_has_gone_is_refused_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    at(monkeypatch, HOOK, version)
    plugin = module(eperf_scoring_schemes=lambda: [scheme()])
    assert warned(plugin) == []
    [fault] = faults(plugin)
    assert f"eperf_scoring_schemes {said}; write eperf_schemes (" in fault


def test_a_plugin_that_imports_a_name_that_goes_away_is_reported_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "from eperf.plugins import hookimpl\nfrom eperf.plugins import points\n\n@hookimpl\ndef eperf_models():\n    return []\n"
    path = distribution(tmp_path, "kota-lama", code)
    monkeypatch.syspath_prepend(tmp_path)
    at(monkeypatch, Deprecation("eperf.plugins.points", "0.1", "eperf.plugins.parts.Points"), "0.1.0")

    def old(name: str) -> Any:
        return moved("eperf.plugins", name, "0.1.0", {"points": 7})

    monkeypatch.setattr(eperf.plugins, "__getattr__", old)
    report = next(one for one in load().report() if one.name == "kota-lama")
    sys.modules.pop("eperf_kota_lama")
    assert report.state == "ok"
    assert report.warnings == (
        f"eperf.plugins.points becomes an error in eperf 0.2; write eperf.plugins.parts.Points ({path}:2)",
    )


def test_what_has_gone_by_the_table_is_gone_from_the_code() -> None:
    from eperf import __version__

    for row in deprecation.DEPRECATED:
        if row.name in hook_names() or row.name.startswith("eperf."):
            assert row.stage(__version__) is not Stage.GONE, f"{row.name} is to be removed"
    assert isinstance(hookspecs, ModuleType)
