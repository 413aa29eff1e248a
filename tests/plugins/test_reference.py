"""The reference of the face is made from the code, names everything that is public, and refuses what says nothing."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

import eperf.plugins
import eperf.plugins.sources
from eperf.plugins import hookspecs
from eperf.plugins.contracts import CONTRACTS
from eperf.plugins.deprecation import Deprecation
from eperf.plugins.inspection import hook_names
from eperf.testing import reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "plugins.md"


def test_the_committed_reference_is_the_one_of_the_code() -> None:
    assert PAGE.read_text() == reference.page(), "run: make reference"


def test_every_hook_and_public_name_is_in_it() -> None:
    page = PAGE.read_text()
    for hook in hook_names():
        assert f"### `{hook}`" in page
        assert all(f"def {method.__name__}(self" in page for method in CONTRACTS[hook].methods)
    for face in reference.FACES:
        part = page.partition(f"\n## `{face}`\n")[2].partition("\n## ")[0]
        for name in importlib.import_module(face).__all__:
            assert f"- `{name}`: " in part or f"- `{name}(" in part, f"{face}.{name}"


def test_every_module_of_the_plugins_floor_with_public_names_is_a_face() -> None:
    modules = [f"eperf.plugins.{found.name}" for found in pkgutil.iter_modules(eperf.plugins.__path__)]
    with_names = {name for name in modules if hasattr(importlib.import_module(name), "__all__")}
    assert with_names <= set(reference.FACES)


def test_a_hook_without_a_docstring_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hookspecs.eperf_models, "__doc__", None)
    with pytest.raises(reference.Undocumented, match="eperf_models has no docstring"):
        reference.page()


def test_a_public_name_without_a_word_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eperf.plugins.sources, "NEW", 7, raising=False)
    monkeypatch.setattr(eperf.plugins.sources, "__all__", [*eperf.plugins.sources.__all__, "NEW"])
    with pytest.raises(reference.Undocumented, match=r"eperf\.plugins\.sources\.NEW has no text below it"):
        reference.page()


def test_a_public_function_without_a_docstring_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    face = ModuleType("eperf.plugins.planted")
    face.__doc__ = "Planted."
    face.silent = lambda: None  # type: ignore[attr-defined]
    face.__all__ = ["silent"]  # type: ignore[attr-defined]
    with pytest.raises(reference.Undocumented, match=r"eperf\.plugins\.planted\.silent has no docstring"):
        list(reference._face(face))


def test_what_goes_away_is_listed_with_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "eperf.plugins.deprecation.DEPRECATED", (Deprecation("eperf_old", "0.1", "eperf_new"),)
    )
    assert "- `eperf_old`: warned of since 0.1; write eperf_new\n" in reference.page()
