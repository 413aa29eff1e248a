"""The code of docs/plugins.md runs."""

from __future__ import annotations

import importlib
import re
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings

from eperf.domain.errors import BadInput
from eperf.domain.scoring import UnitPeriod
from eperf.testing import assert_explained, assert_order_free, assert_pure, registry_of, scored
from tests.domain.scoring.months import months

MANUAL = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()


def block(name: str) -> str:
    return re.search(rf"<!-- executed: {name} -->\n```python\n(.*?)```", MANUAL, re.DOTALL)[1]  # type: ignore[index]


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (tmp_path / "kota_contoh.py").write_text(f"{block('plugin')}\n{block('test')}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "kota_contoh", raising=False)
    return importlib.import_module("kota_contoh")


def test_the_scheme_of_the_manual_has_at_most_sixty_lines() -> None:
    assert len([line for line in block("plugin").splitlines() if line.strip()]) <= 60


def test_the_scheme_of_the_manual_passes_its_own_test(plugin: ModuleType) -> None:
    plugin.test_half_the_work_and_one_late_day()


def test_the_rules_of_the_manual_follow_their_days(plugin: ModuleType) -> None:
    exec(block("rules"), vars(plugin))
    rule = plugin.absence_cut_pct
    assert rule(2, date(2025, 12, 31)) == 8
    assert rule(2, date(2026, 1, 1)) == 10
    assert rule(31, date(2026, 1, 1)) == 100
    with pytest.raises(BadInput, match="days"):
        rule(32, date(2026, 1, 1))


@given(facts=months())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_scheme_of_the_manual_fits_eperf_and_keeps_the_law(plugin: ModuleType, facts: UnitPeriod) -> None:
    scheme = registry_of("kota-contoh", plugin).schemes["kota-contoh/sixty-forty"].part
    assert_explained(scored(scheme, facts))
    assert_order_free(scheme, scheme.settings(), facts)
    assert_pure(scheme, scheme.settings(), facts)
