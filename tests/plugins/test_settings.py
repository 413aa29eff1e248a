"""Settings from JSON: what is refused is named by the path of its field."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from eperf.domain.errors import BadInput
from eperf.plugins.settings import settings_of


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
