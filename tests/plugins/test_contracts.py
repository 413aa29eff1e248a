"""One planted-wrong plugin for each way to get a hook wrong: each is refused with file, line and what to write."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

from eperf.plugins import Scheme
from eperf.plugins.contracts import CONTRACTS
from eperf.plugins.inspection import hook_names
from eperf.plugins.registry import load
from eperf.plugins.signatures import method_fault
from eperf.testing import candidate
from tests.plugins.distributions import distribution

FOLDER = Path(__file__).parent / "wrong" / "contracts"
PLANTED = sorted(path.stem for path in FOLDER.glob("*.py"))
MARK = re.compile(r"# refused: (.*)")


def read(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"planted_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_wrong_plugin_is_refused_with_file_and_line(name: str) -> None:
    path = FOLDER / f"{name}.py"
    [(line, why)] = [
        (number, found[1])
        for number, text in enumerate(path.read_text().splitlines(), 2)
        if (found := MARK.search(text))
    ]
    planted = replace(candidate("planted", None), load=lambda: read(path))
    [report] = load(candidates=[planted]).report()
    assert report.state == "refused"
    assert why in (report.cause or "")
    assert f"({path}:{line})" in (report.cause or "")
    assert (report.distribution, report.version) == ("planted-distribution", "1.0")


def test_an_installed_wrong_plugin_stops_a_strict_start_with_distribution_and_version(tmp_path: Path) -> None:
    path = distribution(tmp_path, "kota-salah", (FOLDER / "misspelt_hook.py").read_text(), version="2.7")
    program = "from eperf.plugins.registry import load; load(strict=True)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "unknown hook eperf_scoring_scheme, did you mean eperf_scoring_schemes?" in done.stderr
    assert f"({path}:7)" in done.stderr
    assert "[eperf-kota-salah 2.7]" in done.stderr


def test_every_hook_has_a_contract_and_every_contract_a_hook() -> None:
    assert set(CONTRACTS) == set(hook_names())


class Waits(Protocol):
    async def send(self, event: object) -> None: ...


class AtOnce:
    def send(self, event: object) -> None: ...


class Later:
    async def send(self, event: object) -> None: ...


def test_an_ordinary_method_where_a_coroutine_is_awaited_is_refused_too() -> None:
    why = method_fault(AtOnce(), "send", Waits.send) or ""
    assert (
        f"send is not async, it must be a coroutine function ({__file__}:{AtOnce.send.__code__.co_firstlineno})"
        in why
    )
    assert "write: async def send(self, event)" in why
    assert method_fault(Later(), "send", Waits.send) is None


class Unused:
    def send(self, _event: object, more: int = 1, **_rest: object) -> None: ...


class Anything:
    def send(self, *arguments: object) -> None: ...


class Sync(Protocol):
    def send(self, event: object) -> None: ...


@pytest.mark.parametrize("member", [Unused(), Anything()])
def test_what_can_be_called_as_agreed_is_no_fault(member: object) -> None:
    assert method_fault(member, "send", Sync.send) is None


def test_a_right_annotation_is_no_fault() -> None:
    assert CONTRACTS["eperf_scoring_schemes"].able(Scheme)
    assert not CONTRACTS["eperf_work_time_policies"].able(Scheme)
