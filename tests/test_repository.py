"""The repository keeps its own laws: small files, locks that name no host, floors that the metadata knows too."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.test_floors import FLOORS

ROOT = Path(__file__).parent.parent
_MOST_LINES = 300
_HOST = re.compile(
    r"https?:|git\+|file:|@ |--(?:extra-)?index-url|--find-links|(?:^|[\s\"'])/\w", re.MULTILINE
)


def test_no_file_of_the_package_is_over_300_lines() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text().splitlines()) for path in ROOT.glob("eperf/**/*.py")
    }
    assert lengths
    assert {path: length for path, length in lengths.items() if length > _MOST_LINES} == {}


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "package-lock.json",
        ".npmrc",
        "bench/pgl/package-lock.json",
        "bench/pgl/.npmrc",
        "tests/conformance/package-lock.json",
        "tests/conformance/.npmrc",
    ],
)
def test_a_lock_names_no_host_and_no_path(name: str) -> None:
    assert _HOST.findall((ROOT / name).read_text()) == []


def test_every_python_package_is_pinned_with_a_hash() -> None:
    pins = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text().strip())
    assert len(pins) > 50
    assert [
        pin for pin in pins if not re.match(r"[a-z0-9-]+==\S+ [^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", pin)
    ] == []


@pytest.mark.parametrize("folder", [".", "bench/pgl", "tests/conformance"])
def test_every_npm_package_is_pinned_with_a_hash(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_the_metadata_declares_every_floor() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {(wanted := Requirement(line)).name: str(wanted.specifier) for line in project["dependencies"]}
    assert {name: floor for name, floor in FLOORS.items() if f">={floor}" not in declared.get(name, "")} == {}


def test_the_lock_is_the_one_of_the_metadata() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [
        line for lines in project["optional-dependencies"].values() for line in lines
    ]
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    for requirement in map(Requirement, wanted):
        if requirement.name != "eperf":
            assert requirement.specifier.contains(pinned[requirement.name.lower()]), requirement


def test_only_sources_are_kept_under_version_control() -> None:
    kept = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    made = [
        name
        for name in kept
        if re.match(r"(\.venv|(.*/)?node_modules|build|dist)/|.*\.(pyc|db|db-wal|db-shm)$", name)
    ]
    assert made == []
