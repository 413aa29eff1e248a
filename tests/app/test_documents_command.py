"""`eperf documents check` as a frontend's build runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eperf.app.cli.documents import app
from eperf.app.graphql.trusted import sha256

GOOD = "query Me { me { name } }"
WRONG = "query Wrong {\n  me { nam }\n}"
DEEP = "query Deep { me " + "{ unit " * 20 + "{ name }" + " }" * 20 + " }"
CUT = "query Cut {"
FRAGMENT = "fragment Named on Employee { name }"


def checked(folder: Path, texts: list[str], *words: str) -> Result:
    path = folder / "manifest.json"
    path.write_text(json.dumps({sha256(text): text for text in texts}))
    return CliRunner().invoke(app, ["check", str(path), *words])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_manifest_that_fits_is_counted_and_fine(tmp_path: Path) -> None:
    result = checked(tmp_path, [GOOD])
    assert (result.exit_code, result.output) == (0, "1 documents, 0 invalid\n")


def test_each_document_that_does_not_fit_is_reported_by_name(tmp_path: Path) -> None:
    result = checked(tmp_path, [GOOD, WRONG, DEEP, CUT, FRAGMENT])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith("Wrong: 2:8: Cannot query field 'nam' on type 'Employee'. Did you mean 'name'")
    assert lines[1].startswith(f"{sha256(DEEP)[:12]}: LIMIT_EXCEEDED: The limit depth of 14 was passed")
    assert lines[2].startswith(f"{sha256(CUT)[:12]}: 1:12: Syntax Error")
    assert f"{sha256(FRAGMENT)[:12]}: no operation" in lines
    assert lines[-1] == "5 documents, 4 invalid"


def test_the_report_can_be_json(tmp_path: Path) -> None:
    result = checked(tmp_path, [GOOD, WRONG], "--json")
    found: dict[str, Any] = json.loads(result.output)
    assert found["documents"] == 2
    (invalid,) = found["invalid"]
    assert (invalid["name"], invalid["hash"], len(invalid["errors"])) == ("Wrong", sha256(WRONG), 1)


def test_a_limit_that_is_set_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPERF_MAX_DEPTH", "30")
    assert checked(tmp_path, [DEEP]).exit_code == 1  # units have no unit
    monkeypatch.setenv("EPERF_MAX_DEPTH", "2")
    assert "depth of 2" in checked(tmp_path, ["{ me { unit { name } } }"]).output


def test_a_manifest_that_cannot_be_read_is_an_exit_with_2(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"0" * 64: GOOD}))
    for given in (path, tmp_path / "missing.json"):
        assert CliRunner().invoke(app, ["check", str(given)]).exit_code == 2
