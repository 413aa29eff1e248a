"""The example client plays its day against a served demo town, on the database of this run."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.support.database import KIND
from tests.support.demo import REPOSITORY, demo


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A demo town of a hundred people, served; the value is what `--access` wrote."""
    with demo(tmp_path_factory.mktemp("demo"), KIND) as access:
        yield access


@pytest.mark.database
async def test_the_first_day_ends_with_an_explained_score(
    town: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("first_day", REPOSITORY / "examples" / "first_day.py")
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    update = await example.main(town)
    score = update["subject"]
    assert update["kind"] == "score.changed"
    assert sum(Decimal(leaf["amount"]) for leaf in score["breakdown"]) == Decimal(score["score"])
    printed = capsys.readouterr().out
    assert "OK: 2" in printed
    assert "VERIFIED" in printed


@pytest.mark.database
def test_a_token_is_printed_for_each_role(town: dict[str, Any]) -> None:
    assert set(town["tokens"]) == {
        "employee", "supervisor", "acting_supervisor", "unit_leader", "personnel_admin", "auditor", "signer",
        "plugin_admin", "integrator",
    }  # fmt: skip
