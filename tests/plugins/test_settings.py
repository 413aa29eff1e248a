"""Settings from JSON: what is refused is named by the path of its field."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from eperf.domain.errors import BadInput
from eperf.plugins.settings import settings_of
from eperf.testing import registry_of
from tests.plugins.samples import cause_of, module


@dataclass(frozen=True)
class Step:
    """A step."""

    cut: Decimal

    def __post_init__(self) -> None:
        if self.cut < 0:
            raise ValueError("cut is below zero")


@dataclass(frozen=True)
class Chosen:
    """Settings with settings inside."""

    target: int
    step: Step | None = None
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if self.target < 1:
            raise ValueError("target: it is below one")
        if self.target == 13:
            raise ValueError("nobody wants thirteen")


class Part:
    """A part with such settings."""

    settings = Chosen


def test_settings_are_read_with_exact_numbers() -> None:
    assert settings_of(Part, {"target": 2, "step": {"cut": "0.10"}}) == Chosen(2, Step(Decimal("0.10")))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "settings.target"),
        ({"target": "many"}, "settings.target"),
        ({"target": 1, "more": 1}, "settings.more"),
        ({"target": 0}, "settings.target"),
        ({"target": 13}, "settings"),
        ({"target": 1, "step": {}}, "settings.step.cut"),
        ({"target": 1, "step": {"cut": "-1"}}, "settings.step.cut"),
        ({"target": 1, "steps": [{"cut": "1"}, {"cut": "-1"}]}, "settings.steps.1.cut"),
        ({"target": 1, "steps": [{"cut": "1", "at": 1}]}, "settings.steps.0.at"),
    ],
)
def test_what_is_refused_is_named_by_its_path(given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        settings_of(Part, given)
    assert refused.value.field == field


@dataclass(frozen=True)
class Installed:
    """Settings of an installation."""

    broker_url: str
    most: int = 40
    days: tuple[int, ...] = ()


def hooks(*models: type) -> Any:
    return module(eperf_settings=lambda: list(models))


def test_settings_of_an_installation_come_from_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPERF_PLUGIN_KOTA_RAYA_BROKER_URL", "nats://broker")
    monkeypatch.setenv("EPERF_PLUGIN_KOTA_RAYA_DAYS", "[1, 5]")
    registry = registry_of("kota-raya", hooks(Installed))
    assert registry.settings == {"kota-raya": Installed("nats://broker", 40, (1, 5))}
    assert registry.left_out({"kota-raya": "gone"}).settings == {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("12345", "12345"), ("1e5", "1e5"), ("true", "true"), ("null", "null"), ('"a b"', "a b")],
)
def test_a_text_that_reads_like_something_else_is_a_text(
    written: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPERF_PLUGIN_KOTA_RAYA_BROKER_URL", written)
    assert registry_of("kota-raya", hooks(Installed)).settings == {"kota-raya": Installed(meant)}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "EPERF_PLUGIN_KOTA_RAYA_BROKER_URL"),
        ({"BROKER_URL": "nats://s3cret", "MOST": "s3cret"}, "EPERF_PLUGIN_KOTA_RAYA_MOST"),
        ({"BROKER_URL": "nats://s3cret", "DAYS": '[1, "s3cret"]'}, "EPERF_PLUGIN_KOTA_RAYA_DAYS.1"),
    ],
)
def test_what_is_wrong_there_leaves_the_plugin_out_and_is_not_shown(
    variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"EPERF_PLUGIN_KOTA_RAYA_{name}", value)
    cause = cause_of(hooks(Installed), "kota-raya")
    assert f"Field {said} cannot be used" in cause
    assert "s3cret" not in cause


def test_a_plugin_has_one_frozen_dataclass_of_settings() -> None:
    assert "not a frozen dataclass" in cause_of(hooks(dict))
    assert "a plugin has one" in cause_of(hooks(Chosen, Installed))
