"""Every vector of the rules we claim, computed by the product.

`EPERF_VECTORS` names a folder with further cases of the same shape: topics that are claimed run and must pass, an
operation without an adapter is a failure; topics not claimed yet are shown as skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.adapter import UnknownOp, run
from tests.vectors.compare import differences

CLAIMED = frozenset(
    {
        "adms",
        "angka-kredit",
        "attendance-day",
        "attendance-ladder",
        "discipline",
        "fingerspot",
        "integrity",
        "nip",
        "predikat",
        "promotion-eligibility",
        "promotion-window",
        "salary",
        "scoring-kemnaker",
        "scoring-minutes-ceiling",
        "scoring-pare",
        "scoring-points",
        "scoring-tier",
        "signature",
        "skp",
        "staffing",
        "suppression",
    }
)
"""Topics whose every operation the product computes."""

CASES = Path(__file__).parent / "cases"


def _folders() -> list[Path]:
    further = os.environ.get("EPERF_VECTORS")
    return [CASES, *([Path(further)] if further else [])]


def _cases() -> Iterator[dict[str, Any]]:
    for folder in _folders():
        for path in sorted(folder.glob("*.json")):
            yield from json.loads(path.read_text(encoding="utf-8"))


ALL = list(_cases())


@pytest.mark.parametrize(
    "case", [case for case in ALL if case["topic"] in CLAIMED], ids=lambda case: case["id"]
)
def test_the_product_computes_what_the_vector_says(case: dict[str, Any]) -> None:
    answer = run(case["given"]["op"], case["given"])
    assert differences(case["expect"], answer) == [], f"{case['note']} ({case['source']})"


UNCLAIMED = sorted({case["topic"] for case in ALL} - CLAIMED)

if UNCLAIMED:

    @pytest.mark.parametrize("topic", UNCLAIMED)
    def test_a_topic_that_is_not_claimed_yet_is_named(topic: str) -> None:
        pytest.skip(f"topic {topic} is not claimed yet")


def test_the_claimed_topics_are_those_with_cases() -> None:
    assert {path.stem for path in CASES.glob("*.json")} == CLAIMED


def test_an_operation_without_an_adapter_is_not_passed_over() -> None:
    with pytest.raises(UnknownOp):
        run("no_such_operation", {})


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ({"points": "1.50"}, {"points": "1.5", "more": 1}),
        ({"errors": ["sex", "serial"]}, {"errors": ["serial", "sex"]}),
        (
            {"moves": [{"from": "A", "to": "C"}, {"from": "B", "to": "A"}]},
            {"moves": [{"to": "A", "from": "B"}, {"to": "C", "from": "A"}]},
        ),
        ({"distance_km": "10.00"}, {"distance_km": "10.02"}),
        ({"late_min": None}, {"late_min": None}),
        ({"hidden_per_affected_line_min": 2}, {"hidden_per_affected_line_min": 3}),
        ({"max_hidden_cells": 6}, {"max_hidden_cells": 4}),
    ],
)
def test_answers_that_mean_the_same_are_the_same(expected: dict[str, Any], answer: dict[str, Any]) -> None:
    assert differences(expected, answer) == []


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ({"pin": "007"}, {"pin": "7"}),
        ({"late_min": 0}, {"late_min": None}),
        ({"late_min": None}, {"late_min": 0}),
        ({"late_min": None}, {}),
        ({"valid": True}, {"valid": 1}),
        ({"replies": ["OK: 1", "OK: 2"]}, {"replies": ["OK: 2", "OK: 1"]}),
        ({"records": [{"pin": "1"}]}, {"records": [{"pin": "1", "status": "in"}]}),
        ({"errors": ["sex"]}, {"errors": ["sex", "sex"]}),
        ({"distance_km": "10.00"}, {"distance_km": "10.03"}),
        ({"hidden_per_affected_line_min": 2}, {"hidden_per_affected_line_min": 1}),
        ({"max_hidden_cells": 6}, {"max_hidden_cells": 7}),
    ],
)
def test_answers_that_differ_are_told_apart(expected: dict[str, Any], answer: dict[str, Any]) -> None:
    assert differences(expected, answer) != []
