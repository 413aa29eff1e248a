from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pluggy
import pytest

from eperf.domain.appraisal.events import KINDS as OF_APPRAISAL
from eperf.domain.attendance.events import KINDS as OF_ATTENDANCE
from eperf.domain.events import KINDS
from eperf.domain.lifecycle import KINDS as OF_PLUGINS
from eperf.domain.webhook.events import KINDS as OF_WEBHOOKS
from eperf.plugins import Scheme, hookimpl
from eperf.plugins.registry import installed, load
from eperf.testing import candidate, registry_of
from tests.plugins.samples import Source, Trained, cause_of, full, module, scheme


def test_parts_are_found_by_plugin_and_name_and_know_their_origin() -> None:
    registry = registry_of("sample", full())
    assert list(registry.schemes) == ["sample/points", "sample/tiers"]
    assert list(registry.policies) == ["sample/shift"]
    assert list(registry.pay_policies) == ["sample/per-point"]
    assert list(registry.sources) == ["sample/gate"]
    assert registry.event_kinds["sample.trained"].part is Trained
    assert [group.key for group in registry.models] == ["sample/sample"]
    assert registry.contributions[0].owner == "sample"
    found = registry.schemes["sample/points"]
    assert (found.plugin, found.distribution, found.version) == ("sample", "sample-distribution", "1.0")
    [report] = registry.report()
    assert report.state == "ok"
    assert report.cause is None
    assert "sample/tiers" in report.parts
    assert "eperf_api" in report.hooks


def test_the_built_in_parts_come_through_the_same_door() -> None:
    registry = load(strict=True, candidates=installed()[:1])
    assert "eperf/norm-minutes" in registry.schemes
    assert "eperf/office-hours" in registry.policies
    assert "eperf/class-allowance" in registry.pay_policies
    assert "eperf/adms-push" in registry.sources
    assert [one.part for one in registry.event_kinds.values()] == [
        *KINDS,
        *OF_ATTENDANCE,
        *OF_APPRAISAL,
        *OF_PLUGINS,
        *OF_WEBHOOKS,
    ]
    assert {one.plugin for one in registry.schemes.values()} == {"eperf"}


def test_what_the_hooks_answered_is_frozen() -> None:
    registry = registry_of("sample", full())
    assert isinstance(registry.schemes, MappingProxyType)
    with pytest.raises(TypeError):
        registry.schemes["sample/points"] = None  # type: ignore[index]
    with pytest.raises(AttributeError):
        registry.schemes = {}  # type: ignore[misc]


def test_each_hook_is_called_exactly_once() -> None:
    calls: list[str] = []

    def counted(name: str, answer: list[object]) -> Callable[[], list[object]]:
        def hook() -> list[object]:
            calls.append(name)
            return answer

        return hook

    registry = registry_of(
        "sample",
        module(
            eperf_scoring_schemes=counted("schemes", [scheme()]),
            eperf_event_kinds=counted("kinds", [Trained]),
        ),
    )
    registry.report()
    _ = registry.schemes["sample/points"]
    assert sorted(calls) == ["kinds", "schemes"]


def test_an_object_can_be_a_plugin() -> None:
    class Plugin:
        @hookimpl
        def eperf_scoring_schemes(self) -> list[Scheme[Any]]:
            return [scheme()]

    assert list(registry_of("sample", Plugin()).schemes) == ["sample/points"]


def test_a_device_path_belongs_to_one_plugin_and_both_are_named() -> None:
    plan = [
        candidate(name, module(eperf_attendance_sources=lambda: [Source()])) for name in ("gate-a", "gate-b")
    ]
    registry = load(candidates=plan)
    assert list(registry.sources) == ["gate-a/gate"]
    cause = registry.report()[1].cause or ""
    assert cause.startswith("device path POST /gate/push belongs to gate-a 1.0 (")
    assert "and is claimed by gate-b 1.0 (" in cause


def test_nothing_of_a_plugin_counts_when_one_hook_of_it_is_wrong() -> None:
    plugin = full()
    plugin.eperf_event_kinds = hookimpl(lambda: [1])  # type: ignore[attr-defined]
    assert "int" in cause_of(plugin) or "1, not a dataclass" in cause_of(plugin)


def test_only_the_registry_meets_a_plugin_manager() -> None:
    root = Path(__file__).parents[2] / "eperf"
    met = [path.name for path in root.rglob("*.py") if "PluginManager(" in path.read_text()]
    assert met == ["registry.py"]
    assert pluggy.PluginManager.__name__ == "PluginManager"
