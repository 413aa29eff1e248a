"""The client-impact check: whose registered operations break when plugins come, change or go."""

from __future__ import annotations

import asyncio
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from graphql import build_schema
from typer.testing import CliRunner

from eperf.app.cli.plugins import app
from eperf.app.graphql.trusted import Entry, sha256
from eperf.app.house import opened
from eperf.app.impact import impact
from eperf.app.preview import of_removal
from eperf.domain.errors import ClientsBroken, PluginsRefused
from eperf.settings import Settings

MODULE = """from eperf.plugins import hookimpl


@hookimpl
def eperf_api():
    from eperf.plugins.api import Contribution, sql_field

    field = sql_field("length({{name}})", "Hours.", kind={kind})
    return [Contribution(extends={{"Employee": {{"{name}": field}}}})]
"""
METADATA = "Metadata-Version: 2.1\nName: eperf-{name}\nVersion: {version}\nRequires-Dist: eperf>=0.1,<0.2\n"
PEOPLE = "query People {\n  employees { nodes { name ...Hours } }\n}\nfragment Hours on Employee { hours: trainingHours }"
ME = "query Me { me { name } }"


def files(name: str, field: str, kind: str = "int", version: str = "1.0") -> dict[str, str]:
    """An installed distribution, file by file."""
    package, info = f"eperf_{name}", f"eperf_{name}-{version}.dist-info"
    return {
        f"{package}/__init__.py": MODULE.format(name=field, kind=kind),
        f"{info}/METADATA": METADATA.format(name=name, version=version),
        f"{info}/entry_points.txt": f"[eperf]\n{name} = {package}\n",
    }


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two plugins are installed; the clients `web` and `mobile` have registered what they ask."""
    for name, field in (("training", "training_hours"), ("idle", "idle_hours")):
        for path, text in files(name, field).items():
            whole = tmp_path / "site" / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.write_text(text)
        monkeypatch.delitem(sys.modules, f"eperf_{name}", raising=False)
    monkeypatch.syspath_prepend(tmp_path / "site")
    for client, texts in (("web", [ME, PEOPLE]), ("mobile", [ME])):
        (tmp_path / "clients").mkdir(exist_ok=True)
        told = json.dumps({sha256(text): text for text in texts})
        (tmp_path / "clients" / f"{client}.json").write_text(told)
    monkeypatch.setenv("EPERF_TRUSTED_DOCUMENTS", str(tmp_path / "clients"))
    monkeypatch.chdir(tmp_path)


def asked(*words: str) -> Result:
    return CliRunner().invoke(app, ["impact", *words])


def test_taking_a_plugin_away_is_refused_with_the_client_its_operation_and_the_field() -> None:
    done = asked("--without", "training")
    assert done.exit_code == 1
    *changes, broken, count = done.output.splitlines()
    assert changes == ["change: Field Employee.trainingHours was removed."]
    assert broken.startswith("web: People: ...Hours.hours (4:30): Cannot query field 'trainingHours' on type")
    assert count == "3 documents, 1 break"


def test_forced_it_is_told_and_allowed() -> None:
    done = asked("--without", "training", "--force", "--json")
    assert done.exit_code == 0
    told: dict[str, Any] = json.loads(done.output)
    [broken] = told["broken"]
    assert (broken["client"], broken["operation"], broken["path"]) == ("web", "People", "...Hours.hours")
    assert broken["hash"] == sha256(PEOPLE)
    assert told["left_out"] == {}


def test_what_nobody_asks_for_may_go() -> None:
    done = asked("--without", "idle")
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == "3 documents, 0 break"


@pytest.mark.parametrize(
    "words", [("disable", "training"), ("uninstall", "training", "--export", "out.jsonl")]
)
def test_the_commands_that_take_a_plugin_away_name_the_client_unless_forced(
    words: tuple[str, ...], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPERF_DATABASE_URL", database_url)
    monkeypatch.setenv("EPERF_DATA_DIR", "data")
    reason = ("--reason", "Tidak dipakai lagi")
    refused = CliRunner().invoke(app, [*words, *reason])
    assert refused.exit_code == 2
    assert "web: People: ...Hours.hours" in refused.output
    forced = CliRunner().invoke(app, [*words, *reason, "--force"])
    assert forced.exit_code == 0, forced.output


def test_the_verbs_that_take_a_plugin_away_ask_the_same() -> None:
    found = of_removal(Settings(), ["training"])
    with pytest.raises(ClientsBroken, match=r"web: People: \.\.\.Hours\.hours"):
        found.require_none()
    assert found.require_none(force=True) is found


def test_an_upgrade_that_changes_a_field_breaks_who_asks_for_it(tmp_path: Path) -> None:
    wheel = tmp_path / "eperf_training-2.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files("training", "training_hours", "str | None", "2.0").items():
            archive.writestr(path, text)
    done = asked("--with", str(wheel))
    assert done.exit_code == 1, done.output
    assert "web: People: ...Hours.hours (4:30): Field Employee.trainingHours changed type" in done.output


def test_a_folder_is_looked_at_before_it_is_installed_and_left_out_if_it_clashes(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    (folder / "eperf_new").mkdir(parents=True)
    (folder / "eperf_new" / "__init__.py").write_text(MODULE.format(name="idle_hours", kind="int"))
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "eperf-new"\nversion = "1"\ndependencies = ["eperf>=0.1,<0.2"]\n'
        '[project.entry-points.eperf]\nnew = "eperf_new"\n'
    )
    done = asked("--with", str(folder))
    assert done.exit_code == 0, done.output
    assert "left out: new: field Employee.idleHours belongs to idle 1.0 (" in done.output


def test_a_plugin_that_is_left_out_can_be_tried_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPERF_PLUGINS_WITHOUT", "training")
    done = asked("--with", "training")
    assert (done.exit_code, done.output) == (0, "3 documents, 0 break\n")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--without", "training", "--with", "x"),
        ("--without", "nobody"),
        ("--with", "nowhere"),
        ("--with", "none.whl"),
    ],
)
def test_what_is_not_there_is_refused(words: tuple[str, ...]) -> None:
    assert asked(*words).exit_code == 2


SDL = "type Query { me(id: Int): E } type E { name: String! in(g: G): E, age: Int } enum G { A B }"
CHANGED = [
    ("{ me { name } }", "name: String!", "name: String", "me.name", "changed type from String! to String"),
    ("{ me { first: name } }", "name: String!", "title: String", "me.first", "Cannot query field"),
    ("{ me(id: 1) { name } }", "(id: Int)", "(id: String)", "me", "String cannot represent"),
    ("query Q($id: Int) { me(id: $id) { name } }", "(id: Int)", "", "me", 'Unknown argument'),
    ("{ me { in(g: A) { name } } }", "enum G { A B }", "enum G { B }", "me.in", "does not exist in 'G' enum"),
    ("{ me { name } }", "(id: Int)", "(id: Int!)", "me", "is required, but it was not provided"),
    ("{ me { ...F } } fragment F on E { in { name } }", "type E { name: String!", "type X { y: Int } type E { name: String", "...F.in.name", "changed type"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "path", "why"), CHANGED)
def test_the_place_that_breaks_is_named(text: str, old: str, new: str, path: str, why: str) -> None:
    entry = Entry(sha256(text), text, client="web")
    found = impact(build_schema(SDL), build_schema(SDL.replace(old, new)), [entry])
    assert [one.path for one in found.broken] == [path], found
    assert why in found.broken[0].why


@pytest.mark.parametrize("text", ["{ me { gone } }", "{ me {"])
def test_what_was_broken_before_is_not_laid_on_this_change(text: str) -> None:
    entry = Entry(sha256(text), text, client="web")
    after = build_schema(SDL.replace("name: String!", "name: String"))
    assert impact(build_schema(SDL), after, [entry]).broken == ()


def test_two_installed_plugins_that_clash_are_listed_and_end_a_strict_start(tmp_path: Path) -> None:
    for path, text in files("rival", "training_hours").items():
        whole = tmp_path / "site" / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(text)
    listed = CliRunner().invoke(app, ["list", "--json"])
    assert listed.exit_code == 1
    found = {one["name"]: one for one in json.loads(listed.output)}
    assert (found["rival"]["state"], found["training"]["state"]) == ("ok", "refused")
    for name in ("rival", "training"):
        assert (
            f"{name} 1.0 ({tmp_path / 'site' / f'eperf_{name}' / '__init__.py'}:8)"
            in found["training"]["cause"]
        )

    async def started() -> None:
        async with opened(Settings(data_dir=tmp_path / "data", plugins_strict=True)):
            pytest.fail("it started")

    with pytest.raises(PluginsRefused, match=r"training: field Employee\.trainingHours belongs to rival"):
        asyncio.run(started())
    assert not list((tmp_path / "data").glob("*.db"))
